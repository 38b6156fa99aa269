import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import type { ActivityType, WebhookInput } from '@pharos/contract';
import { sql } from 'kysely';
import type { Store } from '../store.ts';
import type { WebhookResult } from '../webhook-port.ts';
import {
  AGENT,
  beginOf,
  commitOf,
  digestOf,
  everything,
  type Given,
  hello,
  hours,
  observation,
  registry,
  repositoryId,
  scan,
  T0,
} from './given.ts';

const at = (seconds: number) => new Date(T0.getTime() + seconds * 1000);

async function told(store: Store, type?: ActivityType) {
  const { items } = await store.activity.list({ limit: 1000, type });
  return items.map((entry) => `${entry.type} ${entry.count}`).toReversed();
}

const WEBHOOK: WebhookInput = {
  name: 'Ticket system',
  url: 'https://hooks.example/x',
  events: ['image.added', 'tag.moved', 'scan.failed', 'agent.lost'],
  repositories: null,
  enabled: true,
  allowHttp: false,
  allowPrivate: false,
};

async function webhook(store: Store, more: Partial<WebhookInput> = {}): Promise<string> {
  const id = randomUUID();
  await store.webhooks.create({ id, sealed: 'sealed text', input: { ...WEBHOOK, ...more } }, T0);
  return id;
}

const ALL = { limit: 50, perWebhook: 50, busy: [] };

function result(more: Partial<WebhookResult> = {}): WebhookResult {
  const attempt = {
    at: T0,
    durationMs: 12,
    status: 500,
    code: 'webhook-refused',
    message: 'It did not answer well.',
    requestHeaders: { 'webhook-id': 'msg_1' },
    responseBody: 'no\0',
  };
  return { delivered: false, gone: false, retryAt: null, attempt, ...more };
}

/** What happened, who is told, and what is counted. */
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

  it('writes deliveries in the transaction of the event, for those who want it', async () => {
    const { store } = await given();
    const id = await registry(store);
    const all = await webhook(store);
    const some = await webhook(store, { name: 'Some', repositories: 'post*', events: ['image.added', 'scan.failed'] });
    await webhook(store, { name: 'Off', enabled: false });
    await webhook(store, { name: 'Others', repositories: 'other', events: ['image.added'] });
    await scan(store, id, { tags: ['1', '2'] });
    await scan(store, id, { tags: [{ name: '1', digest: digestOf('2') }, '2'], now: hours(1) });
    const claims = await store.webhookOutbox.claim(ALL, hours(1));
    assert.deepEqual(
      claims
        .map((claim) => `${claim.webhookId === all ? 'all' : claim.webhookId === some ? 'some' : '?'} ${claim.event}`)
        .toSorted(),
      ['all image.added', 'all tag.moved', 'some image.added'],
    );
    const payload = JSON.parse(claims.find(({ event }) => event === 'image.added')!.payload);
    assert.deepEqual([payload.type, payload.data.repository, payload.data.count], ['image.added', 'postgresql', 2]);
    assert.deepEqual(Object.keys(payload), ['type', 'timestamp', 'data']);
    const shown = JSON.stringify([
      await store.webhooks.list({ limit: 10 }),
      await store.webhooks.deliveries(all, { limit: 10 }),
    ]);
    assert.ok(!shown.includes('sealed text'));
  });

  it('gives a delivery to one claimer at a time, and a result of an older claim writes nothing', async () => {
    const { store } = await given();
    const id = await webhook(store);
    await scan(store, await registry(store), { tags: ['1'] });
    const both = await Promise.all([store.webhookOutbox.claim(ALL, T0), store.webhookOutbox.claim(ALL, T0)]);
    const [first] = both.flat();
    assert.equal(both.flat().length, 1);
    assert.deepEqual(await store.webhookOutbox.claim(ALL, at(59)), []);
    const [second] = await store.webhookOutbox.claim(ALL, at(61));
    assert.deepEqual([second?.id, second?.attempt], [first?.id, 2]);
    assert.equal(await store.webhookOutbox.settle(first!, result({ delivered: true }), at(62)), false);
    assert.equal((await store.webhooks.deliveries(id, { limit: 1 }))?.items[0]?.state, 'waiting');
    assert.equal(await store.webhookOutbox.settle(second!, result({ retryAt: at(120) }), at(63)), true);
    assert.deepEqual(await store.webhookOutbox.claim(ALL, at(119)), []);
    const [third] = await store.webhookOutbox.claim(ALL, at(121));
    assert.equal(third?.tries, 1);
    await store.webhookOutbox.settle(third!, result({ delivered: true }), at(122));
    const detail = await store.webhooks.delivery(id, third!.id);
    assert.deepEqual(
      [detail?.state, detail?.tries.map(({ n }) => n), detail?.nextAttemptAt],
      ['delivered', [3, 2], null],
    );
    assert.equal(detail?.tries[0]?.responseBody, 'no\uFFFD');
  });

  it('claims a few of each endpoint, and none of those that are busy', async () => {
    const { store } = await given();
    const one = await webhook(store);
    const two = await webhook(store, { name: 'Two' });
    const id = await registry(store);
    for (let n = 0; n < 4; n += 1) await scan(store, id, { repository: `r${n}`, tags: [`${n}`], now: hours(n) });
    const claims = await store.webhookOutbox.claim({ limit: 8, perWebhook: 2, busy: [] }, hours(5));
    assert.deepEqual(claims.map(({ webhookId }) => webhookId).toSorted(), [one, one, two, two].toSorted());
    const rest = await store.webhookOutbox.claim({ limit: 8, perWebhook: 9, busy: [one] }, hours(5));
    assert.deepEqual(
      rest.map(({ webhookId }) => webhookId),
      [two, two],
    );
  });

  it('switches an endpoint off when it is gone, or when nothing arrived for three days, and tells', async () => {
    const { store } = await given();
    const id = await webhook(store);
    const registryId = await registry(store);
    const next = async (n: number, more: Partial<WebhookResult>) => {
      await scan(store, registryId, { repository: `r${n}`, tags: [`${n}`], now: hours(n) });
      const [claim] = await store.webhookOutbox.claim(ALL, hours(n));
      await store.webhookOutbox.settle(claim!, result(more), hours(n));
      return (await store.webhooks.get(id))!;
    };
    assert.equal((await next(1, {})).failingSince, hours(1).toISOString());
    assert.equal((await next(40, {})).enabled, true);
    assert.equal((await next(41, { delivered: true })).failingSince, null);
    assert.equal((await next(42, {})).enabled, true);
    const off = await next(42 + 72, {});
    assert.deepEqual([off.enabled, off.disabledReason], [false, 'Nothing arrived there for 3 days.']);
    assert.deepEqual(await told(store, 'webhook.disabled'), ['webhook.disabled 1']);
    assert.equal((await store.history.overview(hours(115))).webhooksDisabled, 1);
    assert.equal((await store.webhooks.update(id, { enabled: true }, hours(116)))?.disabledReason, null);
    assert.equal((await next(117, { gone: true })).enabled, false);
  });

  it('keeps the old secret for a day, sends again on demand, and forgets what is old', async () => {
    const { store, db } = await given();
    const id = await webhook(store);
    await store.webhooks.rotate(id, 'another', T0);
    await scan(store, await registry(store), { tags: ['1'] });
    const [claim] = await store.webhookOutbox.claim(ALL, T0);
    assert.deepEqual(
      [claim?.sealed, claim?.previousSealed, claim?.previousUntil],
      ['another', 'sealed text', hours(24).toISOString()],
    );
    assert.equal(await store.webhookOutbox.redeliver(id, claim!.id, at(1)), false, 'it is being sent');
    await store.webhookOutbox.settle(claim!, result({ delivered: true }), at(2));
    assert.equal(await store.webhookOutbox.redeliver(id, claim!.id, at(3)), true);
    const [again] = await store.webhookOutbox.claim(ALL, at(3));
    assert.deepEqual([again?.id, again?.tries, again?.payload], [claim?.id, 0, claim?.payload]);
    await store.webhookOutbox.settle(again!, result({ delivered: true }), at(4));
    await store.webhookOutbox.prune(hours(25));
    const kept = await sql<{ previous_sealed: string | null }>`select previous_sealed from webhooks`.execute(db);
    assert.equal(kept.rows[0]?.previous_sealed, null);
    assert.equal((await store.webhooks.deliveries(id, { limit: 1 }))?.total, 1);
    await store.webhookOutbox.prune(hours(24 * 7 + 1));
    assert.equal((await store.webhooks.deliveries(id, { limit: 1 }))?.total, 0);
  });

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
