/** Names that point to digests now. */
import type { Page, PageQuery, TagDetail, TagHistoryEntry } from '@pharos/contract';
import { pullCommands, stateAt } from '@pharos/library';
import { sql } from 'kysely';
import { after, cut, type Order, orderBy } from './cursor.ts';
import { allOf, type Db, first, iso } from './database.ts';
import { stateSql } from './decision-row.ts';
import { explainTagOf } from './explanations.ts';
import { namesOf } from './listings.ts';
import { completionsOf } from './search-completions.ts';
import { facetsOf } from './tag-facets.ts';
import { listRepositoryTags, listTags } from './tag-list.ts';
import { newerTags } from './tag-newer.ts';
import { listTagChanges, tagAt } from './tag-past.ts';
import type { Tags } from './tag-port.ts';
import { ProfileReader } from './tag-profiles.ts';
import { TAG_COLUMNS, type TagRow, tagOf } from './tag-row.ts';

const MOST_SAME_DIGEST = 100;

interface HistoryRow {
  id: number;
  digest: string;
  first_seen_at: Date;
  last_seen_at: Date;
  scan_id: string | null;
  engine: TagHistoryEntry['engine'];
  version: TagHistoryEntry['version'];
  state: TagHistoryEntry['state'];
}

const NEWEST: Order<HistoryRow> = {
  name: 'tag-history',
  descending: true,
  keys: [{ column: sql`h.id`, type: 'number', read: (row) => row.id }],
};

export function tagsOf(db: Db): Tags {
  const profiles = new ProfileReader(db);
  return {
    ofRepository: (repositoryId, query, now = new Date()) => listRepositoryTags(db, profiles, repositoryId, query, now),
    list: (query, now = new Date()) => listTags(db, profiles, query, now),
    facets: (query, now = new Date()) => facetsOf(db, profiles, query, now),
    completions: (query) => completionsOf(db, profiles, query),
    get: async (repositoryId, name, now = new Date()) => {
      const row = await tagRow(db, repositoryId, name);
      return row && detailOf(db, row, now);
    },
    history: async (repositoryId, name, query, now = new Date()) => {
      const row = await tagRow(db, repositoryId, name);
      return row && historyOf(db, row, query, now);
    },
    at: async (repositoryId, name, time) => {
      const row = await tagRow(db, repositoryId, name);
      return row && tagAt(db, row, time);
    },
    changes: (query) => listTagChanges(db, query),
    newer: (tags) => newerTags(db, tags),
  };
}

function tagRow(db: Db, repositoryId: string, name: string): Promise<TagRow | null> {
  return first(
    sql<TagRow>`select ${TAG_COLUMNS} from tags t join repositories r on r.id = t.repository_id
      join registries g on g.id = r.registry_id where t.repository_id = ${repositoryId} and t.name = ${name}`,
    db,
  );
}

async function detailOf(db: Db, row: TagRow, now: Date): Promise<TagDetail> {
  const { host, repository, name, digest } = row;
  const same = await sql<TagDetail['sameDigest'][number]>`
    select t.repository_id as "repositoryId", r.name as repository, r.registry_id as "registryId", g.name as registry,
      g.url as host, t.name, g.location_id as "locationId"
    from tags t join repositories r on r.id = t.repository_id join registries g on g.id = r.registry_id
    where t.digest = ${digest} and t.presence <> 'retired'
      and (t.repository_id, t.name) <> (${row.repository_id}::uuid, ${name} collate "C")
    order by (t.repository_id = ${row.repository_id}) desc, r.name, t.name limit ${MOST_SAME_DIGEST}`.execute(db);
  const previous = await previousOf(db, row);
  return {
    ...tagOf(row, now),
    pull: pullCommands({ host, repository, tag: name, digest }),
    sameDigest: same.rows,
    explanation: await explainTagOf(db, {
      registryId: row.registry_id,
      repository,
      tag: name,
      names: await namesOf(db, row.registry_id, repository),
      now,
    }),
    previous: previous?.name ?? null,
    previousDigest: previous?.digest ?? null,
  };
}

/** The next older exact version of the same flavour; a floating tag stands for several, so it has none. */
async function previousOf(db: Db, row: TagRow): Promise<{ name: string; digest: string } | null> {
  if (!row.sort_key.startsWith('2')) return null;
  return first(
    sql<{ name: string; digest: string }>`select name, digest from tags
      where repository_id = ${row.repository_id} and sort_key < ${row.sort_key} collate "C" and sort_key >= '2'
        and presence <> 'retired' and flavour is not distinct from ${row.flavour}
      order by sort_key desc, name desc limit 1`,
    db,
  );
}

/** The current digest stands on the tag's row; those before it are in its history. */
async function historyOf(db: Db, row: TagRow, { limit, cursor }: PageQuery, now: Date): Promise<Page<TagHistoryEntry>> {
  const mine = sql`h.repository_id = ${row.repository_id} and h.name = ${row.name}`;
  const current = cursor === undefined ? [currentEntry(row, stateAt(row.decided, now))] : [];
  const room = limit - current.length;
  const found = await sql<HistoryRow>`
    select h.id, h.digest, h.first_seen_at, h.last_seen_at, h.scan_id, h.engine, h.version,
      ${stateSql(sql`h.digest`, now)} as state
    from tag_history h
    where ${allOf(cursor === undefined ? [mine] : [mine, after(NEWEST, cursor)])}
    order by ${orderBy(NEWEST)} limit ${room + 1}`.execute(db);
  const count = await first(sql<{ n: number }>`select count(*) as n from tag_history h where ${mine}`, db);
  // With limit 1 the first page holds the current entry alone; the next one begins above every id.
  const { rows, next } =
    room === 0 ? { rows: [], next: found.rows.length > 0 ? cursorBeforeAll() : null } : cut(NEWEST, found.rows, room);
  return { items: [...current, ...rows.map(formerEntry)], next, total: (count?.n ?? 0) + 1 };
}

function cursorBeforeAll(): string {
  return Buffer.from(JSON.stringify([NEWEST.name, Number.MAX_SAFE_INTEGER])).toString('base64url');
}

function currentEntry(row: TagRow, state: TagHistoryEntry['state']): TagHistoryEntry {
  return {
    digest: row.digest,
    firstSeenAt: iso(row.digest_since),
    lastSeenAt: iso(row.last_seen_at),
    current: row.presence !== 'retired',
    state,
    engine: row.engine,
    version: row.version,
    scanId: row.digest_scan_id,
  };
}

function formerEntry(row: HistoryRow): TagHistoryEntry {
  return {
    digest: row.digest,
    firstSeenAt: iso(row.first_seen_at),
    lastSeenAt: iso(row.last_seen_at),
    current: false,
    state: row.state,
    engine: row.engine,
    version: row.version,
    scanId: row.scan_id,
  };
}
