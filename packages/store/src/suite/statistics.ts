import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import { at } from './activity-given.ts';
import { digestOf, type Given, hours, observation, registry, repositoryId, scan, T0 } from './given.ts';

/** What is counted over time. */
export function statisticsSuite(given: () => Promise<Given>): void {
  it('counts repositories by day and major, from the days before it began to count too', async () => {
    const { store } = await given();
    const id = await registry(store);
    const image = (name: string) =>
      observation(digestOf(name), { env: { PG_MAJOR: name.slice(0, 2), PG_VERSION: name } });
    const many = ['16.1', '16.2', '17.1'];
    await scan(store, id, { tags: many, images: many.map(image) });
    await scan(store, id, { tags: [...many, '17.2'], images: [image('17.2')], now: hours(48) });
    await store.history.countRepositories(hours(72));
    const repository = await repositoryId(store);
    const read = async () => (await store.history.repository(repository, 30, hours(73)))!;
    assert.deepEqual((await read()).days, [
      { day: '2026-11-01', tags: 3, majors: { 16: 2, 17: 1 } },
      { day: '2026-11-03', tags: 4, majors: { 16: 2, 17: 2 } },
      { day: '2026-11-04', tags: 4, majors: { 16: 2, 17: 2 } },
    ]);
    assert.deepEqual((await read()).platforms, [{ platform: 'linux/amd64', tags: 4 }]);
    assert.equal((await read()).newestImageAt, '2026-10-01T00:00:00.000Z');
    assert.equal(
      (await store.history.repository(repository, 1, hours(73)))?.days.length,
      2,
      'and what the span began with',
    );
    await scan(store, id, { tags: [...many, '17.2', '18.1'], images: [image('18.1')], now: hours(74) });
    assert.equal(await store.history.countRepositories(hours(75)), false);
    assert.deepEqual((await read()).days.at(-1), { day: '2026-11-04', tags: 5, majors: { 16: 2, 17: 2, 18: 1 } });
    await store.history.countLibrary(hours(75));
    const growth = await store.history.growth(30, hours(76));
    assert.deepEqual(
      growth.days.map(({ day, tags, repositories }) => [day, tags, repositories]),
      [
        ['2026-11-01', 3, 1],
        ['2026-11-03', 4, 1],
        ['2026-11-04', 5, 1],
      ],
    );
    const fresh = await store.history.freshness(hours(76));
    assert.deepEqual(
      fresh.buckets.filter(({ repositories }) => repositories > 0),
      [{ age: 'quarter', repositories: 1 }],
    );
    assert.deepEqual([fresh.stalest[0]?.name, fresh.platforms], ['postgresql', [{ platform: 'linux/amd64', tags: 5 }]]);
  });

  it('sums up how long scans took and what they spent, by hour and by day', async () => {
    const { store } = await given();
    const id = await registry(store);
    const took = (seconds: number, requests: number) => ({ finishedAt: at(seconds).toISOString(), requests });
    await scan(store, id, { tags: ['1'], commit: took(30, 4) });
    await scan(store, id, {
      tags: ['1'],
      commit: { ...took(90, 6), status: 'failed', absence: 'none', listedNames: null },
    });
    const hourly = (await store.history.registry(id, 2, hours(1)))!;
    assert.deepEqual(hourly, {
      step: 'hour',
      spans: [{ at: T0.toISOString(), scans: 2, failed: 1, requests: 10, seconds: 120, longestSeconds: 90 }],
    });
    assert.equal((await store.history.registry(id, 30, hours(1)))?.step, 'day');
    assert.equal(await store.history.registry(randomUUID(), 30, T0), null);
    await store.history.prune(new Date(T0.getTime() + 91 * 86_400_000));
    assert.equal((await store.history.registry(id, 30, hours(1)))?.spans.length, 0);
  });

  it('says what is new and what needs a person', async () => {
    const { store } = await given();
    const id = await registry(store);
    await scan(store, id, { tags: ['1', '2'], images: [observation(digestOf('1'))] });
    await scan(store, id, { tags: [{ name: '1', digest: digestOf('2') }, '2'], now: hours(30) });
    const { new: fresh, ...needs } = await store.history.overview(hours(31));
    assert.deepEqual([fresh.day.tags, fresh.day.moved, fresh.week.tags, fresh.week.images], [0, 1, 2, 1]);
    assert.deepEqual(
      needs.agentsLost.first.map(({ name }) => name),
      ['agent one'],
    );
    assert.equal(needs.repositoriesHeld.count, 0);
  });
}
