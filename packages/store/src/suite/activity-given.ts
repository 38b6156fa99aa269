import { randomUUID } from 'node:crypto';
import type { ActivityType, WebhookInput } from '@pharos/contract';
import type { Store } from '../store.ts';
import type { WebhookResult } from '../webhook-port.ts';
import { T0 } from './given.ts';

export const at = (seconds: number) => new Date(T0.getTime() + seconds * 1000);

export async function told(store: Store, type?: ActivityType) {
  const { items } = await store.activity.list({ limit: 1000, type });
  return items.map((entry) => `${entry.type} ${entry.count}`).toReversed();
}

export const WEBHOOK: WebhookInput = {
  name: 'Ticket system',
  url: 'https://hooks.example/x',
  events: ['image.added', 'tag.moved', 'scan.failed', 'agent.lost'],
  repositories: null,
  enabled: true,
  allowHttp: false,
  allowPrivate: false,
};

export async function webhook(store: Store, more: Partial<WebhookInput> = {}): Promise<string> {
  const id = randomUUID();
  await store.webhooks.create({ id, sealed: 'sealed text', input: { ...WEBHOOK, ...more } }, T0);
  return id;
}

export const ALL = { limit: 50, perWebhook: 50, busy: [] };

export function result(more: Partial<WebhookResult> = {}): WebhookResult {
  const attempt = {
    at: T0,
    durationMs: 12,
    status: 500,
    code: 'webhook-refused',
    message: 'It did not answer well.',
    requestHeaders: { 'webhook-id': 'msg_1' },
    responseBody: 'no\0',
  };
  return { delivered: false, gone: false, retryAt: null, attempt, ...more };
}
