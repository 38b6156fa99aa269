/** `pharos receivers`: registries tell Pharos of pushes. */
import {
  type Delivery,
  DeliveryOutcome,
  RECEIVER_KINDS,
  RECEIVER_SOURCES,
  type Receiver,
  type ReceiverCreated,
  type ReceiverSource,
  sourceOfProvider,
} from '@pharos/contract';
import { Command, Option } from 'commander';
import {
  type ClientContext,
  type CommonOptions,
  clientAction,
  clientCommand,
  examples,
  listCommand,
  paragraphs,
  type Shell,
} from '../command.ts';
import { ago, state } from '../format.ts';
import type { Column } from '../output.ts';
import { type ListOptions, readPages } from '../paging.ts';
import { findReceiver, findRegistry } from '../resolve.ts';

export function receiversCommand(shell: Shell): Command {
  return new Command('receivers')
    .summary('take notifications of registries')
    .description(
      paragraphs(`Addresses that registries tell of pushes, so that a new tag is read at once.

A notification is a hint: an agent reads the tag from the registry itself, and scans go on.`),
    )
    .addCommand(list(shell))
    .addCommand(add(shell))
    .addCommand(remove(shell))
    .addCommand(rotate(shell))
    .addCommand(deliveries(shell));
}

const COLUMNS: Column<Receiver>[] = [
  { head: 'ID', cell: (row) => row.id },
  { head: 'REGISTRY', cell: (row) => row.registry, max: 40 },
  { head: 'SOURCE', cell: (row) => row.source },
  { head: 'PROVES BY', cell: (row) => row.proof },
  { head: 'LAST', cell: (row) => ago(row.lastDelivery?.receivedAt ?? null) ?? 'never' },
  { head: 'OUTCOME', cell: (row) => (row.lastDelivery ? state(row.lastDelivery.outcome) : null) },
  { head: 'REFUSED', cell: (row) => ago(row.lastRefusedAt) },
];

function list(shell: Shell): Command {
  const command = listCommand('list', 'list receivers').option('--registry <NAME>', 'of this registry only');
  return examples(command, 'receivers list', 'receivers list --registry production --json').action(
    clientAction<ListOptions & { registry?: string }>(shell, async ({ client, out }, _args, options) => {
      const registryId = options.registry === undefined ? undefined : (await findRegistry(client, options.registry)).id;
      const body = await readPages(options, (query) => client('listReceivers', { query: { ...query, registryId } }));
      out.list(body, (row) => row.id, COLUMNS, 'No receivers. Make one: pharos receivers add REGISTRY');
    }),
  );
}

function add(shell: Shell): Command {
  const command = clientCommand('add', 'make an address for a registry; its secret is shown this once')
    .argument('<registry>', 'name, address or id')
    .addOption(
      new Option('--source <NAME>', "what sends (default: by the registry's provider)").choices([...RECEIVER_SOURCES]),
    );
  return examples(command, 'receivers add production', 'receivers add production --source harbor --json').action(
    clientAction<CommonOptions & { source?: ReceiverSource }>(shell, async (context, [name], options) => {
      const registry = await findRegistry(context.client, name!);
      const source = options.source ?? sourceOfProvider(registry.reading?.dialect ?? registry.provider);
      showSecret(context, await context.client('createReceiver', { body: { registryId: registry.id, source } }));
    }),
  );
}

function rotate(shell: Shell): Command {
  const command = receiverCommand('rotate', 'make a new secret, shown this once; the old one ends at once');
  return examples(command, 'receivers rotate production').action(
    clientAction(shell, async (context, [name]) => {
      const { id } = await findReceiver(context.client, name!);
      showSecret(context, await context.client('rotateReceiver', { params: { id } }));
    }),
  );
}

function remove(shell: Shell): Command {
  const command = receiverCommand('remove', 'take no more notifications at this address');
  return examples(command, 'receivers remove 6f0c2d1e-…').action(
    clientAction(shell, async ({ client, out }, [name]) => {
      const receiver = await findReceiver(client, name!);
      await client('deleteReceiver', { params: { id: receiver.id } });
      out.one({ id: receiver.id, removed: true }, receiver.id, () =>
        out.line(`Removed the receiver of ${receiver.source} for "${receiver.registry}".`),
      );
    }),
  );
}

const DELIVERIES: Column<Delivery>[] = [
  { head: 'RECEIVED', cell: (row) => ago(row.receivedAt) },
  { head: 'OUTCOME', cell: (row) => state(row.outcome) },
  { head: 'EVENT', cell: (row) => row.event, max: 30 },
  { head: 'REPOSITORY', cell: (row) => row.repository, max: 50 },
  { head: 'TAGS', cell: (row) => row.tags.join(' '), max: 40 },
  { head: 'MESSAGE', cell: (row) => row.message, max: 80 },
];

function deliveries(shell: Shell): Command {
  const command = listCommand('deliveries', 'what came in, newest first; the last 200 are kept')
    .argument('<receiver>', 'id, or the registry when it has one receiver')
    .addOption(new Option('--outcome <WORD>', 'only these').choices(DeliveryOutcome.options));
  return examples(command, 'receivers deliveries production --outcome failed').action(
    clientAction<ListOptions & { outcome?: Delivery['outcome'] }>(shell, async ({ client, out }, [name], options) => {
      const { id } = await findReceiver(client, name!);
      const read = (query: { limit?: number | undefined; cursor?: string | undefined }) =>
        client('listDeliveries', { params: { id }, query: { ...query, outcome: options.outcome } });
      out.list(await readPages(options, read), (row) => row.id, DELIVERIES, 'Nothing came in yet.');
    }),
  );
}

function receiverCommand(name: string, summary: string): Command {
  return clientCommand(name, summary).argument('<receiver>', 'id, or the registry when it has one receiver');
}

/** Address and secret, which nothing shows again. */
function showSecret({ out, url }: ClientContext, created: ReceiverCreated): void {
  const { id, source, proof, secret } = created;
  const address = url.replace(/\/$/, '') + created.url;
  out.one(created, id, () => {
    out.fields([
      ['id', id],
      ['source', RECEIVER_KINDS[source].name],
      ['address', address],
      ['secret', proof === 'url' ? null : secret],
    ]);
  });
  out.note(`Copy it now, it is not shown again. ${PASTE[proof]} See docs/notifications.md for ${source}.`);
}

const PASTE: Record<Receiver['proof'], string> = {
  header: 'Let the registry post to the address with the header "Authorization: Bearer SECRET".',
  signature: 'Give the registry the address and the secret to sign with.',
  url: 'The address itself is the secret.',
};
