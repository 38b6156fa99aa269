/** The port of the store: outgoing webhooks and their outbox. */
import type {
  Page,
  PageQuery,
  Webhook,
  WebhookAttempt,
  WebhookDelivery,
  WebhookDeliveryDetail,
  WebhookDeliveryQuery,
  WebhookInput,
  WebhookPatch,
} from '@pharos/contract';

export interface Webhooks {
  list(query: PageQuery): Promise<Page<Webhook>>;
  get(id: string): Promise<Webhook | null>;
  create(input: { id: string; sealed: string; input: WebhookInput }, now: Date): Promise<Webhook>;
  update(id: string, change: WebhookPatch, now: Date): Promise<Webhook | null>;
  /** Another secret; the one before goes on signing for 24 hours. */
  rotate(id: string, sealed: string, now: Date): Promise<Webhook | null>;
  /** Forgets its deliveries too. */
  remove(id: string): Promise<boolean>;
  /** Newest first; null: no such webhook. */
  deliveries(id: string, query: WebhookDeliveryQuery): Promise<Page<WebhookDelivery> | null>;
  delivery(id: string, deliveryId: string): Promise<WebhookDeliveryDetail | null>;
}

/** A delivery that its claimer alone may send for a minute. */
export interface WebhookClaim {
  readonly id: string;
  readonly webhookId: string;
  readonly event: string;
  readonly payload: string;
  /** Number of the claim: a result of another one is not written. */
  readonly attempt: number;
  /** Failed tries before this one. */
  readonly tries: number;
  readonly url: string;
  readonly allowHttp: boolean;
  readonly allowPrivate: boolean;
  readonly sealed: string;
  readonly previousSealed: string | null;
  readonly previousUntil: string | null;
}

/** What came of a try. `retryAt` null and not delivered: given up. */
export interface WebhookResult {
  readonly delivered: boolean;
  readonly retryAt: Date | null;
  /** The endpoint asks for no more, ever. */
  readonly gone: boolean;
  readonly attempt: Omit<WebhookAttempt, 'n' | 'at'> & { readonly at: Date };
}

export interface WebhookOutbox {
  /** Claims due deliveries for a minute, a few of each webhook, none of the `busy` ones. */
  claim(most: { limit: number; perWebhook: number; busy: readonly string[] }, now: Date): Promise<WebhookClaim[]>;
  /** A delivery of a ping, claimed by the caller; null: no such webhook. */
  ping(webhookId: string, payload: string, now: Date): Promise<WebhookClaim | null>;
  /** False: somebody else has claimed the delivery since; nothing was written. */
  settle(claim: WebhookClaim, result: WebhookResult, now: Date): Promise<boolean>;
  /** Makes a delivery due again; false: it is unknown, or being sent now. */
  redeliver(webhookId: string, id: string, now: Date): Promise<boolean>;
  /** Drops what is finished and old, and secrets that sign no more. */
  prune(now: Date): Promise<void>;
}
