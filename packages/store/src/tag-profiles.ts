/**
 * Profiles: what very many tags have in common stands once. Tags name their profile, and each repository says how many
 * of its tags each has, so that filters, counts and facets never look at tags.
 */
import { createHash } from 'node:crypto';
import { asksSigned, type FieldName, type TagProfile, type Term, withSignedWords } from '@pharos/library';
import { type RawBuilder, sql } from 'kysely';
import { type Db, jsonText } from './database.ts';
import { redrawDecidedTags } from './decided-tags.ts';
import { keepTerms } from './profile-terms.ts';
import type { TagFacts } from './tag-facts.ts';

/** Past this many, new combinations are kept as one profile for each kind, in which everything else varies. */
const MOST_PROFILES = 10_000;
/** Numbers of builds and years are no majors that anybody filters by: each would be a profile of its own. */
const LARGEST_MAJOR = 1_000;
/** Hashes of commits and names of branches would be, too. */
const PLAIN_FLAVOUR = /^[a-z]{1,20}(?:-[a-z]{1,20}){0,3}$/;
const INSERT_LOCK = 7_241_008;

interface ProfileRow {
  readonly hash: string;
  readonly registry_id: string;
  readonly kind: string;
  readonly engine: string | null;
  readonly major: number | null;
  readonly flavour: string | null;
  readonly floating: boolean;
  readonly signed: boolean;
  readonly verified: boolean;
  readonly platforms: readonly string[];
  readonly extension_names: readonly string[];
  readonly varies: readonly FieldName[];
}

/** What a tag's profile is drawn from. */
export type Profiled = Pick<
  TagFacts,
  'kind' | 'engine' | 'major' | 'flavour' | 'floating' | 'platforms' | 'extension_names'
> & {
  readonly registryId: string;
  readonly signed: boolean;
  readonly verified: boolean;
  readonly terms: readonly string[];
};

/** All that `profileOf` reads; a field more or less does not compile. */
const READ: Readonly<Record<Exclude<keyof Profiled, 'terms'>, true>> = {
  registryId: true,
  kind: true,
  engine: true,
  major: true,
  flavour: true,
  floating: true,
  signed: true,
  verified: true,
  platforms: true,
  extension_names: true,
};
const DRAWN_FROM = Object.keys(READ) as (keyof typeof READ)[];

/** The ids of the profiles of some tags, in their order; those that are new are made. */
export async function profileIds(trx: Db, tags: readonly Profiled[]): Promise<number[]> {
  // Most tags of a report have the profile of another one: it is drawn once.
  const drawn = new Map<string, ProfileRow>();
  const rows = tags.map((tag) => {
    const text = JSON.stringify(DRAWN_FROM.map((name) => tag[name]));
    const row = drawn.get(text) ?? profileOf(tag);
    drawn.set(text, row);
    return row;
  });
  const wanted = new Map(rows.map((row) => [row.hash, row]));
  const known = await idsByHash(trx, [...wanted.keys()]);
  const missing = [...wanted.values()].filter(({ hash }) => !known.has(hash));
  if (missing.length > 0) await make(trx, missing, known);
  const ids = rows.map(({ hash }) => known.get(hash)!);
  await keepTerms(
    trx,
    tags.map(({ terms }, at) => ({ profileId: ids[at]!, terms })),
  );
  return ids;
}

async function idsByHash(trx: Db, hashes: readonly string[]): Promise<Map<string, number>> {
  const found = await sql<{ hash: string; id: number }>`
    select hash, id from tag_profiles where hash = any(${[...hashes]}::text[])`.execute(trx);
  return new Map(found.rows.map(({ hash, id }) => [hash, id]));
}

/** One writer at a time, so that two commits with the same new profiles cannot wait for each other. */
async function make(trx: Db, missing: readonly ProfileRow[], known: Map<string, number>): Promise<void> {
  await sql`select pg_advisory_xact_lock(${INSERT_LOCK})`.execute(trx);
  const count = await sql<{ n: number }>`select count(*) as n from tag_profiles`.execute(trx);
  const room = Math.max(0, MOST_PROFILES - (count.rows[0]?.n ?? 0));
  const kept = missing.map((row, at) => (at < room ? row : coarse(row)));
  await sql`insert into tag_profiles (hash, registry_id, kind, engine, major, flavour, floating, signed, verified,
      platforms, extension_names, varies)
    select distinct on (n.hash) n.* from jsonb_to_recordset(${jsonText(kept)}::jsonb) as n(hash text, registry_id uuid,
      kind text, engine text, major int, flavour text, floating boolean, signed boolean, verified boolean,
      platforms text[], extension_names text[], varies text[])
    on conflict (hash) do nothing`.execute(trx);
  const made = await idsByHash(trx, [...new Set(kept.map(({ hash }) => hash))]);
  for (const [at, row] of missing.entries()) known.set(row.hash, made.get(kept[at]!.hash)!);
}

function profileOf(tag: Profiled): ProfileRow {
  const varies: FieldName[] = [];
  if ((tag.major ?? 0) >= LARGEST_MAJOR) varies.push('major');
  if (tag.flavour !== null && !PLAIN_FLAVOUR.test(tag.flavour)) varies.push('flavour');
  return hashed({
    registry_id: tag.registryId,
    kind: tag.kind,
    engine: tag.engine,
    major: varies.includes('major') ? null : tag.major,
    flavour: varies.includes('flavour') ? null : tag.flavour,
    floating: tag.floating,
    signed: tag.signed,
    verified: tag.verified,
    platforms: tag.platforms.toSorted(),
    extension_names: tag.extension_names.toSorted(),
    varies,
  });
}

/** The same with all that varies most left open. */
function coarse({ registry_id, kind, engine, floating, signed, verified }: ProfileRow): ProfileRow {
  const open = { major: null, flavour: null, platforms: [], extension_names: [] };
  const varies: FieldName[] = ['major', 'flavour', 'platform', 'extension'];
  return hashed({ registry_id, kind, engine, floating, signed, verified, ...open, varies });
}

function hashed(row: Omit<ProfileRow, 'hash'>): ProfileRow {
  const parts = [
    row.registry_id,
    row.kind,
    row.engine ?? '',
    row.major ?? '',
    row.flavour ?? '',
    row.floating ? 't' : 'f',
    row.signed ? 't' : 'f',
    row.platforms.join(','),
    row.extension_names.join(','),
    row.varies.join(','),
    // Profiles that are older than this keep their hash.
    ...(row.verified ? ['v'] : []),
  ];
  return { hash: createHash('md5').update(parts.join('\x1f')).digest('hex'), ...row };
}

/** Counts the tags of some repositories by profile anew. Runs inside the caller's transaction. */
export async function countProfiles(trx: Db, repositoryIds: readonly string[]): Promise<void> {
  const mine = sql`repository_id = any(${[...repositoryIds]}::uuid[])`;
  // Rows that say what they said are not written again.
  await sql`
    with counted as materialized (
      select repository_id, profile_id, count(*)::int as tags from tags
      where ${mine} and presence <> 'retired' and profile_id is not null group by 1, 2),
    gone as (
      delete from repository_profiles p where ${mine} and not exists (select from counted c
        where c.repository_id = p.repository_id and c.profile_id = p.profile_id))
    insert into repository_profiles as p (repository_id, profile_id, tags)
    select repository_id, profile_id, tags from counted
    on conflict (repository_id, profile_id) do update set tags = excluded.tags
      where p.tags <> excluded.tags`.execute(trx);
  await redrawDecidedTags(trx, repositoryIds);
  profilesChanged();
}

type Marks = Partial<Pick<ProfileRow, 'signed' | 'verified'>>;

/** Gives tags of a repository the profile that differs only in whether a signature hangs on the image. */
export async function reprofileSigned(trx: Db, repositoryId: string, signed: boolean): Promise<void> {
  const tags = sql`t.repository_id = ${repositoryId} and t.signed = ${signed}`;
  await reprofile(trx, tags, sql`p.signed <> ${signed}`, { signed });
}

/**
 * Gives the tags of these images, in any repository, the profile that says whether they are in `verified_images`. Answers the
 * repositories whose tags changed, which are locked: nobody counts or writes their tags meanwhile.
 */
export async function reprofileVerified(trx: Db, digests: readonly string[]): Promise<string[]> {
  const mine = sql`t.digest = any(${[...digests]}::text[])`;
  const isVerified = sql`exists (select from verified_images v where v.digest = t.digest)`;
  const placed = await sql<{ id: string }>`
    select r.id from repositories r where r.id in (
      select t.repository_id from tags t join tag_profiles p on p.id = t.profile_id
      where ${mine} and p.verified <> ${isVerified})
    order by r.id for update`.execute(trx);
  const repositories = placed.rows.map(({ id }) => id);
  if (repositories.length === 0) return [];
  const there = sql`${mine} and t.repository_id = any(${repositories}::uuid[])`;
  await reprofile(trx, sql`${there} and ${isVerified}`, sql`not p.verified`, { verified: true });
  await reprofile(trx, sql`${there} and not ${isVerified}`, sql`p.verified`, { verified: false });
  return repositories;
}

/** Gives some tags, of those whose profile is `wrong`, its twin with these marks. */
async function reprofile(trx: Db, tags: RawBuilder<unknown>, wrong: RawBuilder<unknown>, marks: Marks): Promise<void> {
  const found = await sql<Omit<ProfileRow, 'hash'> & { id: number }>`
    select p.id, p.registry_id, p.kind, p.engine, p.major, p.flavour, p.floating, p.signed, p.verified, p.platforms,
      p.extension_names, p.varies
    from tag_profiles p where ${wrong} and p.id in (select distinct t.profile_id from tags t where ${tags})`.execute(
    trx,
  );
  if (found.rows.length === 0) return;
  const twins = found.rows.map(({ id, ...row }) => ({ id, twin: hashed({ ...row, ...marks }) }));
  const known = await idsByHash(
    trx,
    twins.map(({ twin }) => twin.hash),
  );
  const missing = twins.map(({ twin }) => twin).filter(({ hash }) => !known.has(hash));
  if (missing.length > 0) await make(trx, missing, known);
  const pairs = twins.map(({ id, twin }) => ({ id, twin: known.get(twin.hash) }));
  await sql`insert into profile_terms (term, profile_id)
    select o.term, n.twin from jsonb_to_recordset(${jsonText(pairs)}::jsonb) as n(id int, twin int)
      join profile_terms o on o.profile_id = n.id order by 1, 2 on conflict do nothing`.execute(trx);
  await sql`update tags t set profile_id = n.twin
    from jsonb_to_recordset(${jsonText(pairs)}::jsonb) as n(id int, twin int)
    where ${tags} and t.profile_id = n.id`.execute(trx);
}

/** A profile, and how many tags have it. */
export interface CountedProfile {
  readonly profile: TagProfile;
  readonly tags: number;
}

/** Counts of the whole library may be as old as this where another process wrote; in this one they are not old at all. */
const COUNTS_LIVE_MS = 2_000;

/** Goes up with every write to profiles or registries in this process. */
let generation = 0;

/** Tells readers that counts, or the names of registries, are others now. */
export function profilesChanged(): void {
  generation += 1;
}

type Content = Omit<TagProfile, 'registryName' | 'registryUrl' | 'locationId'>;

interface IdAndTags {
  readonly id: number;
  readonly tags: number;
}

/** Reads profiles. What a profile says never changes, so it is read once. */
export class ProfileReader {
  readonly #db: Db;
  readonly #known = new Map<number, Content>();
  #whole: { generation: number; until: number; counted: Promise<CountedProfile[]> } | null = null;

  constructor(db: Db) {
    this.#db = db;
  }

  /** Profiles of tags that are not retired, with their number; of these repositories only, when they are given. */
  counted(repositoryIds?: readonly string[]): Promise<readonly CountedProfile[]> {
    if (repositoryIds !== undefined) {
      return this.#read(sql`where repository_id = any(${[...repositoryIds]}::uuid[])`);
    }
    const now = performance.now();
    if (this.#whole === null || this.#whole.generation !== generation || this.#whole.until < now) {
      const counted = this.#read(sql``);
      const whole = { generation, until: now + COUNTS_LIVE_MS, counted };
      this.#whole = whole;
      counted.catch(() => {
        if (this.#whole === whole) this.#whole = null;
      });
    }
    return this.#whole.counted;
  }

  /** Terms of a query, with `signed:yes` in the words that it stands for here. */
  async understood(terms: readonly Term[]): Promise<readonly Term[]> {
    if (!asksSigned(terms)) return terms;
    const found = await sql<{ is: boolean }>`
      select exists (select from trust_entries where enabled) as is`.execute(this.#db);
    return withSignedWords(terms, found.rows[0]?.is === true);
  }

  /** Every profile, also of retired tags. */
  async all(): Promise<readonly CountedProfile[]> {
    return this.of((await sql<IdAndTags>`select id, 0 as tags from tag_profiles`.execute(this.#db)).rows);
  }

  /** Profiles with a number that the caller counted. */
  async of(counts: readonly IdAndTags[]): Promise<readonly CountedProfile[]> {
    await this.#learn(counts.map(({ id }) => id).filter((id) => !this.#known.has(id)));
    const registries = await sql<{ id: string; name: string; url: string; location_id: string }>`
      select id, name, url, location_id from registries`.execute(this.#db);
    const byId = new Map(registries.rows.map((row) => [row.id, row]));
    return counts.flatMap(({ id, tags }) => {
      const content = this.#known.get(id);
      const registry = content && byId.get(content.registryId);
      if (!content || !registry) return [];
      const { name, url, location_id } = registry;
      return [{ profile: { ...content, registryName: name, registryUrl: url, locationId: location_id }, tags }];
    });
  }

  async #read(where: RawBuilder<unknown>): Promise<CountedProfile[]> {
    const counts = await sql<IdAndTags>`
      select profile_id as id, sum(tags)::int as tags from repository_profiles ${where} group by profile_id`.execute(
      this.#db,
    );
    return [...(await this.of(counts.rows))];
  }

  async #learn(ids: readonly number[]): Promise<void> {
    if (ids.length === 0) return;
    const found = await sql<Content>`
      select id, registry_id as "registryId", kind, engine, major, flavour, floating, signed, verified, platforms,
        extension_names as extensions, varies
      from tag_profiles where id = any(${[...ids]}::int[])`.execute(this.#db);
    for (const row of found.rows) this.#known.set(row.id, row);
  }
}
