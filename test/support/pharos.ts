/** Starts the real `pharos` command as users do and talks to it by its public API only. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Client, createClient, type Page } from '@pharos/contract';
import { putDatabase } from '@pharos/store/testing';

export const main = fileURLToPath(new URL('../../packages/cli/src/main.ts', import.meta.url));
export const ADMIN_TOKEN = 'test-administrator-token-of-this-run';

export interface Pharos {
  readonly url: string;
  readonly client: Client;
  readonly dataDir: string;
  readonly port: number;
  readonly pid: number;
  /** Everything the process printed so far, both streams. */
  output(): string;
  /** SIGTERM and wait. Answers the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL and wait. */
  kill(): Promise<void>;
}

export interface StartOptions {
  args?: string[];
  env?: Record<string, string>;
  dataDir?: string;
  port?: number;
  command?: string;
  /** The database is made by this start, as a newcomer's is. Otherwise a start without a dataDir is given one. */
  fresh?: boolean;
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A temporary folder that `cleanUp` takes away. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pharos-test-'));
  folders.push(folder);
  return folder;
}
const folders: string[] = [];

/** For `after`: takes away what tests made, and ends what a failed one left running. */
export function cleanUp(): void {
  for (const child of running) child.kill('SIGKILL');
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** Runs a `pharos` command to its end. */
export async function runPharos(args: string[], env: Record<string, string> = {}, input = '') {
  const child = spawn(process.execPath, [main, ...args], { env: environment(env), cwd: tmpdir() });
  running.add(child);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data) => (stdout += data));
  child.stderr.on('data', (data) => (stderr += data));
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  running.delete(child);
  return { code, stdout, stderr };
}

/** Starts `pharos up` (or `server`) and waits until it is ready. */
export async function startPharos(options: StartOptions = {}): Promise<Pharos> {
  const dataDir = options.dataDir ?? join(makeFolder(), 'data');
  const hasDatabase = options.dataDir !== undefined || options.env?.DATABASE_URL !== undefined;
  if (!hasDatabase && !options.fresh) await putDatabase(dataDir);
  const args = [
    options.command ?? 'up',
    '--port',
    String(options.port ?? 0),
    '--data-dir',
    dataDir,
    ...(options.args ?? []),
  ];
  const child = spawn(process.execPath, [main, ...args], {
    env: environment({ PHAROS_ADMIN_TOKEN: ADMIN_TOKEN, ...options.env }),
    cwd: makeFolder(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { output, ended } = watch(child);
  // With a public URL the address in the output is that of the proxy in front.
  const own = options.env?.PHAROS_PUBLIC_URL === undefined ? null : `http://127.0.0.1:${options.port}`;
  const url = await Promise.race([
    waitFor(
      async () => /^\s*Open +(https?:\S+)/m.exec(output())?.[1] && (own ?? /^\s*Open +(http:\S+)/m.exec(output())?.[1]),
      'the address in the output',
      120_000,
    ),
    ended.then((code) => {
      throw new Error(`pharos ended with ${code}:\n${output()}`);
    }),
  ]);
  await waitFor(async () => (await fetch(`${url}/readyz`).catch(() => null))?.ok, `readiness:\n${output()}`, 120_000);
  return {
    url,
    port: Number(new URL(url).port),
    pid: child.pid!,
    dataDir,
    client: createClient({ baseUrl: url, token: ADMIN_TOKEN }),
    output,
    stop: async () => {
      child.kill('SIGTERM');
      return ended;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** The environment of a user who has configured nothing, plus what the test says. */
export function environment(extra: Record<string, string>): NodeJS.ProcessEnv {
  const { DATABASE_URL: _, NODE_TEST_CONTEXT: __, ...rest } = process.env;
  const plain = Object.fromEntries(Object.entries(rest).filter(([name]) => !name.startsWith('PHAROS_')));
  return { ...plain, HOME: '/nonexistent', NO_COLOR: '1', ...extra };
}

/** What a child printed, and its end; it is killed should the test process go first. */
export function watch(child: ChildProcess) {
  running.add(child);
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => (printed += data));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve)).finally(() =>
    running.delete(child),
  );
  return { output: () => printed, ended };
}

/** Polls until `probe` answers something truthy; fails with `what` otherwise. */
export async function waitFor<T>(
  probe: () => Promise<T | null | undefined | false>,
  what: string,
  timeoutMs = 30_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let last: unknown;
  while (Date.now() < deadline) {
    try {
      const value = await probe();
      if (value) return value;
    } catch (error) {
      last = error;
    }
    await sleep(100);
  }
  throw new Error(`Waited ${timeoutMs} ms in vain for ${what}.`, { cause: last });
}

/** All rows of a paged list. */
export async function all<T>(list: (cursor: string | undefined) => Promise<Page<T>>): Promise<T[]> {
  const rows: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await list(cursor);
    rows.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor);
  return rows;
}

/** Every present tag of the library as `repository:tag` → digest. */
export async function libraryTags(client: Client): Promise<Map<string, string>> {
  const tags = await all((cursor) => client('listTags', { query: { limit: 1000, cursor, sort: 'name' } }));
  return new Map(
    tags.filter((tag) => tag.presence === 'present').map((tag) => [`${tag.repository}:${tag.name}`, tag.digest]),
  );
}

/** Writes an agent file for one registry. */
export function writeAgentFile(options: {
  url: string;
  interval?: string;
  repositories: string[];
  extra?: string;
  tls?: string;
}): string {
  const file = join(makeFolder(), 'beacon_agent.yaml');
  const repositories = options.repositories.map(
    (name) => `              - { name: ${name}, description: "The ${name} repository" }`,
  );
  writeFileSync(
    file,
    `agent:
  beacon_server: http://127.0.0.1
dispatcher:
  enabled: true
  location_id: eu-west
  capabilities:
    provisioning:
      images:
        discovery:
          interval: ${options.interval ?? '1s'}
          registry:
            url: ${options.url}
            provider: auto
${options.extra ?? ''}            tls: { ${options.tls ?? 'plain_http: true'} }
            postgres_repositories:
${repositories.join('\n')}
`,
  );
  return file;
}
