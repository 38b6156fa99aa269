/** Receivers of notifications, and the last deliveries of each. */
import { randomUUID } from 'node:crypto';
import { type Delivery, RECEIVER_KINDS, type Receiver, routePath } from '@pharos/contract';
import { type RawBuilder, sql } from 'kysely';
import { noteAudit } from './audit-context.ts';
import { after, cut, type Order, orderBy } from './cursor.ts';
import { allOf, countUpTo, type Db, first, iso, storableText } from './database.ts';
import { StoreError } from './errors.ts';
import type { Receivers } from './receiver-port.ts';

/** Deliveries kept of each receiver. */
const KEPT = 200;
const MAX_TAGS = 100;

interface ReceiverRow {
  id: string;
  registry_id: string;
  registry: string;
  source: Receiver['source'];
  created_at: Date;
  rotated_at: Date;
  refused_at: Date | null;
  last_at: Date | null;
  last_outcome: Delivery['outcome'];
}

interface DeliveryRow {
  id: string;
  receiver_id: string;
  received_at: Date;
  event: string;
  repository: string | null;
  repository_id: string | null;
  tags: string[];
  outcome: Delivery['outcome'];
  message: string;
  requests: number | null;
  finished_at: Date | null;
}

/** The sealed secret is never among it. */
const SELECT = sql`select v.id, v.registry_id, g.name as registry, v.source, v.created_at, v.rotated_at, v.refused_at,
    d.received_at as last_at, d.outcome as last_outcome
  from receivers v join registries g on g.id = v.registry_id
  left join lateral (select received_at, outcome from deliveries where receiver_id = v.id
    order by received_at desc, id desc limit 1) d on true`;

const BY_REGISTRY: Order<ReceiverRow> = {
  name: 'receivers',
  descending: false,
  keys: [
    { column: sql`g.name`, type: 'text', read: (row) => row.registry },
    { column: sql`v.created_at`, type: 'time', read: (row) => iso(row.created_at) },
    { column: sql`v.id`, type: 'id', read: (row) => row.id },
  ],
};

const NEWEST: Order<DeliveryRow> = {
  name: 'deliveries',
  descending: true,
  keys: [
    { column: sql`received_at`, type: 'time', read: (row) => iso(row.received_at) },
    { column: sql`id`, type: 'id', read: (row) => row.id },
  ],
};

export function receiversOf(db: Db): Receivers {
  return {
    list: async ({ limit, cursor, registryId }) => {
      const filters = registryId === undefined ? [] : [sql`v.registry_id = ${registryId}`];
      const where = allOf(cursor === undefined ? filters : [...filters, after(BY_REGISTRY, cursor)]);
      const found = await sql<ReceiverRow>`${SELECT} where ${where}
        order by ${orderBy(BY_REGISTRY)} limit ${limit + 1}`.execute(db);
      const { rows, next } = cut(BY_REGISTRY, found.rows, limit);
      return {
        items: rows.map(receiverOf),
        next,
        ...(await countUpTo(db, sql`from receivers v where ${allOf(filters)}`)),
      };
    },

    get: (id) => receiverById(db, id),

    create: async ({ id, registryId, source, sealed }, now) => {
      noteAudit({ subject: id });
      await sql`insert into receivers (id, registry_id, source, secret_sealed, created_at, rotated_at)
        select ${id}::uuid, g.id, ${source}, ${sealed}, ${iso(now)}::timestamptz, ${iso(now)}::timestamptz
        from registries g where g.id = ${registryId}`.execute(db);
      const receiver = await receiverById(db, id);
      if (receiver !== null) return receiver;
      throw new StoreError(
        'not-found',
        'The registry does not exist.',
        'It may have been removed; go back to the list.',
      );
    },

    rotate: async (id, sealed, now) => {
      await sql`update receivers set secret_sealed = ${sealed}, rotated_at = ${iso(now)}, refused_at = null
        where id = ${id}`.execute(db);
      return receiverById(db, id);
    },

    remove: async (id) => (await sql`delete from receivers where id = ${id} returning id`.execute(db)).rows.length > 0,

    target: (id) =>
      first(
        sql`select v.id, v.source, v.secret_sealed as sealed, g.id as "registryId", g.url as "registryUrl",
            g.location_id as "locationId"
          from receivers v join registries g on g.id = v.registry_id where v.id = ${id}`,
        db,
      ),

    refused: async (id, now) => {
      await sql`update receivers set refused_at = ${iso(now)} where id = ${id}`.execute(db);
    },

    deliver: (receiverId, deliveries, now) =>
      db.transaction().execute(async (trx) => {
        const ids: string[] = [];
        for (const delivery of deliveries) {
          const id = randomUUID();
          const { event, repository, repositoryId, tags, outcome, message } = delivery;
          await sql`insert into deliveries (id, receiver_id, received_at, event, repository, repository_id, tags, outcome,
              message, finished_at)
            values (${id}, ${receiverId}, ${iso(now)}, ${storableText(event)},
              ${repository === null ? null : storableText(repository)}, ${repositoryId}, ${tags.slice(0, MAX_TAGS)},
              ${outcome}, ${storableText(message)}, ${outcome === 'ignored' ? iso(now) : null})`.execute(trx);
          ids.push(id);
        }
        await prune(trx, receiverId);
        return ids;
      }),

    settle: async (ids, { outcome, message, requests }, now) => {
      if (ids.length === 0) return;
      await sql`update deliveries set outcome = ${outcome}, message = ${storableText(message)}, requests = ${requests},
          finished_at = ${iso(now)}
        where id in (${sql.join(ids.map((id) => sql`${id}::uuid`))})`.execute(db);
    },

    abandon: async (message, now) => {
      await sql`update deliveries set outcome = 'failed', message = ${message}, finished_at = ${iso(now)}
        where outcome = 'queued'`.execute(db);
    },

    deliveries: async (id, { limit, cursor, outcome }) => {
      if ((await receiverById(db, id)) === null) return null;
      const filters = [sql`receiver_id = ${id}`];
      if (outcome !== undefined) filters.push(sql`outcome = ${outcome}`);
      const where = allOf(cursor === undefined ? filters : [...filters, after(NEWEST, cursor)]);
      const found = await sql<DeliveryRow>`select * from deliveries where ${where}
        order by ${orderBy(NEWEST)} limit ${limit + 1}`.execute(db);
      const { rows, next } = cut(NEWEST, found.rows, limit);
      const total = await countUpTo(db, sql`from deliveries where ${allOf(filters)}`);
      return { items: rows.map(deliveryOf), next, ...total };
    },
  };
}

async function prune(db: Db, receiverId: string): Promise<void> {
  const order: RawBuilder<unknown> = orderBy(NEWEST);
  await sql`delete from deliveries where receiver_id = ${receiverId} and (received_at, id) <= (
    select received_at, id from deliveries where receiver_id = ${receiverId} order by ${order} offset ${KEPT} limit 1
  )`.execute(db);
}

async function receiverById(db: Db, id: string): Promise<Receiver | null> {
  const row = await first(sql<ReceiverRow>`${SELECT} where v.id = ${id}`, db);
  return row && receiverOf(row);
}

function receiverOf(row: ReceiverRow): Receiver {
  const { proof } = RECEIVER_KINDS[row.source];
  const path = routePath('notify', { params: { id: row.id } });
  return {
    id: row.id,
    registryId: row.registry_id,
    registry: row.registry,
    source: row.source,
    proof,
    path: proof === 'url' ? `${path}/…` : path,
    createdAt: iso(row.created_at),
    rotatedAt: iso(row.rotated_at),
    lastDelivery: row.last_at === null ? null : { receivedAt: iso(row.last_at), outcome: row.last_outcome },
    lastRefusedAt: iso(row.refused_at),
  };
}

function deliveryOf(row: DeliveryRow): Delivery {
  return {
    id: row.id,
    receiverId: row.receiver_id,
    receivedAt: iso(row.received_at),
    event: row.event,
    repository: row.repository,
    repositoryId: row.repository_id,
    tags: row.tags,
    outcome: row.outcome,
    message: row.message,
    requests: row.requests,
    finishedAt: iso(row.finished_at),
  };
}
