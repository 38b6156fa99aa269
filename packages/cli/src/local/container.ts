/** PostgreSQL containers that the library started on this machine: pinned to a digest, reachable from this machine only. */
import { randomBytes } from 'node:crypto';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { CliError } from '../failure.ts';
import type { Engine } from './engine.ts';
import { START_SCRIPT } from './start-script.ts';

const LABEL = 'io.pharos.local';
/** In a network of its own every database listens here; the engine says where this machine finds it. */
const INNER_PORT = 5432;
const READY_MS = 60_000;
const POLL_MS = 150;
/** What a database needs of the kernel is nothing special. */
const CONFINED = ['--cap-drop=all', '--security-opt', 'no-new-privileges', '--pids-limit', '512'];

export interface LocalRun {
  /** `host/repository`, without tag. */
  readonly repository: string;
  readonly digest: string;
  readonly name: string;
  /** The first superuser: enterprisedb where EPAS expects it. */
  readonly user: string;
  /** 0: a free one. */
  readonly port: number;
  /** The registry is read without TLS (podman asks for it; docker takes loopback so by itself). */
  readonly plainHttp: boolean;
  /** The container shares the network of this machine, and the database listens on loopback alone. */
  readonly hostNetwork: boolean;
}

export interface LocalDatabase {
  readonly name: string;
  readonly digest: string;
  readonly repository: string;
  readonly user: string;
  /** On 127.0.0.1; null: not known while it stands still, because docker gives a free one anew at every start. */
  readonly port: number | null;
  readonly state: string;
}

export interface StartedDatabase extends LocalDatabase {
  /** Told this once; null when an existing one was started again. */
  readonly password: string | null;
  readonly port: number;
}

/**
 * Pulls by digest, starts, and waits until the database answers. A container of this name that stopped starts again with
 * its data, if it is of the same digest.
 * @throws CliError `container-name-taken`, `container-digest-differs`, `container-not-ready`, `container-engine-failed`
 */
export async function startDatabase(
  engine: Engine,
  run: LocalRun,
  tell: (line: string) => void,
): Promise<StartedDatabase> {
  const existing = (await listDatabases(engine)).find(({ name }) => name === run.name);
  if (existing !== undefined) return startAgain(engine, existing, run, tell);
  const reference = `${run.repository}@${run.digest}`;
  tell('Pulling the image …');
  const pull = engine.name === 'podman' && run.plainHttp ? ['pull', '--tls-verify=false'] : ['pull'];
  await engine.run([...pull, reference], { onLine: tell });
  await refuseOtherBytes(engine, reference, run.digest);
  const password = randomBytes(18).toString('base64url');
  // A port that the engine chooses itself cannot be taken meanwhile, and it may run on a machine whose ports nobody here knows.
  const port = run.hostNetwork ? run.port || (await freePort()) : INNER_PORT;
  const network = run.hostNetwork ? ['--network=host'] : ['--publish', `127.0.0.1:${run.port || ''}:${INNER_PORT}`];
  const labels = {
    ...{ '': 'true', '.digest': run.digest, '.repository': run.repository, '.user': run.user },
    // What is published is read from the engine.
    ...(run.hostNetwork ? { '.port': port } : {}),
  };
  const env = {
    PHAROS_PASSWORD: password,
    PHAROS_USER: run.user,
    PHAROS_PORT: String(port),
    PHAROS_LISTEN: run.hostNetwork ? '127.0.0.1' : '*',
  };
  tell('Starting the database …');
  await engine.run(
    [
      ...['run', '--detach', '--name', run.name, ...CONFINED, ...network, ...(await userOf(engine, reference))],
      ...Object.entries(labels).flatMap(([key, value]) => ['--label', `${LABEL}${key}=${value}`]),
      ...[...Object.keys(env), 'TZ=UTC'].flatMap((name) => ['--env', name]),
      ...['--entrypoint', '/bin/sh', reference, '-c', START_SCRIPT],
    ],
    { env },
  );
  const { name, digest, repository, user } = run;
  return { name, digest, repository, user, port: await waitUntilReady(engine, name), state: 'running', password };
}

/** Those of this machine, stopped ones too. */
export async function listDatabases(engine: Engine): Promise<LocalDatabase[]> {
  const ids = await engine.run(['ps', '--all', '--quiet', '--no-trunc', '--filter', `label=${LABEL}=true`]);
  const found = ids.split('\n').filter(Boolean);
  if (found.length === 0) return [];
  return (await inspect(engine, found)).map((each) => {
    const { Name, State, Config } = each;
    const { Labels } = Config;
    return {
      name: Name.replace(/^\//, ''),
      digest: Labels[`${LABEL}.digest`] ?? '',
      repository: Labels[`${LABEL}.repository`] ?? '',
      user: Labels[`${LABEL}.user`] ?? '',
      port: portsOf(each).outer,
      state: State.Status,
    };
  });
}

/** What both engines say of a container. */
export interface Inspected {
  readonly Name: string;
  readonly State: { readonly Status: string };
  readonly Config: { readonly Labels: Readonly<Record<string, string>> };
  /** What is published now; of a container that stands still docker says nothing. */
  readonly NetworkSettings?: { readonly Ports?: Bindings | null };
  /** What was asked for: an empty port, or 0, is one that the engine chooses. */
  readonly HostConfig?: { readonly PortBindings?: Bindings | null };
}
type Bindings = Readonly<Record<string, readonly { readonly HostPort: string }[] | null>>;

async function inspect(engine: Engine, names: readonly string[]): Promise<Inspected[]> {
  return JSON.parse(await engine.run(['inspect', '--type', 'container', ...names]));
}

/** Where the database listens in its container, and where this machine finds it. */
export function portsOf({ NetworkSettings, HostConfig, Config }: Inspected): { inner: number; outer: number | null } {
  for (const bindings of [NetworkSettings?.Ports, HostConfig?.PortBindings]) {
    for (const [key, hosts] of Object.entries(bindings ?? {})) {
      const outer = hosts?.map(({ HostPort }) => Number(HostPort)).find((port) => port > 0);
      if (outer !== undefined) return { inner: Number.parseInt(key, 10), outer };
    }
  }
  // On the network of this machine both are one.
  const label = Config.Labels[`${LABEL}.port`];
  if (label !== undefined && Object.keys(HostConfig?.PortBindings ?? {}).length === 0) {
    return { inner: Number(label), outer: Number(label) };
  }
  return { inner: INNER_PORT, outer: null };
}

/** Stops it and keeps its data. @throws CliError `not-found`: none of ours has this name */
export async function stopDatabase(engine: Engine, name: string): Promise<void> {
  await named(engine, name);
  await engine.run(['stop', '-t', '20', name]);
}

/** Removes it with its data. @throws CliError `not-found` */
export async function removeDatabase(engine: Engine, name: string): Promise<void> {
  await named(engine, name);
  await engine.run(['rm', '--force', '--volumes', name]);
}

async function named(engine: Engine, name: string): Promise<LocalDatabase> {
  const found = (await listDatabases(engine)).find((each) => each.name === name);
  if (found !== undefined) return found;
  throw new CliError(
    'not-found',
    `No database that "pharos local" started is named ${name}.`,
    'List them with: pharos local list',
    { exitCode: 3 },
  );
}

async function startAgain(
  engine: Engine,
  existing: LocalDatabase,
  run: LocalRun,
  tell: (line: string) => void,
): Promise<StartedDatabase> {
  if (existing.digest !== run.digest) {
    throw new CliError(
      'container-name-taken',
      `${run.name} runs ${existing.digest.slice(0, 19)}… already, which is another image.`,
      `Choose another --name, or remove it with its data: pharos local remove ${run.name}`,
    );
  }
  if (existing.state !== 'running') {
    tell('Starting it again …');
    await engine.run(['start', existing.name]);
  }
  return { ...existing, port: await waitUntilReady(engine, existing.name), state: 'running', password: null };
}

/** The engine hashed what it pulled; this makes sure that it speaks of the digest that was approved. */
async function refuseOtherBytes(engine: Engine, reference: string, digest: string): Promise<void> {
  const digests = JSON.parse(
    await engine.run(['image', 'inspect', '--format', '{{json .RepoDigests}}', reference]),
  ) as string[];
  if (digests.some((each) => each.endsWith(`@${digest}`))) return;
  throw new CliError(
    'container-digest-differs',
    `What ${engine.name} pulled does not have the digest ${digest}.`,
    'Do not use it: pull again, and if it stays so, ask who runs the registry.',
  );
}

/** Databases refuse to run as root: an image that starts as root is started as its own postgres user. */
async function userOf(engine: Engine, reference: string): Promise<string[]> {
  const user = (await engine.run(['image', 'inspect', '--format', '{{.Config.User}}', reference])).trim();
  return ['', '0', 'root', '0:0'].includes(user) ? ['--user', 'postgres'] : [];
}

/**
 * Waits until the database answers in its container and this machine reaches it. An answer over the network is what a
 * client will ask for. @returns the port on 127.0.0.1
 */
async function waitUntilReady(engine: Engine, name: string): Promise<number> {
  const until = Date.now() + READY_MS;
  for (;;) {
    const [container] = await inspect(engine, [name]);
    const { inner, outer } = portsOf(container!);
    const isOver = !['running', 'created', 'initialized'].includes(container!.State.Status);
    const isReady = !isOver && (await answers(engine, ['exec', name, '/bin/sh', '-c', askOf(inner)]));
    if (isReady && outer !== null && (await isReached(outer))) return outer;
    if (isOver || Date.now() > until) {
      throw isReady ? notReached(engine, name, outer) : await notReady(engine, name, isOver);
    }
    await sleep(POLL_MS);
  }
}

function askOf(port: number): string {
  return `for f in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/edb/*/bin /usr/lib/edb*/bin /usr/local/bin /usr/bin; do
    if [ -x "$f/pg_isready" ]; then exec "$f/pg_isready" -q -h 127.0.0.1 -p ${port}; fi; done; exit 65`;
}

/** Whether somebody takes connections there; docker's proxy does also for a database that is not up yet. */
function isReached(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 2_000 });
    const end = (isThere: boolean) => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });
}

function notReached(engine: Engine, name: string, port: number | null): CliError {
  const where =
    port === null ? 'no port of this machine leads to it' : `127.0.0.1:${port} of this machine does not lead to it`;
  return new CliError(
    'container-not-ready',
    `The database answers in its container, but ${where}.`,
    `Does ${engine.name} run on another machine, or without a bridge? Try --host-network, after: pharos local remove ${name}`,
    { exitCode: 1 },
  );
}

async function answers(engine: Engine, args: string[]): Promise<boolean> {
  try {
    await engine.run(args);
    return true;
  } catch {
    return false;
  }
}

async function notReady(engine: Engine, name: string, isOver: boolean): Promise<CliError> {
  const logs: string[] = [];
  await engine.run(['logs', '--tail', '8', name], { onLine: (line) => logs.push(line) }).catch(() => '');
  const what = isOver ? 'The container ended by itself' : 'The database does not answer';
  return new CliError(
    'container-not-ready',
    `${what}. It said last: ${logs.slice(-3).join(' | ') || 'nothing'}`,
    `See all of it with: ${engine.name} logs ${name}; take it away with: pharos local remove ${name}`,
    { exitCode: 1 },
  );
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
