/** Reading the audit log: lists, counts, and the chain in its order. */
import type { AuditEvent, AuditFilter, SignedAuditHead } from '@pharos/contract';
import { type RawBuilder, sql } from 'kysely';
import { appendAudit } from './audit.ts';
import type { AuditLog } from './audit-port.ts';
import { after, cut, type Order, orderBy } from './cursor.ts';
import { allOf, containing, countUpTo, type Db, first, iso } from './database.ts';

interface AuditRow {
  seq: number;
  at: Date;
  actor: string;
  actor_kind: AuditEvent['actorKind'];
  action: string;
  outcome: AuditEvent['outcome'];
  subject_kind: string;
  subject: string;
  location_id: string | null;
  reason: string;
  request_id: string | null;
  detail: string;
  previous_hash: string;
  hash: string;
}

const order = (descending: boolean): Order<AuditRow> => ({
  name: descending ? 'audit-newest' : 'audit-oldest',
  descending,
  keys: [{ column: sql`seq`, type: 'number', read: (row) => row.seq }],
});

/** Facets are counted over this many entries at most: a log of years must not make a page wait. */
const COUNTED = 100_000;
const MOST_FACETS = 200;
const KEPT_HEADS = 10_000;

export function auditLogOf(db: Db, epoch: () => Promise<string>): AuditLog {
  return {
    list: async ({ limit, cursor, order: direction, ...filter }) => {
      const by = order(direction === 'newest');
      const conditions = conditionsOf(filter);
      const where = allOf(cursor === undefined ? conditions : [...conditions, after(by, cursor)]);
      const found = await sql<AuditRow>`select * from audit_events where ${where}
        order by ${orderBy(by)} limit ${limit + 1}`.execute(db);
      const { rows, next } = cut(by, found.rows, limit);
      const total = await countUpTo(db, sql`from audit_events where ${allOf(conditions)}`);
      return { items: rows.map(eventOf), next, ...total };
    },

    get: async (seq) => {
      const row = await first(sql<AuditRow>`select * from audit_events where seq = ${seq}`, db);
      return row && eventOf(row);
    },

    facets: async (filter) => {
      const { action: _action, outcome: _outcome, ...common } = filter;
      const [actions, outcomes] = [
        await counted(db, sql`action`, conditionsOf({ ...common, outcome: filter.outcome })),
        await counted(db, sql`outcome`, conditionsOf({ ...common, action: filter.action })),
      ];
      const most = Math.max(...[actions, outcomes].map((list) => list.reduce((sum, { count }) => sum + count, 0)));
      return { actions, outcomes, complete: most < COUNTED };
    },

    after: async (seq, limit) => {
      const found = await sql<AuditRow>`select * from audit_events where seq > ${seq}
        order by seq limit ${limit}`.execute(db);
      return found.rows.map(eventOf);
    },

    head: async () =>
      (await first(sql<{ seq: number; hash: string }>`select seq, hash from audit_head where id = 1`, db))!,

    append: (event, now) => db.transaction().execute((trx) => appendAudit(trx, event, now)),

    keepHead: async ({ seq, hash, at, signature, publicKey }) => {
      await sql`insert into audit_signed_heads (seq, hash, at, signature, public_key)
        values (${seq}, ${hash}, ${at}, ${signature}, ${publicKey}) on conflict do nothing`.execute(db);
    },

    heads: async (publicKey) => {
      const serverEpoch = await epoch();
      const found = await sql<{ seq: number; hash: string; at: Date; signature: string }>`
        select seq, hash, at, signature from audit_signed_heads where public_key = ${publicKey}
        order by seq desc limit ${KEPT_HEADS}`.execute(db);
      return found.rows.map((row) => ({ ...row, at: iso(row.at), publicKey, serverEpoch }) satisfies SignedAuditHead);
    },
  };
}

async function counted(
  db: Db,
  column: RawBuilder<unknown>,
  conditions: readonly RawBuilder<unknown>[],
): Promise<{ value: string; count: number }[]> {
  const found = await sql<{ value: string; count: number }>`select value, count(*) as count from (
      select ${column} as value from audit_events where ${allOf(conditions)} order by seq desc limit ${COUNTED}
    ) newest group by value order by count(*) desc, value limit ${MOST_FACETS}`.execute(db);
  return found.rows;
}

function conditionsOf(filter: AuditFilter): RawBuilder<unknown>[] {
  const { actor, action, outcome, subjectKind, subject, locationId, from, to, q } = filter;
  const conditions: RawBuilder<unknown>[] = [];
  if (actor !== undefined) conditions.push(sql`actor = ${actor}`);
  if (action !== undefined) {
    const each = action.split(',').map((name) => {
      if (!name.endsWith('.*')) return sql`action = ${name}`;
      // A range, because an index on plain order answers it: '/' is the character behind '.'.
      const start = name.slice(0, -1);
      return sql`(action collate "C" >= ${start} and action collate "C" < ${`${start.slice(0, -1)}/`})`;
    });
    conditions.push(sql`(${sql.join(each, sql` or `)})`);
  }
  if (outcome !== undefined) conditions.push(sql`outcome = any(${outcome.split(',')}::text[])`);
  if (subjectKind !== undefined) conditions.push(sql`subject_kind = ${subjectKind}`);
  if (subject !== undefined) conditions.push(sql`subject = ${subject}`);
  if (locationId !== undefined) conditions.push(sql`location_id = ${locationId}`);
  if (from !== undefined) conditions.push(sql`at >= ${from}`);
  if (to !== undefined) conditions.push(sql`at < ${to}`);
  if (q !== undefined) {
    const like = containing(q);
    conditions.push(
      sql`(actor ilike ${like} or subject ilike ${like} or reason ilike ${like} or detail ilike ${like})`,
    );
  }
  return conditions;
}

function eventOf(row: AuditRow): AuditEvent {
  return {
    seq: row.seq,
    at: iso(row.at),
    actor: row.actor,
    actorKind: row.actor_kind,
    action: row.action,
    outcome: row.outcome,
    subjectKind: row.subject_kind,
    subject: row.subject,
    locationId: row.location_id,
    reason: row.reason,
    requestId: row.request_id,
    detail: row.detail,
    previousHash: row.previous_hash,
    hash: row.hash,
  };
}
