/** What is told of catalogs, and when they are drawn anew. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import { agent, edition, HEALTHY, KEY, NAME, NEW, OLD, ready, WHO } from './catalog-given.ts';
import { digestOf, type Given, hours, T0 } from './given.ts';

export function catalogTellingSuite(given: () => Promise<Given>): void {
  it('each step of an edition is told once, in the feed and to webhooks', async () => {
    const { store, id, policy, now } = await ready(given);
    const endpoint = { name: 'hook', url: 'https://example.com', repositories: null, enabled: true };
    const events = ['catalog.rollout-waiting', 'catalog.rollout-stopped'] as const;
    const input = { ...endpoint, events: [...events], allowHttp: false, allowPrivate: false };
    await store.webhooks.create({ id: randomUUID(), sealed: 'x', input }, T0);
    let seen = await store.activity.last();
    const told = async () => {
      const entries = await store.activity.after(seen);
      seen = await store.activity.last();
      for (const { subjectId } of entries) assert.equal(subjectId, id);
      return entries.map(({ type }) => type.replace('catalog.', ''));
    };
    const turns = async (count: number, phase = HEALTHY) => {
      for (let turn = 0; turn < count; turn += 1) {
        await agent(store, now.pass(1), phase);
        await Promise.all([store.catalogs.step(id, now.at()), store.catalogs.step(id, now.at())]);
      }
    };
    const listed = await store.activity.list({ limit: 9 });
    const first = listed.items.find(({ type }) => type === 'catalog.rollout-out');
    assert.equal(first?.message, `${NAME} in here: edition 1 goes to every cluster at once (${OLD})`);
    assert.deepEqual(first?.items, [{ name: OLD, digest: digestOf(OLD) }]);
    assert.deepEqual(first?.catalog, { name: NAME, location: 'here' }, 'where its page is');

    await store.catalogs.setPolicy(id, policy({ advance: 'by-hand', giveUpMinutes: 20, window: 'location' }));
    await turns(4);
    assert.deepEqual(await told(), [], 'nothing is under way');
    await store.catalogs.publish(KEY, 1, edition(NEW), now.at());
    assert.deepEqual(await told(), ['rollout-drawn']);
    await turns(4);
    assert.deepEqual(await told(), ['rollout-canary']);
    await turns(9);
    assert.deepEqual(await told(), ['rollout-healthy', 'rollout-waiting']);
    await store.catalogs.act(id, 2, 'go-on', { by: 'alice', reason: '' }, now.at());
    await turns(2);
    assert.deepEqual(await told(), ['rollout-waiting'], 'no window is set, so it waits for a person');
    await store.catalogs.act(id, 2, 'stop', { by: 'alice', reason: 'lunch' }, now.at());
    const [stopped] = await store.activity.after(seen);
    assert.match(stopped!.message, /edition 2 was stopped\. Stopped by alice: lunch$/);
    assert.deepEqual(await told(), ['rollout-stopped']);
    await store.catalogs.publish(
      KEY,
      2,
      edition(OLD, { mode: 'held', by: 'bob', backTo: 1, isUrgent: true }),
      now.at(),
    );
    const [back] = await store.activity.after(seen);
    assert.equal(back?.message, `${NAME} in here: bob went back to edition 1, as edition 3`);
    assert.deepEqual(await told(), ['rolled-back', 'rollout-out']);
    const ALL = { limit: 50, perWebhook: 50, busy: [] };
    const claimed = await store.webhookOutbox.claim(ALL, hours(48));
    assert.deepEqual(
      claimed.map(({ event }) => event.replace('catalog.', '')),
      ['rollout-waiting', 'rollout-waiting', 'rollout-stopped'],
    );
    for (const { payload } of claimed)
      assert.equal(JSON.parse(payload).data.path, `/databases/catalogs/${NAME}?location=here`);
  });

  it('the pulse rises with decisions and with what happens', async () => {
    const { store } = await ready(given);
    const before = await store.catalogs.pulse();
    assert.equal(await store.catalogs.pulse(), before);
    await store.decisions.decide([{ digest: digestOf(NEW), state: 'deprecated', reason: 'x', ...WHO }], hours(1));
    assert.notEqual(await store.catalogs.pulse(), before);
  });
}
