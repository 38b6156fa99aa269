/**
 * Writing tags: set-based statements over one JSON parameter for each batch. A statement for each row would be a round
 * trip for each row.
 */
import { setImmediate } from 'node:timers/promises';
import type { Observation, Package } from '@pharos/contract';
import type { KnownObservation } from '@pharos/library';
import { type RawBuilder, sql } from 'kysely';
import { batches, type Db, iso, jsonText } from './database.ts';
import { termsOf } from './profile-terms.ts';
import { summarise } from './repository-summary.ts';
import { type TagFacts, tagFacts } from './tag-facts.ts';
import { profileIds } from './tag-profiles.ts';
import { lookAgainAtTags, verifiedAmong } from './verified.ts';

/** A tag as a commit writes it. */
export interface TagWrite {
  readonly name: string;
  readonly digest: string;
  readonly pushed_at: string | null;
  readonly facts: TagFacts;
  /** See profile-terms.ts. */
  readonly terms: readonly string[];
}

/** Large enough that the round trip does not count, small enough that an embedded database serves readers in between. */
const BATCH = 500;
const PROFILED_AT_ONCE = 5_000;
/** Observations are a few kB each. */
export const OBSERVATION_BATCH = 200;

/** Facts that a tag has for itself, and those that it shares with very many others. */
const OWN = { version: 'jsonb', sort_key: 'text', created_at: 'timestamptz', size: 'bigint', findings: 'int' } as const;
const SHARED = {
  kind: 'text',
  engine: 'text',
  major: 'int',
  flavour: 'text',
  floating: 'boolean',
  platforms: 'text[]',
  created_source: 'text',
  extension_count: 'int',
  extension_names: 'text[]',
  model_key: 'text',
  tde: 'boolean',
} as const;

const typed = (columns: Readonly<Record<string, string>>) =>
  sql.raw(
    Object.entries(columns)
      .map((column) => column.join(' '))
      .join(', '),
  );
const OWN_TYPES = typed({ ...OWN, effective_at: 'timestamptz' });
const SHARED_TYPES = typed(SHARED);
const FACT_TYPES = sql`${OWN_TYPES}, ${SHARED_TYPES}`;

const FACT_COLUMNS = [...Object.keys(OWN), ...Object.keys(SHARED)];
const COLUMN_LIST = sql.raw(FACT_COLUMNS.join(', '));
const TAKE_EXCLUDED = sql.raw(FACT_COLUMNS.map((name) => `${name} = excluded.${name}`).join(', '));
const TAKE_NEW = sql.raw(FACT_COLUMNS.map((name) => `${name} = n.${name}`).join(', '));

/** Where and when a commit writes. */
export interface WriteContext {
  readonly repositoryId: string;
  readonly registryId: string;
  readonly scanId: string;
  readonly seenAt: string;
  /** Names that the repository has. Nobody adds one before this transaction ends: it holds the repository's row. */
  readonly known: ReadonlySet<string>;
  /** Names among the tags whose digest changes. */
  readonly moved: readonly string[];
  /** Digests that a signature hangs on. */
  readonly signed: ReadonlySet<string>;
}

/**
 * Adds tags, moves them, brings them back, or draws them anew; every one of them is present afterwards. A tag whose
 * digest changes leaves a row in its history.
 */
export async function writeTags(trx: Db, context: WriteContext, tags: readonly TagWrite[]): Promise<void> {
  const { repositoryId, known, moved } = context;
  if (moved.length > 0) await keepHistory(trx, repositoryId, moved);
  let writing: Promise<unknown> = Promise.resolve();
  try {
    for (const part of batches(tags, PROFILED_AT_ONCE)) {
      await writing;
      const placed = await withProfiles(trx, context, part);
      const isKnown = ({ name }: { readonly name: string }) => known.has(name);
      const added = placed.filter((tag) => !isKnown(tag));
      const changed = placed.filter(isKnown);
      for (const [tags, upsert] of [
        [added, sql``],
        [changed, ON_CONFLICT],
      ] as const) {
        for (const batch of batches(tags, BATCH)) {
          // Written out as text while the database is busy with the batch before.
          const rows = rowsOf(batch);
          await writing;
          writing = insertTags(trx, context, rows, upsert);
          await setImmediate();
        }
      }
      await writing;
      await lookAgainAtTags(
        trx,
        part.map(({ digest }) => digest),
      );
    }
  } finally {
    await writing;
  }
}

async function withProfiles(trx: Db, { registryId, signed }: WriteContext, tags: readonly TagWrite[]) {
  const verified = await verifiedAmong(
    trx,
    tags.map(({ digest }) => digest),
  );
  const profiles = await profileIds(
    trx,
    tags.map(({ digest, facts, terms }) => ({
      ...facts,
      registryId,
      signed: signed.has(digest),
      verified: verified.has(digest),
      terms,
    })),
  );
  return tags.map((tag, at): PlacedTag => ({ ...tag, signed: signed.has(tag.digest), profile_id: profiles[at]! }));
}

interface PlacedTag extends TagWrite {
  readonly signed: boolean;
  readonly profile_id: number;
}

/** Tags as texts of JSON: what many of them share stands once, for reading it costs the database more than writing it down. */
function rowsOf(tags: readonly PlacedTag[]): { own: string; shared: string } {
  const shared = new Map<string, { readonly at: number; readonly [fact: string]: unknown }>();
  const own = tags.map(({ name, digest, pushed_at, signed, profile_id, facts }) => {
    const { version, sort_key, created_at, effective_at, size, findings, ...rest } = facts;
    const text = JSON.stringify([signed, profile_id, rest]);
    const { at } = shared.get(text) ?? { at: shared.size };
    if (at === shared.size) shared.set(text, { at, signed, profile_id, ...rest });
    return { at, name, digest, pushed_at, version, sort_key, created_at, effective_at, size, findings };
  });
  return { own: jsonText(own), shared: jsonText([...shared.values()]) };
}

/** New tags do without it: looking for a conflict costs a third more. */
const ON_CONFLICT = sql`
    on conflict (repository_id, name) do update set
      digest = excluded.digest, pushed_at = excluded.pushed_at, signed = excluded.signed,
      profile_id = excluded.profile_id, ${TAKE_EXCLUDED},
      effective_at = coalesce(excluded.created_at, excluded.pushed_at, t.first_seen_at),
      digest_since = case when t.digest = excluded.digest then t.digest_since else excluded.digest_since end,
      digest_scan_id = case when t.digest = excluded.digest then t.digest_scan_id else excluded.digest_scan_id end,
      moved_at = case when t.digest = excluded.digest then t.moved_at else excluded.last_seen_at end,
      presence = 'present', retired_by = null, missing_scans = 0, missing_since = null,
      last_seen_at = greatest(t.last_seen_at, excluded.last_seen_at)`;

function insertTags(
  trx: Db,
  { repositoryId, registryId, scanId, seenAt }: WriteContext,
  { own, shared }: { own: string; shared: string },
  upsert: RawBuilder<unknown>,
): Promise<unknown> {
  const rows = sql`jsonb_to_recordset(${own}::jsonb)
      as n(at int, name text, digest text, pushed_at timestamptz, ${OWN_TYPES})
    join jsonb_to_recordset(${shared}::jsonb) as s(at int, signed boolean, profile_id int, ${SHARED_TYPES}) using (at)`;
  // Sorted as the widest indexes are: the next row's place is near the last one's.
  return sql`
    insert into tags as t (repository_id, registry_id, name, digest, digest_since, digest_scan_id, pushed_at,
      effective_at, presence, first_seen_at, last_seen_at, signed, profile_id, ${COLUMN_LIST})
    select ${repositoryId}::uuid, ${registryId}::uuid, n.name, n.digest, ${seenAt}::timestamptz, ${scanId}::uuid,
      n.pushed_at, n.effective_at, 'present', ${seenAt}::timestamptz, ${seenAt}::timestamptz, s.signed, s.profile_id, ${COLUMN_LIST}
    from ${rows} order by s.profile_id, n.sort_key
    ${upsert}`.execute(trx);
}

async function keepHistory(trx: Db, repositoryId: string, names: readonly string[]): Promise<void> {
  await sql`
    insert into tag_history (repository_id, name, digest, first_seen_at, last_seen_at, scan_id, engine, version)
    select t.repository_id, t.name, t.digest, t.digest_since,
      case when t.presence = 'present' then greatest(t.last_seen_at, r.complete_at) else t.last_seen_at end,
      t.digest_scan_id, t.engine, t.version
    from tags t join repositories r on r.id = t.repository_id
    where t.repository_id = ${repositoryId} and t.name = any(${[...names]}::text[]) order by t.name`.execute(trx);
}

interface PlacedRow {
  repository_id: string;
  registry_id: string;
  signed: boolean;
  repository: string;
  declared_kind: Parameters<typeof tagFacts>[1]['declaredKind'];
  name: string;
  digest: string;
  pushed_at: Date | null;
  first_seen_at: Date;
}

/** The same for images that are stored already. */
export async function redrawDigests(trx: Db, digests: readonly string[], now: Date): Promise<void> {
  await redrawTags(trx, [...(await observationsOf(trx, digests)).values()], now);
}

/** Draws the facts of every tag anew that points to one of these images. Runs inside the caller's transaction. */
export async function redrawTags(trx: Db, observations: readonly Observation[], now: Date): Promise<void> {
  const placed = await sql<PlacedRow>`
    select t.repository_id, t.registry_id, t.signed, r.name as repository, r.declared_kind, t.name, t.digest, t.pushed_at,
      t.first_seen_at
    from tags t join repositories r on r.id = t.repository_id
    where t.digest = any(${observations.map(({ digest }) => digest)}::text[])`.execute(trx);
  if (placed.rows.length === 0) return;
  const byDigest = await withPackages(trx, observations);
  const verified = await verifiedAmong(trx, [...byDigest.keys()]);
  for (const batch of batches(placed.rows, BATCH)) {
    const drawn = batch.map((row) => ({
      repository_id: row.repository_id,
      name: row.name,
      ...tagFacts(
        byDigest.get(row.digest) ?? null,
        {
          repository: row.repository,
          tag: row.name,
          declaredKind: row.declared_kind,
          pushedAt: iso(row.pushed_at),
          firstSeenAt: iso(row.first_seen_at),
        },
        now,
      ),
    }));
    const profiles = await profileIds(
      trx,
      drawn.map((facts, at) => {
        const { registry_id: registryId, signed, name, digest } = batch[at]!;
        const isVerified = verified.has(digest);
        return {
          ...facts,
          registryId,
          signed,
          verified: isVerified,
          terms: termsOf(name, byDigest.get(digest)?.labels),
        };
      }),
    );
    const rows = drawn.map((facts, at) => ({ ...facts, profile_id: profiles[at] }));
    await sql`update tags t set ${TAKE_NEW}, effective_at = n.effective_at, profile_id = n.profile_id
      from jsonb_to_recordset(${jsonText(rows)}::jsonb)
        as n(repository_id uuid, name text, profile_id int, ${FACT_TYPES})
      where t.repository_id = n.repository_id and t.name = n.name collate "C"`.execute(trx);
  }
  const repositories = [...new Set(placed.rows.map((row) => row.repository_id))];
  if (repositories.length > 0) await summarise(trx, repositories);
  await lookAgainAtTags(trx, [...byDigest.keys()]);
}

/** An agent's observation knows nothing of packages: they were read apart, earlier perhaps. */
async function withPackages(trx: Db, observations: readonly Observation[]): Promise<Map<string, KnownObservation>> {
  const digests = observations.map(({ digest }) => digest);
  const found = await sql<{ digest: string; packages: Package[] }>`
    select digest, packages from images where digest = any(${digests}::text[]) and packages is not null`.execute(trx);
  const packages = new Map(found.rows.map((row) => [row.digest, row.packages]));
  return new Map(
    observations.map((each) => [each.digest, { ...each, packages: packages.get(each.digest) ?? null }] as const),
  );
}

/** The observations of some digests, with their packages; digests that nobody read are absent. */
async function observationsOf(db: Db, digests: readonly string[]): Promise<Map<string, KnownObservation>> {
  const found = await sql<{ digest: string; observation: Observation; packages: Package[] | null }>`
    select digest, observation, packages from images where digest = any(${[...digests]}::text[])`.execute(db);
  return new Map(found.rows.map(({ digest, observation, packages }) => [digest, { ...observation, packages }]));
}
