import assert from 'node:assert/strict';
import { it } from 'node:test';
import { sql } from 'kysely';
import type { WebhookResult } from '../webhook-port.ts';
import { ALL, at, result, told, webhook } from './activity-given.ts';
import { digestOf, type Given, hours, registry, scan, T0 } from './given.ts';

/** Endpoints that are told, and their deliveries. */
export function webhooksSuite(given: () => Promise<Given>): void {
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
}
