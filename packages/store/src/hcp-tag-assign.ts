/** What HCP tags are on. Many pairs in one transaction: all of them or none. */
import { randomUUID } from 'node:crypto';
import type { HcpTagAssigned, HcpTagAssignment } from '@pharos/contract';
import { sql } from 'kysely';
import { type Db, iso } from './database.ts';
import { StoreError } from './errors.ts';
import { type By, noteChange } from './hcp-tag-changes.ts';
import type { Upkeep } from './upkeep.ts';

/** One pair that came to be, or ended: an HCP tag and what it is on. */
interface Pair {
  readonly hcp_tag_id: string;
  /** A repository's name or a digest, for the audit. */
  readonly subject: string;
}

/** Throws `not-found` when an HCP tag, a repository or an image does not exist; nothing is changed then. */
export function assignHcpTags(db: Db, assignment: HcpTagAssignment, by: By, upkeep: Upkeep): Promise<HcpTagAssigned> {
  return db.transaction().execute(async (trx) => {
    const add = unique(assignment.add);
    const remove = unique(assignment.remove);
    const repositories = unique(assignment.repositories);
    const images = unique(assignment.images);
    const names = await lockHcpTags(trx, [...add, ...remove]);
    await refuseUnknownRepositories(trx, repositories);
    await refuseUnknownImages(trx, images);
    const addedTo = {
      repositories: await addToRepositories(trx, add, repositories, by),
      images: await addToImages(trx, add, images, by),
    };
    const removedFrom = {
      repositories: await removeFromRepositories(trx, remove, repositories),
      images: await removeFromImages(trx, remove, images),
    };
    for (const [id, name] of names) {
      await note(trx, by, 'apply', { id, name }, addedTo);
      await note(trx, by, 'remove', { id, name }, removedFrom);
    }
    const added = addedTo.repositories.length + addedTo.images.length;
    const removed = removedFrom.repositories.length + removedFrom.images.length;
    upkeep.wrote(added + removed);
    const pairs = (add.length + remove.length) * (repositories.length + images.length);
    return { added, removed, unchanged: pairs - added - removed };
  });
}

interface Changed {
  readonly repositories: readonly Pair[];
  readonly images: readonly Pair[];
}

async function note(
  trx: Db,
  by: By,
  action: 'apply' | 'remove',
  { id, name }: { id: string; name: string },
  changed: Changed,
): Promise<void> {
  const repositories = changed.repositories.filter((pair) => pair.hcp_tag_id === id);
  const images = changed.images.filter((pair) => pair.hcp_tag_id === id);
  if (repositories.length + images.length === 0) return;
  await noteChange(trx, by, {
    action,
    hcpTagId: id,
    name,
    repositories: repositories.length,
    images: images.length,
    subjects: [...repositories, ...images].map((pair) => pair.subject),
  });
}

/** In one order in every transaction, so that two of them cannot wait for each other. */
async function lockHcpTags(trx: Db, ids: readonly string[]): Promise<Map<string, string>> {
  const found = await sql<{ id: string; name: string }>`select id, name from hcp_tags where id = any(${ids}::uuid[])
    order by id for no key update`.execute(trx);
  const names = new Map(found.rows.map(({ id, name }) => [id, name]));
  const missing = ids.find((id) => !names.has(id));
  if (missing !== undefined) throw unknown(`The HCP tag ${missing} does not exist`);
  return names;
}

async function refuseUnknownRepositories(trx: Db, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const found = await sql<{ id: string }>`select n.id from unnest(${ids}::uuid[]) n(id)
    where not exists (select from repositories r where r.id = n.id) limit 1`.execute(trx);
  if (found.rows[0]) throw unknown(`The repository ${found.rows[0].id} does not exist`);
}

/** An image is known once it was read, or once a tag points to it. */
async function refuseUnknownImages(trx: Db, digests: readonly string[]): Promise<void> {
  if (digests.length === 0) return;
  const found = await sql<{ digest: string }>`select n.digest from unnest(${digests}::text[]) n(digest)
    where not exists (select from images i where i.digest = n.digest collate "C")
      and not exists (select from tags t where t.digest = n.digest collate "C") limit 1`.execute(trx);
  if (found.rows[0]) throw unknown(`The image ${found.rows[0].digest} is not known`);
}

function unknown(what: string): StoreError {
  return new StoreError(
    'not-found',
    `${what}, so nothing was changed.`,
    'Load the list again: it may have been removed meanwhile.',
  );
}

async function addToRepositories(trx: Db, add: readonly string[], ids: readonly string[], by: By): Promise<Pair[]> {
  if (add.length === 0 || ids.length === 0) return [];
  const found = await sql<Pair>`
    with done as (
      insert into hcp_tag_repositories (repository_id, hcp_tag_id, created_by, created_at)
      select r, h, ${by.name}, ${iso(by.now)}::timestamptz from unnest(${ids}::uuid[]) r, unnest(${add}::uuid[]) h
      order by r, h on conflict do nothing returning hcp_tag_id, repository_id)
    select done.hcp_tag_id, r.name as subject from done join repositories r on r.id = done.repository_id
    order by r.name`.execute(trx);
  return found.rows;
}

async function addToImages(trx: Db, add: readonly string[], digests: readonly string[], by: By): Promise<Pair[]> {
  if (add.length === 0 || digests.length === 0) return [];
  const found = await sql<Pair>`
    insert into hcp_tag_images (digest, hcp_tag_id, created_by, created_at)
    select d collate "C", h, ${by.name}, ${iso(by.now)}::timestamptz from unnest(${digests}::text[]) d, unnest(${add}::uuid[]) h
    order by d, h on conflict do nothing returning hcp_tag_id, digest as subject`.execute(trx);
  return found.rows;
}

async function removeFromRepositories(trx: Db, remove: readonly string[], ids: readonly string[]): Promise<Pair[]> {
  if (remove.length === 0 || ids.length === 0) return [];
  const found = await sql<Pair>`
    with done as (
      delete from hcp_tag_repositories where repository_id = any(${ids}::uuid[])
        and hcp_tag_id = any(${remove}::uuid[]) returning hcp_tag_id, repository_id)
    select done.hcp_tag_id, r.name as subject from done join repositories r on r.id = done.repository_id
    order by r.name`.execute(trx);
  return found.rows;
}

async function removeFromImages(trx: Db, remove: readonly string[], digests: readonly string[]): Promise<Pair[]> {
  if (remove.length === 0 || digests.length === 0) return [];
  const found = await sql<Pair>`delete from hcp_tag_images where digest = any(${digests}::text[])
    and hcp_tag_id = any(${remove}::uuid[]) returning hcp_tag_id, digest as subject`.execute(trx);
  return found.rows;
}

/** What a rule puts on the images that it brings in: an HCP tag that is missing is made. Runs in the commit of a scan. */
export async function assignByRule(
  trx: Db,
  { names, digests, rule, now }: { names: readonly string[]; digests: readonly string[]; rule: string; now: Date },
): Promise<void> {
  if (names.length === 0 || digests.length === 0) return;
  const by = { name: `rule ${rule}`, now };
  const ids: { id: string; name: string }[] = [];
  for (const name of [...new Set(names)].sort()) {
    const made = await sql<{ id: string; name: string }>`
      insert into hcp_tags (id, name, color, created_by, created_at, updated_by, updated_at)
      values (${randomUUID()}, ${name}, ${DEFAULT_COLOR}, ${by.name}, ${iso(now)}, ${by.name}, ${iso(now)})
      on conflict (lower(name)) do nothing returning id, name`.execute(trx);
    if (made.rows[0]) await noteChange(trx, by, { action: 'create', hcpTagId: made.rows[0].id, name });
    const known = await sql<{ id: string; name: string }>`select id, name from hcp_tags
      where lower(name) = lower(${name})`.execute(trx);
    ids.push(...known.rows);
  }
  const images = await addToImages(trx, unique(ids.map(({ id }) => id)), unique(digests), by);
  for (const tag of ids) await note(trx, by, 'apply', tag, { repositories: [], images });
}

const DEFAULT_COLOR = 'grey';

function unique(list: readonly string[]): string[] {
  return [...new Set(list)];
}
