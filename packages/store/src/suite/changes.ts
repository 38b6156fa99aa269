import assert from 'node:assert/strict';
import { it } from 'node:test';
import { storeOn } from '../open.ts';
import { digestOf, type Given, hours, names, observation, openOn, registry, repositoryId, scan, T0 } from './given.ts';

/** What scans change over time: moves, absences, holds, failures, releases. */
export function changesSuite(given: () => Promise<Given>): void {
  it('moves a tag: a new digest, the old one in its history, last seen by the last complete scan', async () => {
    const { store } = await given();
    const registryId = await registry(store);
    await scan(store, registryId, { tags: ['17', '17.4'], images: [observation(digestOf('17'))] });
    await scan(store, registryId, { tags: ['17', '17.4'], now: hours(1) });
    const moved = await scan(store, registryId, {
      tags: [{ name: '17', digest: digestOf('new') }, '17.4'],
      now: hours(2),
    });
    assert.deepEqual([moved.added, moved.moved], [0, 1]);
    const id = await repositoryId(store);
    const tag = await store.tags.get(id, '17');
    assert.equal(tag?.digest, digestOf('new'));
    assert.equal(tag.movedAt, hours(2).toISOString());
    assert.equal(tag.firstSeenAt, T0.toISOString());
    const history = await store.tags.history(id, '17', { limit: 50 });
    assert.deepEqual(
      history?.items.map(({ digest, firstSeenAt, lastSeenAt, current }) => ({
        digest,
        firstSeenAt,
        lastSeenAt,
        current,
      })),
      [
        {
          digest: digestOf('new'),
          firstSeenAt: hours(2).toISOString(),
          lastSeenAt: hours(2).toISOString(),
          current: true,
        },
        { digest: digestOf('17'), firstSeenAt: T0.toISOString(), lastSeenAt: hours(1).toISOString(), current: false },
      ],
    );
    await scan(store, registryId, { tags: ['17', '17.4'], now: hours(3) });
    for (const limit of [1, 2, 50]) {
      const page = await store.tags.history(id, '17', { limit });
      const rest = page?.next ? (await store.tags.history(id, '17', { limit: 50, cursor: page.next }))!.items : [];
      const digests = [...page!.items, ...rest].map((entry) => entry.digest);
      assert.deepEqual(digests, [digestOf('17'), digestOf('new'), digestOf('17')]);
      assert.equal(page?.total, 3);
    }
  });

  it('counts absences over complete scans and time before it retires, and takes a tag back', async () => {
    const { store } = await given();
    const registryId = await registry(store);
    const all = ['1', '2', '3', '4', '5', '6', '7', '8', '9', 'gone'];
    const rest = all.slice(0, 9);
    await scan(store, registryId, { tags: all });
    const first = await scan(store, registryId, { tags: rest, now: hours(1) });
    assert.deepEqual([first.missing, first.retired], [1, 0]);
    assert.deepEqual(await names(store), all);
    assert.deepEqual(await names(store, 'missing'), ['gone']);
    const repository = (await store.repositories.get(await repositoryId(store)))!;
    assert.deepEqual([repository.tagCount, repository.missingCount], [10, 1]);
    await scan(store, registryId, { tags: rest, now: hours(2) });
    await scan(store, registryId, { tags: rest, now: hours(3) });
    assert.deepEqual(await names(store, 'missing'), ['gone']);
    const last = await scan(store, registryId, { tags: rest, now: hours(26) });
    assert.equal(last.retired, 1);
    assert.deepEqual(await names(store), rest);
    assert.deepEqual(await names(store, 'retired'), ['gone']);
    assert.equal((await store.tags.get(await repositoryId(store), 'gone'))?.lastSeenAt, T0.toISOString());
    const back = await scan(store, registryId, { tags: all, now: hours(27) });
    assert.equal(back.added, 1);
    const tag = await store.tags.get(await repositoryId(store), 'gone');
    assert.deepEqual([tag?.presence, tag?.missingSince, tag?.firstSeenAt], ['present', null, T0.toISOString()]);
  });

  it('holds a mass absence and says so; nothing leaves', async () => {
    const { store } = await given();
    const registryId = await registry(store);
    const all = Array.from({ length: 20 }, (_, index) => `17.${index}`);
    await scan(store, registryId, { tags: all });
    const empty = await scan(store, registryId, { tags: [], now: hours(1) });
    assert.equal(empty.missing, 0);
    assert.match(empty.message, /no tag at all/);
    await scan(store, registryId, { tags: [], now: hours(2), commit: { absence: 'repository', listedNames: null } });
    await scan(store, registryId, { tags: all.slice(10), now: hours(30) });
    const repository = (await store.repositories.get(await repositoryId(store)))!;
    assert.deepEqual([repository.tagCount, repository.missingCount], [20, 0]);
    assert.match(repository.warnings.join(), /10 of 20/);
    const unseen = await store.tags.get(repository.id, '17.0');
    const seen = await store.tags.get(repository.id, '17.19');
    assert.equal(unseen?.lastSeenAt, T0.toISOString());
    assert.equal(seen?.lastSeenAt, hours(30).toISOString());
    await scan(store, registryId, { tags: all, now: hours(31) });
    assert.deepEqual((await store.repositories.get(repository.id))?.warnings, []);
  });

  it('believes a mass absence once a person confirms it, for the next complete scan', async () => {
    const { store } = await given();
    const registryId = await registry(store);
    const all = Array.from({ length: 20 }, (_, index) => `17.${index}`);
    await scan(store, registryId, { tags: all });
    await scan(store, registryId, { tags: all.slice(10), now: hours(1) });
    const id = await repositoryId(store);
    assert.equal((await store.repositories.get(id))?.held, true);
    await scan(store, registryId, { tags: [], now: hours(2), commit: { status: 'failed', listedNames: null } });
    assert.equal((await store.repositories.get(id))?.held, true, 'a failed scan answers no question');
    assert.equal(await store.repositories.confirmAbsence(id), true);
    const confirmed = await scan(store, registryId, { tags: all.slice(10), now: hours(3) });
    assert.equal(confirmed.missing, 10);
    assert.equal((await store.repositories.get(id))?.held, false);
    const emptied = await scan(store, registryId, { tags: [], now: hours(4) });
    assert.equal(emptied.missing, 0, 'the confirmation was for one scan');
    assert.equal(await store.repositories.confirmAbsence('00000000-0000-4000-8000-00000000dead'), false);
  });

  it('retires after as many scans and hours as configured', async () => {
    const { db } = await given();
    const store = await storeOn(openOn(db), 'embedded', { absence: { missingScans: 2, missingHours: 0 } });
    const registryId = await registry(store);
    await scan(store, registryId, { tags: ['1', '2'] });
    await scan(store, registryId, { tags: ['1'], now: hours(1) });
    const second = await scan(store, registryId, { tags: ['1'], now: hours(2) });
    assert.equal(second.retired, 1);
  });

  it('ends a scan that was asked for when a later one of the repository answers first', async () => {
    const { store } = await given();
    const registryId = await registry(store);
    await scan(store, registryId, { tags: ['1'] });
    const asked = { registryId, repositoryId: await repositoryId(store), locationId: 'here' };
    const [early, late] = ['00000000-0000-4000-8000-00000000ea11', '00000000-0000-4000-8000-00000000ea12'];
    await store.scans.request({ ...asked, id: early }, hours(1));
    await store.scans.request({ ...asked, id: late }, hours(3));
    await scan(store, registryId, { tags: ['1'], now: hours(2) });
    assert.equal((await store.scans.get(early))?.status, 'complete');
    assert.match((await store.scans.get(early))!.message, /began later/);
    assert.equal((await store.scans.get(late))?.status, 'running');
  });

  it('keeps everything when a scan fails or is partial', async () => {
    const { store } = await given();
    const registryId = await registry(store);
    await scan(store, registryId, { tags: ['a', 'b', 'c'] });
    await scan(store, registryId, {
      tags: [],
      now: hours(50),
      commit: { status: 'failed', listedNames: null, message: 'The registry refuses the user.', code: 'unauthorized' },
    });
    const failed = (await store.repositories.get(await repositoryId(store)))!;
    assert.deepEqual(await names(store), ['a', 'b', 'c']);
    assert.deepEqual(
      [failed.lastScan?.status, failed.lastScan?.code, failed.missingCount],
      ['failed', 'unauthorized', 0],
    );
    assert.match(failed.warnings.join(), /^Access lost: The registry refuses the user\./);
    assert.equal(failed.updatedAt, T0.toISOString());
    await scan(store, registryId, { tags: ['a', 'd'], now: hours(51), commit: { status: 'partial' } });
    assert.deepEqual(await names(store), ['a', 'b', 'c', 'd']);
    assert.deepEqual(await names(store, 'missing'), []);
    const id = await repositoryId(store);
    assert.equal((await store.tags.get(id, 'a'))?.lastSeenAt, hours(51).toISOString());
    assert.equal((await store.tags.get(id, 'b'))?.lastSeenAt, T0.toISOString());
  });

  it('never lets an older report of the same agent undo a newer one', async () => {
    const { store } = await given();
    const registryId = await registry(store);
    await scan(store, registryId, { tags: [{ name: '17', digest: digestOf('new') }], now: hours(5) });
    const late = await scan(store, registryId, { tags: ['17'], now: hours(4) });
    assert.deepEqual([late.added, late.moved], [0, 0]);
    assert.equal((await store.tags.get(await repositoryId(store), '17'))?.digest, digestOf('new'));
  });

  it('releases tags that are listed but wanted by no rule, and brings them back', async () => {
    const { store } = await given();
    const registryId = await registry(store);
    await scan(store, registryId, { tags: ['17.4', '17.5-full'] });
    const listedNames = ['17.4', '17.5-full'];
    const released = await scan(store, registryId, { tags: ['17.4'], now: hours(1), commit: { listedNames } });
    assert.deepEqual([released.missing, released.retired], [0, 1]);
    assert.match(released.message, /1 tag left the library because no rule takes them/);
    assert.deepEqual(await names(store), ['17.4']);
    assert.deepEqual(await names(store, 'retired'), ['17.5-full']);
    assert.equal((await store.tags.history(await repositoryId(store), '17.5-full', { limit: 5 }))?.total, 1);
    await scan(store, registryId, { tags: listedNames, now: hours(2) });
    assert.deepEqual(await names(store), listedNames);
  });
}
