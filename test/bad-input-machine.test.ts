/** Bad input, part 4: the machine. A full disk, a taken port, a data directory in use, a database of a newer version. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { available, generateRepository, startMisbehaving, startPostgres } from '@pharos/testbed';
import pg from 'pg';
import { agentFile } from './support/agent-file.ts';
import { cleanUp, libraryTags, makeFolder, runPharos, startPharos, waitFor } from './support/pharos.ts';
import { mountSmallDisk, noSmallDisk, type SmallDisk } from './support/small-disk.ts';
import { assertRefused } from './support/told.ts';

const QUIET = { PHAROS_SAMPLE: 'false' };

after(cleanUp);

describe('a disk that is full', { skip: noSmallDisk }, () => {
  const REPOSITORY = 'postgresql';

  async function withRegistry(run: (url: string, push: (tag: string) => void) => Promise<void>) {
    const registry = await startMisbehaving({ repositories: [generateRepository(REPOSITORY, 20)] });
    try {
      await run(registry.url, (tag) => registry.content.push(REPOSITORY, tag, { name: tag }));
    } finally {
      await registry.stop();
    }
  }

  /** Fills the disk under a running Pharos: told, nothing lost, still serving; and it recovers when there is space again. */
  async function assertSurvives(disk: SmallDisk, options: { dataDir?: string; env?: Record<string, string> }) {
    await withRegistry(async (url, push) => {
      const file = agentFile([{ name: 'registry', url, repositories: [REPOSITORY] }]);
      const pharos = await startPharos({ ...options, args: ['--agent-config', file] });
      try {
        await waitFor(async () => (await libraryTags(pharos.client)).size === 20, 'the first library');
        const known = await libraryTags(pharos.client);
        disk.fill();
        push('18.1-2607010101');
        await waitFor(async () => pharos.output().includes('disk-full'), 'the log to say disk-full');
        assert.match(pharos.output(), /[Ff]ree .*space|space/, 'with a next step');
        for (const [name, digest] of known) assert.equal((await libraryTags(pharos.client)).get(name), digest);
        assert.equal((await fetch(`${pharos.url}/healthz`)).status, 200);
        if (options.dataDir === undefined) {
          const scan = await waitFor(async () => {
            const { items } = await pharos.client('listScans', { query: { status: 'failed' } });
            return items.find((item) => item.code === 'disk-full');
          }, 'a scan that says disk-full');
          assert.ok(scan.message.length > 10 && scan.hint, 'a sentence and a next step');
        }
        disk.free();
        await waitFor(
          async () => (await libraryTags(pharos.client)).has(`${REPOSITORY}:18.1-2607010101`),
          'the new tag once there is space',
          90_000,
        );
        assert.equal((await libraryTags(pharos.client)).size, 21);
      } finally {
        disk.free();
        assert.equal(await pharos.stop(), 0);
      }
    });
  }

  test("the agent's state and spool", async () => {
    const disk = mountSmallDisk(2);
    try {
      await assertSurvives(disk, { env: { PHAROS_STATE_DIR: join(disk.path, 'state') } });
    } finally {
      disk.unmount();
    }
  });

  test('the embedded database', async () => {
    const disk = mountSmallDisk(400);
    try {
      const env = { PHAROS_STATE_DIR: join(makeFolder(), 'state') };
      await assertSurvives(disk, { dataDir: join(disk.path, 'data'), env });
    } finally {
      disk.unmount();
    }
  });

  test('a start on a full disk is refused by name, and works when there is space', async () => {
    const disk = mountSmallDisk(200);
    const dataDir = join(disk.path, 'data');
    const refuse = async () => {
      disk.fill();
      const ended = await runPharos(['up', '--port', '0', '--data-dir', dataDir], QUIET);
      assertRefused(ended, { code: 'disk-full', exit: 1 });
      disk.free();
    };
    try {
      await refuse();
      const pharos = await startPharos({ dataDir, env: QUIET });
      await pharos.client('createRegistry', { body: { name: 'kept', url: 'registry.example.com' } });
      // Killed: then the next start has to write before it can serve.
      await pharos.kill();
      await refuse();
      const again = await startPharos({ dataDir, env: QUIET });
      assert.equal((await again.client('listRegistries', { query: {} })).items[0]?.name, 'kept');
      await again.stop();
    } finally {
      disk.unmount();
    }
  });
});

describe('a place that is taken', () => {
  test('the port, and the data directory; the one that runs is not disturbed', async () => {
    const first = await startPharos({ env: QUIET });
    try {
      const elsewhere = join(makeFolder(), 'data');
      const [port, directory] = await Promise.all([
        runPharos(['up', '--port', String(first.port), '--data-dir', elsewhere], QUIET),
        runPharos(['up', '--port', '0', '--data-dir', first.dataDir], QUIET),
      ]);
      assertRefused(port, { code: 'port-in-use', exit: 1, says: /--port/ });
      assertRefused(directory, { code: 'data-directory-in-use', exit: 1, says: /--data-dir/ });
      assert.equal((await fetch(`${first.url}/readyz`)).status, 200);
      // What the refused start had opened is closed: the directory is free.
      assert.equal(await (await startPharos({ dataDir: elsewhere, env: QUIET })).stop(), 0);
    } finally {
      assert.equal(await first.stop(), 0);
    }
  });

  test('a data directory that cannot be made', async () => {
    const file = join(makeFolder(), 'a-file');
    writeFileSync(file, '');
    const ended = await runPharos(['up', '--port', '0', '--data-dir', join(file, 'data')], QUIET);
    assert.equal(ended.code, 1);
    assert.match(ended.stderr, /error: .*\((data-directory-unusable|file-not-directory)\)\nhint: /);
  });
});

describe('a database of a newer version', () => {
  const NEWER = "insert into kysely_migration (name, timestamp) values ('9999-from-the-future', 'now')";

  test('the embedded one is refused and left as it is', async () => {
    const pharos = await startPharos({ env: QUIET });
    await pharos.client('createRegistry', { body: { name: 'kept', url: 'registry.example.com' } });
    await pharos.stop();
    const { PGlite } = await import('@electric-sql/pglite');
    const change = async (statement: string) => {
      const database = await PGlite.create(join(pharos.dataDir, 'database'));
      await database.exec(statement);
      await database.close();
    };
    await change(NEWER);
    const ended = await runPharos(['up', '--port', '0', '--data-dir', pharos.dataDir], QUIET);
    assertRefused(ended, { code: 'database-newer', exit: 1, says: /9999-from-the-future/ });
    await change("delete from kysely_migration where name = '9999-from-the-future'");
    const again = await startPharos({ dataDir: pharos.dataDir, env: QUIET });
    const { items } = await again.client('listRegistries', { query: {} });
    assert.deepEqual(
      items.map((item) => item.name),
      ['kept'],
    );
    assert.equal(await again.stop(), 0);
  });

  test('PostgreSQL is refused as well; one that is away is told of', { skip: available().postgres.skip }, async () => {
    const postgres = await startPostgres();
    const env = { ...QUIET, DATABASE_URL: postgres.url };
    const args = () => ['up', '--port', '0', '--data-dir', join(makeFolder(), 'data')];
    try {
      await (await startPharos({ env })).stop();
      const client = new pg.Client(postgres.url);
      await client.connect();
      await client.query(NEWER);
      await client.end();
      assertRefused(await runPharos(args(), env), { code: 'database-newer', exit: 1, says: /9999-from-the-future/ });
    } finally {
      await postgres.stop();
    }
    assertRefused(await runPharos(args(), env), { code: 'database-unavailable', exit: 5, says: /DATABASE_URL/ });
  });
});
