/** Dispatch: what server-side apply, conflicts, preconditions and finalizers do is the API server's word, not ours. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import type { KubernetesApi } from '@pharos/agent';
import type { Client } from '@pharos/contract';
import {
  type Any,
  CATALOGS,
  CLUSTERS,
  catalog,
  cluster,
  type KubernetesGround,
  NAMESPACE,
} from './kubernetes-ground.ts';

/** Thrown where a process would have died. */
class Killed extends Error {}

export function dispatchTests(at: KubernetesGround): void {
  test('applies in order, again without a change, and deletes', async () => {
    const ownerId = await at.put([catalog('pg'), cluster('orders')]);
    await at.dispatcherOf().turn();
    const first = await at.kubernetes.call<Any>('GET', `${CLUSTERS}/orders`);
    assert.equal(first.metadata.annotations['pharos.io/owner'], `cluster/${ownerId}`);
    assert.equal(first.metadata.annotations['pharos.io/generation'], '1');
    assert.deepEqual(ownersOf(first), ['pharos Apply']);
    assert.equal((await at.get(ownerId)).state, 'applied');
    assert.equal((await at.get(ownerId)).appliedGeneration, 1);
    await at.dispatcherOf().turn();
    const second = await at.kubernetes.call<Any>('GET', `${CLUSTERS}/orders`);
    assert.equal(second.metadata.resourceVersion, first.metadata.resourceVersion, 'observing writes nothing');
    await at.put([catalog('pg'), cluster('orders', { storage: { size: '1Gi' } })], ownerId);
    await at.dispatcherOf().turn();
    const third = await at.kubernetes.call<Any>('GET', `${CLUSTERS}/orders`);
    assert.equal(third.spec.storage.size, '1Gi');
    assert.equal(third.metadata.uid, first.metadata.uid);
    await at.clear(ownerId);
    await at.kubernetes.call('GET', `${CLUSTERS}/orders`, undefined, 404);
    await at.kubernetes.call('GET', `${CATALOGS}/pg`, undefined, 404);
  });

  test('killed between any two steps, the next start makes it right, once', async () => {
    const shapes = [
      [catalog('pg'), cluster('one', { storage: { size: '1Gi' } }), cluster('two')],
      [catalog('pg'), cluster('one'), cluster('three', { storage: { size: '2Gi' } })],
    ];
    const ownerId = randomUUID();
    let kills = 0;
    for (let step = 1, isKilled = true; isKilled; step += 1) {
      const wanted = shapes[step % 2]!;
      await at.put(wanted, ownerId);
      isKilled = await killedAt(step);
      if (isKilled) kills += 1;
      await at.start();
      while (await at.dispatcherOf().turn()) await new Promise((resolve) => setTimeout(resolve, 20));
      const { items } = await at.kubernetes.call<Any>('GET', CLUSTERS);
      const names = wanted.slice(1).map(({ metadata }) => metadata.name);
      assert.deepEqual(items.map((item: Any) => item.metadata.name).sort(), names.sort(), `after step ${step}`);
      const { generation, appliedGeneration, state } = await at.get(ownerId);
      assert.deepEqual([state, appliedGeneration], ['applied', generation], `after step ${step}`);
      for (const item of items) {
        const own = wanted.find(({ metadata }) => metadata.name === item.metadata.name)!;
        assert.deepEqual(item.spec, own.spec, `after step ${step}: ${item.metadata.name}`);
        assert.equal(item.metadata.annotations['pharos.io/generation'], String(generation));
        assert.deepEqual(ownersOf(item), ['pharos Apply'], `after step ${step}`);
      }
    }
    assert.ok(kills > 30, `${kills} kills`);
    await at.clear(ownerId);
  });

  /** Runs a turn of a process that dies at a step: before a request leaves, or when its answer is on the way. */
  async function killedAt(step: number): Promise<boolean> {
    const dead = new AbortController();
    let steps = 0;
    const mortal =
      <A extends unknown[], R>(action: (...args: A) => Promise<R>) =>
      async (...args: A): Promise<R> => {
        const die = () => {
          steps += 1;
          if (steps !== step && !dead.signal.aborted) return;
          dead.abort();
          throw new Killed();
        };
        die();
        const answer = await action(...args);
        die();
        return answer;
      };
    const mortalApi: KubernetesApi = { call: mortal(at.api.call), lines: mortal(at.api.lines) };
    const dispatcher = at.dispatcherOf(mortalApi, mortal(at.client) as Client, dead.signal);
    await dispatcher.turn().catch((error) => assert.ok(dead.signal.aborted, String(error)));
    return dead.signal.aborted;
  }

  test('killed between any two steps of a deletion, nothing stays', async () => {
    for (let step = 1, isKilled = true; isKilled; step += 1) {
      const ownerId = await at.put([catalog('pg'), cluster('gone')]);
      await at.dispatcherOf().turn();
      await at.store.dispatches.remove('cluster', ownerId, new Date());
      isKilled = await killedAt(step);
      await at.start();
      for (let turn = 0; turn < 50 && (await at.dispatcherOf().turn()); turn += 1);
      await at.kubernetes.call('GET', `${CLUSTERS}/gone`, undefined, 404);
      await at.kubernetes.call('GET', `${CATALOGS}/pg`, undefined, 404);
      assert.equal(await at.store.dispatches.get('cluster', ownerId), null, `after step ${step}`);
    }
  });

  test('what somebody else changed is shown and not fought', async () => {
    const ownerId = await at.put([cluster('orders', { instances: 3 })]);
    await at.dispatcherOf().turn();
    const somebody = async (instances: number) =>
      at.kubernetes.call<Any>('PATCH', `${CLUSTERS}/orders?fieldManager=kubectl-edit`, { spec: { instances } });
    await somebody(5);
    await at.dispatcherOf().turn();
    const seen = await at.shown(ownerId);
    assert.equal(seen.state, 'applied');
    assert.equal(seen.code, 'drifted');
    assert.deepEqual(
      seen.status[0]?.drift.map(({ field, manager }) => [field, manager]),
      [['.spec.instances', 'kubectl-edit']],
    );
    await at.put([cluster('orders', { instances: 4 })], ownerId);
    assert.equal(await at.dispatcherOf().turn(), true);
    assert.equal((await at.get(ownerId)).state, 'failed');
    assert.equal((await at.kubernetes.call<Any>('GET', `${CLUSTERS}/orders`)).spec.instances, 5, 'not fought');
    await at.put([cluster('orders', { instances: 5 })], ownerId);
    await at.dispatcherOf().turn();
    assert.equal((await at.get(ownerId)).state, 'applied', 'the same here and there: no conflict');
    await at.kubernetes.call('DELETE', `${CLUSTERS}/orders`);
    await at.dispatcherOf().turn();
    assert.equal((await at.shown(ownerId)).status[0]?.outcome, 'gone');
    await at.kubernetes.call('GET', `${CLUSTERS}/orders`, undefined, 404);
    await at.clear(ownerId);
  });

  test('what was not made here is never taken over, and not deleted', async () => {
    await at.kubernetes.call('POST', CLUSTERS, cluster('theirs', { instances: 2 }));
    const ownerId = await at.put([cluster('theirs', { instances: 9 })]);
    await at.dispatcherOf().turn();
    const { state, code } = await at.get(ownerId);
    assert.deepEqual([state, code], ['failed', 'not-owned']);
    await at.clear(ownerId);
    const theirs = await at.kubernetes.call<Any>('GET', `${CLUSTERS}/theirs`);
    assert.equal(theirs.spec.instances, 2);
    await at.kubernetes.call('DELETE', `${CLUSTERS}/theirs`);
  });

  test('an agent that comes late with an older generation changes nothing', async () => {
    const ownerId = await at.put([cluster('orders', { instances: 1 })]);
    const late = new AbortController();
    // It has its tasks and falls asleep; meanwhile they change, and the agent that starts next applies them.
    let release = () => {};
    const asleep = new Promise<void>((resolve) => {
      release = resolve;
    });
    const sleepy: KubernetesApi = {
      ...at.api,
      call: async (...request) => {
        await asleep;
        return at.api.call(...request);
      },
    };
    const turn = at.dispatcherOf(sleepy, at.client, late.signal).turn();
    await new Promise((resolve) => setTimeout(resolve, 200));
    await at.start();
    await at.put([cluster('orders', { instances: 2 })], ownerId);
    await at.dispatcherOf().turn();
    release();
    await turn;
    const live = await at.kubernetes.call<Any>('GET', `${CLUSTERS}/orders`);
    assert.equal(live.spec.instances, 2);
    assert.equal(live.metadata.annotations['pharos.io/generation'], '2');
    assert.equal((await at.get(ownerId)).appliedGeneration, 2);
    await at.clear(ownerId);
  });

  test('a deletion waits for finalizers, and says for which', async () => {
    const held = cluster('held');
    const ownerId = await at.put([{ ...held, metadata: { ...held.metadata, finalizers: ['example.com/backup'] } }]);
    await at.dispatcherOf().turn();
    await at.store.dispatches.remove('cluster', ownerId, new Date());
    await at.dispatcherOf().turn();
    const waiting = await at.get(ownerId);
    assert.equal(waiting.state, 'deleting');
    assert.match(waiting.message, /held \(Cluster in team-a\).*example\.com\/backup/);
    await at.kubernetes.call('PATCH', `${CLUSTERS}/held`, { metadata: { finalizers: null } });
    await at.dispatcherOf().turn();
    assert.equal(await at.store.dispatches.get('cluster', ownerId), null);
  });

  test('each cause is told with its cure: RBAC, kind, namespace, schema, a namespace that is not served', async () => {
    const failure = async (object: Record<string, unknown>, own = at.api, namespaces: string[] = []) => {
      const ownerId = await at.put([object]);
      await at.dispatcherOf(own, at.client, new AbortController().signal, namespaces).turn();
      const { state, code, message, hint } = await at.get(ownerId);
      assert.equal(state, 'failed');
      assert.ok(message && hint);
      await at.store.dispatches.remove('cluster', ownerId, new Date());
      await at.dispatcherOf().turn();
      return code;
    };
    const elsewhere = { ...cluster('x'), metadata: { name: 'x', namespace: 'nowhere' } };
    assert.equal(await failure(cluster('x'), await at.connect('nobody')), 'rbac-missing');
    assert.equal(await failure({ ...cluster('x'), kind: 'Pooler' }), 'kind-missing');
    assert.equal(await failure(elsewhere), 'namespace-missing');
    assert.equal(await failure(cluster('x', { instances: 0 })), 'object-invalid');
    assert.equal(await failure({ ...cluster('x'), specs: {} }), 'object-invalid');
    assert.equal(await failure(cluster('x'), at.api, ['team-b']), 'namespace-not-served');
  });

  test('conditions and events come back, bounded and cleaned', async () => {
    const ownerId = await at.put([cluster('told')]);
    await at.dispatcherOf().turn();
    const { uid } = (await at.kubernetes.call<Any>('GET', `${CLUSTERS}/told`)).metadata;
    const condition = {
      type: 'Ready',
      status: 'False',
      reason: 'Waiting',
      message: `\u202Eevil ${'x'.repeat(5000)}`,
    };
    await at.kubernetes.call('PATCH', `${CLUSTERS}/told/status`, {
      status: { phase: 'Setting up primary', conditions: Array.from({ length: 40 }, () => condition) },
    });
    await at.kubernetes.call('POST', `/api/v1/namespaces/${NAMESPACE}/events`, {
      metadata: { name: 'told.1' },
      involvedObject: { kind: 'Cluster', name: 'told', namespace: NAMESPACE, uid },
      type: 'Warning',
      reason: 'NoSpace',
      message: 'disk',
      count: 3,
    });
    await at.dispatcherOf().turn();
    const [status] = (await at.shown(ownerId)).status;
    assert.equal(status?.phase, 'Setting up primary');
    assert.equal(status?.conditions.length, 20);
    assert.ok(status!.conditions[0]!.message.length <= 1000);
    assert.ok(!status!.conditions[0]!.message.includes('\u202E'));
    assert.deepEqual(
      status?.events.map(({ reason, count }) => [reason, count]),
      [['NoSpace', 3]],
    );
    await at.clear(ownerId);
  });
}

/** `manager operation` of the entries that are ours. */
function ownersOf(object: Any): string[] {
  const entries: Any[] = object.metadata.managedFields ?? [];
  return entries
    .filter(({ manager }) => manager === 'pharos')
    .map(({ manager, operation }) => `${manager} ${operation}`);
}
