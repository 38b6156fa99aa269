/** `pharos webhooks`: endpoints that are told what happens. */
import {
  mailAddressesOf,
  WEBHOOK_EVENT_WORDS,
  WEBHOOK_EVENTS,
  WEBHOOK_FAILURES,
  type Webhook,
  type WebhookAttempt,
  type WebhookCreated,
  type WebhookDelivery,
  type WebhookDeliveryDetail,
  WebhookDeliveryState,
  WebhookEvent,
} from '@pharos/contract';
import { Command, InvalidArgumentError, Option } from 'commander';
import {
  type ClientContext,
  type CommonOptions,
  clientAction,
  clientCommand,
  collect,
  examples,
  listCommand,
  noteProblems,
  paragraphs,
  type Shell,
} from '../command.ts';
import { ago, state } from '../format.ts';
import type { Cell, Column, Output } from '../output.ts';
import { type ListOptions, readPages } from '../paging.ts';
import { findWebhook } from '../resolve.ts';

export function webhooksCommand(shell: Shell): Command {
  return new Command('webhooks')
    .summary('tell endpoints what happens')
    .description(
      paragraphs(`Endpoints that are told what happens in the library, by requests signed as Standard Webhooks says.

Events: ${WEBHOOK_EVENTS.join(', ')}.`),
    )
    .addCommand(list(shell))
    .addCommand(create(shell))
    .addCommand(edit(shell))
    .addCommand(test(shell))
    .addCommand(rotate(shell))
    .addCommand(remove(shell))
    .addCommand(deliveries(shell))
    .addCommand(redeliver(shell));
}

const COLUMNS: Column<Webhook>[] = [
  { head: 'NAME', cell: (row) => ({ text: row.name, style: 'bold' }), max: 40 },
  { head: 'URL', cell: (row) => row.url, max: 60 },
  { head: 'STATE', cell: stateOf },
  { head: 'EVENTS', cell: (row) => row.events.join(' '), max: 50 },
  { head: 'WAITING', cell: (row) => row.waiting, align: 'right' },
  { head: 'LAST', cell: (row) => ago(row.lastDelivery?.at ?? null) ?? 'never' },
];

function stateOf({ enabled, disabledReason, failingSince }: Webhook): Cell {
  if (!enabled) return { text: disabledReason === null ? 'off' : 'switched off', style: 'yellow' };
  return failingSince === null ? { text: 'on', style: 'green' } : { text: 'failing', style: 'red' };
}

function list(shell: Shell): Command {
  return examples(listCommand('list', 'list webhooks'), 'webhooks list', 'webhooks list --json').action(
    clientAction<ListOptions>(shell, async ({ client, out }, _args, options) => {
      const body = await readPages(options, (query) => client('listWebhooks', { query }));
      out.list(body, (row) => row.id, COLUMNS, 'No webhooks. Make one: pharos webhooks create NAME URL --event EVENT');
    }),
  );
}

interface WriteOptions extends CommonOptions {
  event?: WebhookEvent[];
  repositories?: string;
  allowHttp?: boolean;
  allowPrivate?: boolean;
}

function writeOptions(command: Command): Command {
  return command
    .addOption(new Option('--event <EVENT>', 'tell of this (repeatable)').argParser(eventOf))
    .option('--repositories <PATTERN>', 'only of repositories that fit: a glob, or re: and a regular expression')
    .option('--allow-http', 'plain http is allowed: what is sent can be read on the way')
    .option('--allow-private', 'addresses of private networks and of this machine are allowed');
}

function eventOf(text: string, before: WebhookEvent[] | undefined): WebhookEvent[] {
  const event = WebhookEvent.safeParse(text);
  if (event.success) return collect(text, before) as WebhookEvent[];
  throw new InvalidArgumentError(`Allowed are: ${WEBHOOK_EVENTS.join(', ')}.`);
}

function create(shell: Shell): Command {
  const command = writeOptions(clientCommand('create', 'tell an endpoint; its secret is shown this once'))
    .argument('<name>', 'how it is called here')
    .argument('<url>', 'where events are posted to, or mailto: and e-mail addresses');
  return examples(
    command,
    'webhooks create tickets https://hooks.example.com/pharos --event tag.moved --event scan.failed',
    'webhooks create dba mailto:dba@example.com --event approval.requested',
    'webhooks create lab http://10.0.0.5:9000/ --event image.added --allow-http --allow-private',
  ).action(
    clientAction<WriteOptions>(shell, async (context, [name, url], options) => {
      const { event, repositories = null, allowHttp = false, allowPrivate = false } = options;
      // Who wants the audit log says so: it tells of people, not of images.
      const events = event ?? WEBHOOK_EVENTS.filter((each) => each !== 'audit');
      const body = { name: name!, url: url!, events, repositories, allowHttp, allowPrivate };
      showSecret(context, await context.client('createWebhook', { body }));
      context.out.note(`Try it: pharos webhooks test "${name}"`);
    }),
  );
}

interface EditOptions extends WriteOptions {
  name?: string;
  address?: string;
  allRepositories?: boolean;
  enable?: boolean;
  disable?: boolean;
}

function edit(shell: Shell): Command {
  const command = writeOptions(webhookCommand('edit', 'change a webhook, switch it on or off'))
    .option('--name <NAME>', 'another name')
    .option('--address <URL>', 'another address')
    .addOption(new Option('--all-repositories', 'of every repository again').conflicts('repositories'))
    .option('--no-allow-http', 'https only again')
    .option('--no-allow-private', 'public addresses only again')
    .option('--enable', 'switch it on')
    .addOption(new Option('--disable', 'switch it off').conflicts('enable'));
  return examples(command, 'webhooks edit tickets --disable', 'webhooks edit tickets --event agent.lost').action(
    clientAction<EditOptions>(shell, async ({ client, out }, [found], options) => {
      const { id } = await findWebhook(client, found!);
      const body = {
        name: options.name,
        url: options.address,
        events: options.event,
        repositories: options.allRepositories ? null : options.repositories,
        allowHttp: options.allowHttp,
        allowPrivate: options.allowPrivate,
        enabled: options.enable ? true : options.disable ? false : undefined,
      };
      const webhook = await client('updateWebhook', { params: { id }, body });
      out.one(webhook, id, (one) => show(out, one));
    }),
  );
}

function test(shell: Shell): Command {
  const command = webhookCommand('test', 'send a ping now and show the answer; exit code 6 when it fails');
  return examples(command, 'webhooks test tickets').action(
    clientAction(shell, async ({ client, out }, [name]) => {
      const { id } = await findWebhook(client, name!);
      const delivery = await client('testWebhook', { params: { id } });
      out.one(delivery, delivery.id, (body) => showDelivery(out, body));
      if (delivery.state !== 'delivered') noteProblems(shell);
    }),
  );
}

function rotate(shell: Shell): Command {
  const command = webhookCommand('rotate', 'make a new secret, shown this once; the old one signs too for 24 hours');
  return examples(command, 'webhooks rotate tickets').action(
    clientAction(shell, async (context, [name]) => {
      const { id } = await findWebhook(context.client, name!);
      showSecret(context, await context.client('rotateWebhook', { params: { id } }));
    }),
  );
}

function remove(shell: Shell): Command {
  const command = webhookCommand('delete', 'tell it nothing more, and forget its deliveries');
  return examples(command, 'webhooks delete tickets').action(
    clientAction(shell, async ({ client, out }, [name]) => {
      const { id, name: full } = await findWebhook(client, name!);
      await client('deleteWebhook', { params: { id } });
      out.one({ id, removed: true }, id, () =>
        out.line(`Deleted the webhook ${out.style({ text: full, style: 'bold' })}.`),
      );
    }),
  );
}

const DELIVERIES: Column<WebhookDelivery>[] = [
  { head: 'ID', cell: (row) => row.id },
  { head: 'MADE', cell: (row) => ago(row.createdAt) },
  { head: 'EVENT', cell: (row) => row.event },
  { head: 'STATE', cell: (row) => state(row.state) },
  { head: 'TRIES', cell: (row) => row.attempts, align: 'right' },
  { head: 'STATUS', cell: (row) => row.status, align: 'right' },
  { head: 'MESSAGE', cell: (row) => row.message, max: 80 },
];

function deliveries(shell: Shell): Command {
  const command = listCommand('deliveries', 'what was sent or waits, newest first')
    .argument('<webhook>', 'name or id')
    .argument('[delivery]', 'id: show this one with its body and tries')
    .addOption(new Option('--state <STATE>', 'only these').choices(WebhookDeliveryState.options));
  return examples(
    command,
    'webhooks deliveries tickets --state failed',
    'webhooks deliveries tickets 6f0c2d1e-…',
  ).action(
    clientAction<ListOptions & { state?: WebhookDelivery['state'] }>(shell, async ({ client, out }, args, options) => {
      const [name, deliveryId] = args;
      const { id } = await findWebhook(client, name!);
      if (deliveryId !== undefined) {
        const one = await client('getWebhookDelivery', { params: { id, deliveryId } });
        return out.one(one, one.id, (body) => showDelivery(out, body));
      }
      const body = await readPages(options, (query) =>
        client('listWebhookDeliveries', { params: { id }, query: { ...query, state: options.state } }),
      );
      out.list(body, (row) => row.id, DELIVERIES, 'Nothing was sent yet. Try it: pharos webhooks test NAME');
    }),
  );
}

function redeliver(shell: Shell): Command {
  const command = webhookCommand('redeliver', 'send a delivery again, with the same id').argument(
    '<delivery>',
    'id, as "deliveries" lists it',
  );
  return examples(command, 'webhooks redeliver tickets 6f0c2d1e-…').action(
    clientAction(shell, async ({ client, out }, [name, deliveryId]) => {
      const { id } = await findWebhook(client, name!);
      const delivery = await client('redeliverWebhook', { params: { id, deliveryId: deliveryId! } });
      out.one(delivery, delivery.id, () => out.line(`Sent again: ${delivery.id}`));
    }),
  );
}

function webhookCommand(name: string, summary: string): Command {
  return clientCommand(name, summary).argument('<webhook>', 'name or id');
}

function show(out: Output, webhook: Webhook): void {
  out.fields([
    ['id', webhook.id],
    ['name', webhook.name],
    ['url', webhook.url],
    ['state', stateOf(webhook)],
    ['why', webhook.disabledReason],
    ['events', webhook.events.map((event) => `${event} (${WEBHOOK_EVENT_WORDS[event]})`).join(', ')],
    ['repositories', webhook.repositories],
  ]);
}

/** The secret, which nothing shows again. */
function showSecret({ out }: ClientContext, created: WebhookCreated): void {
  const isMail = mailAddressesOf(created.url) !== null;
  out.one(created, created.id, () => {
    out.fields([
      ['id', created.id],
      ['url', created.url],
      ['events', created.events.join(', ')],
      ...(isMail ? [] : ([['secret', created.secret]] as const)),
    ]);
  });
  out.note(
    isMail
      ? 'Events are sent as e-mail, through the mail server that Pharos was started with.'
      : 'Copy the secret now, it is not shown again. How to verify signatures: docs/webhooks.md',
  );
}

function showDelivery(out: Output, delivery: WebhookDeliveryDetail): void {
  const [last] = delivery.tries;
  out.fields([
    ['id', delivery.id],
    ['event', delivery.event],
    ['state', state(delivery.state)],
    ['tries', delivery.attempts],
    ['next', delivery.nextAttemptAt],
    ...(last ? fieldsOf(last) : []),
  ]);
  out.heading('Body');
  out.line(out.style({ text: delivery.payload }));
}

function fieldsOf({
  status,
  durationMs,
  message,
  code,
  responseBody,
}: WebhookAttempt): [string, string | number | null][] {
  const hint =
    code !== null && Object.hasOwn(WEBHOOK_FAILURES, code)
      ? WEBHOOK_FAILURES[code as keyof typeof WEBHOOK_FAILURES][1]
      : null;
  return [
    ['status', status],
    ['took', `${durationMs} ms`],
    ['result', code === null ? message : `${message} (${code})`],
    ['hint', hint],
    ['answer', responseBody],
  ];
}
