/** What the API says of the past of tags, of lifecycles, of packages and of differences. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ListDifference, Observation, PackageList } from '@pharos/contract';
import { makeAgent, startTestServer, type TestServer } from './testing.ts';
import { digestOf, readObservation, storeScan, teamRegistry } from './testing-registry.ts';

const NOW = new Date('2026-11-25T12:00:00.000Z');
const deb = (name: string, version: string) => ({ name, version, type: 'deb' });

let it: TestServer;
let agent: ReturnType<typeof makeAgent>;
let registryId = '';
let repositoryId = '';
let clock = NOW;

/** Stores a whole scan, as its agent would report it. */
async function scan(tags: Record<string, string>, now: Date, images: Observation[] = []) {
  clock = now;
  const digests = Object.fromEntries(Object.entries(tags).map(([name, text]) => [name, digestOf(text)]));
  const { agentId } = agent;
  await storeScan(it.store, { agentId, registryId, repository: 'postgresql', tags: digests, images, at: now });
}

const observation = (text: string, more: Partial<Observation> = {}) => readObservation(digestOf(text), more);

const sbom = (text: string, packages: PackageList['packages']): PackageList => ({
  subject: digestOf(text),
  document: digestOf(`sbom of ${text}`),
  format: 'spdx',
  attested: true,
  packages,
  truncated: false,
});

before(async () => {
  it = await startTestServer({ now: () => clock });
  agent = makeAgent(it, 'here');
  await agent.hello();
  registryId = (await it.store.registries.create(teamRegistry('here', { name: 'team' }), NOW)).id;
  const base = { 'org.opencontainers.image.base.name': 'docker.io/library/debian:bookworm-slim' };
  const referrer = {
    digest: digestOf('sbom'),
    artifactType: 'application/spdx+json',
    source: 'referrers' as const,
    tag: null,
    subject: null,
  };
  const images = [observation('a', { labels: base, user: '26' }), observation('b', { referrers: [referrer] })];
  const hours = (count: number) => new Date(NOW.getTime() - count * 3_600_000);
  await scan({ '14.24-2601010000': 'o', '17.4-2503310734': 'a', '17.5-2506091630': 'b', '17': 'a' }, hours(10), images);
  await scan({ '14.24-2601010000': 'o', '17.4-2503310734': 'a', '17.5-2506091630': 'b', '17': 'b' }, hours(1));
  clock = NOW;
  repositoryId = (await it.store.repositories.list({ limit: 1, sort: 'name' })).items[0]!.id;
});
after(() => it.stop());

test('a tag says how long it is maintained and what is newer, in lists and alone', async () => {
  const { body } = await it.call('listRepositoryTags', { params: { id: repositoryId }, query: { sort: 'name' } });
  // biome-ignore lint/suspicious/noExplicitAny: tests read what they assert
  const of = (name: string) => body.items.find((tag: any) => tag.name === name).lifecycle;
  assert.deepEqual([of('14.24-2601010000').endOfLife, of('14.24-2601010000').isPast], ['2026-11-12', true]);
  assert.deepEqual(
    [of('17.4-2503310734').isPast, of('17.4-2503310734').newerMinor, of('17.4-2503310734').newerMinorTag],
    [false, '17.11', '17.5-2506091630'],
  );
  const { body: all } = await it.call('listTags', { query: { sort: 'name' } });
  assert.deepEqual(
    all.items.map((tag: { lifecycle: unknown }) => tag.lifecycle),
    body.items.map((tag: { lifecycle: unknown }) => tag.lifecycle),
  );
  const { body: one } = await it.call('getTag', { params: { id: repositoryId, name: '17.4-2503310734' } });
  assert.deepEqual(
    one.lifecycle.os,
    { name: 'bookworm', endOfLife: '2026-06-10', extendedUntil: '2028-06-30', isPast: true },
    'by the base image',
  );
});

test('what a tag pointed to at a time: in words, with a pull command by digest', async () => {
  const params = { id: repositoryId, name: '17' };
  const at = async (time: string) => (await it.call('getTagAt', { params, query: { time } })).body;
  assert.deepEqual(
    [(await at('2026-11-25T02:00:00Z')).digest, (await at('2026-11-25T02:00:00Z')).answer],
    [digestOf('a'), 'known'],
  );
  const between = await at('2026-11-25T05:00:00+00:00');
  assert.deepEqual([between.answer, between.digest, between.next], ['between', digestOf('a'), digestOf('b')]);
  assert.equal((await at('2026-11-25')).digest, digestOf('b'), 'a day means its end');
  assert.equal((await at('2026-03-03')).answer, 'not-yet');
  assert.equal((await it.call('getTagAt', { params, query: { time: 'yesterday' } })).body.code, 'invalid-input');
  assert.equal(
    (await it.call('getTagAt', { params: { ...params, name: 'nope' }, query: { time: '2026-11-25' } })).status,
    404,
  );
});

test('a tag that moved shows both digests and when', async () => {
  const { body } = await it.call('listTagChanges', { query: { repositoryId } });
  assert.deepEqual(
    body.items.map(({ name, previous, digest, at }: Record<string, string>) => [name, previous, digest, at]),
    [['17', digestOf('a'), digestOf('b'), '2026-11-25T11:00:00.000Z']],
  );
});

const list = (body: { lists: ListDifference[] }, name: ListDifference['list']) =>
  body.lists.find((each) => each.list === name)!;
const compare = (query: object = {}) =>
  it.call('getDifference', { params: { digest: digestOf('b') }, query: { from: digestOf('a'), ...query } });

test('two images whose SBOMs nobody read: extensions and packages are unknown', async () => {
  const { body } = await compare();
  assert.deepEqual([list(body, 'extensions').state, list(body, 'packages').state], ['unknown', 'unknown']);
});

test('the agent reads an SBOM on demand; then extensions and packages differ by what it holds', async () => {
  await it.store.images.observe(observation('a', { user: '26' }), NOW, [
    sbom('a', [deb('libc6', '2.36'), deb('postgresql-17-pgvector', '0.7.4-1')]),
  ]);
  const reading = it.call('readImage', { params: { digest: digestOf('b') } });
  const work = await agent.work();
  const packages = [sbom('b', [deb('libc6', '2.36'), deb('postgresql-17-pgvector', '0.8.0-1')])];
  const result = {
    kind: 'describe',
    ok: true,
    message: '',
    observation: observation('b', { detail: 'platforms' }),
    packages,
  };
  assert.equal((await agent.result(work.id, result)).status, 204);
  const read = (await reading).body;
  assert.deepEqual([read.packages.count, read.packagesMessage, read.facts.extensions[0].version], [2, null, '0.8.0']);
  const { body } = await compare();
  assert.deepEqual(list(body, 'extensions').entries, [
    { name: 'vector', before: '0.7.4', after: '0.8.0', change: 'changed' },
  ]);
  assert.deepEqual([list(body, 'packages').changed, list(body, 'packages').same], [1, 1]);
  assert.equal(list(body, 'packages').entries.length, 1, 'differences only');
  assert.equal(list((await compare({ all: 'true' })).body, 'packages').entries.length, 2);
  assert.equal(body.before.hasPackages && body.after.hasPackages, true);
  assert.equal(
    (await it.call('listImagePackages', { params: { digest: digestOf('b') }, query: { q: 'vector' } })).body.total,
    1,
  );
});

test('an SBOM that cannot be read is said to be, and nothing is made up', async () => {
  await it.store.images.observe(
    observation('o', {
      referrers: [
        { digest: digestOf('x'), artifactType: 'application/spdx+json', source: 'referrers', tag: null, subject: null },
      ],
    }),
    NOW,
  );
  const reading = it.call('readImage', { params: { digest: digestOf('o') } });
  const work = await agent.work();
  const result = {
    kind: 'describe',
    ok: true,
    message: '',
    observation: observation('o', { detail: 'platforms' }),
    packagesMessage: 'It is not JSON.',
  };
  await agent.result(work.id, result);
  const { body } = await reading;
  assert.deepEqual([body.packages, body.packagesMessage], [null, 'It is not JSON.']);
});

test('an image that nobody knows has no difference', async () => {
  assert.equal((await compare({ from: digestOf('nobody') })).status, 404);
  assert.equal((await it.call('listImagePackages', { params: { digest: digestOf('nobody') } })).status, 404);
});
