import assert from 'node:assert/strict';
import { it } from 'node:test';
import { at, told } from './activity-given.ts';
import {
  AGENT,
  beginOf,
  commitOf,
  digestOf,
  everything,
  type Given,
  hello,
  hours,
  registry,
  repositoryId,
  scan,
  T0,
} from './given.ts';

/** What happened, as it is told. */
export function activitySuite(given: () => Promise<Given>): void {
  it('writes one entry for each kind of change of a scan, in the transaction of the scan', async () => {
    const { store } = await given();
    const id = await registry(store);
    const tags = ['17.1', '17.2', '17.3', '17.4', '17.5', '17.6'];
    await scan(store, id, { tags });
    assert.deepEqual(await told(store), ['image.added 6', 'tag.added 6']);
    await scan(store, id, { tags, now: hours(1) });
    assert.equal((await told(store)).length, 2, 'a scan without a change tells nothing');
    const moved = [
      { name: '17.1', digest: digestOf('new') },
      { name: '17.2', digest: digestOf('17.3') },
    ];
    await scan(store, id, { tags: [...moved, '17.3', '17.4', '17.5'], now: hours(2) });
    assert.deepEqual((await told(store)).slice(2), ['image.added 1', 'tag.moved 2', 'tag.vanished 1']);
    const [last] = (await store.activity.list({ limit: 1, type: 'tag.moved' })).items;
    assert.deepEqual(last?.items[0], { name: '17.1', digest: digestOf('new'), previousDigest: digestOf('17.1') });
    assert.match(last.message, /2 tags moved .* in postgresql/);
    assert.deepEqual([last.registry, last.repository], ['Team registry', 'postgresql']);
    // Still missing is no news; being back is.
    await scan(store, id, { tags: [...moved, '17.3', '17.4', '17.5'], now: hours(3) });
    await scan(store, id, { tags: [...moved, '17.3', '17.4', '17.5', '17.6'], now: hours(4) });
    assert.deepEqual((await told(store)).slice(5), ['tag.returned 1']);
  });

  it('an image is new where no tag ever stood at it, also where its tag moved on', async () => {
    const { store } = await given();
    const id = await registry(store);
    await scan(store, id, { tags: [{ name: '17', digest: digestOf('a') }] });
    await scan(store, id, { tags: [{ name: '17', digest: digestOf('b') }], now: hours(1) });
    await scan(store, id, { tags: [{ name: '17', digest: digestOf('a') }], now: hours(2) });
    await scan(store, id, { repository: 'other', tags: [{ name: 'x', digest: digestOf('b') }], now: hours(3) });
    assert.deepEqual(await told(store, 'image.added'), ['image.added 1', 'image.added 1']);
  });

  it('keeps the first 50 of many and says how many there were; a lost commit leaves no entry', async () => {
    const { store } = await given();
    const id = await registry(store);
    const report = { tags: Array.from({ length: 120 }, (_, index) => `17.${index}`) };
    const begin = beginOf(id, report);
    await store.scans.begin(begin, T0);
    await assert.rejects(store.scans.commit(begin.scanId, commitOf(report), T0));
    assert.deepEqual(await told(store), []);
    await scan(store, id, report);
    const [entry] = (await store.activity.list({ limit: 1, type: 'tag.added' })).items;
    assert.deepEqual([entry?.count, entry?.items.length], [120, 50]);
  });

  it('tells of failing and recovering once, and of the repositories of a sweep together', async () => {
    const { store } = await given();
    const id = await registry(store);
    const fail = {
      status: 'failed',
      absence: 'none',
      listedNames: null,
      code: 'timeout',
      message: 'No answer.',
    } as const;
    const sweep = async (failing: boolean, now: Date) => {
      const parent = beginOf(id, { tags: [], now });
      await store.scans.begin({ ...parent, repository: null as never }, now);
      for (const repository of ['one', 'two']) {
        const commit = failing ? fail : {};
        await scan(store, id, {
          repository,
          tags: failing ? [] : ['1'],
          now,
          begin: { parentId: parent.scanId },
          commit,
        });
      }
      const whole = commitOf({ tags: [], now, commit: { setDigest: null, listedNames: null, tagCount: 0 } });
      await store.scans.commit(parent.scanId, whole, now);
    };
    await sweep(false, T0);
    await sweep(true, hours(1));
    await sweep(true, hours(2));
    await sweep(false, hours(3));
    assert.deepEqual(await told(store, 'scan.failed'), ['scan.failed 2']);
    assert.deepEqual(await told(store, 'scan.recovered'), ['scan.recovered 2']);
    const [entry] = (await store.activity.list({ limit: 1, type: 'scan.failed' })).items;
    assert.deepEqual(entry?.items.map(({ name, message }) => [name, message]).toSorted(), [
      ['one', 'No answer.'],
      ['two', 'No answer.'],
    ]);
    await scan(store, id, { repository: 'one', tags: [], now: hours(4), commit: fail });
    assert.equal((await store.history.overview(hours(4))).repositoriesFailing.count, 1);
    assert.equal((await told(store, 'scan.failed')).length, 2);
  });

  it('tells of a silent agent once, and once when it is back', async () => {
    const { store } = await given();
    await hello(store);
    assert.equal(await store.activity.watchAgents(at(599)), 0);
    assert.deepEqual(
      await Promise.all([store.activity.watchAgents(at(700)), store.activity.watchAgents(at(700))]).then((both) =>
        both.toSorted(),
      ),
      [0, 1],
    );
    await store.agents.touch(AGENT, { spoolDepth: 0 }, at(800));
    assert.equal(await store.activity.watchAgents(at(801)), 1);
    assert.deepEqual(await told(store), ['agent.lost 1', 'agent.back 1']);
  });

  it('tells of rules, READMEs, and of how a registry answers', async () => {
    const { store } = await given();
    const id = await registry(store);
    await scan(store, id, { tags: ['1'] });
    const before = (await told(store)).length;
    await store.registries.setStatus(id, { state: 'ok', message: 'fine', checks: [] }, T0);
    await store.registries.setStatus(id, { state: 'error', message: 'It is away.', checks: [] }, hours(1));
    await store.registries.setStatus(id, { state: 'error', message: 'It is away.', checks: [] }, hours(2));
    await store.repositories.write(await repositoryId(store), { readme: '# Hello' }, { name: 'admin', now: hours(2) });
    assert.deepEqual((await told(store)).slice(before), ['registry.state-changed 1', 'repository.readme-changed 1']);
  });

  it('is paged by key, filtered, and forgets after 90 days', async () => {
    const { store } = await given();
    const one = await registry(store);
    const two = await registry(store, { name: 'Another' });
    for (let n = 0; n < 7; n += 1)
      await scan(store, n % 2 ? one : two, { repository: `r${n}`, tags: ['1'], now: hours(n) });
    const all = await everything((cursor) => store.activity.list({ limit: 2, cursor }));
    assert.equal(all.length, (await store.activity.list({ limit: 100 })).total);
    assert.deepEqual(
      all.map(({ id }) => id),
      all.map(({ id }) => id).toSorted((a, b) => b - a),
    );
    assert.equal((await store.activity.list({ limit: 100, registryId: one, type: 'tag.added' })).total, 3);
    const since = hours(5).toISOString();
    assert.equal((await store.activity.list({ limit: 100, since, type: 'tag.added' })).total, 2);
    assert.equal(await store.activity.last(), all[0]!.id);
    assert.equal((await store.activity.after(all[2]!.id)).length, 2);
    await store.registries.remove(one);
    assert.equal((await store.activity.list({ limit: 100 })).total, all.length, 'an entry outlives its registry');
    await store.activity.prune(new Date(hours(3).getTime() + 90 * 86_400_000 + 1));
    assert.deepEqual(
      (await store.activity.list({ limit: 100, type: 'tag.added' })).items.map((e) => e.repository),
      ['r6', 'r5', 'r4'],
    );
  });
}
