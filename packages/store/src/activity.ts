/** What happened in the library: entries are written in the transaction of the change, together with who is to be told. */
import type { ActivityEntry } from '@pharos/contract';
import { type ActivityDraft, activityDraft } from '@pharos/library';
import { type RawBuilder, sql } from 'kysely';
import type { Activity } from './activity-port.ts';
import { CONNECTED_SECONDS, LOST_SECONDS } from './agents.ts';
import { after, cut, type Order, orderBy } from './cursor.ts';
import { allOf, countUpTo, type Db, first, iso, json, storableText } from './database.ts';
import { enqueue } from './webhook-enqueue.ts';

/** Entries kept, by age and by number. */
const KEPT_DAYS = 90;
const KEPT = 100_000;

interface ActivityRow {
  id: number;
  at: Date;
  type: ActivityEntry['type'];
  message: string;
  registry_id: string | null;
  registry: string | null;
  repository_id: string | null;
  repository: string | null;
  scan_id: string | null;
  subject_id: string | null;
  catalog: string | null;
  catalog_location: string | null;
  count: number;
  items: ActivityEntry['items'];
}

const NEWEST: Order<ActivityRow> = {
  name: 'activity',
  descending: true,
  keys: [{ column: sql`a.id`, type: 'number', read: (row) => row.id }],
};

/** Entries, with the address of the catalog that one is about while there is one. */
const ENTRIES = sql`select a.*, c.name as catalog, c.location_id as catalog_location
  from activity a left join catalogs c on c.id = a.subject_id`;

/** Writes entries, and a delivery for every webhook that wants one. Runs inside the caller's transaction. */
export async function tell(trx: Db, drafts: readonly ActivityDraft[], now: Date): Promise<void> {
  for (const draft of drafts) {
    const row = await first(
      sql<{ id: number }>`insert into activity (at, type, message, registry_id, registry, repository_id, repository,
          scan_id, subject_id, count, items)
        values (${iso(now)}, ${draft.type}, ${storableText(draft.message)}, ${draft.registryId}, ${draft.registry},
          ${draft.repositoryId}, ${draft.repository}, ${draft.scanId}, ${draft.subjectId}, ${draft.count},
          ${json(draft.items)})
        returning id`,
      trx,
    );
    await enqueue(trx, { ...draft, id: row!.id, at: iso(now) }, now);
  }
}

export function activityOf(db: Db): Activity {
  return {
    list: async (query) => {
      const { limit, cursor } = query;
      const filters: RawBuilder<unknown>[] = [];
      if (query.type !== undefined) filters.push(sql`a.type = ${query.type}`);
      if (query.registryId !== undefined) filters.push(sql`a.registry_id = ${query.registryId}`);
      if (query.repositoryId !== undefined) filters.push(sql`a.repository_id = ${query.repositoryId}`);
      if (query.since !== undefined) filters.push(sql`a.at >= ${query.since}`);
      const where = allOf(cursor === undefined ? filters : [...filters, after(NEWEST, cursor)]);
      const found = await sql<ActivityRow>`${ENTRIES} where ${where}
        order by ${orderBy(NEWEST)} limit ${limit + 1}`.execute(db);
      const { rows, next } = cut(NEWEST, found.rows, limit);
      return { items: rows.map(entryOf), next, ...(await countUpTo(db, sql`from activity a where ${allOf(filters)}`)) };
    },

    last: async () => (await first(sql<{ id: number }>`select id from activity order by id desc limit 1`, db))?.id ?? 0,

    after: async (id) => {
      const found = await sql<ActivityRow>`${ENTRIES} where a.id > ${id} order by a.id limit 200`.execute(db);
      return found.rows.map(entryOf);
    },

    watchAgents: (now) => db.transaction().execute((trx) => watchAgents(trx, now)),

    prune: async (now) => {
      const oldest = iso(new Date(now.getTime() - KEPT_DAYS * 86_400_000));
      await sql`delete from activity where at < ${oldest} or id <= (
        select id from activity order by id desc offset ${KEPT} limit 1)`.execute(db);
    },
  };
}

/** An agent that fell silent is told of once, and once when it calls again. Each row is locked by whoever tells. */
async function watchAgents(trx: Db, now: Date): Promise<number> {
  const before = (seconds: number) => iso(new Date(now.getTime() - seconds * 1000));
  const lost = await sql<{ id: string; name: string; location_id: string }>`update agents set told_lost = true
    where not told_lost and last_seen_at < ${before(LOST_SECONDS)} returning id, name, location_id`.execute(trx);
  const back = await sql<{ id: string; name: string; location_id: string }>`update agents set told_lost = false
    where told_lost and last_seen_at >= ${before(CONNECTED_SECONDS)} returning id, name, location_id`.execute(trx);
  const drafts = [
    ...lost.rows.map(({ id, name, location_id }) =>
      activityDraft('agent.lost', `Agent ${name} of ${location_id} has not called for ten minutes`, { subjectId: id }),
    ),
    ...back.rows.map(({ id, name, location_id }) =>
      activityDraft('agent.back', `Agent ${name} of ${location_id} calls again`, { subjectId: id }),
    ),
  ];
  await tell(trx, drafts, now);
  return drafts.length;
}

function entryOf(row: ActivityRow): ActivityEntry {
  return {
    id: row.id,
    at: iso(row.at),
    type: row.type,
    message: row.message,
    registryId: row.registry_id,
    registry: row.registry,
    repositoryId: row.repository_id,
    repository: row.repository,
    scanId: row.scan_id,
    subjectId: row.subject_id,
    catalog:
      row.catalog === null || row.catalog_location === null
        ? null
        : { name: row.catalog, location: row.catalog_location },
    count: row.count,
    items: row.items,
  };
}
