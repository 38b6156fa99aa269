import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import {
  buildArtifact,
  buildImage,
  buildIndex,
  buildSignature,
  generateRepository,
  type MisbehavingRegistry,
  startMisbehaving,
} from '@pharos/testbed';
import type { AgentFile } from './config.ts';
import { FakeControlPlane } from './testing/fake-control-plane.ts';
import { type Context, configFor, folder, rule, runAgent } from './testing/fixtures.ts';

interface Setting {
  registry: MisbehavingRegistry;
  fake: FakeControlPlane;
  agent: { stop(): Promise<void> };
  config: AgentFile;
  stateDir: string;
  registryId: string;
  /** Runs one more sweep, of a person, and waits for its end. */
  again(): Promise<void>;
}

async function start(
  context: Context,
  options: Parameters<typeof startMisbehaving>[0],
  repositories: string[],
  change: (config: AgentFile) => AgentFile = (config) => config,
): Promise<Setting> {
  const registry = await startMisbehaving(options);
  context.after(() => registry.stop());
  const fake = new FakeControlPlane();
  const config = change(configFor(registry.url, [rule('all', repositories)]));
  const stateDir = folder();
  const agent = await runAgent(context, fake, config, stateDir);
  const sweeps = () => fake.commits.filter(({ begin }) => begin.repository === null).length;
  await fake.until(() => sweeps() === 1, 'the first sweep');
  const registryId = config.registries[0]!.id;
  const again = async () => {
    const before = sweeps();
    const scan = { id: randomUUID(), registryId, repository: null, scanId: randomUUID() };
    fake.addWork({ kind: 'scan', ...scan, trigger: 'manual' });
    await fake.until(() => sweeps() > before, 'another sweep');
  };
  return { registry, fake, agent, config, stateDir, registryId, again };
}

async function reread({ fake, registryId }: Setting, repository: string, tags: string[]) {
  const id = randomUUID();
  fake.addWork({ kind: 'reread', id, registryId, repository, tags });
  await fake.until(() => fake.results.has(id), 'the result of a re-reading');
  const result = fake.results.get(id)!;
  assert.equal(result.kind, 'reread');
  return result as Extract<typeof result, { kind: 'reread' }>;
}

const contents = (registry: MisbehavingRegistry) =>
  registry.log.filter(({ path }) => /\/(tags|manifests|blobs|referrers)\//.test(path)).length;

test('a notified tag costs two requests, and one when nothing moved; nothing else is asked', async (context) => {
  const setting = await start(context, { repositories: [generateRepository('pg', 50)] }, ['pg']);
  const { registry, fake } = setting;
  const image = registry.content.push('pg', '18.1', { name: 'new' });
  registry.clearLog();
  assert.equal((await reread(setting, 'pg', ['18.1'])).ok, true);
  assert.equal(contents(registry), 2, 'manifest and configuration');
  assert.equal(fake.library.get('pg')!.get('18.1'), image.digest);
  assert.equal(fake.library.get('pg')!.size, 51);
  registry.clearLog();
  assert.equal((await reread(setting, 'pg', ['18.1'])).requests, 1);
  assert.equal(contents(registry), 1);
  const commit = fake.repositoryCommits('pg').at(-1)!;
  assert.deepEqual(
    [commit.begin.only, commit.begin.trigger, commit.commit.listedNames],
    [['18.1'], 'notification', null],
  );
});

test('a notified index costs one request and shows its platforms; the next scan reads on, once', async (context) => {
  const setting = await start(context, { repositories: [generateRepository('pg', 5)] }, ['pg']);
  const { registry, fake } = setting;
  const index = buildIndex([
    {
      image: buildImage({ name: 'amd', labels: { told: 'by the platform' } }),
      platform: { os: 'linux', architecture: 'amd64' },
    },
    { image: buildImage({ name: 'arm' }), platform: { os: 'linux', architecture: 'arm64' } },
  ]);
  registry.content.push('pg', '18.1', index);
  registry.content.push('pg', '18', index);
  registry.clearLog();
  assert.equal((await reread(setting, 'pg', ['18.1'])).ok, true);
  assert.equal(contents(registry), 1, 'the index itself');
  assert.equal(fake.library.get('pg')!.get('18.1'), index.digest);
  const outline = fake.images.get(index.digest)!;
  assert.deepEqual([outline.detail, outline.platforms.length], ['manifest', 2]);
  await setting.again();
  const deep = fake.images.get(index.digest)!;
  assert.deepEqual([deep.detail, deep.labels.told], ['config', 'by the platform']);
  registry.clearLog();
  assert.equal((await reread(setting, 'pg', ['18.1', '18'])).requests, 2, 'known by now: one request a tag');
});

test('a hint can name what is not there, what no rule takes, and a repository nobody knows: nothing is lost', async (context) => {
  const setting = await start(context, { repositories: [generateRepository('pg', 5)] }, ['pg']);
  const { registry, fake } = setting;
  const before = new Map(fake.library.get('pg'));
  registry.clearLog();
  const gone = await reread(setting, 'pg', ['no-such-tag']);
  assert.equal(gone.ok, true);
  assert.deepEqual(fake.library.get('pg'), before);
  const foreign = await reread(setting, 'other', ['1']);
  assert.match(foreign.message, /No rule/);
  assert.equal(
    registry.log.filter(({ path }) => path.includes('/other/')).length,
    0,
    'an event names no new repository',
  );
});

test('a tag told of while its repository is scanned is taken along and ends as the registry has it', async (context) => {
  const setting = await start(context, { repositories: [generateRepository('pg', 200)], latencyMs: 3 }, ['pg']);
  const { registry, fake, registryId } = setting;
  for (let n = 0; n < 60; n += 1) registry.content.push('pg', `new-${n}`, { name: `new ${n}` });
  registry.content.push('pg', '17', { name: 'before' });
  const scan = { id: randomUUID(), registryId, repository: 'pg', scanId: randomUUID() };
  registry.clearLog();
  fake.addWork({ kind: 'scan', ...scan, trigger: 'manual' });
  await fake.until(() => registry.log.some(({ path }) => path.endsWith('/manifests/17')), 'the scan to read it');
  const after = registry.content.push('pg', '17', { name: 'after' });
  const late = registry.content.push('pg', 'late', { name: 'pushed after the list' });
  await reread(setting, 'pg', ['17', 'late']);
  assert.equal(fake.library.get('pg')!.get('17'), after.digest);
  assert.equal(fake.library.get('pg')!.get('late'), late.digest);
});

test('what hangs on images is found by fallback tags, read once, and no image of its own', async (context) => {
  const image = buildImage({ name: 'signed' });
  const sbom = buildArtifact({ artifactType: 'application/spdx+json', subject: image });
  const setting = await start(
    context,
    {
      repositories: [
        { name: 'pg', tags: [['17.4', image]] },
        { name: 'plain', tags: [['1', buildImage({ name: '1' })]] },
      ],
    },
    ['pg', 'plain'],
  );
  const { registry, fake, again } = setting;
  const stem = image.digest.replace(':', '-');
  registry.content.push('pg', stem, buildIndex([{ image: sbom }]));
  const signature = buildSignature(image);
  registry.content.push('pg', signature.tag, signature.image);
  await again();
  const chunks = fake.referrers();
  assert.deepEqual(
    chunks.map(({ subject, digest, source, tag }) => [subject, digest, source, tag]),
    [[image.digest, sbom.digest, 'tag', stem]],
  );
  assert.deepEqual([...fake.library.get('pg')!.keys()], ['17.4']);
  registry.clearLog();
  await again();
  assert.equal(registry.log.filter(({ path }) => path.includes(stem)).length, 0, 'not asked again for a day');
});

test('the same image in two repositories is read once; only its names cost a request', async (context) => {
  const image = buildImage({ name: 'shared' });
  const tags = (prefix: string) =>
    Array.from({ length: 10 }, (_, n): [string, typeof image] => [`${prefix}${n}`, image]);
  const setting = await start(
    context,
    {
      repositories: [
        { name: 'a', tags: tags('x') },
        { name: 'b', tags: tags('y') },
      ],
    },
    ['a', 'b'],
  );
  const blobs = setting.registry.log.filter(({ path }) => path.includes('/blobs/'));
  assert.ok(blobs.length <= 2, `${blobs.length} configurations read`);
});

test('an unchanged set travels without its tags, and with them when the library has another', async (context) => {
  const setting = await start(context, { repositories: [generateRepository('pg', 30)] }, ['pg']);
  const { fake, again } = setting;
  await again();
  const second = fake.repositoryCommits('pg').at(-1)!;
  assert.deepEqual([second.commit.unchanged, second.chunks], [true, 0]);
  fake.library.get('pg')!.delete([...fake.library.get('pg')!.keys()][0]!);
  await again();
  const third = fake.repositoryCommits('pg').at(-1)!;
  assert.deepEqual([third.commit.unchanged, third.tags.size], [false, 30]);
  assert.equal(fake.library.get('pg')!.size, 30);
});

test('a scan that comes to its allowance is partial, loses nothing, and goes on from there', async (context) => {
  const budget = (requestsPerDay: number) => (config: AgentFile) => ({
    ...config,
    registries: config.registries.map((registry) => ({ ...registry, budget: { requestsPerDay, concurrency: null } })),
  });
  const setting = await start(context, { repositories: [generateRepository('pg', 100)] }, ['pg'], budget(60));
  const { registry, fake, config, stateDir } = setting;
  const first = fake.repositoryCommits('pg')[0]!;
  assert.deepEqual([first.commit.status, first.commit.code], ['partial', 'budget-spent']);
  const known = fake.library.get('pg')!.size;
  assert.ok(known > 10 && known < 60, String(known));
  assert.ok(registry.requestCount <= 68, `${registry.requestCount} requests went out`);
  const spent = registry.requestCount;
  await setting.again();
  assert.equal(registry.requestCount, spent, 'not one more, not even for the list');
  assert.equal(fake.library.get('pg')!.size, known, 'nothing is lost');

  // More is allowed from tomorrow on; here, by its owner. What was read is not read again.
  await setting.agent.stop();
  registry.clearLog();
  await runAgent(context, fake, budget(100_000)(config), stateDir);
  await fake.until(() => fake.library.get('pg')!.size === 100, 'the rest');
  const read = registry.log.filter(({ path }) => path.includes('/manifests/')).length;
  assert.ok(read <= 100 - known + 2, `${read} manifests read`);
});

test('after a 429 nothing goes out before its time, not even a probe, and it is shown', async (context) => {
  const setting = await start(context, { repositories: [generateRepository('pg', 40)] }, ['pg']);
  const { registry, fake, registryId, again } = setting;
  for (let n = 0; n < 40; n += 1) registry.content.push('pg', `more-${n}`, { name: `more ${n}` });
  registry.fault = { name: 'retry-after-seconds', seconds: 3_600 };
  registry.clearLog();
  await again();
  const refused = registry.requestCount;
  registry.fault = undefined;
  await again();
  const id = randomUUID();
  fake.addWork({ kind: 'probe', id, registryId });
  await fake.until(() => fake.results.has(id));
  assert.equal(registry.requestCount, refused, 'nothing was asked');
  const probe = fake.results.get(id)!;
  assert.ok(probe.kind === 'probe' && /not asked before/.test(probe.message), JSON.stringify(probe));
  assert.equal(fake.library.get('pg')!.size, 40, 'nothing is lost');
  const { body } = fake.statuses.filter((status) => status.body.reading).at(-1)!;
  assert.ok(Date.parse((body.reading as { pausedUntil: string }).pausedUntil) > Date.now());
});
