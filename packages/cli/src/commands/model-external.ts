/** `pharos models services`: OpenAI-compatible services that run elsewhere. */
import type { ModelService, ModelServicePatch } from '@pharos/contract';
import { Command, Option } from 'commander';
import {
  type CommonOptions,
  clientAction,
  clientCommand,
  examples,
  listCommand,
  noteProblems,
  type Shell,
} from '../command.ts';
import { CliError } from '../failure.ts';
import type { Column } from '../output.ts';
import { type ListOptions, readPages } from '../paging.ts';
import { findModelService } from '../resolve.ts';
import { readSecret } from '../secret-input.ts';

const SERVICES: Column<ModelService>[] = [
  { head: 'NAME', cell: (row) => row.name, max: 40 },
  { head: 'ADDRESS', cell: (row) => row.baseUrl, max: 60 },
  { head: 'MODEL', cell: (row) => row.model, max: 50 },
  { head: 'STATE', cell: (row) => row.probe.state },
  { head: 'KEY', cell: (row) => (row.hasKey ? 'yes' : 'none') },
];

interface EditServiceOptions extends CommonOptions {
  name?: string;
  model?: string;
  keyStdin?: boolean;
  keyEnv?: string;
  /** commander's `--no-key`. */
  key?: boolean;
}

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
      .addOption(new Option('--key-env <NAME>', 'read the key from this variable').conflicts('keyStdin'))
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
  const edit = examples(
    clientCommand('edit', 'change a service; what is not named stays')
      .argument('<service>', 'name or id')
      .option('--name <NAME>', 'another name')
      .option('--model <MODEL>', 'another model, as the service names it')
      .option('--key-stdin', 'read a new key from stdin')
      .addOption(new Option('--key-env <NAME>', 'read a new key from this variable').conflicts('keyStdin'))
      .addOption(new Option('--no-key', 'take the key away').conflicts(['keyStdin', 'keyEnv'])),
    'models services edit "Granite at Lyon" --model granite-2',
    'models services edit "Granite at Lyon" --key-stdin < key',
  ).action(
    clientAction<EditServiceOptions>(shell, async ({ client, out }, [found], options) => {
      const { name, model, keyStdin, keyEnv, key } = options;
      const { id } = await findModelService(client, found!);
      const secret = await readSecret(shell.io, { stdin: keyStdin, env: keyEnv }, 'key');
      const body: ModelServicePatch = {
        ...(name === undefined ? {} : { name }),
        ...(model === undefined ? {} : { model }),
        ...(key === false ? { apiKey: null } : secret === null ? {} : { apiKey: secret }),
      };
      if (Object.keys(body).length === 0) {
        // The key is bound to the address.
        const hint = 'Name, model and key can change; for another address register another service.';
        throw new CliError('nothing-to-change', 'No change was given.', hint);
      }
      const service = await client('updateModelService', { params: { id }, body });
      out.one(service, id, () => {
        out.line(out.style({ text: `"${service.name}" is changed.` }));
        if (service.probe.state === 'failed') out.warn(`${service.probe.message} ${service.probe.hint}`.trimEnd());
      });
    }),
  );
  const probe = examples(
    clientCommand('probe', 'ask a service which models it has, now').argument('<service>', 'name or id'),
    'models services probe "Granite at Lyon"',
  ).action(
    clientAction<CommonOptions>(shell, async ({ client, out }, [name]) => {
      const { id } = await findModelService(client, name!);
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
      const { id } = await findModelService(client, name!);
      await client('deleteModelService', { params: { id } });
      out.one({ id, deleted: true }, id, () => out.line('Deleted.'));
    }),
  );
  return new Command('services')
    .summary('services that run elsewhere')
    .description('OpenAI-compatible services that run elsewhere.')
    .addCommand(list)
    .addCommand(add)
    .addCommand(edit)
    .addCommand(probe)
    .addCommand(remove);
}
