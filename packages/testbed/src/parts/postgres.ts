import { execFile } from 'node:child_process';
import { chownSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { TestbedError } from '../testbed-error.ts';
import { required } from './available.ts';
import { freePort, startChild } from './child.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const run = promisify(execFile);

/** How the server is set up. */
export type PostgresOptions = {
  /** Server settings, over the fast and unsafe ones of a throwaway (`fsync=off` …). */
  settings?: Readonly<Record<string, string>>;
};

/** A running throwaway server. */
export type Postgres = {
  /** `postgres://postgres@127.0.0.1:PORT/postgres`; no password. */
  url: string;
  port: number;
  /** Makes an empty database and returns its URL. */
  createDatabase(name: string): Promise<string>;
  stop(): Promise<void>;
};

const THROWAWAY = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '50' };

/** Starts a PostgreSQL server with an empty cluster, on loopback, trusting everyone. Throws TestbedError. */
export async function startPostgres(options: PostgresOptions = {}): Promise<Postgres> {
  const programs = required('postgres');
  const directory = temporaryDirectory('postgres');
  try {
    const user = await serverUser();
    if (user) chownSync(directory.path, user.uid, user.gid);
    // As root the server refuses to run. setpriv replaces itself by the program, so that signals reach the server.
    const command = (program: string, args: readonly string[]): [string, string[]] => {
      const path = join(programs, program);
      if (!user) return [path, [...args]];
      return ['setpriv', ['--reuid=postgres', '--regid=postgres', '--clear-groups', path, ...args]];
    };
    const data = join(directory.path, 'data');
    const cluster = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'];
    await run(...command('initdb', cluster), { cwd: directory.path });
    const port = await freePort();
    const settings = { ...THROWAWAY, ...options.settings, listen_addresses: '127.0.0.1', unix_socket_directories: '' };
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const connection = ['-h', '127.0.0.1', '-p', String(port), '-U', 'postgres'];
    const server = await startChild(...command('postgres', ['-D', data, '-p', String(port), ...flags]), {
      name: 'postgres',
      cwd: directory.path,
      exitSignal: 'SIGQUIT', // SIGKILL would leave its shared memory behind
      ready: async () => {
        await run(join(programs, 'pg_isready'), connection);
        return true;
      },
    });
    const url = (database: string) => `postgres://postgres@127.0.0.1:${port}/${database}`;
    return {
      url: url('postgres'),
      port,
      createDatabase: async (name) => {
        if (!/^[a-z_][a-z0-9_]{0,62}$/.test(name)) {
          throw new TestbedError('bad-name', `"${name}" is no plain database name.`, 'Use a-z, 0-9 and _.');
        }
        await run(join(programs, 'createdb'), [...connection, name]);
        return url(name);
      },
      stop: async () => {
        await server.stop('SIGQUIT'); // immediate shutdown: the data is thrown away
        directory.remove();
      },
    };
  } catch (cause) {
    directory.remove();
    throw cause;
  }
}

/** The user to run as, when this process is root. */
async function serverUser(): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const id = async (flag: string) => Number((await run('id', [flag, 'postgres'])).stdout);
  return { uid: await id('-u'), gid: await id('-g') };
}
