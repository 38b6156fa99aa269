import { randomUUID } from 'node:crypto';
import { WEBHOOK_FAILURES, type Webhook, type WebhookCreated } from '@pharos/contract';
import { compilePattern, PatternError } from '@pharos/library';
import type { Context } from '../context.ts';
import { found, ProblemError } from '../problem.ts';
import type { Handlers } from '../route.ts';
import { seal } from '../sealing.ts';
import { literalClass, refusalOf } from '../webhooks/address.ts';
import { newWebhookSecret } from '../webhooks/signature.ts';

type Names =
  | 'listWebhooks'
  | 'createWebhook'
  | 'getWebhook'
  | 'updateWebhook'
  | 'deleteWebhook'
  | 'rotateWebhook'
  | 'testWebhook'
  | 'listWebhookDeliveries'
  | 'getWebhookDelivery'
  | 'redeliverWebhook';

/** Outgoing webhooks: endpoints, their secrets, and the log of what was sent. */
export function webhookHandlers(context: Context): Pick<Handlers, Names> {
  const { store, now, events } = context;
  const get = async (id: string) => found(await store.webhooks.get(id), 'The webhook');
  const detail = async (id: string, deliveryId: string) =>
    found(await store.webhooks.delivery(id, deliveryId), 'The delivery');

  /** Seals a new secret and hands it out, which no later answer does. */
  async function withSecret(id: string, save: (sealed: string) => Promise<Webhook>): Promise<WebhookCreated> {
    const secret = newWebhookSecret();
    const webhook = await save(seal(context.key, secret, { webhookId: id }));
    events.emit({ type: 'webhook', id });
    return { ...webhook, secret };
  }

  return {
    listWebhooks: ({ query }) => store.webhooks.list(query),
    getWebhook: ({ params }) => get(params.id),
    createWebhook: ({ body }) => {
      check(body);
      const id = randomUUID();
      return withSecret(id, (sealed) => store.webhooks.create({ id, sealed, input: body }, now()));
    },
    updateWebhook: async ({ params, body }) => {
      check({ ...(await get(params.id)), ...body });
      const webhook = found(await store.webhooks.update(params.id, body, now()), 'The webhook');
      events.emit({ type: 'webhook', id: webhook.id });
      return webhook;
    },
    deleteWebhook: async ({ params }) => {
      found((await store.webhooks.remove(params.id)) || null, 'The webhook');
      events.emit({ type: 'webhook', id: params.id });
      return undefined;
    },
    rotateWebhook: ({ params: { id } }) =>
      withSecret(id, async (sealed) => found(await store.webhooks.rotate(id, sealed, now()), 'The webhook')),
    testWebhook: async ({ params }) => detail(params.id, found(await context.webhooks.ping(params.id), 'The webhook')),
    listWebhookDeliveries: async ({ params, query }) =>
      found(await store.webhooks.deliveries(params.id, query), 'The webhook'),
    getWebhookDelivery: ({ params }) => detail(params.id, params.deliveryId),
    redeliverWebhook: async ({ params: { id, deliveryId } }) => {
      const webhook = await get(id);
      await detail(id, deliveryId);
      if (!webhook.enabled) {
        throw new ProblemError('conflict', 'The webhook is switched off.', {
          hint: 'Switch it on, then send it again.',
        });
      }
      if (!(await store.webhookOutbox.redeliver(id, deliveryId, now()))) {
        throw new ProblemError('conflict', 'It is being sent right now.', { hint: 'Look at it again in a moment.' });
      }
      events.emit({ type: 'webhook', id });
      return detail(id, deliveryId);
    },
  };
}

/** Refuses what could never be sent; a name is judged by its addresses whenever it is looked up. */
function check({
  url,
  allowHttp,
  allowPrivate,
  repositories,
}: Pick<Webhook, 'url' | 'allowHttp' | 'allowPrivate' | 'repositories'>): void {
  const { protocol, hostname } = new URL(url);
  if (protocol === 'http:' && !allowHttp) throw unfit('url', ...WEBHOOK_FAILURES['webhook-plain-http']);
  const literal = protocol === 'mailto:' ? null : literalClass(hostname);
  const refusal = literal === null ? null : refusalOf(literal, allowPrivate);
  if (refusal !== null) {
    const [message, hint] = WEBHOOK_FAILURES[refusal];
    throw unfit('url', message, hint);
  }
  if (repositories === null) return;
  try {
    compilePattern(repositories);
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    const { message, hint, position } = error;
    throw new ProblemError('invalid-pattern', message, { hint, errors: [{ path: 'repositories', message, position }] });
  }
}

function unfit(path: string, message: string, hint: string): ProblemError {
  return new ProblemError('invalid-input', message, { hint, errors: [{ path, message: `${message} ${hint}` }] });
}
