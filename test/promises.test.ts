/** The promises of docs/reliability.md against a registry that misbehaves after a good scan: nothing is lost, everything is told. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Repository } from '@pharos/contract';
import {
  buildImage,
  type FaultName,
  generateRepository,
  type MisbehavingRegistry,
  startMisbehaving,
} from '@pharos/testbed';
import { agentFile } from './support/agent-file.ts';
import { cleanUp, libraryTags, type Pharos, startPharos, waitFor } from './support/pharos.ts';
import { completeScans, repositoryNamed, scanNow } from './support/told.ts';

const TAGS = 20;

after(cleanUp);

describe('after a good scan', () => {
  let registry: MisbehavingRegistry;
  let pharos: Pharos;
  let repository: Repository;
  let known: Map<string, string>;

  before(async () => {
    registry = await startMisbehaving({ repositories: [generateRepository('postgresql', TAGS)], pageSize: 6 });
    registry.content.push('postgresql', '17', { name: 'floating' });
    // Only scans that the tests ask for: each knows which of them the fault has struck.
    const entry = { name: 'registry', url: registry.url, repositories: ['postgresql'], interval: '1h' };
    pharos = await startPharos({ args: ['--agent-config', agentFile([entry])] });
    await waitFor(async () => (await libraryTags(pharos.client)).size === TAGS + 1, 'the first library');
    known = await libraryTags(pharos.client);
    repository = await repositoryNamed(pharos.client, 'postgresql');
  });
  after(async () => {
    await pharos?.stop();
    await registry?.stop();
  });

  /** All tags are there, present, at their digests. */
  async function assertNothingLost() {
    assert.deepEqual(await libraryTags(pharos.client), known);
    const { items } = await pharos.client('listTags', { query: { presence: 'all', limit: 1000 } });
    assert.equal(items.length, known.size, 'nothing more either');
    for (const tag of items) assert.equal(tag.missingSince, null, `${tag.name} is not counted as missing`);
  }

  async function scanWith(fault: FaultName | undefined) {
    registry.fault = fault;
    const scan = await scanNow(pharos.client, repository.id);
    if (fault) assert.ok(registry.struck(fault) > 0, `${fault} struck`);
    registry.fault = undefined;
    return scan;
  }

  const broken: [fault: FaultName, code: string][] = [
    ['status-401', 'unauthorized'],
    ['status-403', 'forbidden'],
    ['status-404-no-code', 'repository-not-found'],
    ['status-500', 'registry-failed'],
    ['status-502-html', 'registry-failed'],
    ['status-503', 'registry-failed'],
    ['html-login', 'not-a-registry'],
    ['connection-reset', 'registry-unreachable'],
    ['link-absolute-foreign', 'link-refused'],
    ['link-loop', 'link-loop'],
  ];
  for (const [fault, code] of broken) {
    test(`${fault}: no tag is lost or downgraded, and it is told as ${code}`, { timeout: 120_000 }, async () => {
      const scan = await scanWith(fault);
      assert.notEqual(scan.status, 'complete');
      assert.equal(scan.code, code, scan.message);
      assert.ok(scan.message && scan.hint, 'a sentence and a next step');
      const now = await repositoryNamed(pharos.client, 'postgresql');
      assert.equal(now.lastScan?.code, code);
      assert.equal(now.tagCount, known.size);
      await assertNothingLost();
      assert.equal((await scanWith(undefined)).status, 'complete', 'and it recovers');
    });
  }

  for (const fault of ['empty-list', 'shrunken-list', 'tags-null', 'tags-missing'] as const) {
    test(`${fault}: mass absence waits for a person`, async () => {
      const scan = await scanWith(fault);
      const held = (await repositoryNamed(pharos.client, 'postgresql')).warnings.join('\n') + scan.message;
      assert.match(held, /stay in the library until/);
      assert.equal(scan.tags.missing, 0);
      await assertNothingLost();
      await scanWith(undefined);
      const { warnings } = await repositoryNamed(pharos.client, 'postgresql');
      assert.ok(!warnings.some((warning) => /stay in the library/.test(warning)), 'the warning ends with its cause');
    });
  }

  for (const [fault, code] of [
    ['wrong-body', 'digest-mismatch'],
    ['wrong-digest-header', 'digest-mismatch'],
    ['manifest-truncated', 'digest-mismatch'],
    ['manifest-html', 'manifest-invalid'],
  ] as const) {
    test(`${fault}: a moved tag keeps its last good digest until good bytes come`, async () => {
      const old = known.get('postgresql:17')!;
      const moved = registry.content.push('postgresql', '17', { name: `moved under ${fault}` });
      const scan = await scanWith(fault);
      const failure = scan.failures.find((each) => each.subject.includes('17'));
      assert.ok(failure, JSON.stringify(scan));
      assert.ok([code, 'not-a-registry', 'manifest-invalid'].includes(failure.code), failure.code);
      assert.ok(failure.message && failure.hint);
      assert.equal((await libraryTags(pharos.client)).get('postgresql:17'), old);
      const { items } = await pharos.client('getTagHistory', { params: { id: repository.id, name: '17' }, query: {} });
      assert.equal(items[0]!.digest, old);
      await assertNothingLost();

      known.set('postgresql:17', moved.digest);
      await scanWith(undefined);
      await assertNothingLost();
    });
  }

  test('a person who confirms a mass absence ends the waiting: marked missing, not deleted', async () => {
    const tags = [...registry.content.tags('postgresql')!];
    for (const tag of tags.slice(0, 15)) registry.content.remove('postgresql', tag);
    await scanWith(undefined);
    assert.ok((await repositoryNamed(pharos.client, 'postgresql')).held);
    await assertNothingLost();
    await pharos.client('confirmAbsence', { params: { id: repository.id } });
    const scan = await scanWith(undefined);
    assert.equal(scan.tags.missing, 15);
    const { items } = await pharos.client('listTags', { query: { presence: 'all', limit: 1000 } });
    assert.equal(items.length, known.size, 'they are still there');
    assert.equal(items.filter((tag) => tag.presence === 'missing').length, 15);
    assert.ok(!(await repositoryNamed(pharos.client, 'postgresql')).held);
  });

  test('nothing was ever asked of the other origin', () => {
    assert.deepEqual(registry.foreignLog, []);
  });
});

test('a token that expires in the middle of a page costs a new token and nothing else', async () => {
  const registry = await startMisbehaving({
    auth: 'token',
    pageSize: 2,
    // More than connections: those that meet an expired token together can all go on with the next one.
    fault: { name: 'token-expires-mid-page', uses: 12 },
    repositories: [generateRepository('postgresql', 30)],
  });
  const authentication = { type: 'basic', ...registry.signIn.credential };
  const entry = { name: 'registry', url: registry.url, repositories: ['postgresql'], authentication };
  const pharos = await startPharos({ args: ['--agent-config', agentFile([entry])] });
  try {
    const { id } = await repositoryNamed(pharos.client, 'postgresql');
    await waitFor(async () => (await completeScans(pharos.client, id)) >= 1, 'a complete scan');
    assert.equal((await libraryTags(pharos.client)).size, 30);
    assert.ok(registry.signIn.issued > 4, 'tokens ran out on the way');
    for (const status of ['partial', 'failed'] as const) {
      assert.equal((await pharos.client('listScans', { query: { status } })).total, 0, `no scan is ${status}`);
    }
  } finally {
    await pharos.stop();
    await registry.stop();
  }
});

test('a dead registry does not delay a healthy one beside it (promise 7)', async () => {
  const [dead, healthy] = await Promise.all([
    startMisbehaving({ repositories: [generateRepository('dead', 3)], fault: 'slow-headers' }),
    startMisbehaving({ repositories: [generateRepository('healthy', 3)] }),
  ]);
  const entries = [
    ...['a', 'b', 'c'].map((name) => ({ name: `dead-${name}`, url: dead.url, repositories: ['dead'] })),
    { name: 'healthy', url: healthy.url, repositories: ['healthy'] },
  ];
  const pharos = await startPharos({ args: ['--agent-config', agentFile(entries)] });
  try {
    const { id } = await repositoryNamed(pharos.client, 'healthy');
    for (let round = 1; round <= 5; round++) {
      const image = buildImage({ name: `round ${round}` });
      healthy.content.push('healthy', `18.${round}-2607010101`, image);
      await waitFor(
        async () => (await libraryTags(pharos.client)).get(`healthy:18.${round}-2607010101`) === image.digest,
        `round ${round} of the healthy registry`,
      );
    }
    assert.ok((await completeScans(pharos.client, id)) >= 5);
    const { items } = await pharos.client('listScans', { query: { status: 'complete', limit: 1000 } });
    assert.ok(
      items.every((scan) => scan.registry === 'healthy'),
      'meanwhile the dead ones have answered nothing',
    );
    assert.ok(dead.struck('slow-headers') > 0);
  } finally {
    await pharos.kill();
    await Promise.all([dead.stop(), healthy.stop()]);
  }
});
