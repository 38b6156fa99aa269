import { randomUUID } from 'node:crypto';
import { type Receiver, type ReceiverCreated, routePath } from '@pharos/contract';
import type { Context } from '../context.ts';
import { newSecret } from '../identity/secret.ts';
import { found } from '../problem.ts';
import { createReceive } from '../receivers/receive.ts';
import type { Handlers } from '../route.ts';
import { seal } from '../sealing.ts';

type Names =
  | 'listReceivers'
  | 'createReceiver'
  | 'getReceiver'
  | 'deleteReceiver'
  | 'rotateReceiver'
  | 'listDeliveries'
  | 'notify'
  | 'notifySecretly';

/** Notifications of registries: their receivers, and the addresses that registries post to. */
export function receiverHandlers(context: Context): Pick<Handlers, Names> {
  const { store, now, events } = context;
  const receive = createReceive(context);

  /** Seals a new secret and hands it out, which no later answer does. */
  async function withSecret(id: string, save: (sealed: string) => Promise<Receiver>): Promise<ReceiverCreated> {
    const secret = newSecret();
    const receiver = await save(seal(context.key, secret, { receiverId: id }));
    events.emit({ type: 'receiver', id });
    const url =
      receiver.proof === 'url'
        ? routePath('notifySecretly', { params: { id, secret } })
        : routePath('notify', { params: { id } });
    return { ...receiver, secret, url };
  }

  return {
    listReceivers: ({ query }) => store.receivers.list(query),
    getReceiver: async ({ params }) => found(await store.receivers.get(params.id), 'The receiver'),
    createReceiver: ({ body }) => {
      const id = randomUUID();
      return withSecret(id, (sealed) => store.receivers.create({ ...body, id, sealed }, now()));
    },
    rotateReceiver: ({ params: { id } }) =>
      withSecret(id, async (sealed) => found(await store.receivers.rotate(id, sealed, now()), 'The receiver')),
    deleteReceiver: async ({ params }) => {
      found((await store.receivers.remove(params.id)) || null, 'The receiver');
      events.emit({ type: 'receiver', id: params.id });
      return undefined;
    },
    listDeliveries: async ({ params, query }) =>
      found(await store.receivers.deliveries(params.id, query), 'The receiver'),
    notify: ({ params, body, request }) =>
      receive({ id: params.id, secret: null, incoming: { headers: request.headers, body } }),
    notifySecretly: ({ params, body, request }) =>
      receive({ id: params.id, secret: params.secret, incoming: { headers: request.headers, body } }),
  };
}
