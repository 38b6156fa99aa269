/**
 * Sends what stands in the outbox of webhooks. Several servers may do so at once: each claims what it sends. A process that
 * dies in between leaves a claim that ends after a minute, and the delivery is sent again with the same id.
 */

import { nextTryIn } from '@pharos/library';
import type { Store, WebhookClaim } from '@pharos/store';
import type { FastifyBaseLogger } from 'fastify';
import type { EventHub } from '../events.ts';
import type { Keyring } from '../keyring.ts';
import type { Metrics } from '../metrics.ts';
import { unseal } from '../sealing.ts';
import { type Mailer, unmailed } from './mail.ts';
import { failedPost, type Posted, post } from './post.ts';
import { signedHeaders } from './signature.ts';

/** Sent at once, and of these to one endpoint: a slow one delays nobody else. */
const MOST = 8;
const MOST_EACH = 2;

export interface WebhookSender {
  /** Claims and sends until nothing is due. Another call joins the running one. */
  send(): Promise<void>;
  /** Sends a ping now, once; answers the id of its delivery. null: no such webhook. */
  ping(webhookId: string): Promise<string | null>;
  /** Claims nothing more; resolves when what is being sent has ended. */
  stop(): Promise<void>;
}

export interface SenderOptions {
  readonly store: Pick<Store, 'webhookOutbox'>;
  readonly key: Keyring;
  readonly now: () => Date;
  readonly version: string;
  readonly events: EventHub;
  readonly metrics: Metrics;
  readonly log: FastifyBaseLogger;
  /** null: no mail server is known. */
  readonly mailer?: Mailer | null;
  readonly random?: () => number;
}

export function createWebhookSender(options: SenderOptions): WebhookSender {
  const { store, now, events, metrics, log } = options;
  const random = options.random ?? Math.random;
  const inFlight = new Map<string, number>();
  const sending = new Set<Promise<void>>();
  let turn: Promise<void> | null = null;
  let isStopped = false;

  async function deliver(claim: WebhookClaim): Promise<void> {
    const at = now();
    const began = performance.now();
    const { posted, headers } = await attempt(claim, at);
    const durationMs = Math.round(performance.now() - began);
    const delivered = posted.code === null;
    const isGone = posted.code === 'webhook-gone';
    const isOnce = claim.event === 'ping' || isGone;
    const wait = delivered || isOnce ? null : nextTryIn(claim.tries + 1, random(), posted.retryAfterSeconds);
    const ended = now();
    const written = await store.webhookOutbox.settle(
      claim,
      {
        delivered,
        gone: isGone,
        retryAt: wait === null ? null : new Date(ended.getTime() + wait * 1000),
        attempt: {
          at,
          durationMs,
          status: posted.status,
          code: posted.code,
          message: posted.message,
          requestHeaders: headers,
          responseBody: posted.responseBody,
        },
      },
      ended,
    );
    metrics.webhook(delivered ? 'delivered' : wait === null ? 'failed' : 'retried');
    if (written) events.emit({ type: 'webhook', id: claim.webhookId });
  }

  async function attempt(claim: WebhookClaim, at: Date): Promise<{ posted: Posted; headers: Record<string, string> }> {
    const id = `msg_${claim.id}`;
    if (/^mailto:/i.test(claim.url)) {
      const posted = await (options.mailer?.send({ to: claim.url, id, payload: claim.payload }) ?? unmailed());
      return { posted, headers: {} };
    }
    const fixed = { 'content-type': 'application/json', 'user-agent': `Pharos-Webhooks/${options.version}` };
    const secrets = secretsOf(claim, at);
    if (secrets === null) return { posted: failedPost('webhook-secret-unreadable'), headers: {} };
    const signed = signedHeaders(secrets, id, at, claim.payload);
    const posted = await post({ ...claim, body: claim.payload, headers: { ...fixed, ...signed } });
    // The log of deliveries can prove what was sent; with the signature it could be sent again by whoever reads it.
    return { posted, headers: { ...fixed, ...signed, 'webhook-signature': secrets.map(() => 'v1,…').join(' ') } };
  }

  function secretsOf(claim: WebhookClaim, at: Date): string[] | null {
    try {
      const binding = { webhookId: claim.webhookId };
      const secrets = [unseal(options.key, claim.sealed, binding)];
      const isOverlap = claim.previousUntil !== null && Date.parse(claim.previousUntil) > at.getTime();
      if (isOverlap && claim.previousSealed !== null) secrets.push(unseal(options.key, claim.previousSealed, binding));
      return secrets;
    } catch {
      return null;
    }
  }

  function start(claim: WebhookClaim): void {
    const { webhookId } = claim;
    inFlight.set(webhookId, (inFlight.get(webhookId) ?? 0) + 1);
    const run: Promise<void> = deliver(claim)
      .catch((error: unknown) => log.warn({ err: error, webhookId }, 'what came of a webhook was not stored'))
      .finally(() => {
        sending.delete(run);
        const left = (inFlight.get(webhookId) ?? 1) - 1;
        if (left === 0) inFlight.delete(webhookId);
        else inFlight.set(webhookId, left);
      });
    sending.add(run);
  }

  async function untilNothingIsDue(): Promise<void> {
    while (!isStopped) {
      const busy = [...inFlight].filter(([, count]) => count >= MOST_EACH).map(([id]) => id);
      const limit = MOST - sending.size;
      const claims = limit > 0 ? await store.webhookOutbox.claim({ limit, perWebhook: MOST_EACH, busy }, now()) : [];
      for (const claim of claims) start(claim);
      if (claims.length === 0 && sending.size === 0) return;
      // As soon as one has ended there is room for another.
      if (sending.size > 0) await Promise.race(sending);
    }
  }

  return {
    send() {
      turn ??= untilNothingIsDue().finally(() => {
        turn = null;
      });
      return turn;
    },
    async ping(webhookId) {
      const message = 'A test: somebody wants to know whether what happens in Pharos arrives here.';
      const payload = JSON.stringify({ type: 'ping', timestamp: now().toISOString(), data: { message } });
      const claim = await store.webhookOutbox.ping(webhookId, payload, now());
      if (claim === null) return null;
      await deliver(claim);
      return claim.id;
    },
    async stop() {
      isStopped = true;
      await Promise.all([turn?.catch(() => undefined), ...sending]);
    },
  };
}
