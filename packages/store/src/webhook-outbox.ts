/**
 * The outbox of webhooks: deliveries are written in the transaction of the event, claimed by one sender at a time, and
 * stay until they arrived or were given up. A sender that dies loses its claim after a minute; what it had sent by then is
 * sent again with the same id.
 */
import { activityDraft } from '@pharos/library';
import { sql } from 'kysely';
import { tell } from './activity.ts';
import { type Db, first, iso, json, storableText } from './database.ts';
import { insertDelivery } from './webhook-enqueue.ts';
import type { WebhookClaim, WebhookOutbox, WebhookResult } from './webhook-port.ts';

/** Longer than the longest try (15 s) by more than clocks of replicas differ. */
const CLAIM_SECONDS = 60;
/** An endpoint where a delivery is given up and nothing arrived for this long is switched off. */
const GIVE_UP_DAYS = 3;
/** Finished deliveries kept of each webhook. */
const KEPT_DAYS = 7;
const KEPT = 1_000;
const KEPT_ATTEMPTS = 20;

const CLAIMED = sql`d.id, d.webhook_id as "webhookId", d.event, d.payload, d.attempts as attempt, d.tries,
  w.url, w.allow_http as "allowHttp", w.allow_private as "allowPrivate", w.secret_sealed as sealed,
  w.previous_sealed as "previousSealed", w.previous_until as "previousUntil"`;

interface ClaimRow extends Omit<WebhookClaim, 'previousUntil'> {
  readonly previousUntil: Date | null;
}

export function webhookOutboxOf(db: Db): WebhookOutbox {
  return {
    // A few of each endpoint: one that is slow does not keep the others waiting.
    claim: async ({ limit, perWebhook, busy }, now) => {
      const until = iso(new Date(now.getTime() + CLAIM_SECONDS * 1000));
      const claimed = await sql<ClaimRow>`
        with due as materialized (
          select n.id from webhooks w cross join lateral (
            select d.id from webhook_deliveries d
            where d.webhook_id = w.id and d.state = 'waiting' and d.next_attempt_at <= ${iso(now)}
              and (d.claimed_until is null or d.claimed_until <= ${iso(now)})
            order by d.next_attempt_at limit ${perWebhook} for update skip locked
          ) n
          where w.enabled and not w.id = any(${[...busy]}::uuid[]) limit ${limit}
        )
        update webhook_deliveries d set claimed_until = ${until}, attempts = d.attempts + 1
        from webhooks w where w.id = d.webhook_id and d.id in (select id from due)
        returning ${CLAIMED}`.execute(db);
      return claimed.rows.map(claimOf);
    },

    ping: (webhookId, payload, now) =>
      db.transaction().execute(async (trx) => {
        if ((await first(sql`select 1 from webhooks where id = ${webhookId}`, trx)) === null) return null;
        const until = new Date(now.getTime() + CLAIM_SECONDS * 1000);
        const id = await insertDelivery(trx, { webhookId, event: 'ping', payload }, now, until);
        const row = await first(
          sql<ClaimRow>`select ${CLAIMED} from webhook_deliveries d join webhooks w on w.id = d.webhook_id
            where d.id = ${id}`,
          trx,
        );
        return claimOf(row!);
      }),

    settle: (claim, result, now) => db.transaction().execute((trx) => settle(trx, claim, result, now)),

    redeliver: async (webhookId, id, now) => {
      const found = await sql`update webhook_deliveries set state = 'waiting', tries = 0, next_attempt_at = ${iso(now)},
          claimed_until = null, finished_at = null
        where id = ${id} and webhook_id = ${webhookId} and (claimed_until is null or claimed_until <= ${iso(now)})
        returning id`.execute(db);
      return found.rows.length > 0;
    },

    prune: async (now) => {
      const oldest = iso(new Date(now.getTime() - KEPT_DAYS * 86_400_000));
      await sql`delete from webhook_deliveries d using webhooks w where w.id = d.webhook_id and d.created_at < ${oldest}
        and (d.state <> 'waiting' or not w.enabled)`.execute(db);
      await sql`delete from webhook_deliveries d using (
          select w.id, (select x.created_at from webhook_deliveries x where x.webhook_id = w.id
            order by x.created_at desc, x.id desc offset ${KEPT} limit 1) as oldest
          from webhooks w) k
        where d.webhook_id = k.id and d.state <> 'waiting' and d.created_at <= k.oldest`.execute(db);
      await sql`update webhooks set previous_sealed = null, previous_until = null
        where previous_until <= ${iso(now)}`.execute(db);
    },
  };
}

function claimOf(row: ClaimRow): WebhookClaim {
  return { ...row, previousUntil: iso(row.previousUntil) };
}

/** Writes what came of a try. A claim that somebody else took over meanwhile writes nothing: false. */
async function settle(trx: Db, claim: WebhookClaim, result: WebhookResult, now: Date): Promise<boolean> {
  const { attempt, retryAt } = result;
  const state = result.delivered ? 'delivered' : retryAt === null ? 'failed' : 'waiting';
  // The endpoint's row first, as everywhere, so that two results of one endpoint never wait for each other crosswise.
  const webhook = await first(
    sql<{
      name: string;
      enabled: boolean;
      failing_since: Date | null;
    }>`select name, enabled, failing_since from webhooks
      where id = ${claim.webhookId} for no key update`,
    trx,
  );
  const taken = await first(
    sql`update webhook_deliveries set state = ${state}, tries = tries + 1, claimed_until = null, status = ${attempt.status},
        message = ${storableText(attempt.message)}, next_attempt_at = ${iso(retryAt)},
        finished_at = ${state === 'waiting' ? null : iso(now)}
      where id = ${claim.id} and attempts = ${claim.attempt} and claimed_until is not null returning id`,
    trx,
  );
  if (webhook === null || taken === null) return false;
  await sql`insert into webhook_attempts (delivery_id, n, at, duration_ms, status, code, message, request_headers,
      response_body)
    values (${claim.id}, ${claim.attempt}, ${iso(attempt.at)}, ${attempt.durationMs}, ${attempt.status}, ${attempt.code},
      ${storableText(attempt.message)}, ${json(attempt.requestHeaders)}, ${storableText(attempt.responseBody)})`.execute(
    trx,
  );
  await sql`delete from webhook_attempts where delivery_id = ${claim.id} and n <= ${claim.attempt - KEPT_ATTEMPTS}`.execute(
    trx,
  );
  // A ping is a question of a person, which says nothing of how long events failed.
  const began = claim.event === 'ping' ? webhook.failing_since : (webhook.failing_since ?? now);
  const failingSince = result.delivered ? null : began;
  const reason = webhook.enabled && claim.event !== 'ping' ? reasonToDisable(result, failingSince, now) : null;
  await sql`update webhooks set failing_since = ${iso(failingSince)}, last_at = ${iso(now)}, last_state = ${state},
      last_status = ${attempt.status}, enabled = enabled and ${reason === null},
      disabled_reason = coalesce(${reason}::text, disabled_reason)
    where id = ${claim.webhookId}`.execute(trx);
  if (reason !== null) {
    const words = `The webhook "${webhook.name}" was switched off: ${reason}`;
    await tell(trx, [activityDraft('webhook.disabled', words, { subjectId: claim.webhookId })], now);
  }
  return true;
}

function reasonToDisable(result: WebhookResult, failingSince: Date | null, now: Date): string | null {
  if (result.gone) return 'It answered 410 Gone, which asks for no more.';
  if (result.delivered || result.retryAt !== null || failingSince === null) return null;
  if (now.getTime() - failingSince.getTime() < GIVE_UP_DAYS * 86_400_000) return null;
  return `Nothing arrived there for ${GIVE_UP_DAYS} days.`;
}
