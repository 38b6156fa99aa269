import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  buildImage,
  type FaultSetting,
  generateRepository,
  type MisbehavingOptions,
  type MisbehavingRegistry,
  type SeedRepository,
  smallSet,
  startMisbehaving,
} from '@pharos/testbed';
import { type Committed, FakeControlPlane } from './testing/fake-control-plane.ts';
import { type Context, configFor, folder, rule, runAgent } from './testing/fixtures.ts';

async function registryOf(
  context: Context,
  repositories: Iterable<SeedRepository>,
  options: MisbehavingOptions = {},
): Promise<MisbehavingRegistry> {
  const registry = await startMisbehaving({ repositories, ...options });
  context.after(() => registry.stop());
  return registry;
}

/** Requests for the registry's content, without the probe's. */
function requestsOf(registry: MisbehavingRegistry, pattern: RegExp): string[] {
  return registry.log.filter(({ path }) => pattern.test(path)).map(({ method, path }) => `${method} ${path}`);
}

interface Setting {
  registry: MisbehavingRegistry;
  fake: FakeControlPlane;
  /** Runs one more sweep and answers its commit of the repository. */
  again(repository?: string): Promise<Committed>;
}

/** An agent that has swept the registry once. */
async function swept(
  context: Context,
  registry: MisbehavingRegistry,
  repositories: string[],
  fake = new FakeControlPlane(),
): Promise<Setting> {
  const config = configFor(registry.url, [rule('all', repositories)]);
  await runAgent(context, fake, config, folder());
  const sweeps = () => fake.commits.filter(({ begin }) => begin.repository === null).length;
  await fake.until(() => sweeps() === 1, 'the first sweep');
  const again = async (repository = repositories[0]!) => {
    const before = sweeps();
    fake.addWork({
      kind: 'scan',
      id: crypto.randomUUID(),
      registryId: config.registries[0]!.id,
      repository: null,
      scanId: crypto.randomUUID(),
      trigger: 'manual',
    });
    await fake.until(() => sweeps() > before, 'another sweep');
    return fake.repositoryCommits(repository).at(-1)!;
  };
  return { registry, fake, again };
}

async function withFault(context: Context, fault: FaultSetting, count = 10): Promise<Setting & { first: Committed }> {
  const registry = await registryOf(context, [generateRepository('pg', count)], { pageSize: 4 });
  const setting = await swept(context, registry, ['pg']);
  const first = setting.fake.repositoryCommits('pg')[0]!;
  assert.equal(first.commit.status, 'complete');
  registry.fault = fault;
  return { ...setting, first };
}

test('a small registry ends up whole in the library, with the facts that were read', async (context) => {
  const registry = await registryOf(context, smallSet());
  const { fake } = await swept(context, registry, ['**']);
  for (const repository of registry.content.repositories()) {
    const tags = registry.content.tags(repository)!.filter((tag) => !tag.startsWith('sha256-'));
    const expected = new Map(tags.map((tag) => [tag, registry.content.resolve(repository, tag)]));
    assert.deepEqual(new Map([...fake.library.get(repository)!].sort()), new Map([...expected].sort()));
  }
  const [postgresql] = fake.repositoryCommits('postgresql');
  assert.equal(postgresql?.commit.artifactCount, 1);
  assert.equal(postgresql.commit.listedCount, 15);
  const index = fake.images.get(fake.library.get('postgresql')!.get('18-minimal-trixie')!)!;
  assert.deepEqual(
    index.platforms.map(({ os, architecture }) => `${os}/${architecture}`),
    ['linux/amd64', 'linux/arm64'],
  );
  assert.equal(index.referrers.length, 2);
  assert.equal(index.referrers[0]?.subject, index.platforms[0]?.digest);
  assert.equal(index.detail, 'config');
  const model = fake.images.get(fake.library.get('nim/meta/llama-3.1-8b-instruct')!.get('latest')!)!;
  assert.equal(model.labels['com.nvidia.nim.type'], 'llm');
  assert.equal(model.configCreated, '2026-07-27T09:10:00Z');
  assert.equal(fake.contradictions, 0);
  const sweep = fake.commits.find(({ begin }) => begin.repository === null);
  assert.equal(sweep?.commit.status, 'complete');
  assert.equal(fake.listings[0]?.repositories?.length, 3);
});

test('cold: two requests a single-arch tag and the list; warm: two per thousand, also after a restart', async (context) => {
  const registry = await registryOf(context, [generateRepository('pg', 1000)]);
  const fake = new FakeControlPlane();
  const stateDir = folder();
  const config = configFor(registry.url, [rule('all', ['pg'])]);
  const first = await runAgent(context, fake, config, stateDir);
  await fake.until(() => fake.repositoryCommits('pg').length === 1);
  // The probe reads one list page and one manifest more.
  assert.equal(requestsOf(registry, /manifests/).length, 1001);
  assert.equal(requestsOf(registry, /blobs/).length, 1000);
  assert.equal(fake.repositoryCommits('pg')[0]?.commit.requests, 2001);
  await fake.until(() => fake.calls.filter((call) => call === 'agentScanCommit').length === 2);
  await first.stop();
  registry.clearLog();
  await runAgent(context, fake, config, stateDir);
  await fake.until(() => fake.repositoryCommits('pg').length === 2);
  const warm = fake.repositoryCommits('pg')[1]!;
  assert.equal(warm.commit.requests, 2);
  assert.equal(
    requestsOf(registry, /^\/v2\/pg\/manifests/).filter((line) => line.startsWith('HEAD')).length,
    1,
    'the rolling audit',
  );
  assert.equal(warm.tags.size, 1000);
  assert.equal(warm.begin.epoch, 2);
});

test('one digest under several tags is read once; a mutable tag costs a HEAD, and a moved one is read', async (context) => {
  const image = buildImage({ name: 'one' });
  const tags = new Map([...'abcdefgh'].map((tag) => [tag, image] as const));
  const registry = await registryOf(context, [{ name: 'pg', tags }]);
  const { again } = await swept(context, registry, ['pg']);
  assert.equal(requestsOf(registry, /blobs/).length, 1);
  registry.clearLog();
  const same = await again();
  assert.deepEqual(
    [
      requestsOf(registry, /manifests/).length,
      requestsOf(registry, /^\/v2\/pg\/manifests/).every((line) => line.startsWith('HEAD')),
    ],
    [8, true],
  );
  assert.equal(same.tags.get('a'), image.digest);
  const other = buildImage({ name: 'two' });
  registry.content.seed([{ name: 'pg', tags: [['b', other]] }]);
  registry.clearLog();
  const moved = await again();
  assert.equal(moved.tags.get('b'), other.digest);
  assert.equal(requestsOf(registry, /blobs/).length, 1);
  assert.equal(requestsOf(registry, /manifests/).length, 9);
});

test('an index whose annotations tell time and version costs one request', async (context) => {
  const annotations = {
    'org.opencontainers.image.created': '2026-01-01T00:00:00Z',
    'org.opencontainers.image.version': '17.4',
  };
  const platforms = [
    { os: 'linux', architecture: 'amd64' },
    { os: 'linux', architecture: 'arm64' },
  ];
  const registry = await registryOf(context, [{ name: 'pg', tags: [['a', buildImage({ platforms, annotations })]] }]);
  const { fake } = await swept(context, registry, ['pg']);
  assert.equal(fake.repositoryCommits('pg')[0]?.commit.requests, 2);
  assert.equal([...fake.images.values()][0]?.detail, 'manifest');
});

/** What each fault of the listing does to the second scan of ten tags, four a page. */
const LISTING: [fault: FaultSetting, status: string, code: string | null, listed: number][] = [
  ['status-401', 'failed', 'unauthorized', 0],
  ['status-403', 'failed', 'forbidden', 0],
  ['status-500', 'failed', 'registry-failed', 0],
  ['status-404-no-code', 'failed', null, 0],
  ['html-login', 'failed', 'not-a-registry', 0],
  ['connection-reset', 'failed', null, 0],
  ['link-absolute-foreign', 'partial', 'link-refused', 4],
  ['link-loop', 'partial', 'link-loop', 4],
  ['empty-list', 'complete', null, 0],
  ['shrunken-list', 'complete', null, 4],
  [{ name: 'name-unknown', repo: 'pg' }, 'complete', 'repository-not-found', 0],
  ['link-relative', 'complete', null, 10],
  ['duplicate-tags', 'complete', null, 10],
  ['head-unsupported', 'complete', null, 10],
  [{ name: 'retry-after-seconds', times: 1 }, 'complete', null, 10],
];

test('promises 1 and 4: how a list that is not what it should be is reported', { concurrency: 4 }, async (context) => {
  const runs = LISTING.map(([fault, status, code, listed]) =>
    context.test(typeof fault === 'string' ? fault : fault.name, async (inner) => {
      const { commit } = await (await withFault(inner, fault)).again();
      assert.equal(commit.status, status, commit.message);
      if (status === 'complete' && code === null) assert.equal(commit.code, null);
      if (code !== null) assert.equal(commit.code, code);
      assert.equal(commit.listedCount, listed);
      // Only a complete list may say what is there; then the control plane decides what is gone.
      assert.equal(commit.listedNames?.length ?? null, status === 'complete' && code === null ? listed : null);
      assert.equal(commit.absence, code === 'repository-not-found' ? 'repository' : 'none');
      if (commit.code !== null) assert.ok(commit.hint && commit.message);
    }),
  );
  await Promise.all(runs);
});

const BROKEN = 'zz-broken';
const MANIFEST: [fault: FaultSetting, code: string, status: string][] = [
  [{ name: 'manifest-unknown', tag: BROKEN }, 'manifest-not-found', 'complete'],
  [{ name: 'wrong-digest-header', tag: BROKEN }, 'digest-mismatch', 'complete'],
  [{ name: 'manifest-truncated', tag: BROKEN }, 'digest-mismatch', 'complete'],
  [{ name: 'manifest-ambiguous', tag: BROKEN }, 'manifest-ambiguous', 'complete'],
  [{ name: 'schema1', tag: BROKEN }, 'manifest-invalid', 'complete'],
  [{ name: 'manifest-huge', tag: BROKEN, bytes: 9 * 1024 * 1024 }, 'body-too-large', 'complete'],
  [{ name: 'manifest-html', tag: BROKEN }, 'not-a-registry', 'partial'],
];

test('promise 4: one bad tag stays one, and is not taken for absent', { concurrency: 4 }, async (context) => {
  const runs = MANIFEST.map(([fault, code, status]) =>
    context.test((fault as { name: string }).name, async (inner) => {
      const repository = generateRepository('pg', 5);
      repository.tags.set(BROKEN, buildImage({ name: 'broken' }));
      const registry = await registryOf(inner, [repository], { fault });
      const { fake } = await swept(inner, registry, ['pg']);
      const { commit, tags } = fake.repositoryCommits('pg')[0]!;
      assert.equal(tags.size, 5);
      assert.deepEqual(commit.unresolved, [BROKEN]);
      assert.deepEqual([commit.failures[0]?.subject, commit.failures[0]?.code], [BROKEN, code]);
      assert.equal(commit.status, status);
    }),
  );
  await Promise.all(runs);
});

test('a deep index and an index whose children are missing cost only their own platforms', async (context) => {
  const platforms = [
    { os: 'linux', architecture: 'amd64' },
    { os: 'linux', architecture: 'arm64' },
  ];
  const registry = await registryOf(context, [{ name: 'pg', tags: [['a', buildImage({ platforms })]] }], {
    fault: 'missing-child',
  });
  const { fake } = await swept(context, registry, ['pg']);
  const { commit, tags } = fake.repositoryCommits('pg')[0]!;
  assert.deepEqual([commit.status, tags.size], ['complete', 1]);
  assert.equal([...fake.images.values()][0]?.platforms.length, 2);
});

test('a registry that stops takes nothing away, says why, and is shown as gone', async (context) => {
  const registry = await registryOf(context, [generateRepository('pg', 4)]);
  const { fake, again } = await swept(context, registry, ['pg']);
  await registry.stop();
  const { commit } = await again();
  assert.deepEqual([commit.status, commit.code, commit.listedNames], ['failed', 'connection-refused', null]);
  assert.equal(fake.library.get('pg')?.size, 4);
  await fake.until(
    () =>
      fake.statuses.at(-1)?.body.state !== 'ok' && fake.statuses.some(({ body }) => body.code === 'connection-refused'),
  );
});

test('promise 7: a registry that does not answer delays no other', async (context) => {
  const slow = await registryOf(context, [generateRepository('pg', 2)], {
    fault: { name: 'slow-headers', ms: 60_000 },
  });
  const good = await registryOf(context, [generateRepository('pg', 2)]);
  const config = configFor(slow.url, [rule('slow', ['pg'])], { name: 'slow' });
  const both = { ...configFor(good.url, [rule('good', ['pg'])], { name: 'good' }) };
  const fake = new FakeControlPlane();
  const merged = {
    ...config,
    registries: [...config.registries, ...both.registries],
    rules: [...config.rules, ...both.rules],
  };
  await runAgent(context, fake, merged, folder());
  await fake.until(() => fake.repositoryCommits('pg').length === 1);
  assert.equal(fake.commits[0]?.begin.registryId, both.registries[0]?.id);
});

test('without a catalog named repositories are read and the sweep says what is missing', async (context) => {
  const registry = await registryOf(context, [generateRepository('pg', 2)], { fault: 'catalog-401' });
  const { fake } = await swept(context, registry, ['pg', 'other/*']);
  assert.equal(fake.library.get('pg')?.size, 2);
  const sweep = fake.commits.find(({ begin }) => begin.repository === null)!.commit;
  assert.equal(sweep.status, 'partial');
  assert.equal(sweep.code, 'catalog-unavailable');
  assert.equal(fake.listings[0]?.repositories, null);
});

test('rules decide what is read: excluded tags cost nothing', async (context) => {
  const registry = await registryOf(context, [
    {
      name: 'pg',
      tags: [
        ['17.1', buildImage({ name: 'a' })],
        ['18rc1', buildImage({ name: 'b' })],
        ['x', buildImage({ name: 'c' })],
      ],
    },
  ]);
  const fake = new FakeControlPlane();
  const config = configFor(registry.url, [
    rule('one', ['pg'], [{ include: ['1*'], exclude: ['*rc*'], order: 'version' }]),
  ]);
  await runAgent(context, fake, config, folder());
  await fake.until(() => fake.repositoryCommits('pg').length === 1);
  const { commit, tags, begin } = fake.repositoryCommits('pg')[0]!;
  assert.deepEqual([...tags.keys()], ['17.1']);
  assert.deepEqual(commit.listedNames, ['17.1', '18rc1', 'x']);
  assert.deepEqual(begin.ruleIds, [config.rules[0]!.id]);
  assert.equal(requestsOf(registry, /blobs/).length, 1);
});
