import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import type { Observation } from '@pharos/contract';
import { sql } from 'kysely';
import { StoreError } from '../errors.ts';
import {
  AGENT,
  beginOf,
  chunkOf,
  commitOf,
  digestOf,
  type Given,
  hello,
  hours,
  names,
  observation,
  registry,
  repositoryId,
  scan,
  T0,
  tagsOf,
} from './given.ts';

const code = (expected: string) => (error: unknown) => error instanceof StoreError && error.code === expected;

/** The protocol: begin, chunks, commit, in any order and any number of times. */
export function scansSuite(given: () => Promise<Given>): void {
  it('takes a scan, twice delivered in every step, once', async () => {
    const { store } = await given();
    const registryId = await registry(store);
    const report = { tags: ['17.4', '17.5'] };
    const begin = beginOf(registryId, report);
    const [one, two] = tagsOf(report).map((tag) => chunkOf([tag]));
    assert.deepEqual(await store.scans.begin(begin, T0), { scanId: begin.scanId, nextChunk: 0, committed: false });
    await assert.rejects(store.scans.chunk(begin.scanId, 1, two!, T0), (error: StoreError) => {
      return error.code === 'chunk-out-of-order' && error.expected === 0;
    });
    const taken = await store.scans.chunk(begin.scanId, 0, one!, T0);
    assert.deepEqual(taken, { nextChunk: 1, needImages: [digestOf('17.4')] });
    assert.deepEqual(await store.scans.chunk(begin.scanId, 0, one!, T0), taken);
    await assert.rejects(store.scans.chunk(begin.scanId, 0, two!, T0), code('chunk-out-of-order'));
    assert.equal((await store.scans.begin(begin, T0)).nextChunk, 1);
    await store.scans.chunk(begin.scanId, 1, two!, T0);
    assert.deepEqual(await store.tags.list({ limit: 10, sort: 'name', presence: 'all' }), {
      items: [],
      next: null,
      total: 0,
    });
    const committed = await store.scans.commit(begin.scanId, { ...commitOf(report), spoolDepth: 3 }, T0);
    assert.equal(committed.added, 2);
    const [agent] = (await store.agents.list({ limit: 1 }, T0)).items;
    assert.equal(agent?.spoolDepth, 3, 'what waits at the agent is known at once');
    assert.deepEqual(await store.scans.commit(begin.scanId, commitOf(report), T0), committed);
    assert.equal((await store.scans.begin(begin, T0)).committed, true);
    assert.deepEqual((await store.scans.chunk(begin.scanId, 0, one!, T0)).needImages, []);
    assert.deepEqual(await names(store), ['17.4', '17.5']);
  });

  it('refuses a report whose sum differs, and takes it from the first chunk on', async () => {
    const { store } = await given();
    const report = { tags: ['17.4', '17.5'] };
    const begin = beginOf(await registry(store), report);
    await store.scans.begin(begin, T0);
    await store.scans.chunk(begin.scanId, 0, chunkOf(tagsOf(report).slice(0, 1)), T0);
    await assert.rejects(store.scans.commit(begin.scanId, commitOf(report), T0), code('set-digest-mismatch'));
    assert.deepEqual(await names(store, 'all'), []);
    assert.equal((await store.scans.begin(begin, T0)).nextChunk, 0);
    await store.scans.chunk(begin.scanId, 0, chunkOf(tagsOf(report)), T0);
    assert.equal((await store.scans.commit(begin.scanId, commitOf(report), T0)).added, 2);
  });

  it('refuses what a former process of the agent sends, and what names an unknown registry', async () => {
    const { store } = await given();
    const registryId = await registry(store);
    const begin = beginOf(registryId, { tags: [] });
    await store.scans.begin(begin, T0);
    assert.equal(await hello(store, 2), true);
    assert.equal(await hello(store, 1), false);
    await assert.rejects(store.scans.chunk(begin.scanId, 0, chunkOf([]), T0), code('stale-scan'));
    await assert.rejects(store.scans.commit(begin.scanId, commitOf({ tags: [] }), T0), code('stale-scan'));
    await assert.rejects(store.scans.begin(begin, T0), code('stale-scan'));
    assert.equal((await store.scans.begin({ ...begin, epoch: 2 }, T0)).committed, false);
    await assert.rejects(
      store.scans.begin(beginOf(randomUUID(), { tags: [], begin: { epoch: 2 } }), T0),
      code('stale-scan'),
    );
    await assert.rejects(store.scans.commit(randomUUID(), commitOf({ tags: [] }), T0), code('stale-scan'));
    await assert.rejects(store.scans.begin({ ...begin, epoch: 2, repository: 'other' }, T0), code('stale-scan'));
  });

  it('asks for the images that nobody ever read, and for no other', async () => {
    const { store } = await given();
    const begin = beginOf(await registry(store), { tags: [] });
    await store.scans.begin(begin, T0);
    const tags = tagsOf({ tags: ['a', 'b'] });
    const first = await store.scans.chunk(begin.scanId, 0, chunkOf(tags, [observation(digestOf('a'))]), T0);
    assert.deepEqual(first.needImages, [digestOf('b')]);
    const second = await store.scans.chunk(begin.scanId, 1, chunkOf(tags, [observation(digestOf('b'))]), T0);
    assert.deepEqual(second.needImages, []);
  });

  it('sums up a sweep, running and done, and counts its requests once', async () => {
    const { store } = await given();
    const registryId = await registry(store);
    const now = new Date();
    const sweep = beginOf(registryId, { tags: [], begin: { repository: null }, now });
    await store.scans.begin(sweep, now);
    for (const repository of ['one', 'two']) {
      await scan(store, registryId, { repository, tags: ['a', 'b'], begin: { parentId: sweep.scanId }, now });
    }
    assert.equal((await store.scans.get(sweep.scanId))?.tags.added, 4);
    const commit = commitOf({ tags: [], now });
    const answer = await store.scans.commit(
      sweep.scanId,
      { ...commit, setDigest: null, requests: 8, message: 'Read.' },
      now,
    );
    assert.equal(answer.added, 4);
    const { status, message, requests, repositoryId: none } = (await store.scans.get(sweep.scanId))!;
    assert.deepEqual([status, message, requests, none], ['complete', 'Read.', 8, null]);
    const children = await store.scans.list({ limit: 10, parentId: sweep.scanId });
    assert.equal(children.total, 2);
    const shown = (await store.registries.get(registryId))!;
    assert.deepEqual([shown.requests24h, shown.repositoryCount, shown.tagCount], [8, 2, 4]);
    assert.equal(shown.lastScanAt, now.toISOString());
  });

  it('keeps the id of a requested scan, shows its progress, and gives up on a silent agent', async () => {
    const { store } = await given();
    const registryId = await registry(store);
    await scan(store, registryId, { tags: ['a'] });
    const id = randomUUID();
    const request = { id, registryId, repositoryId: await repositoryId(store), locationId: 'here' };
    const requested = await store.scans.request(request, hours(1));
    assert.deepEqual(
      [requested.status, requested.progress?.step, requested.repository],
      ['running', 'waiting for the agent', 'postgresql'],
    );
    await assert.rejects(store.scans.commit(id, commitOf({ tags: [] }), T0), code('stale-scan'));
    const begin = beginOf(registryId, { tags: [], begin: { scanId: id, trigger: 'manual' }, now: hours(1) });
    await store.scans.begin(begin, hours(1));
    const step = { done: 3, total: 9, requests: 4, step: 'reading manifests' };
    const running = await store.scans.progress(id, step, hours(1));
    assert.deepEqual([running?.progress, running?.requests], [{ done: 3, total: 9, step: 'reading manifests' }, 4]);
    assert.equal(await store.scans.progress(randomUUID(), step, hours(1)), null);
    assert.deepEqual(await store.scans.failStale(hours(1), hours(2)), []);
    assert.deepEqual(await store.scans.failStale(hours(2), hours(2)), [id]);
    const failed = (await store.scans.get(id))!;
    assert.deepEqual([failed.status, failed.code, failed.agentId], ['failed', 'agent-silent', AGENT]);
    await assert.rejects(store.scans.chunk(id, 0, chunkOf([]), T0), code('stale-scan'));
    await store.scans.begin(begin, hours(3));
    await store.scans.chunk(id, 0, chunkOf(tagsOf({ tags: ['a'] })), hours(3));
    const done = await store.scans.commit(id, commitOf({ tags: ['a'], now: hours(3) }), hours(3));
    assert.equal(done.status, 'complete');
    await assert.rejects(
      store.scans.request({ ...request, id: randomUUID(), registryId: randomUUID() }, T0),
      code('not-found'),
    );
  });

  it('prunes all but the newest fifty scans of a repository, and keeps its last one', async () => {
    const { store } = await given();
    const registryId = await registry(store);
    for (let count = 0; count < 53; count += 1) await scan(store, registryId, { tags: ['a'], now: hours(count) });
    await store.scans.prune();
    const kept = await store.scans.list({ limit: 1000, registryId });
    assert.equal(kept.total, 50);
    assert.equal(kept.items[0]?.startedAt, hours(52).toISOString());
    assert.equal((await store.repositories.get(await repositoryId(store)))?.lastScan?.id, kept.items[0]?.id);
  });

  it('draws facts from the image as it is at the commit, whatever its chunk brought', async () => {
    const { store, db } = await given();
    const tags = ['17.1', '17.2', '17.3'];
    const report = { tags };
    const begin = beginOf(await registry(store), report);
    await store.scans.begin(begin, T0);
    const of = (name: string, more: Partial<Observation>) => observation(digestOf(name), more);
    const images = tags.map((name) => of(name, { size: 1, detail: 'manifest' }));
    await store.scans.chunk(begin.scanId, 0, chunkOf(tagsOf(report), images), T0);
    // Read deeper by another agent, by another replica, and not at all.
    await store.images.observe(of('17.1', { size: 2, detail: 'config' }), hours(1));
    await sql`update images set observation = jsonb_set(observation, '{size}', '3') where digest = ${digestOf('17.2')}`.execute(
      db,
    );
    await store.scans.commit(begin.scanId, commitOf(report), hours(1));
    const listed = await store.tags.list({ limit: 9, sort: 'name', presence: 'present' });
    assert.deepEqual(
      listed.items.map(({ size }) => size),
      [2, 3, 1],
    );
  });

  it('stores what a hostile registry sends without failing: NUL, half characters, endless names', async () => {
    const { store } = await given();
    const registryId = await registry(store);
    const digest = digestOf('evil');
    const annotations = { 'a\0b': 'c\0d', half: '\ud800', 'org.opencontainers.image.version': '9'.repeat(60_000) };
    await scan(store, registryId, { tags: [{ name: 'x', digest }], images: [observation(digest, { annotations })] });
    const image = (await store.images.get(digest))!;
    assert.equal(image.annotations['a\uFFFDb'], 'c\uFFFDd');
    assert.equal(image.annotations.half, '\uFFFD');
  });

  it('stores a tag whose image was not read with what its name says, and draws its facts when it is', async () => {
    const { store } = await given();
    const registryId = await registry(store);
    await scan(store, registryId, { tags: ['17.4-2503191025-full'] });
    const id = await repositoryId(store);
    const unread = (await store.tags.get(id, '17.4-2503191025-full'))!;
    assert.deepEqual([unread.version?.major, unread.kind, unread.findings, unread.size], [17, 'postgres', 1, null]);
    assert.equal((await store.images.get(unread.digest))?.facts.findings[0]?.code, 'not-read-yet');
    await store.images.observe(observation(unread.digest, { size: 42 }), hours(1));
    const read = (await store.tags.get(id, '17.4-2503191025-full'))!;
    assert.deepEqual([read.size, read.platforms, read.createdAt], [42, ['linux/amd64'], '2026-10-01T00:00:00.000Z']);
    await store.images.observe(observation(unread.digest, { size: 7, detail: 'manifest' }), hours(2));
    assert.equal((await store.tags.get(id, '17.4-2503191025-full'))?.size, 42);
  });
}
