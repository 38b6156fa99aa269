import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import { ClusterInput, type ObjectStatus, RolloutPolicy } from '@pharos/contract';
import { parseVersion, specOf } from '@pharos/library';
import { StoreError } from '../errors.ts';
import type { NewEdition } from '../rollout-port.ts';
import type { Store } from '../store.ts';
import { AGENT, digestOf, type Given, hello, hours, observation, registry, scan, T0 } from './given.ts';

const [OLD, NEW] = ['17.9-202605250814-minimal-trixie', '17.11-202608310816-minimal-trixie'];
const NAME = 'postgresql-minimal-trixie';
const KEY = { name: NAME, location: 'here', engine: 'postgresql', flavour: 'minimal', os: 'trixie' } as const;
const HEALTHY = 'Cluster in healthy state';
const HOLDER = { locationId: 'here', agentId: AGENT, epoch: 1 };
const WHO = { actor: 'alice', actorKind: 'session' } as const;

const image = (tag: string) => `r.example.com/pg:${tag}@${digestOf(tag)}`;
const entry = (tag: string) => ({ major: 17, digest: digestOf(tag), image: image(tag), tag, extensions: [] });
const edition = (tag: string, more: Partial<NewEdition> = {}): NewEdition => ({
  mode: 'automatic',
  by: 'Pharos',
  reason: tag,
  entries: [entry(tag)],
  ...more,
});

export function rolloutsSuite(given: () => Promise<Given>): void {
  /** Approved images, a catalog at its first edition, and two clusters that an agent applies: orders and bills. */
  async function ready() {
    const { store } = await given();
    const id = await registry(store);
    await scan(store, id, { tags: [OLD!, NEW!], images: [observation(digestOf(OLD!)), observation(digestOf(NEW!))] });
    await hello(store);
    const approve = [OLD!, NEW!].map((tag) => ({
      digest: digestOf(tag),
      state: 'approved' as const,
      reason: '',
      ...WHO,
    }));
    await store.decisions.decide(approve, T0);
    const catalog = await store.catalogs.publish(KEY, 0, edition(OLD!), T0);
    const [orders, bills] = await Promise.all(['orders', 'bills'].map((name) => cluster(store, name)));
    await store.catalogs.dispatch(catalog.id, T0);
    const policy = (more: object) =>
      RolloutPolicy.parse({ canaries: [orders], healthyMinutes: 5, window: 'any-time', ...more });
    return { store, id: catalog.id, orders: orders!, bills: bills!, policy, now: clock() };
  }

  async function cluster(store: Store, name: string): Promise<string> {
    const id = randomUUID();
    const spec = specOf(
      ClusterInput.parse({ name, namespace: 'team', location: 'here', image: digestOf(OLD!), storage: '1Gi' }),
    );
    const content = {
      spec,
      engine: 'postgresql',
      version: parseVersion('pg', OLD!),
      tag: OLD!,
      reference: 'r',
    } as const;
    await store.clusters.create(
      id,
      { ...content, catalog: NAME, apply: true },
      { action: 'create', actor: 'a', detail: '' },
      T0,
    );
    const ref = { apiGroup: 'postgresql.cnpg.io', kind: 'ClusterImageCatalog', name: NAME, major: 17 };
    const object = {
      apiVersion: 'postgresql.cnpg.io/v1',
      kind: 'Cluster',
      metadata: { name, namespace: 'team' },
      spec: { imageCatalogRef: ref },
    };
    const owner = { ownerKind: 'cluster', ownerId: id, locationId: 'here' } as const;
    await store.dispatches.put({ ...owner, objects: [object], requestedBy: 'alice' }, T0);
    return id;
  }

  function clock() {
    let time = T0.getTime();
    const pass = (minutes: number) => {
      time += minutes * 60_000;
      return new Date(time);
    };
    return { at: () => new Date(time), pass };
  }

  /** The agent does all that there is, and says how the clusters are. */
  async function agent(store: Store, now: Date, phase = HEALTHY): Promise<void> {
    for (const task of await store.dispatches.take(HOLDER, now)) {
      const status = task.objects.map((object): ObjectStatus => {
        const { apiVersion, kind, metadata } = object as {
          apiVersion: string;
          kind: string;
          metadata: { name: string };
        };
        const ref = { apiVersion, kind, namespace: null, name: metadata.name };
        return {
          object: ref,
          outcome: 'applied',
          phase: kind === 'Cluster' ? phase : '',
          conditions: [],
          events: [],
          drift: [],
        };
      });
      const state = task.task === 'delete' ? 'deleted' : 'applied';
      const said = { agentId: AGENT, fence: task.fence, generation: task.generation, state, status } as const;
      await store.dispatches.report(task.id, { ...said, code: null, message: '', hint: null }, now);
    }
  }

  /** A pod of a cluster that was not made here. */
  function foreignPod(store: Store, tag: string, now: Date): Promise<unknown> {
    const scope = { apiVersion: 'v1', kind: 'Pod', namespace: '' };
    const pod = {
      namespace: 'other',
      name: 'theirs-1',
      container: 'postgres',
      image: image(tag),
      owner: 'Cluster/theirs',
    };
    const usages = [{ ...pod, digest: digestOf(tag), pinned: null }];
    return store.usages.report({ agentId: AGENT, epoch: 1, sequence: 1, scope, complete: true, usages }, now);
  }

  /** What stands in Kubernetes or will: the image of each catalog, and which one each cluster follows. */
  async function standing(store: Store): Promise<Record<string, string>> {
    const { items } = await store.dispatches.list({ limit: 100 });
    const objects = await Promise.all(
      items
        .filter(({ state }) => state !== 'deleting')
        .map(async ({ ownerKind, ownerId }) => (await store.dispatches.get(ownerKind, ownerId))!.objects),
    );
    return Object.fromEntries(
      objects.flat().map((object) => {
        const { metadata, spec } = object as {
          metadata: { name: string };
          spec: { images?: { image: string }[]; imageCatalogRef?: { name: string } };
        };
        return [metadata.name, spec.images?.[0]?.image ?? spec.imageCatalogRef?.name ?? ''];
      }),
    );
  }
  const state = async (store: Store) => (await store.catalogs.list('here'))[0]!.rollout?.state ?? null;

  it('without a policy an edition is out at once', async () => {
    const { store, id, now } = await ready();
    await store.catalogs.publish(KEY, 1, edition(NEW!), now.at());
    await store.catalogs.dispatch(id, now.at());
    assert.equal((await standing(store))[NAME], image(NEW!));
    assert.equal(await state(store), null);
  });

  it('a canary follows a second catalog, gets an edition first, and the others when it stayed healthy', async () => {
    const { store, id, orders, policy, now } = await ready();
    await agent(store, now.at());
    await store.catalogs.setPolicy(id, policy({}));
    await store.catalogs.step(id, now.pass(1));
    assert.deepEqual(await standing(store), {
      [NAME]: image(OLD!),
      [`${NAME}-canary`]: image(OLD!),
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

    await store.catalogs.publish(KEY, 1, edition(NEW!), now.pass(1));
    assert.equal((await store.catalogs.list('here'))[0]!.edition.number, 1, 'served is what it was');
    const generation = (await store.dispatches.get('catalog', id))!.generation;
    // Two servers at once take one step.
    const taken = await Promise.all([store.catalogs.step(id, now.at()), store.catalogs.step(id, now.at())]);
    assert.ok(taken.includes(true));
    assert.equal(await state(store), 'canary');
    const staged = { [NAME]: image(OLD!), [`${NAME}-canary`]: image(NEW!), orders: `${NAME}-canary`, bills: NAME };
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
    assert.equal((await standing(store))[NAME], image(NEW!));
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
      { [NAME]: image(NEW!), orders: NAME, bills: NAME },
      'nothing is left behind',
    );
    assert.deepEqual(await store.catalogs.staged(), [id]);
    assert.ok(orders);
  });

  it('a canary whose instances run something else is not healthy', async () => {
    const { store, id, policy, now } = await ready();
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
    await pods(OLD!, 1);
    await store.catalogs.publish(KEY, 1, edition(NEW!), now.pass(1));
    const turns = async (count: number) => {
      for (let turn = 0; turn < count; turn += 1) {
        await agent(store, now.pass(1));
        await store.catalogs.step(id, now.at());
      }
    };
    await turns(12);
    const [waiting] = await store.catalogs.list('here');
    assert.match(waiting!.rollout!.message, /orders \(not all of its instances run the new image\)/);
    await pods(NEW!, 2);
    await turns(9);
    assert.equal(await state(store), 'out');
  });

  it('an illness stops it; a person goes on, or rolls back urgently, and a new edition takes the place of an old one', async () => {
    const { store, id, policy, now } = await ready();
    await store.catalogs.setPolicy(id, policy({ giveUpMinutes: 10 }));
    const turns = async (count: number, phase = HEALTHY) => {
      for (let turn = 0; turn < count; turn += 1) {
        await agent(store, now.pass(1), phase);
        await store.catalogs.step(id, now.at());
      }
    };
    await turns(3);
    await store.catalogs.publish(KEY, 1, edition(NEW!), now.pass(1));
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
    await store.catalogs.publish(KEY, 2, edition(OLD!, { mode: 'held', isUrgent: true }), now.pass(1));
    await store.catalogs.dispatch(id, now.at());
    const there = await standing(store);
    assert.deepEqual([there[NAME], there[`${NAME}-canary`]], [image(OLD!), image(OLD!)]);
    const rollouts = await store.catalogs.rollouts(id);
    assert.deepEqual(
      [...rollouts].map(([number, each]) => [number, each.state, each.message]),
      [
        [3, 'out', 'It went to all clusters at once.'],
        [2, 'stopped', 'Edition 3 took its place.'],
      ],
    );
  });

  it('in stages, a revoked image that something runs waits for its replacement; what nothing runs goes at once', async () => {
    const two = [entry(OLD!), { ...entry(NEW!), major: 18 }];
    /** What the object holds after the image of a major was revoked, what is kept of it, and what was told. */
    const run = async (major: 17 | 18, more: { policy?: object; foreign?: boolean; staged?: boolean } = {}) => {
      const { store, id, policy, now } = await ready();
      if (more.staged !== false) await store.catalogs.setPolicy(id, policy({ canaries: [], ...more.policy }));
      await store.catalogs.publish(KEY, 1, edition(OLD!, { entries: two, isUrgent: true }), now.at());
      await store.catalogs.dispatch(id, now.at());
      await agent(store, now.pass(1));
      const tag = major === 17 ? OLD! : NEW!;
      if (more.foreign) await foreignPod(store, tag, now.at());
      await store.decisions.decide([{ digest: digestOf(tag), state: 'revoked', reason: 'bad', ...WHO }], now.at());
      for (let turn = 0; turn < 3; turn += 1) await store.catalogs.dispatch(id, now.pass(1));
      await agent(store, now.pass(1));
      const { objects, state: how } = (await store.dispatches.get('catalog', id))!;
      const [object] = objects as unknown as [{ spec: { images: { major: number }[] } }];
      const { kept } = (await store.catalogs.list('here'))[0]!;
      const told = (await store.activity.list({ limit: 20, type: 'catalog.revoked-kept' })).items;
      return { store, id, now, how, kept, told, majors: object.spec.images.map((each) => each.major).sort() };
    };
    const users = async (...given: Parameters<typeof run>) => {
      const { majors, kept, told, how } = await run(...given);
      assert.equal(how, 'applied', 'what is left of the object reaches Kubernetes');
      assert.equal(told.length, kept.length, 'told once');
      return [majors, kept.map((each) => [each.major, each.state, each.clusters.length, each.pods])];
    };
    // Both clusters run 17, and nothing runs 18.
    assert.deepEqual(await users(18), [[17], []]);
    assert.deepEqual(await users(18, { foreign: true }), [[17, 18], [[18, 'revoked', 0, 1]]]);
    assert.deepEqual(await users(17), [[17, 18], [[17, 'revoked', 2, 0]]]);
    assert.deepEqual(await users(17, { policy: { urgentRevocations: true } }), [[18], []]);
    assert.deepEqual(await users(17, { staged: false }), [[18], []]);

    // One of each: what nothing runs goes, and what is kept beside it does not hold that up.
    const { store, id, now, told } = await run(17);
    assert.match(told[0]!.message, /is revoked, and 2 clusters made here run it: it stays .*Approve a replacement/);
    await store.decisions.decide([{ digest: digestOf(NEW!), state: 'revoked', reason: 'bad', ...WHO }], now.at());
    await store.catalogs.dispatch(id, now.pass(1));
    await agent(store, now.pass(1));
    const dispatch = (await store.dispatches.get('catalog', id))!;
    assert.equal(dispatch.state, 'applied', dispatch.message);
    assert.equal((dispatch.objects[0] as unknown as { spec: { images: unknown[] } }).spec.images.length, 1);
    // Once it is away it does not come back that way, and nothing is said of it any more.
    await store.catalogs.publish(KEY, 2, edition(OLD!, { entries: [], isUrgent: true }), now.at());
    await store.catalogs.dispatch(id, now.pass(1));
    assert.deepEqual((await store.catalogs.list('here'))[0]!.kept, []);
  });

  it('a catalog of which nothing is approved any more stays as it is, and says so', async () => {
    const { store, id, now } = await ready();
    await agent(store, now.pass(1));
    await store.decisions.decide([{ digest: digestOf(OLD!), state: 'revoked', reason: 'bad', ...WHO }], now.at());
    await store.catalogs.dispatch(id, now.pass(1));
    assert.equal((await standing(store))[NAME], image(OLD!));
    const { kept } = (await store.catalogs.list('here'))[0]!;
    assert.deepEqual(
      kept.map((each) => [each.tag, each.state, each.clusters.length]),
      [[OLD, 'revoked', 2]],
    );
  });

  it('a canary is a cluster that follows the catalog and that an agent applies; a deleted one is none', async () => {
    const { store, id, orders, policy } = await ready();
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

  it('a cluster is made when its catalog stands there, and not before; what stands is not held up by it', async () => {
    const { store, id, now } = await ready();
    const shown = async (ownerId: string, kind: 'cluster' | 'catalog' = 'cluster') => {
      const { state, code, message, appliedGeneration } = (await store.dispatches.get(kind, ownerId))!;
      return { state, code, message, appliedGeneration };
    };
    const { id: early } = (await store.clusters.list({ limit: 1 })).items[0]!;
    const before = await store.dispatches.version('here', now.at());
    const first = await store.dispatches.take(HOLDER, now.at());
    assert.deepEqual(
      first.map(({ ownerKind }) => ownerKind),
      ['catalog'],
      'both clusters were dispatched before their catalog',
    );
    assert.deepEqual(await shown(early), {
      ...{ state: 'waiting', code: 'catalog-not-applied', appliedGeneration: 0 },
      message: `It waits until its catalog ${NAME} is applied there: no agent has applied it yet.`,
    });
    const [task] = first;
    const said = { agentId: AGENT, fence: task!.fence, generation: task!.generation, status: [] };
    const failed = { ...said, state: 'failed' as const, code: 'rbac-missing', message: 'It may not.', hint: null };
    await store.dispatches.report(task!.id, failed, now.pass(2));
    await store.dispatches.take(HOLDER, now.at());
    assert.match(
      (await shown(early)).message,
      /: It may not\.$/,
      'the reason of the catalog is the reason of the cluster',
    );
    await agent(store, now.pass(2));
    assert.notEqual(await store.dispatches.version('here', now.at()), before, 'agents hear of it');
    await agent(store, now.pass(1));
    assert.deepEqual(await shown(early), { state: 'applied', code: null, message: '', appliedGeneration: 1 });

    // A new edition that no agent has applied holds up no cluster that stands, and none that needs an image which stands.
    await store.catalogs.publish(KEY, 1, edition(NEW!), now.at());
    await store.catalogs.dispatch(id, now.at());
    const stored = (await store.dispatches.get('cluster', early))!;
    const owner = { ownerKind: 'cluster', ownerId: early, locationId: 'here', requestedBy: 'a' } as const;
    const [object] = stored.objects as unknown as [{ spec: object }];
    await store.dispatches.put(
      { ...owner, objects: [{ ...object, spec: { ...object.spec, instances: 5 } }] },
      now.at(),
    );
    const late = await cluster(store, 'late');
    const next = await store.dispatches.take(HOLDER, now.pass(2));
    assert.ok(next.some(({ ownerId, task: what }) => ownerId === early && what === 'apply'));
    assert.ok(!next.some(({ ownerId }) => ownerId === late), 'its image does not stand there yet');
    await agent(store, now.pass(2));
    await agent(store, now.pass(1));
    assert.equal((await shown(late)).state, 'applied');
  });

  it('what stands in Kubernetes is told apart from what was handed out', async () => {
    const { store, id, orders, policy, now } = await ready();
    assert.deepEqual(await store.catalogs.standing(id), { main: null, canary: null, notOver: [] });
    await agent(store, now.pass(1));
    await store.catalogs.setPolicy(id, policy({}));
    assert.deepEqual(await store.catalogs.standing(id), { main: [digestOf(OLD!)], canary: null, notOver: [orders] });
    for (let turn = 0; turn < 3; turn += 1) {
      await store.catalogs.step(id, now.pass(1));
      await agent(store, now.at());
    }
    const over = { main: [digestOf(OLD!)], canary: [digestOf(OLD!)], notOver: [] };
    assert.deepEqual(await store.catalogs.standing(id), over);
    await store.catalogs.publish(KEY, 1, edition(NEW!), now.pass(1));
    await store.catalogs.step(id, now.at());
    assert.equal(await state(store), 'canary');
    assert.deepEqual(await store.catalogs.standing(id), over, 'handed out, and no agent has applied it');
    await agent(store, now.pass(2));
    assert.deepEqual(await store.catalogs.standing(id), { ...over, canary: [digestOf(NEW!)] });
  });

  it('each step of an edition is told once, in the feed and to webhooks', async () => {
    const { store, id, policy, now } = await ready();
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
    assert.deepEqual(first?.items, [{ name: OLD, digest: digestOf(OLD!) }]);
    assert.deepEqual(first?.catalog, { name: NAME, location: 'here' }, 'where its page is');

    await store.catalogs.setPolicy(id, policy({ advance: 'by-hand', giveUpMinutes: 20, window: 'location' }));
    await turns(4);
    assert.deepEqual(await told(), [], 'nothing is under way');
    await store.catalogs.publish(KEY, 1, edition(NEW!), now.at());
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
      edition(OLD!, { mode: 'held', by: 'bob', backTo: 1, isUrgent: true }),
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
    const { store } = await ready();
    const before = await store.catalogs.pulse();
    assert.equal(await store.catalogs.pulse(), before);
    await store.decisions.decide([{ digest: digestOf(NEW!), state: 'deprecated', reason: 'x', ...WHO }], hours(1));
    assert.notEqual(await store.catalogs.pulse(), before);
  });
}
