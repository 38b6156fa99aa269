import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { lockDirectory } from './directory-lock.ts';
import { StoreError } from './errors.ts';
import { openStore } from './open.ts';
import { registry, scan } from './suite/given.ts';

const code = (expected: string) => (error: unknown) => error instanceof StoreError && error.code === expected;

describe('embedded database on disk', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pharos-store-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('survives kill -9 in the middle of commits: all that was told is there, and nothing is half', async () => {
    const dataDir = join(folder, 'killed');
    const first = await openStore({ dataDir });
    assert.equal((await stat(dataDir)).mode & 0o777, 0o700);
    const registryId = await registry(first);
    const { serverEpoch } = first;
    await assert.rejects(openStore({ dataDir }), (error: StoreError) => {
      return error.code === 'data-directory-in-use' && error.message.includes(dataDir);
    });
    await first.close();
    const kills = [
      { prefix: 'first', commits: 2 },
      { prefix: 'second', commits: 4 },
    ];
    const told: string[] = [];
    for (const { prefix, commits } of kills) told.push(...(await killAfter(dataDir, registryId, prefix, commits)));
    const store = await openStore({ dataDir });
    assert.equal(store.serverEpoch, serverEpoch);
    const { items } = await store.repositories.list({ limit: 1000, sort: 'name' });
    // A scan that was begun and not committed left an empty repository.
    const whole = items.filter(({ tagCount }) => tagCount > 0);
    assert.ok(whole.every(({ tagCount }) => tagCount === TAGS_OF_CHILD));
    assert.ok(told.length >= 6);
    const names = new Set(whole.map(({ name }) => name));
    assert.deepEqual(
      told.filter((name) => !names.has(name)),
      [],
    );
    const { total } = await store.tags.list({ limit: 1, sort: 'name', presence: 'all' });
    assert.equal(total, whole.length * TAGS_OF_CHILD);
    assert.equal((await scan(store, registryId, { repository: 'after', tags: ['1.0'] })).added, 1);
    await store.close();
  });

  it('says what to do with a directory that is damaged, newer, or not usable', async () => {
    const damaged = join(folder, 'damaged');
    await mkdir(join(damaged, 'database'), { recursive: true });
    await assert.rejects(openStore({ dataDir: damaged }), code('database-damaged'));
    await writeFile(join(damaged, 'database', 'PG_VERSION'), '99\n');
    await assert.rejects(openStore({ dataDir: damaged }), code('database-newer'));
    await writeFile(join(damaged, 'database', 'PG_VERSION'), '18\n');
    await assert.rejects(openStore({ dataDir: damaged }), code('database-damaged'));
    await writeFile(join(folder, 'file'), '');
    await assert.rejects(openStore({ dataDir: join(folder, 'file') }), code('data-directory-unusable'));
  });

  it('closes in order though queries are under way, and only then lets the process end', async () => {
    const script = `
      const { openPglite } = await import(${JSON.stringify(new URL('./pglite.ts', import.meta.url).href)});
      const database = await openPglite('memory:');
      const ask = () => Array.from({ length: 50 }, () => database.query('select 1').catch(() => {}));
      ask();
      const closing = database.close();
      ask();
      await closing;`;
    const child = spawn(process.execPath, ['-e', script], { stdio: 'ignore' });
    // 13: the process ended while it waited for the close.
    assert.deepEqual(await once(child, 'exit'), [0, null]);
  });

  it('locks a directory with a path too long for a socket, and replaces a socket that nobody answers', async () => {
    const long = join(folder, 'l'.repeat(120));
    await mkdir(long);
    const unlock = await lockDirectory(long);
    await assert.rejects(lockDirectory(long), code('data-directory-in-use'));
    await unlock();
    // A file in the socket's place answers as little as the socket of a killed process.
    await writeFile(join(long, 'database.lock'), '');
    const again = await lockDirectory(long);
    await assert.rejects(lockDirectory(long), code('data-directory-in-use'));
    await again();
  });
});

describe('PostgreSQL that is not there', () => {
  it('is reported as unavailable, without the password', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    const databaseUrl = `postgres://pharos:geheim@127.0.0.1:${port}/pharos`;
    await assert.rejects(openStore({ databaseUrl }), (error: StoreError) => {
      return error.code === 'database-unavailable' && !`${error.message}${error.hint}`.includes('geheim');
    });
    await assert.rejects(openStore({ databaseUrl: 'not an address' }), code('database-unavailable'));
  });
});

const TAGS_OF_CHILD = 300;

/** Kills a committing child soon after it told so many commits; answers the repositories it told. */
async function killAfter(dataDir: string, registryId: string, prefix: string, commits: number): Promise<string[]> {
  const script = fileURLToPath(new URL('./suite/crash-child.ts', import.meta.url));
  const values = [script, dataDir, registryId, prefix, String(TAGS_OF_CHILD)];
  const child = spawn(process.execPath, values, { stdio: ['ignore', 'pipe', 'inherit'] });
  const told: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    told.push(line);
    // The next commit is under way when it dies.
    if (told.length === commits) setTimeout(() => child.kill('SIGKILL'), 20 * commits);
  }
  return told;
}
