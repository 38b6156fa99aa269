/** Editions of catalogs on their way through the stages. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import { StoreError } from '../errors.ts';
import { agent, edition, HEALTHY, image, KEY, NAME, NEW, OLD, ready, standing, state } from './catalog-given.ts';
import { AGENT, digestOf, type Given, T0 } from './given.ts';

export function rolloutsSuite(given: () => Promise<Given>): void {
  it('without a policy an edition is out at once', async () => {
    const { store, id, now } = await ready(given);
    await store.catalogs.publish(KEY, 1, edition(NEW), now.at());
    await store.catalogs.dispatch(id, now.at());
    assert.equal((await standing(store))[NAME], image(NEW));
    assert.equal(await state(store), null);
  });

  it('a canary follows a second catalog, gets an edition first, and the others when it stayed healthy', async () => {
    const { store, id, orders, policy, now } = await ready(given);
    await agent(store, now.at());
    await store.catalogs.setPolicy(id, policy({}));
    await store.catalogs.step(id, now.pass(1));
    assert.deepEqual(await standing(store), {
      [NAME]: image(OLD),
      [`${NAME}-canary`]: image(OLD),
      orders: NAME,
      bills: NAME,
    });
    await agent(store, now.pass(1));
    await store.catalogs.step(id, now.pass(1));
    assert.equal((await standing(store)).orders, `${NAME}-canary`, 'only once the catalog stands there');
    assert.equal(
      await store.catalogs.nameFor(NAME, { location: 'here', namespace: 'team', name: 'orders' }),
      `${NAME}-canary`,
    );
    assert.equal(await store.catalogs.nameFor(NAME, { location: 'here', namespace: 'team', name: 'bills' }), NAME);
    await agent(store, now.pass(1));

    await store.catalogs.publish(KEY, 1, edition(NEW), now.pass(1));
    assert.equal((await store.catalogs.list('here'))[0]!.edition.number, 1, 'served is what it was');
    const generation = (await store.dispatches.get('catalog', id))!.generation;
    // Two servers at once take one step.
    const taken = await Promise.all([store.catalogs.step(id, now.at()), store.catalogs.step(id, now.at())]);
    assert.ok(taken.includes(true));
    assert.equal(await state(store), 'canary');
    const staged = { [NAME]: image(OLD), [`${NAME}-canary`]: image(NEW), orders: `${NAME}-canary`, bills: NAME };
    assert.deepEqual(await standing(store), staged);
    await store.catalogs.step(id, now.pass(1));
    assert.equal(await state(store), 'canary', 'no agent has applied it');
    await agent(store, now.pass(1), 'Upgrading cluster');
    await store.catalogs.step(id, now.pass(1));
    await agent(store, now.pass(1), 'Upgrading cluster');
    for (let minute = 0; minute < 20; minute += 1) await store.catalogs.step(id, now.pass(1));
    assert.equal(await state(store), 'waiting-for-health');
    await agent(store, now.pass(1));
    await store.catalogs.step(id, now.at());
    await agent(store, now.pass(4));
    await store.catalogs.step(id, now.at());
    assert.equal(await state(store), 'waiting-for-health', 'not long enough');
    assert.deepEqual(await standing(store), staged);
    assert.equal((await store.dispatches.get('catalog', id))!.generation, generation, 'the others were left alone');
    await agent(store, now.pass(1));
    await store.catalogs.step(id, now.at());
    await store.catalogs.step(id, now.at());
    assert.equal(await state(store), 'out');
    assert.equal((await standing(store))[NAME], image(NEW));
    assert.equal((await store.catalogs.list('here'))[0]!.edition.number, 2);
    assert.equal(await store.catalogs.step(id, now.pass(1)), false);
    assert.equal((await store.dispatches.get('catalog', id))!.generation, generation + 1, 'once');

    await store.catalogs.setPolicy(id, null);
    for (let turn = 0; turn < 4; turn += 1) {
      await store.catalogs.step(id, now.pass(1));
      await agent(store, now.at());
    }
    assert.deepEqual(
      await standing(store),
      { [NAME]: image(NEW), orders: NAME, bills: NAME },
      'nothing is left behind',
    );
    assert.deepEqual(await store.catalogs.staged(), [id]);
    assert.ok(orders);
  });

  it('a canary whose instances run something else is not healthy', async () => {
    const { store, id, policy, now } = await ready(given);
    await store.catalogs.setPolicy(id, policy({ giveUpMinutes: 30 }));
    for (let turn = 0; turn < 3; turn += 1) {
      await store.catalogs.step(id, now.pass(1));
      await agent(store, now.at());
    }
    const pods = (tag: string, sequence: number) =>
      store.usages.report(
        {
          agentId: AGENT,
          epoch: 1,
          sequence,
          scope: { apiVersion: 'v1', kind: 'Pod', namespace: '' },
          complete: true,
          usages: [
            {
              namespace: 'team',
              name: 'orders-1',
              container: 'postgres',
              image: image(tag),
              digest: digestOf(tag),
              pinned: null,
              owner: 'Cluster/orders',
            },
          ],
        },
        now.at(),
      );
    await pods(OLD, 1);
    await store.catalogs.publish(KEY, 1, edition(NEW), now.pass(1));
    const turns = async (count: number) => {
      for (let turn = 0; turn < count; turn += 1) {
        await agent(store, now.pass(1));
        await store.catalogs.step(id, now.at());
      }
    };
    await turns(12);
    const [waiting] = await store.catalogs.list('here');
    assert.match(waiting!.rollout!.message, /orders \(not all of its instances run the new image\)/);
    await pods(NEW, 2);
    await turns(9);
    assert.equal(await state(store), 'out');
  });

  it('an illness stops it; a person goes on, or rolls back urgently, and a new edition takes the place of an old one', async () => {
    const { store, id, policy, now } = await ready(given);
    await store.catalogs.setPolicy(id, policy({ giveUpMinutes: 10 }));
    const turns = async (count: number, phase = HEALTHY) => {
      for (let turn = 0; turn < count; turn += 1) {
        await agent(store, now.pass(1), phase);
        await store.catalogs.step(id, now.at());
      }
    };
    await turns(3);
    await store.catalogs.publish(KEY, 1, edition(NEW), now.pass(1));
    await turns(15, 'Failed');
    assert.equal(await state(store), 'stopped');
    const taken = (code: string) => (error: unknown) => error instanceof StoreError && error.code === code;
    await assert.rejects(() => store.catalogs.setPolicy(id, null), taken('conflict'));
    const who = { by: 'alice', reason: '' };
    await assert.rejects(() => store.catalogs.act(id, 1, 'go-on', who, now.at()), taken('conflict'), 'another edition');
    await store.catalogs.act(id, 2, 'go-on', who, now.pass(1));
    assert.equal(await state(store), 'drawn');
    await turns(3);
    assert.equal(await state(store), 'waiting-for-health');
    await store.catalogs.publish(KEY, 2, edition(OLD, { mode: 'held', isUrgent: true }), now.pass(1));
    await store.catalogs.dispatch(id, now.at());
    const there = await standing(store);
    assert.deepEqual([there[NAME], there[`${NAME}-canary`]], [image(OLD), image(OLD)]);
    const rollouts = await store.catalogs.rollouts(id);
    assert.deepEqual(
      [...rollouts].map(([number, each]) => [number, each.state, each.message]),
      [
        [3, 'out', 'It went to all clusters at once.'],
        [2, 'stopped', 'Edition 3 took its place.'],
      ],
    );
  });

  it('a canary is a cluster that follows the catalog and that an agent applies; a deleted one is none', async () => {
    const { store, id, orders, policy } = await ready(given);
    for (const canaries of [[randomUUID()]]) {
      await assert.rejects(
        () => store.catalogs.setPolicy(id, policy({ canaries })),
        (error: unknown) =>
          error instanceof StoreError && error.code === 'conflict' && /cannot be a canary/.test(error.message),
      );
    }
    await store.catalogs.setPolicy(id, policy({}));
    assert.deepEqual((await store.catalogs.list('here'))[0]!.policy?.canaries, [orders]);
    await store.clusters.remove(orders, T0);
    assert.deepEqual((await store.catalogs.list('here'))[0]!.policy?.canaries, []);
  });
}
