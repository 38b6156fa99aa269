/** `pharos models services`: OpenAI-compatible services that run elsewhere. */
import type { Client, ModelService } from '@pharos/contract';
import { Command } from 'commander';
import {
  type CommonOptions,
  clientAction,
  clientCommand,
  examples,
  listCommand,
  noteProblems,
  type Shell,
} from '../command.ts';
import type { Column } from '../output.ts';
import { type ListOptions, readPages } from '../paging.ts';
import { isId } from '../resolve.ts';
import { readSecret } from '../secret-input.ts';
import { single } from './single.ts';

const SERVICES: Column<ModelService>[] = [
  { head: 'NAME', cell: (row) => row.name, max: 40 },
  { head: 'ADDRESS', cell: (row) => row.baseUrl, max: 60 },
  { head: 'MODEL', cell: (row) => row.model, max: 50 },
  { head: 'STATE', cell: (row) => row.probe.state },
  { head: 'KEY', cell: (row) => (row.hasKey ? 'yes' : 'none') },
];

interface AddServiceOptions extends CommonOptions {
  address: string;
  model: string;
  keyStdin?: boolean;
  keyEnv?: string;
  allowHttp?: boolean;
  allowPrivate?: boolean;
}

export function externalServicesCommand(shell: Shell): Command {
  const list = examples(listCommand('list', 'list external services'), 'models services list').action(
    clientAction<ListOptions>(shell, async ({ client, out }, _args, options) => {
      const body = await readPages(options, (query) => client('listModelServices', { query }));
      out.list(body, (row) => row.id, SERVICES, 'No external service is registered.');
    }),
  );
  const add = examples(
    clientCommand('add', 'register an external service once it has answered')
      .argument('<name>', 'what people call it')
      .requiredOption('--address <URL>', 'address without /v1')
      .requiredOption('--model <MODEL>', 'as the service names it')
      .option('--key-stdin', 'read the key from stdin')
      .option('--key-env <NAME>', 'read the key from this variable')
      .option('--allow-http', 'allow plain http')
      .option('--allow-private', 'allow addresses of private networks and of this machine'),
    'models services add "Granite at Lyon" --address https://models.example.com --model granite --key-stdin < key',
  ).action(
    clientAction<AddServiceOptions>(shell, async ({ client, out }, [name], options) => {
      const apiKey = await readSecret(shell.io, { stdin: options.keyStdin, env: options.keyEnv }, 'key');
      const { address: baseUrl, model, allowHttp = false, allowPrivate = false } = options;
      const body = { name: name!, baseUrl, model, apiKey, allowHttp, allowPrivate };
      const service = await client('createModelService', { body });
      out.one(service, service.id, () =>
        out.line(out.style({ text: `"${service.name}" answers, and is registered.` })),
      );
    }),
  );
  const probe = examples(
    clientCommand('probe', 'ask a service which models it has, now').argument('<service>', 'name or id'),
    'models services probe "Granite at Lyon"',
  ).action(
    clientAction<CommonOptions>(shell, async ({ client, out }, [name]) => {
      const { id } = await findService(client, name!);
      const result = await client('probeModelService', { params: { id } });
      out.one(result, result.state, () => {
        out.line(out.style({ text: `${result.state}: ${result.message} ${result.hint}`.trimEnd() }));
        for (const model of result.models) out.line(out.style({ text: `  ${model}` }));
      });
      if (result.state !== 'ready') noteProblems(shell);
    }),
  );
  const remove = examples(
    clientCommand('delete', 'forget a service and its key').alias('remove').argument('<service>', 'name or id'),
    'models services delete "Granite at Lyon"',
  ).action(
    clientAction<CommonOptions>(shell, async ({ client, out }, [name]) => {
      const { id } = await findService(client, name!);
      await client('deleteModelService', { params: { id } });
      out.one({ id, deleted: true }, id, () => out.line('Deleted.'));
    }),
  );
  return new Command('services')
    .summary('services that run elsewhere')
    .description('OpenAI-compatible services that run elsewhere.')
    .addCommand(list)
    .addCommand(add)
    .addCommand(probe)
    .addCommand(remove);
}

/** @throws CliError `not-found`, `name-ambiguous`. */
async function findService(client: Client, name: string): Promise<Pick<ModelService, 'id'>> {
  if (isId(name)) return { id: name };
  const { items } = await client('listModelServices', { query: { q: name.slice(0, 200), limit: 1000 } });
  return single(
    items.filter((each) => each.name === name),
    name,
    'pharos models services list',
  );
}
