import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DispatchReport, DispatchTask, UsageReport } from '@pharos/contract';
import type { Store } from '../store.ts';
import {
  AGENT,
  digestOf,
  type Given,
  hello,
  hours,
  observation,
  registry,
  scan,
  T0,
  names as tagNames,
} from './given.ts';

const OTHER = '00000000-0000-4000-8000-0000000000a2';
const OWNER = '00000000-0000-4000-8000-0000000000c1';
const HOLDER = { locationId: 'here', agentId: AGENT, epoch: 1 };
const WHO = { actor: 'alice', actorKind: 'session' } as const;
const IMAGE = digestOf('17.4');
const later = (seconds: number) => new Date(T0.getTime() + seconds * 1000);

const cluster = (name: string, digest: string) => ({
  apiVersion: 'postgresql.cnpg.io/v1',
  kind: 'Cluster',
  metadata: { name, namespace: 'team' },
  spec: { imageName: `registry/postgresql:17.4@${digest}` },
});

const put = (store: Store, objects: readonly Record<string, unknown>[], now = T0) =>
  store.dispatches.put(
    { ownerKind: 'cluster', ownerId: OWNER, locationId: 'here', objects, requestedBy: 'alice' },
    now,
  );

const decide = (store: Store, state: 'approved' | 'deprecated' | 'revoked', digest = IMAGE) =>
  store.decisions.decide([{ digest, state, reason: 'because', ...WHO }], T0);

const report = (task: DispatchTask, state: DispatchReport['state'], more: Partial<DispatchReport> = {}) => ({
  agentId: AGENT,
  fence: task.fence,
  generation: task.generation,
  state,
  code: null,
  message: '',
  hint: null,
  status: [],
  ...more,
});

export function dispatchSuite(given: () => Promise<Given>): void {
  /** A location with an agent, and a library that holds the image. */
  async function ready(approved = true): Promise<Store> {
    const { store } = await given();
    const id = await registry(store);
    await scan(store, id, { tags: ['17.4', '17.5'], images: [observation(IMAGE), observation(digestOf('17.5'))] });
    if (approved) await decide(store, 'approved');
    return store;
  }

  describe('dispatches', () => {
    it('waits with the reason until the image is approved, and its version changes then', async () => {
      const store = await ready(false);
      await put(store, [cluster('orders', IMAGE)]);
      const before = await store.dispatches.version('here', T0);
      assert.deepEqual(await store.dispatches.take(HOLDER, T0), []);
      const [waiting] = (await store.dispatches.list({ limit: 10 })).items;
      assert.equal(waiting?.state, 'waiting');
      assert.equal(waiting?.code, 'image-not-approved');
      assert.match(waiting?.message ?? '', /is pending/);
      await decide(store, 'approved');
      assert.notEqual(await store.dispatches.version('here', T0), before);
      const [task] = await store.dispatches.take(HOLDER, T0);
      assert.equal(task?.task, 'apply');
      assert.equal((await store.dispatches.get('cluster', OWNER))?.code, null);
    });

    it('never hands out an object whose image names no digest, is unknown, revoked, or whose approval ran out', async () => {
      const store = await ready();
      for (const spec of [
        { imageName: 'registry/postgresql:17.4' },
        { imageName: `registry/p:1@${digestOf('unknown')}` },
      ]) {
        await put(store, [{ ...cluster('orders', IMAGE), spec }]);
        assert.deepEqual(await store.dispatches.take(HOLDER, T0), []);
      }
      await decide(store, 'deprecated');
      await put(store, [cluster('orders', IMAGE)]);
      assert.deepEqual(await store.dispatches.take(HOLDER, T0), [], 'deprecated is not for new use');
      await decide(store, 'revoked');
      assert.deepEqual(await store.dispatches.take(HOLDER, T0), []);
      const other = { digest: digestOf('17.5'), state: 'approved', reason: 'for now', expiresAt: hours(1) } as const;
      await store.decisions.decide([{ ...other, ...WHO }], T0);
      await put(store, [cluster('orders', digestOf('17.5'))]);
      assert.deepEqual(await store.dispatches.take(HOLDER, hours(2)), []);
      assert.equal((await store.dispatches.take(HOLDER, T0)).length, 1, 'while it holds');
    });

    it('what was applied keeps its image while that is deprecated, for a change of something else', async () => {
      const store = await ready();
      await put(store, [cluster('orders', IMAGE)]);
      const [task] = await store.dispatches.take(HOLDER, T0);
      assert.equal(await store.dispatches.report(task!.id, report(task!, 'applied'), T0), 'kept');
      await decide(store, 'deprecated');
      await put(store, [{ ...cluster('orders', IMAGE), extra: true }]);
      assert.equal((await store.dispatches.take(HOLDER, T0))[0]?.task, 'apply');
      await decide(store, 'revoked');
      assert.deepEqual(await store.dispatches.take(HOLDER, later(120)), []);
    });

    it('leases to one agent at a time; the one before is fenced off', async () => {
      const store = await ready();
      await put(store, [cluster('orders', IMAGE)]);
      const [mine] = await store.dispatches.take(HOLDER, T0);
      const other = { ...HOLDER, agentId: OTHER };
      assert.deepEqual(await store.dispatches.take(other, later(59)), [], 'the lease holds');
      assert.equal((await store.dispatches.take(HOLDER, later(59)))[0]?.fence, mine!.fence, 'renewed, not another');
      const [theirs] = await store.dispatches.take(other, later(120));
      assert.ok(theirs!.fence > mine!.fence);
      assert.equal(await store.dispatches.report(mine!.id, report(mine!, 'applied'), later(121)), 'stale');
      const answer = report(theirs!, 'applied', { agentId: OTHER });
      assert.equal(await store.dispatches.report(theirs!.id, answer, later(121)), 'kept');
      assert.equal((await store.dispatches.get('cluster', OWNER))?.appliedGeneration, 1);
    });

    it('a report about an older generation changes nothing, and what it touched is pruned by the next', async () => {
      const store = await ready();
      await put(store, [cluster('orders', IMAGE), cluster('extra', IMAGE)]);
      const [first] = await store.dispatches.take(HOLDER, T0);
      await put(store, [cluster('orders', IMAGE)], later(1));
      assert.equal(await store.dispatches.report(first!.id, report(first!, 'applied'), later(2)), 'stale');
      const [second] = await store.dispatches.take(HOLDER, later(3));
      assert.deepEqual(
        second!.touched.map(({ name }) => name),
        ['orders', 'extra'],
      );
      await store.dispatches.report(second!.id, report(second!, 'applied'), later(4));
      const [third] = await store.dispatches.take(HOLDER, later(5));
      assert.equal(third!.task, 'observe');
      assert.deepEqual(
        third!.touched.map(({ name }) => name),
        ['orders'],
      );
    });

    it('a deletion goes on until the agent says that all is gone; then the row goes', async () => {
      const store = await ready();
      await put(store, [cluster('orders', IMAGE)]);
      await store.dispatches.take(HOLDER, T0);
      await decide(store, 'deprecated');
      await store.dispatches.remove('cluster', OWNER, T0);
      const [task] = await store.dispatches.take(HOLDER, later(1));
      assert.equal(task?.task, 'delete');
      assert.deepEqual(
        task?.touched.map(({ name }) => name),
        ['orders'],
      );
      const failed = report(task!, 'failed', { message: 'no', code: 'rbac-missing' });
      await store.dispatches.report(task!.id, failed, later(2));
      assert.equal((await store.dispatches.get('cluster', OWNER))?.state, 'deleting');
      assert.equal(await store.dispatches.report(task!.id, report(task!, 'applied'), later(3)), 'stale');
      await store.dispatches.report(task!.id, report(task!, 'deleted'), later(3));
      assert.equal(await store.dispatches.get('cluster', OWNER), null);
    });

    it('lists what a reader of the location sees, and nothing to others', async () => {
      const store = await ready();
      await put(store, [cluster('orders', IMAGE)]);
      const seen = (location: string) =>
        store.seenBy([{ locationId: location, patterns: [] }]).dispatches.list({ limit: 10 });
      assert.equal((await seen('here')).total, 1);
      assert.equal((await seen('elsewhere')).total, 0);
    });
  });

  describe('used by', () => {
    const pod = (name: string, digest: string): UsageReport['usages'][number] => ({
      namespace: 'team',
      name,
      container: 'postgres',
      image: 'registry/postgresql:17.4',
      digest,
      pinned: null,
      owner: 'Cluster/orders',
    });
    const snapshot = (sequence: number, usages: UsageReport['usages'], more: Partial<UsageReport> = {}) => ({
      agentId: AGENT,
      epoch: 1,
      sequence,
      scope: { apiVersion: 'v1', kind: 'Pod', namespace: '' },
      complete: true,
      usages,
      ...more,
    });
    const names = async (store: Store, digest = IMAGE) =>
      (await store.usages.ofImage(digest, { limit: 50 })).items.map(({ name }) => name);

    it('a complete snapshot replaces, a partial one only adds', async () => {
      const store = await ready();
      await store.usages.report(snapshot(1, [pod('a', IMAGE), pod('b', IMAGE)]), T0);
      await store.usages.report(snapshot(2, [pod('c', IMAGE)], { complete: false }), T0);
      assert.deepEqual(await names(store), ['a', 'b', 'c']);
      await store.usages.report(snapshot(3, [pod('b', IMAGE)]), hours(1));
      assert.deepEqual(await names(store), ['b']);
      const [use] = (await store.usages.ofImage(IMAGE, { limit: 1 })).items;
      assert.equal(use?.since, T0.toISOString());
      assert.equal(use?.lastSeenAt, hours(1).toISOString());
    });

    it('an older word of the same agent, and one of an older start, change nothing', async () => {
      const store = await ready();
      await store.usages.report(snapshot(5, [pod('a', IMAGE)]), T0);
      assert.equal(await store.usages.report(snapshot(4, []), T0), false);
      await hello(store, 2);
      assert.equal(await store.usages.report(snapshot(6, []), T0), false);
      assert.deepEqual(await names(store), ['a']);
      assert.equal(await store.usages.report(snapshot(1, [], { epoch: 2 }), T0), true);
      assert.deepEqual(await names(store), []);
    });

    it('the manifest of a platform counts for its index, and the page of the image says so', async () => {
      const store = await ready();
      const child = digestOf('child');
      const platform = { os: 'linux', architecture: 'amd64', variant: null, digest: child, size: null };
      await store.images.observe(observation(IMAGE, { platforms: [platform], detail: 'platforms' }), T0);
      await store.usages.report(snapshot(1, [pod('a', child)]), T0);
      assert.deepEqual(await names(store), ['a']);
      assert.equal((await store.images.get(IMAGE, T0))?.usedBy.length, 1);
      const hit = await store.usages.usagesOf([IMAGE, digestOf('17.5')]);
      assert.deepEqual(
        [...hit.values()].map(({ total }) => total),
        [1, 0],
      );
      await store.usages.report(snapshot(2, [{ ...pod('a', child), pinned: IMAGE }, pod('b', IMAGE)]), T0);
      assert.deepEqual([...(await store.usages.countsOf([IMAGE, digestOf('17.5')]))], [[IMAGE, 2]], 'each use once');
    });

    it('whoever does not see the location does not see what runs there', async () => {
      const store = await ready();
      await store.usages.report(snapshot(1, [pod('a', IMAGE)]), T0);
      const seen = (locationId: string) => store.seenBy([{ locationId, patterns: [] }]).usages;
      assert.equal((await seen('here').ofImage(IMAGE, { limit: 5 })).total, 1);
      assert.equal((await seen('elsewhere').ofImage(IMAGE, { limit: 5 })).total, 0);
      assert.deepEqual([...(await seen('elsewhere').countsOf([IMAGE]))], []);
    });

    it('a tag whose image runs is never retired, only missing', async () => {
      const store = await ready();
      await store.usages.report(snapshot(1, [pod('a', IMAGE)]), T0);
      const { id } = (await store.registries.list({ limit: 1 })).items[0]!;
      for (const hour of [1, 30, 60, 90]) {
        await scan(store, id, { tags: ['17.6', '17.7'], now: hours(hour) });
      }
      assert.deepEqual(await tagNames(store, 'missing'), ['17.4']);
      assert.deepEqual(await tagNames(store, 'retired'), ['17.5']);
    });
  });
}
