import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { ScanCommit } from '@pharos/contract';
import { StoreError } from '../errors.ts';
import {
  beginOf,
  chunkOf,
  commitOf,
  digestOf,
  type Given,
  hours,
  names,
  observation,
  type Report,
  registry,
  repositoryId,
  scan,
  T0,
  tagsOf,
} from './given.ts';

const seconds = (count: number) => new Date(T0.getTime() + count * 1000);
const read = (...tags: string[]) => tags.map((tag) => observation(digestOf(tag)));

/** Scans that say less than everything: nothing changed, or only some tags were read. And what hangs on images. */
export function readingSuite(given: () => Promise<Given>): void {
  const unchanged = (report: Report): ScanCommit => ({ ...commitOf(report), unchanged: true });

  it('takes "nothing changed" without the tags, and asks for all when it has another set', async () => {
    const { store } = await given();
    const registryId = await registry(store);
    const report = { tags: ['17.4', '17.5'], images: read('17.4', '17.5') };
    await scan(store, registryId, report);
    const again = beginOf(registryId, { ...report, now: hours(1) });
    await store.scans.begin(again, hours(1));
    const committed = await store.scans.commit(again.scanId, unchanged({ ...report, now: hours(1) }), hours(1));
    assert.deepEqual([committed.added, committed.moved, committed.missing], [0, 0, 0]);
    assert.equal((await store.scans.get(again.scanId))?.tags.seen, 2);

    const other = { tags: ['17.4', '17.6'] };
    const begin = beginOf(registryId, { ...other, now: hours(2) });
    await store.scans.begin(begin, hours(2));
    await store.scans.chunk(begin.scanId, 0, chunkOf([]), hours(2));
    const mismatch = (error: unknown) => error instanceof StoreError && error.code === 'set-digest-mismatch';
    await assert.rejects(store.scans.commit(begin.scanId, unchanged(other), hours(2)), mismatch);
    assert.deepEqual(await names(store), ['17.4', '17.5'], 'nothing changed by it');
    await store.scans.chunk(begin.scanId, 0, chunkOf(tagsOf(other), read('17.6')), hours(2));
    await store.scans.commit(begin.scanId, commitOf({ ...other, now: hours(2) }), hours(2));
    assert.deepEqual(await names(store, 'missing'), ['17.5']);
    assert.deepEqual(await names(store), ['17.4', '17.5', '17.6']);
  });

  it('does not take "nothing changed" while it misses an image', async () => {
    const { store } = await given();
    const registryId = await registry(store);
    const report = { tags: ['17.4', '17.5'], images: read('17.4') };
    await scan(store, registryId, report);
    const begin = beginOf(registryId, { ...report, now: hours(1) });
    await store.scans.begin(begin, hours(1));
    await store.scans.chunk(begin.scanId, 0, chunkOf([]), hours(1));
    await assert.rejects(store.scans.commit(begin.scanId, unchanged(report), hours(1)), StoreError);
    const taken = await store.scans.chunk(begin.scanId, 0, chunkOf(tagsOf(report)), hours(1));
    assert.deepEqual(taken.needImages, [digestOf('17.5')]);
  });

  it('counts absences on, scan for scan, when nothing changed', async () => {
    const { store } = await given();
    const registryId = await registry(store);
    await scan(store, registryId, { tags: ['17.4', '17.5'], images: read('17.4', '17.5') });
    const left = { tags: ['17.4'], images: [] };
    await scan(store, registryId, { ...left, now: hours(1) });
    assert.deepEqual(await names(store, 'missing'), ['17.5']);
    for (const at of [20, 30]) {
      const begin = beginOf(registryId, { ...left, now: hours(at) });
      await store.scans.begin(begin, hours(at));
      await store.scans.commit(begin.scanId, unchanged({ ...left, now: hours(at) }), hours(at));
    }
    assert.deepEqual(await names(store, 'retired'), ['17.5']);
  });

  it('re-reads single tags: adds and moves them, and says nothing of the others or of the repository', async () => {
    const { store } = await given();
    const registryId = await registry(store);
    const whole = await scan(store, registryId, { tags: ['17', '17.4'], images: read('17', '17.4') });
    const before = (await store.repositories.get(await repositoryId(store)))!;
    const report: Report = {
      tags: [{ name: '17', digest: digestOf('moved') }, '17.5'],
      images: read('moved', '17.5'),
      begin: { only: ['17', '17.5'], trigger: 'notification' },
      commit: { listedNames: null },
      now: seconds(5),
    };
    const committed = await scan(store, registryId, report);
    assert.deepEqual([committed.added, committed.moved, committed.missing], [1, 1, 0]);
    assert.deepEqual(await names(store), ['17', '17.4', '17.5']);
    const after = (await store.repositories.get(await repositoryId(store)))!;
    assert.equal(after.lastScan?.id, whole.scanId, 'the last scan of the whole is still the last scan');
    assert.equal(after.listedTags, before.listedTags);
    assert.deepEqual((await store.scans.get(committed.scanId))?.only, ['17', '17.5']);
    const history = await store.tags.history(after.id, '17', { limit: 10 });
    assert.deepEqual(
      history?.items.map((entry) => entry.digest),
      [digestOf('moved'), digestOf('17')],
    );
  });

  it('a scan that began before a re-reading and comes after it changes nothing', async () => {
    const { store } = await given();
    const registryId = await registry(store);
    await scan(store, registryId, { tags: ['17'], images: read('17') });
    const only = { begin: { only: ['17'] }, commit: { listedNames: null } };
    const moved = { tags: [{ name: '17', digest: digestOf('moved') }], images: read('moved') };
    await scan(store, registryId, { ...moved, ...only, now: seconds(20) });
    const late = await scan(store, registryId, { tags: ['17'], now: seconds(10) });
    assert.equal(late.moved, 0);
    assert.match(late.message, /later scan/);
  });

  it('lists what hangs on an image, whatever comes first, each once, and on its platforms too', async () => {
    const { store } = await given();
    const registryId = await registry(store);
    const subject = digestOf('17.4');
    const platform = digestOf('amd64');
    const found = [
      {
        subject,
        digest: digestOf('sig'),
        artifactType: 'application/x-signature',
        source: 'referrers' as const,
        tag: null,
      },
      {
        subject: platform,
        digest: digestOf('sbom'),
        artifactType: 'application/spdx+json',
        source: 'tag' as const,
        tag: 'x',
      },
      // A fall-back tag is an index: it tells of several.
      {
        subject: platform,
        digest: digestOf('provenance'),
        artifactType: 'application/vnd.in-toto+json',
        source: 'tag' as const,
        tag: 'x',
      },
    ];
    const report = { tags: ['17.4'] };
    for (const now of [T0, hours(1)]) {
      const begin = beginOf(registryId, { ...report, now });
      await store.scans.begin(begin, now);
      const platforms = [{ os: 'linux', architecture: 'amd64', variant: null, digest: platform, size: 1 }];
      const image = observation(subject, { platforms });
      await store.scans.chunk(begin.scanId, 0, chunkOf(tagsOf(report), [image], [...found, ...found]), now);
      // What a client writes beside, not knowing that the registry lists by subject: no referrer of its own.
      const listedNames = ['17.4', subject.replace(':', '-')];
      await store.scans.commit(begin.scanId, commitOf({ ...report, commit: { listedNames }, now }), now);
    }
    const image = (await store.images.get(subject))!;
    assert.deepEqual(
      new Set(image.referrers.map(({ digest }) => digest)),
      new Set([digestOf('sig'), digestOf('sbom'), digestOf('provenance')]),
    );
    assert.equal(image.referrers.length, 3);
    assert.deepEqual((await store.images.get(digestOf('other')))?.referrers, undefined);
  });

  it('knows what a rule spent', async () => {
    const { store } = await given();
    const registryId = await registry(store);
    const spec = { name: 'all', enabled: true, registryId, kind: null, description: '', tags: [] };
    const rule = await store.rules.create({ ...spec, repositories: { include: ['*'], exclude: [] } }, T0);
    const now = new Date();
    const report = { tags: ['17.4'], begin: { ruleIds: [rule.id] }, now };
    await scan(store, registryId, report);
    await scan(store, registryId, { ...report, now: new Date(now.getTime() + 1000) });
    assert.equal((await store.rules.get(rule.id))?.requests24h, 4);
  });
}
