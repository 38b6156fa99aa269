/** `pharos registries`: connect container registries. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  PROVIDERS,
  type Registry,
  type RegistryInput,
  type RegistryPatch,
  type RegistryStatus,
  type Tls,
} from '@pharos/contract';
import { Command, Option } from 'commander';
import {
  type CommonOptions,
  clientAction,
  clientCommand,
  durationSeconds,
  examples,
  listCommand,
  noteProblems,
  type Shell,
} from '../command.ts';
import { EXIT, exitCodeOf } from '../exit-code.ts';
import { CliError } from '../failure.ts';
import { ago, count, flag, state } from '../format.ts';
import type { Column, Io, Output } from '../output.ts';
import { type ListOptions, readPages } from '../paging.ts';
import { findRegistry } from '../resolve.ts';
import { readSignIn, type SignInOptions, signInFlags } from '../sign-in-flags.ts';
import { registryEventsCommand } from './registry-events.ts';
import { apiUrlPatch, budgetPatch, type ReadingOptions, readingFields, readingOptions } from './registry-reading.ts';

interface WriteOptions extends CommonOptions, SignInOptions, ReadingOptions {
  name?: string;
  address?: string;
  provider?: Registry['provider'];
  location?: string;
  anonymous?: boolean;
  caFile?: string;
  skipVerify?: boolean;
  plainHttp?: boolean;
  interval?: number;
}

export function registriesCommand(shell: Shell): Command {
  return new Command('registries')
    .summary('connect container registries')
    .description('Registries that Beacon Agents read.')
    .addCommand(list(shell))
    .addCommand(get(shell))
    .addCommand(add(shell))
    .addCommand(edit(shell))
    .addCommand(remove(shell))
    .addCommand(probe(shell))
    .addCommand(registryEventsCommand(shell));
}

const COLUMNS: Column<Registry>[] = [
  { head: 'NAME', cell: (row) => row.name, max: 40 },
  { head: 'ADDRESS', cell: (row) => row.url, max: 60 },
  { head: 'PROVIDER', cell: (row) => row.provider },
  { head: 'LOCATION', cell: (row) => row.locationId },
  { head: 'STATE', cell: (row) => state(row.status.state) },
  { head: 'REPOSITORIES', cell: (row) => row.repositoryCount, align: 'right' },
  { head: 'TAGS', cell: (row) => row.tagCount, align: 'right' },
  { head: 'LAST SCAN', cell: (row) => ago(row.lastScanAt) },
  { head: 'SOURCE', cell: (row) => (row.isSample ? 'sample' : row.source) },
];

function list(shell: Shell): Command {
  const command = listCommand('list', 'list registries').option('--search <TEXT>', 'part of the name or address');
  return examples(command, 'registries list', 'registries list --json').action(
    clientAction<ListOptions & { search?: string }>(shell, async ({ client, out }, _args, options) => {
      const body = await readPages(options, (query) =>
        client('listRegistries', { query: { ...query, q: options.search } }),
      );
      out.list(body, (row) => row.id, COLUMNS, 'No registries. Connect one: pharos registries add NAME ADDRESS');
    }),
  );
}

function get(shell: Shell): Command {
  const command = clientCommand('get', 'show a registry').argument('<registry>', 'name, address or id');
  return examples(command, 'registries get production').action(
    clientAction(shell, async ({ client, out }, [name]) => {
      const registry = await findRegistry(client, name!);
      out.one(registry, registry.id, (body) => show(out, body));
    }),
  );
}

function add(shell: Shell): Command {
  const command = writeOptions(clientCommand('add', 'connect a registry'))
    .argument('<name>', 'how it is called here')
    .argument('<address>', 'host[:port][/prefix]')
    .option('--location <ID>', 'whose agent reads it (default: the only location)');
  return examples(
    command,
    'registries add public ghcr.io/cloudnative-pg',
    'registries add production registry.example.com --username robot --password-stdin < password.txt',
    'registries add azure team.azurecr.io --auth acr --auth-method managed_identity',
    'registries add lab registry.lab:5000 --ca-file lab-ca.pem --interval 10m',
  ).action(
    clientAction<WriteOptions>(shell, async ({ client, out, url }, [name, address], options) => {
      const input: RegistryInput = {
        name: name!,
        url: address!,
        provider: options.provider ?? 'auto',
        apiUrl: apiUrlPatch(options) ?? null,
        budget: budgetPatch(options) ?? { requestsPerDay: null, concurrency: null },
        locationId: options.location,
        authentication: (await readSignIn(shell.io, options)) ?? { type: 'none' },
        tls: { caCerts: '', skipVerify: false, plainHttp: false, ...tls(shell.io, options) },
        intervalSeconds: options.interval ?? 300,
      };
      const registry = await client('createRegistry', { body: input });
      out.one(registry, registry.id, (body) => show(out, body));
      warnings(out, registry);
      out.note(`Next: pharos registries probe "${registry.name}", then pharos rules add. Or open ${url}`);
    }),
  );
}

function edit(shell: Shell): Command {
  const command = writeOptions(clientCommand('edit', 'change a registry'))
    .argument('<registry>', 'name, address or id')
    .option('--name <NAME>', 'another name')
    .option('--address <ADDRESS>', 'another address; voids the stored credential')
    .option('--anonymous', 'drop the stored credential');
  for (const one of ['--no-skip-verify', '--no-plain-http']) command.option(one, 'switch it off again');
  return examples(
    command,
    'registries edit production --interval 1h',
    'registries edit production --username robot --password-env REGISTRY_PASSWORD',
  ).action(
    clientAction<WriteOptions>(shell, async ({ client, out }, [name], options) => {
      const registry = await findRegistry(client, name!);
      const changedTls = tls(shell.io, options);
      const body: RegistryPatch = {
        name: options.name,
        url: options.address,
        provider: options.provider,
        authentication: options.anonymous ? { type: 'none' } : await readSignIn(shell.io, options),
        tls: Object.keys(changedTls).length > 0 ? { ...registry.tls, ...changedTls } : undefined,
        intervalSeconds: options.interval,
        apiUrl: apiUrlPatch(options),
        budget: budgetPatch(options, registry.budget),
      };
      if (Object.values(body).every((value) => value === undefined)) throw nothingToChange();
      const changed = await client('updateRegistry', { params: { id: registry.id }, body });
      out.one(changed, changed.id, (shown) => show(out, shown));
      warnings(out, changed);
    }),
  );
}

function remove(shell: Shell): Command {
  const command = clientCommand('remove', 'disconnect a registry and forget its repositories')
    .argument('<registry>', 'name, address or id')
    .option('--yes', 'also when the library holds tags of it');
  return examples(command, 'registries remove lab --yes').action(
    clientAction<CommonOptions & { yes?: boolean }>(shell, async ({ client, out }, [name], options) => {
      const registry = await findRegistry(client, name!);
      if (registry.tagCount > 0 && !options.yes) {
        throw new CliError(
          'confirmation-needed',
          `"${registry.name}" has ${registry.tagCount} tags in the library; they would be forgotten with their history.`,
          'Add --yes to do it.',
        );
      }
      await client('deleteRegistry', { params: { id: registry.id } });
      out.one({ id: registry.id, removed: true }, registry.id, () => out.line(`Removed registry "${registry.name}".`));
    }),
  );
}

function probe(shell: Shell): Command {
  const command = clientCommand('probe', 'check a registry from its location').argument(
    '<registry>',
    'name, address or id',
  );
  return examples(command, 'registries probe production').action(
    clientAction(shell, async ({ client, out }, [name]) => {
      const registry = await findRegistry(client, name!);
      out.progress(`Checking ${registry.url} …`);
      const status = await client('probeRegistry', { params: { id: registry.id } }).finally(() => out.progress(null));
      out.one(status, registry.id, () => showStatus(out, registry.url, status));
      if (status.state !== 'error') return;
      const unreachable = exitCodeOf(status.code) === EXIT.unreachable;
      noteProblems(shell, unreachable ? EXIT.unreachable : EXIT.problems);
    }),
  );
}

function writeOptions(command: Command): Command {
  const provider = readingOptions(command).addOption(
    new Option('--provider <NAME>', 'dialect (default: found out)').choices(
      PROVIDERS.filter((name) => name !== 'oci-layout'),
    ),
  );
  return signInFlags(provider)
    .option('--ca-file <FILE>', 'PEM certificates to trust besides the system ones')
    .option('--skip-verify', 'DANGER: do not check the certificate')
    .option('--plain-http', 'DANGER: no TLS at all')
    .option('--interval <DURATION>', 'between scans, e.g. 30s, 5m, 1h (default 5m)', durationSeconds);
}

function tls(io: Io, { caFile, skipVerify, plainHttp }: WriteOptions): Partial<Tls> {
  return {
    ...(caFile === undefined ? {} : { caCerts: readText(io, caFile) }),
    ...(skipVerify === undefined ? {} : { skipVerify }),
    ...(plainHttp === undefined ? {} : { plainHttp }),
  };
}

function readText(io: Io, file: string): string {
  return readFileSync(resolve(io.cwd, file), 'utf8');
}

function nothingToChange(): CliError {
  return new CliError('nothing-to-change', 'No change was given.', 'See "pharos registries edit --help".');
}

function show(out: Output, registry: Registry): void {
  const { authentication: signIn, status } = registry;
  out.fields([
    ['name', registry.name],
    ['id', registry.id],
    ['address', registry.url],
    ['provider', registry.provider],
    ['location', registry.locationId],
    ['source', registry.isSample ? 'built-in sample' : registry.source],
    ['sign-in', [signIn.type, signIn.username, signIn.secret === 'void' ? '(void)' : null].filter(Boolean).join(' ')],
    ['own CA', flag(registry.tls.caCerts !== '')],
    ['interval', `${registry.intervalSeconds} s`],
    ...readingFields(registry),
    ['state', state(status.state)],
    ['message', status.message],
    [
      'library',
      `${count(registry.repositoryCount, 'repository', 'repositories')}, ${count(registry.tagCount, 'tag')}, ${count(registry.ruleCount, 'rule')}`,
    ],
    ['last scan', ago(registry.lastScanAt)],
    ['next scan', ago(registry.nextScanAt)],
  ]);
}

function warnings(out: Output, registry: Registry): void {
  for (const warning of registry.warnings) out.warn(warning);
}

function showStatus(out: Output, address: string, status: RegistryStatus): void {
  out.table(
    [
      { head: 'CHECK', cell: (row) => row.id },
      { head: 'STATE', cell: (row) => state(row.state) },
      { head: 'FOUND', cell: (row) => row.message },
    ],
    status.checks,
  );
  for (const check of status.checks.filter((one) => one.state === 'error' || one.state === 'warning')) {
    out.heading(`${check.id}: ${check.state}`);
    out.fields([
      ['found', check.message],
      ['evidence', check.evidence ?? null],
      ['cause', check.cause === check.message ? null : (check.cause ?? null)],
      ['cure', check.cure ?? null],
    ]);
  }
  out.line();
  out.line(
    `${out.style({ text: address, style: 'bold' })}: ${out.style({ ...state(status.state), text: status.message || status.state })}`,
  );
}
