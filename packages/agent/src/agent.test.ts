import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { RouteName, Work } from '@pharos/contract';
import { buildImage, generateRepository, startMisbehaving, writeOciLayout } from '@pharos/testbed';
import { startAgent } from './agent.ts';
import { AgentError } from './agent-error.ts';
import { checkAgent, formatCheck } from './check.ts';
import { FakeControlPlane, type Mishap } from './testing/fake-control-plane.ts';
import { type Context, configFor, folder, rule, runAgent, silent } from './testing/fixtures.ts';
import { seal } from './testing/seal.ts';

async function registryOf(context: Context, count: number) {
  const registry = await startMisbehaving({ repositories: [generateRepository('pg', count)] });
  context.after(() => registry.stop());
  return registry;
}

const digests = (registry: Awaited<ReturnType<typeof registryOf>>) =>
  new Map(registry.content.tags('pg')!.map((tag) => [tag, registry.content.resolve('pg', tag)!]));

test('promise 5: lost requests, lost answers and failures of the server lose and double nothing', async (context) => {
  const registry = await registryOf(context, 60);
  const fake = new FakeControlPlane();
  // Every second call goes wrong, in turn in each of three ways, whatever it is; a third attempt comes through.
  const seen = new Map<RouteName, number>();
  const ways: Mishap[] = ['lose-answer', 'lose-request', null, 'answer-500', null, null];
  fake.mishap = (name) => {
    const count = seen.get(name) ?? 0;
    seen.set(name, count + 1);
    return ways[count % ways.length] ?? null;
  };
  await runAgent(context, fake, configFor(registry.url, [rule('all', ['pg'])]), folder());
  await fake.until(
    () => fake.repositoryCommits('pg').length > 0 && fake.commits.some(({ begin }) => begin.repository === null),
  );
  assert.deepEqual(fake.library.get('pg'), digests(registry));
  assert.equal(fake.images.size, 60);
  assert.equal(fake.repositoryCommits('pg').length, 1);
  assert.equal(fake.contradictions, 0);
});

test('with the server away scans go into the spool, nothing is read twice, and only the newest goes out', async (context) => {
  const registry = await registryOf(context, 20);
  const fake = new FakeControlPlane();
  fake.mishap = () => 'lose-request';
  const stateDir = folder();
  const config = configFor(registry.url, [rule('all', ['pg'])], { intervalSeconds: 1 });
  const agent = await runAgent(context, fake, config, stateDir);
  await fake.until(() => agent.metrics.scansComplete >= 6, 'three sweeps', 15_000);
  const blobs = registry.log.filter(({ path }) => path.includes('/blobs/'));
  assert.equal(blobs.length, 20, 'what waits in the spool counts as known');
  await fake.until(() => agent.metrics.spoolDepth === 2, 'one report for the repository and one for the sweep');
  registry.content.seed([{ name: 'pg', tags: [['new', buildImage({ name: 'new' })]] }]);
  const before = agent.metrics.scansComplete;
  await fake.until(() => agent.metrics.scansComplete >= before + 4, 'another sweep', 15_000);
  fake.mishap = () => null;
  await fake.until(() => fake.repositoryCommits('pg').length > 0, 'the delivery');
  assert.deepEqual(fake.library.get('pg'), digests(registry));
  assert.equal(fake.images.size, 21);
});

test('reports of a run that ended wait for the next one', async (context) => {
  const registry = await registryOf(context, 5);
  const fake = new FakeControlPlane();
  const stateDir = folder();
  fake.mishap = () => 'lose-request';
  const config = configFor(registry.url, [rule('all', ['pg'])]);
  const first = await runAgent(context, fake, config, stateDir);
  await fake.until(() => first.metrics.scansComplete === 2, 'the first sweep', 10_000);
  await first.stop();
  await registry.stop();
  fake.mishap = () => null;
  await runAgent(context, fake, config, stateDir);
  await fake.until(() => fake.repositoryCommits('pg').length > 0);
  assert.equal(fake.library.get('pg')?.size, 5);
  assert.equal(fake.repositoryCommits('pg')[0]?.begin.epoch, 2);
});

test('another database behind the same address gets everything again, with images', async (context) => {
  const registry = await registryOf(context, 12);
  const fake = new FakeControlPlane();
  const agent = await runAgent(context, fake, configFor(registry.url, [rule('all', ['pg'])]), folder());
  await fake.until(() => agent.metrics.reportsDelivered === 2);
  fake.restore('epoch-2');
  await fake.until(() => fake.repositoryCommits('pg').length > 0);
  assert.deepEqual(fake.library.get('pg'), digests(registry));
  assert.equal(fake.images.size, 12);
});

test('images that the library misses are read and sent before the commit', async (context) => {
  const registry = await registryOf(context, 8);
  const fake = new FakeControlPlane();
  const config = configFor(registry.url, [rule('all', ['pg'])]);
  const agent = await runAgent(context, fake, config, folder());
  await fake.until(() => agent.metrics.reportsDelivered === 2);
  fake.images.clear();
  fake.addWork(scanWork(config.registries[0]!.id, 'pg'));
  await fake.until(() => fake.repositoryCommits('pg').length === 2);
  assert.equal(fake.images.size, 8);
  assert.equal(fake.repositoryCommits('pg')[1]?.chunks, 2);
});

test('a refused report is set aside, an outdated one is dropped and read anew; others go their way', async (context) => {
  const registry = await startMisbehaving({
    repositories: ['one', 'two', 'three', 'four'].map((name) => generateRepository(name, 3)),
  });
  context.after(() => registry.stop());
  const fake = new FakeControlPlane();
  const codes: Record<string, [number, string]> = {
    one: [400, 'invalid-input'],
    two: [409, 'stale-scan'],
    three: [500, 'internal'],
  };
  fake.refuse = (name, { body }) =>
    name === 'agentScanBegin' ? (codes[(body as { repository: string }).repository] ?? null) : null;
  const stateDir = folder();
  const agent = await runAgent(context, fake, configFor(registry.url, [rule('all', ['*'])]), stateDir);
  await fake.until(() => fake.repositoryCommits('four').length === 1);
  await fake.until(() => agent.metrics.reportsRefused === 1);
  assert.ok(readdirSync(join(stateDir, 'spool')).includes('refused'));
  await fake.until(() => agent.metrics.spoolDepth === 1, 'only the one that the server stumbles over');
  fake.refuse = () => null;
  await fake.until(
    () => fake.repositoryCommits('three').length === 1 && fake.repositoryCommits('two').length === 1,
    'the rest',
    12_000,
  );
});

const scanWork = (registryId: string, repository: string | null): Work => ({
  kind: 'scan',
  id: randomUUID(),
  registryId,
  repository,
  scanId: randomUUID(),
  trigger: 'manual',
});

test('does each kind of work once and answers it', async (context) => {
  const platforms = [
    { os: 'linux', architecture: 'amd64' },
    { os: 'linux', architecture: 'arm64' },
  ];
  const index = buildImage({
    platforms,
    env: ['PG_MAJOR=17', 'NIM_MODEL=x', 'NGC_API_KEY=nvapi-1', 'NIM_API_KEY=nvapi-2'],
  });
  const registry = await startMisbehaving({ repositories: [{ name: 'pg', tags: [['17', index]] }] });
  context.after(() => registry.stop());
  const fake = new FakeControlPlane();
  const config = configFor(registry.url, [rule('all', ['pg'])]);
  const agent = await runAgent(context, fake, config, folder());
  await fake.until(() => agent.metrics.reportsDelivered === 2);
  const registryId = config.registries[0]!.id;
  const result = async (work: Work) => {
    fake.addWork(work);
    fake.addWork(work);
    await fake.until(() => fake.results.has(work.id));
    return fake.results.get(work.id)!;
  };
  const probe = await result({ kind: 'probe', id: randomUUID(), registryId });
  assert.equal(probe.kind === 'probe' && probe.checks.length, 13);
  const spec = { ...rule('any', ['p*']), registryId: null };
  const list = await result({ kind: 'list', id: randomUUID(), registryId, rule: spec });
  assert.deepEqual(list.kind === 'list' && list.listing.tags, [{ repository: 'pg', names: ['17'] }]);
  const describe = await result({
    kind: 'describe',
    id: randomUUID(),
    registryId,
    repository: 'pg',
    digest: index.digest,
  });
  assert.ok(describe.kind === 'describe' && describe.ok && describe.observation);
  assert.deepEqual(
    [describe.observation.detail, describe.observation.platforms.every(({ size }) => size !== null)],
    ['platforms', true],
  );
  assert.deepEqual(describe.observation.env, { PG_MAJOR: '17', NIM_MODEL: 'x' });
  const scan = scanWork(registryId, 'pg');
  const scanned = await result(scan);
  assert.equal(scanned.kind === 'scan' && scanned.status, 'complete');
  assert.ok(
    fake.commits.some(({ scanId }) => scan.kind === 'scan' && scanId === scan.scanId),
    'the result comes after the report',
  );
  const sweep = scanWork(registryId, null);
  assert.equal((await result(sweep)).kind, 'scan');
  assert.ok(
    fake.commits.some(
      ({ scanId, begin }) => sweep.kind === 'scan' && scanId === sweep.scanId && begin.repository === null,
    ),
  );
  const unknown = await result(scanWork(randomUUID(), null));
  assert.equal(unknown.kind === 'scan' && unknown.code, 'registry-unknown');
});

test('a rule of the control plane is in force at once, without a restart', async (context) => {
  const registry = await registryOf(context, 3);
  const fake = new FakeControlPlane();
  const config = configFor(registry.url, []);
  const agent = await runAgent(context, fake, config, folder());
  await fake.until(() => agent.metrics.reportsDelivered === 1);
  fake.setConfig({
    configVersion: '2',
    registries: [],
    rules: [{ ...rule('new', ['pg']), registryId: null, id: randomUUID() }],
  });
  await fake.until(() => fake.repositoryCommits('pg').length === 1);
  assert.equal(fake.repositoryCommits('pg')[0]?.begin.trigger, 'change');
});

test('a second agent on the same folder is refused; the identity stays, its epoch rises, its file is private', async (context) => {
  const stateDir = folder();
  const fake = new FakeControlPlane();
  const config = configFor('http://127.0.0.1:1', []);
  const first = await runAgent(context, fake, config, stateDir);
  const second = startAgent({ config, client: fake.client, stateDir, log: silent, version: 'test', embedded: false });
  await assert.rejects(second, (error) => error instanceof AgentError && error.code === 'state-directory-in-use');
  await first.stop();
  const again = await runAgent(context, fake, config, stateDir);
  assert.equal(again.id, first.id);
  assert.equal(statSync(join(stateDir, 'agent.json')).mode & 0o777, 0o600);
  await fake.until(() => fake.hellos.length === 2);
  assert.deepEqual(
    fake.hellos.map(({ epoch }) => epoch),
    [1, 2],
  );
});

test('promise 6: no credential is in a message, a log line or a file', async (context) => {
  const registry = await startMisbehaving({
    repositories: [generateRepository('pg', 3)],
    auth: 'basic',
    credential: { username: 'robot', password: 'hunter-2-secret' },
  });
  context.after(() => registry.stop());
  const base = configFor(registry.url, [rule('all', ['pg'])]);
  const config = {
    ...base,
    registries: base.registries.map((each) => ({
      ...each,
      authentication: { type: 'basic' as const, username: 'robot', password: 'hunter-2-secret' },
    })),
  };
  const fake = new FakeControlPlane();
  const stateDir = folder();
  const agent = await runAgent(context, fake, config, stateDir);
  await fake.until(() => fake.repositoryCommits('pg').length === 1);
  await agent.stop();
  assert.equal(fake.library.get('pg')?.size, 3);
  const told = JSON.stringify([fake.hellos, fake.statuses, fake.commits]);
  const files = readdirSync(stateDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const written = files.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8')).join('');
  assert.equal(`${told}${written}`.includes('hunter-2-secret'), false);
});

test('a dry run prints what it would send and ends', async (context) => {
  const registry = await registryOf(context, 4);
  const lines: string[] = [];
  const config = configFor(registry.url, [rule('all', ['pg'])]);
  const agent = await startAgent({
    config,
    client: 'stdout',
    stateDir: '/nowhere',
    log: silent,
    version: 'test',
    embedded: false,
    print: (line) => lines.push(line),
  });
  context.after(() => agent.stop());
  await agent.done;
  const calls = lines.map(
    (line) => JSON.parse(line) as { call: string; body: { tags?: unknown[]; images?: unknown[] } },
  );
  const chunk = calls.find(({ call }) => call === 'agentScanChunk');
  assert.deepEqual([chunk?.body.tags?.length, chunk?.body.images?.length], [4, 4]);
  assert.ok(calls.some(({ call }) => call === 'agentScanCommit'));
});

test('--check probes, counts what the rules take, and says what to do about the rest', async (context) => {
  const registry = await registryOf(context, 6);
  const report = await checkAgent(
    configFor(registry.url, [rule('some', ['pg'], [{ include: ['14.*'], exclude: [], order: 'version' }])]),
  );
  assert.deepEqual(
    [report.ok, report.registries[0]?.repositories[0]?.included, report.registries[0]?.repositories[0]?.excluded],
    [true, 2, 4],
  );
  assert.match(formatCheck(report), /pg\s+2 included, 4 excluded {2}\(some\)/);
  const bad = await checkAgent(configFor(registry.url, [rule('some', ['missing'])]));
  assert.equal(bad.ok, false);
  assert.match(formatCheck(bad), /→ Check the name of the repository/);
  await registry.stop();
  const away = await checkAgent(configFor(registry.url, [rule('some', ['pg'])]));
  assert.equal(away.ok, false);
  assert.match(formatCheck(away), /✗ reachable/);
});

test('--check says what names do not decide, and decides it where it may read so many images', async (context) => {
  const registry = await startMisbehaving({ repositories: [] });
  context.after(() => registry.stop());
  for (let minor = 0; minor < 5; minor += 1) {
    const vendor = minor < 2 ? 'EDB' : 'other';
    const annotations = { 'org.opencontainers.image.vendor': vendor };
    registry.content.push('pg', `17.${minor}`, { name: `17.${minor}`, annotations });
  }
  const clause = { annotations: [{ key: 'org.opencontainers.image.vendor', equals: 'EDB' }] };
  const config = configFor(registry.url, [{ ...rule('vendor', ['pg']), ...clause }]);
  const counted = async (metadataOf?: number) => {
    const report = await checkAgent(config, { metadataOf });
    const { included, excluded, undecided } = report.registries[0]!.repositories[0]!;
    return { counts: [included, excluded, undecided], text: formatCheck(report), requests: report.requests };
  };
  const named = await counted();
  assert.deepEqual(named.counts, [0, 0, 5]);
  assert.match(named.text, /5 not decided/);
  assert.match(named.text, /--with-metadata/);
  const read = await counted(100);
  assert.deepEqual(read.counts, [2, 3, 0]);
  assert.ok(!read.text.includes('not decided'));
  const some = await counted(3);
  assert.equal(some.counts[2], 2, 'no more than it was allowed to');
  assert.ok(some.requests < read.requests && named.requests < some.requests);
});

test('a registry of the UI is read with the credential that was sealed to this agent, and nothing of it is on disk', async (context) => {
  const credential = { username: 'robot', password: 'hunter-2-secret' };
  const registry = await startMisbehaving({ repositories: [generateRepository('pg', 3)], auth: 'basic', credential });
  context.after(() => registry.stop());
  const fake = new FakeControlPlane();
  const stateDir = folder();
  const agent = await runAgent(context, fake, configFor('127.0.0.1:1', []), stateDir);
  await fake.until(() => fake.hellos.length === 1);
  const id = randomUUID();
  const described = {
    id,
    name: 'ui',
    url: registry.url.replace('http://', ''),
    provider: 'auto' as const,
    apiUrl: null,
    budget: { requestsPerDay: null, concurrency: null },
    tls: { caCerts: '', skipVerify: false, plainHttp: true },
    intervalSeconds: 3600,
  };
  const sealed = (origin: string) =>
    seal(fake.hellos[0]!.publicKey, JSON.stringify({ type: 'basic', ...credential }), origin);
  const rules = [{ ...rule('new', ['pg']), registryId: id, id: randomUUID() }];
  // Sealed for another origin: refused, and nothing is sent to the registry.
  fake.setConfig({
    configVersion: '2',
    registries: [{ ...described, authentication: sealed('https://elsewhere') }],
    rules,
  });
  await fake.until(() =>
    fake.statuses.some(({ id: about, body }) => about === id && body.code === 'sealed-secret-origin'),
  );
  assert.equal(registry.requestCount, 0);
  fake.setConfig({ configVersion: '3', registries: [{ ...described, authentication: sealed(registry.url) }], rules });
  await fake.until(() => fake.repositoryCommits('pg').length === 1);
  assert.equal(fake.library.get('pg')?.size, 3);
  await agent.stop();
  const cache = readFileSync(join(stateDir, 'config.json'), 'utf8');
  assert.match(cache, /"name":"ui"/);
  assert.equal(cache.includes('"ciphertext":""'), true);
});

test('files are read by the word of the own file alone; the control plane cannot name any', async (context) => {
  const layout = folder();
  const image = buildImage({ name: 'carried' });
  writeOciLayout(layout, image, 'pg:17.5');
  const fake = new FakeControlPlane();
  const refused = (name: string, url: string, provider: 'auto' | 'oci-layout') => ({
    id: randomUUID(),
    name,
    url,
    provider,
    apiUrl: null,
    authentication: null,
    budget: { requestsPerDay: null, concurrency: null },
    tls: { caCerts: '', skipVerify: false, plainHttp: false },
    intervalSeconds: 3600,
  });
  const registries = [
    refused('by scheme', `oci-layout:${layout}`, 'auto'),
    refused('by case', ` OCI-Layout:${layout}`, 'auto'),
    refused('by provider', layout, 'oci-layout'),
  ];
  const rules = registries.map(({ id }) => ({ ...rule('all', ['*']), registryId: id, id: randomUUID() }));
  fake.setConfig({ configVersion: '2', registries, rules });
  await runAgent(context, fake, configFor(`oci-layout:${layout}`, [rule('own', ['*'])]), folder());
  await fake.until(() => fake.repositoryCommits('pg').length === 1, 'the scan of the own files');
  assert.equal(fake.library.get('pg')?.get('17.5'), image.digest);
  for (const { id, name } of registries) {
    await fake.until(() => fake.statuses.some((told) => told.id === id && told.body.code === 'layout-refused'), name);
    assert.ok(!fake.commits.some(({ begin }) => begin.registryId === id && begin.repository !== null), name);
  }
});

test('a report that finds no place on disk is a failed scan that says so; the agent goes on', async (context) => {
  const registry = await registryOf(context, 50);
  const fake = new FakeControlPlane();
  const config = configFor(registry.url, [rule('all', ['pg'])]);
  const agent = await startAgent({
    config,
    client: fake.client,
    stateDir: folder(),
    log: silent,
    version: 'test',
    embedded: false,
    spoolBytes: 4_000,
  });
  context.after(() => agent.stop());
  await fake.until(() => fake.commits.some(({ begin }) => begin.repository === null));
  const { commit } = fake.repositoryCommits('pg')[0]!;
  assert.deepEqual([commit.status, commit.code, commit.listedNames], ['failed', 'spool-full', null]);
});

test('a long scan is shown while it goes on', async (context) => {
  const registry = await startMisbehaving({ repositories: [generateRepository('pg', 1500)], requestsPerSecond: 1400 });
  context.after(() => registry.stop());
  const fake = new FakeControlPlane();
  await runAgent(context, fake, configFor(registry.url, [rule('all', ['pg'])]), folder());
  await fake.until(() => fake.repositoryCommits('pg').length === 1, 'the scan', 12_000);
  const steps = fake.progress as { done: number; total: number | null }[];
  assert.ok(steps.some(({ done, total }) => total === 1500 && done > 0 && done < 1500));
  assert.equal(fake.repositoryCommits('pg')[0]?.commit.status, 'complete');
});
