/** `pharos local`: an approved PostgreSQL image as a container on this machine, to try it before it runs in a cluster. */
import { type Client, isFiles, type TagDetail } from '@pharos/contract';
import { Command, InvalidArgumentError, Option } from 'commander';
import {
  action,
  type CommonOptions,
  clientAction,
  clientCommand,
  examples,
  paragraphs,
  printingCommand,
  type Shell,
  wholeNumber,
} from '../command.ts';
import { CliError } from '../failure.ts';
import { shortDigest } from '../format.ts';
import {
  type LocalDatabase,
  listDatabases,
  removeDatabase,
  type StartedDatabase,
  startDatabase,
  stopDatabase,
} from '../local/container.ts';
import { ENGINES, type EngineName, findEngine } from '../local/engine.ts';
import type { Column, Output } from '../output.ts';
import { findTag, tagArguments } from '../tag-reference.ts';

interface EngineOptions extends CommonOptions {
  engine?: EngineName;
}

interface StartOptions extends EngineOptions {
  registry?: string;
  name?: string;
  port?: number;
  hostNetwork?: boolean;
}

export function localCommand(shell: Shell): Command {
  return new Command('local')
    .summary('run an approved PostgreSQL image on this machine')
    .description(
      paragraphs(`Runs approved PostgreSQL images as containers of this machine, with podman or docker.

The image is pulled by its digest with the sign-in that the engine has; the database listens on this machine only. Its data
lives as long as the container: stop keeps it, remove does not.`),
    )
    .addCommand(start(shell))
    .addCommand(list(shell))
    .addCommand(end(shell, 'stop', 'stop a database and keep its data', stopDatabase))
    .addCommand(end(shell, 'remove', 'remove a database with its data', removeDatabase));
}

function withEngine(command: Command): Command {
  return command.addOption(
    new Option('--engine <NAME>', 'which engine (default: the first that answers)').choices(ENGINES),
  );
}

function start(shell: Shell): Command {
  const command = withEngine(tagArguments(clientCommand('start', 'pull by digest, start, wait until it answers')))
    .option('--name <NAME>', 'of the container (default: pharos- and the repository)', containerName)
    .option('--port <PORT>', 'on 127.0.0.1 (default: a free one)', wholeNumber(1024, 65_535))
    .option('--host-network', "share this machine's network, where the engine has no bridge");
  return examples(
    command,
    'local start postgresql:17.4-2503310734',
    'local start postgresql 17.4 --port 5433 --json',
  ).action(
    clientAction<StartOptions>(shell, async ({ client, out }, args, options) => {
      const { repository, name } = await findTag(client, args, options.registry);
      const tag = await client('getTag', { params: { id: repository.id, name } });
      refuse(tag);
      const plainHttp = await isPlain(client, tag.registryId);
      const engine = await findEngine(shell.io.env, options.engine);
      const started = await startDatabase(
        engine,
        {
          repository: `${tag.host}/${tag.repository}`,
          digest: tag.digest,
          name: options.name ?? defaultName(tag.repository),
          user: tag.engine === 'epas' ? 'enterprisedb' : 'postgres',
          port: options.port ?? 0,
          plainHttp,
          hostNetwork: options.hostNetwork ?? false,
        },
        (line) => out.progress(line),
      ).finally(() => out.progress(null));
      out.one(started, started.name, (body) => show(out, body));
    }),
  );
}

/** Nothing but an approved digest leaves the library, to a laptop as well. */
function refuse({ name, digest, kind, state, host, presence }: TagDetail): void {
  if (state !== 'approved') {
    throw new CliError(
      'image-not-approved',
      `${name} (${shortDigest(digest)}) is ${state}, and only approved images run from here.`,
      'Ask for an approval of this digest, or choose an approved tag: pharos tags list state:approved',
      { exitCode: 1 },
    );
  }
  if (kind !== 'postgres') {
    throw new CliError('not-a-database', `${name} is no PostgreSQL image.`, 'Choose an image of the kind postgres.');
  }
  if (isFiles(host)) {
    throw new CliError(
      'not-in-a-registry',
      `${name} stands in files, which no engine pulls from.`,
      'Choose a tag of a registry.',
    );
  }
  if (presence === 'retired') {
    throw new CliError('tag-retired', `${name} is no longer in its registry.`, 'Choose a tag that is present.');
  }
}

async function isPlain(client: Client, registryId: string): Promise<boolean> {
  return (await client('getRegistry', { params: { id: registryId } })).tls.plainHttp;
}

function defaultName(repository: string): string {
  return `pharos-${repository.slice(repository.lastIndexOf('/') + 1).replace(/[^a-z0-9]+/g, '-')}`;
}

function containerName(text: string): string {
  if (/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$/.test(text)) return text;
  throw new InvalidArgumentError(
    'It must begin with a letter or digit and hold letters, digits, "_", "." and "-" only.',
  );
}

function show(out: Output, { name, user, port, digest, repository, password }: StartedDatabase): void {
  out.line(out.style({ text: `${name} is ready.`, style: 'green' }));
  out.fields([
    ['image', `${repository}@${digest}`],
    ['password', password ?? 'as it was told when it was first started'],
    ['connect', `psql "host=127.0.0.1 port=${port} user=${user} dbname=postgres"`],
    ['stop', `pharos local stop ${name}`],
  ]);
}

const COLUMNS: Column<LocalDatabase>[] = [
  { head: 'NAME', cell: (row) => row.name, max: 40 },
  { head: 'STATE', cell: (row) => row.state },
  { head: 'PORT', cell: (row) => row.port, align: 'right' },
  { head: 'USER', cell: (row) => row.user },
  { head: 'IMAGE', cell: (row) => `${row.repository}@${shortDigest(row.digest)}`, max: 80 },
];

function list(shell: Shell): Command {
  const command = withEngine(printingCommand('list', 'list the databases that run here, stopped ones too'));
  return examples(command, 'local list', 'local list --json').action(
    action<EngineOptions>(shell, async ({ out }, _args, { engine }) => {
      const items = await listDatabases(await findEngine(shell.io.env, engine));
      const body = { items, next: null, total: items.length };
      out.list(body, (row) => row.name, COLUMNS, 'No database runs here. Start one: pharos local start REPOSITORY:TAG');
    }),
  );
}

function end(
  shell: Shell,
  verb: string,
  summary: string,
  run: (engine: Awaited<ReturnType<typeof findEngine>>, name: string) => Promise<void>,
): Command {
  const command = withEngine(printingCommand(verb, summary)).argument('<name>', 'as "pharos local list" shows it');
  return examples(command, `local ${verb} pharos-postgresql`).action(
    action<EngineOptions>(shell, async ({ out }, [name], { engine }) => {
      await run(await findEngine(shell.io.env, engine), name!);
      out.one({ name, done: verb }, name!, () => out.line(`${name}: ${verb === 'stop' ? 'stopped' : 'removed'}.`));
    }),
  );
}
