/** Endpoints that are told what happens, and the log of what was sent to each. */
import type { Webhook, WebhookAttempt, WebhookDelivery, WebhookDeliveryDetail } from '@pharos/contract';
import { sql } from 'kysely';
import { noteAudit } from './audit-context.ts';
import { after, cut, type Order, orderBy } from './cursor.ts';
import { allOf, countUpTo, type Db, first, iso } from './database.ts';
import type { Webhooks } from './webhook-port.ts';

interface WebhookRow {
  id: string;
  name: string;
  url: string;
  events: Webhook['events'];
  repositories: string | null;
  enabled: boolean;
  allow_http: boolean;
  allow_private: boolean;
  previous_until: Date | null;
  rotated_at: Date;
  disabled_reason: string | null;
  failing_since: Date | null;
  last_at: Date | null;
  last_state: WebhookDelivery['state'] | null;
  last_status: number | null;
  created_at: Date;
  updated_at: Date;
  waiting: number;
}

interface DeliveryRow {
  id: string;
  webhook_id: string;
  event: string;
  payload: string;
  state: WebhookDelivery['state'];
  created_at: Date;
  attempts: number;
  next_attempt_at: Date | null;
  status: number | null;
  message: string;
}

interface AttemptRow {
  n: number;
  at: Date;
  duration_ms: number;
  status: number | null;
  code: string | null;
  message: string;
  request_headers: Record<string, string>;
  response_body: string;
}

/** The sealed secrets are never among it. */
const SELECT = sql`select w.id, w.name, w.url, w.events, w.repositories, w.enabled, w.allow_http, w.allow_private,
    w.previous_until, w.rotated_at, w.disabled_reason, w.failing_since, w.last_at, w.last_state, w.last_status,
    w.created_at, w.updated_at,
    (select count(*)::int from (select 1 from webhook_deliveries d where d.webhook_id = w.id and d.state = 'waiting'
      limit 10000) bounded) as waiting
  from webhooks w`;

const BY_NAME: Order<WebhookRow> = {
  name: 'webhooks',
  descending: false,
  keys: [
    { column: sql`w.name`, type: 'text', read: (row) => row.name },
    { column: sql`w.id`, type: 'id', read: (row) => row.id },
  ],
};

const NEWEST: Order<DeliveryRow> = {
  name: 'webhook-deliveries',
  descending: true,
  keys: [
    { column: sql`created_at`, type: 'time', read: (row) => iso(row.created_at) },
    { column: sql`id`, type: 'id', read: (row) => row.id },
  ],
};

/** A replaced secret goes on signing for this long beside the new one. */
const OVERLAP_HOURS = 24;

export function webhooksOf(db: Db): Webhooks {
  return {
    list: async ({ limit, cursor }) => {
      const where = allOf(cursor === undefined ? [] : [after(BY_NAME, cursor)]);
      const found =
        await sql<WebhookRow>`${SELECT} where ${where} order by ${orderBy(BY_NAME)} limit ${limit + 1}`.execute(db);
      const { rows, next } = cut(BY_NAME, found.rows, limit);
      return { items: rows.map((row) => webhookOf(row)), next, ...(await countUpTo(db, sql`from webhooks w`)) };
    },

    get: (id) => webhookById(db, id),

    create: async ({ id, sealed, input }, now) => {
      noteAudit({ subject: id });
      await sql`insert into webhooks (id, name, url, events, repositories, enabled, allow_http, allow_private,
          secret_sealed, rotated_at, created_at, updated_at)
        values (${id}, ${input.name}, ${input.url}, ${[...new Set(input.events)]}::text[], ${input.repositories},
          ${input.enabled}, ${input.allowHttp}, ${input.allowPrivate}, ${sealed}, ${iso(now)}, ${iso(now)},
          ${iso(now)})`.execute(db);
      return (await webhookById(db, id))!;
    },

    update: async (id, change, now) => {
      const settings = [sql`updated_at = ${iso(now)}`];
      if (change.name !== undefined) settings.push(sql`name = ${change.name}`);
      if (change.url !== undefined) settings.push(sql`url = ${change.url}`);
      if (change.events !== undefined) settings.push(sql`events = ${[...new Set(change.events)]}::text[]`);
      if (change.repositories !== undefined) settings.push(sql`repositories = ${change.repositories}`);
      if (change.allowHttp !== undefined) settings.push(sql`allow_http = ${change.allowHttp}`);
      if (change.allowPrivate !== undefined) settings.push(sql`allow_private = ${change.allowPrivate}`);
      // Whoever switches it on or off decides anew; how long it failed before does not count any more.
      if (change.enabled !== undefined) {
        settings.push(sql`enabled = ${change.enabled}, disabled_reason = null, failing_since = null`);
      }
      await sql`update webhooks set ${sql.join(settings)} where id = ${id}`.execute(db);
      return webhookById(db, id);
    },

    rotate: async (id, sealed, now) => {
      const until = iso(new Date(now.getTime() + OVERLAP_HOURS * 3_600_000));
      await sql`update webhooks set previous_sealed = secret_sealed, previous_until = ${until}, secret_sealed = ${sealed},
          rotated_at = ${iso(now)} where id = ${id}`.execute(db);
      return webhookById(db, id);
    },

    remove: async (id) => (await sql`delete from webhooks where id = ${id} returning id`.execute(db)).rows.length > 0,

    deliveries: async (id, { limit, cursor, state }) => {
      if ((await webhookById(db, id)) === null) return null;
      const filters = [sql`webhook_id = ${id}`];
      if (state !== undefined) filters.push(sql`state = ${state}`);
      const where = allOf(cursor === undefined ? filters : [...filters, after(NEWEST, cursor)]);
      const found = await sql<DeliveryRow>`select * from webhook_deliveries where ${where}
        order by ${orderBy(NEWEST)} limit ${limit + 1}`.execute(db);
      const { rows, next } = cut(NEWEST, found.rows, limit);
      const total = await countUpTo(db, sql`from webhook_deliveries where ${allOf(filters)}`);
      return { items: rows.map(deliveryOf), next, ...total };
    },

    delivery: async (id, deliveryId) => {
      const row = await first(
        sql<DeliveryRow>`select * from webhook_deliveries where id = ${deliveryId} and webhook_id = ${id}`,
        db,
      );
      if (row === null) return null;
      const tries = await sql<AttemptRow>`select * from webhook_attempts where delivery_id = ${deliveryId}
        order by n desc`.execute(db);
      return {
        ...deliveryOf(row),
        payload: row.payload,
        tries: tries.rows.map(attemptOf),
      } satisfies WebhookDeliveryDetail;
    },
  };
}

async function webhookById(db: Db, id: string): Promise<Webhook | null> {
  const row = await first(sql<WebhookRow>`${SELECT} where w.id = ${id}`, db);
  return row && webhookOf(row);
}

function webhookOf(row: WebhookRow): Webhook {
  return {
    id: row.id,
    name: row.name,
    url: row.url,
    events: row.events,
    repositories: row.repositories,
    enabled: row.enabled,
    allowHttp: row.allow_http,
    allowPrivate: row.allow_private,
    createdAt: iso(row.created_at),
    updatedAt: iso(row.updated_at),
    rotatedAt: iso(row.rotated_at),
    previousSecretUntil: iso(row.previous_until),
    disabledReason: row.disabled_reason,
    failingSince: iso(row.failing_since),
    waiting: row.waiting,
    lastDelivery:
      row.last_at === null || row.last_state === null
        ? null
        : { at: iso(row.last_at), state: row.last_state, status: row.last_status },
  };
}

function deliveryOf(row: DeliveryRow): WebhookDelivery {
  return {
    id: row.id,
    webhookId: row.webhook_id,
    event: row.event,
    createdAt: iso(row.created_at),
    state: row.state,
    attempts: row.attempts,
    nextAttemptAt: iso(row.next_attempt_at),
    status: row.status,
    message: row.message,
  };
}

function attemptOf(row: AttemptRow): WebhookAttempt {
  return {
    n: row.n,
    at: iso(row.at),
    durationMs: row.duration_ms,
    status: row.status,
    code: row.code,
    message: row.message,
    requestHeaders: row.request_headers,
    responseBody: row.response_body,
  };
}
