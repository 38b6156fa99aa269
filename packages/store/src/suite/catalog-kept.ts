/** What of a catalog stays in Kubernetes although it is not approved any more, and what waits for a catalog. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  agent,
  cluster,
  edition,
  entry,
  foreignPod,
  HOLDER,
  image,
  KEY,
  NAME,
  NEW,
  OLD,
  ready,
  standing,
  state,
  WHO,
} from './catalog-given.ts';
import { AGENT, digestOf, type Given } from './given.ts';

export function catalogKeptSuite(given: () => Promise<Given>): void {
  it('in stages, a revoked image that something runs waits for its replacement; what nothing runs goes at once', async () => {
    const two = [entry(OLD), { ...entry(NEW), major: 18 }];
    /** What the object holds after the image of a major was revoked, what is kept of it, and what was told. */
    const run = async (major: 17 | 18, more: { policy?: object; foreign?: boolean; staged?: boolean } = {}) => {
      const { store, id, policy, now } = await ready(given);
      if (more.staged !== false) await store.catalogs.setPolicy(id, policy({ canaries: [], ...more.policy }));
      await store.catalogs.publish(KEY, 1, edition(OLD, { entries: two, isUrgent: true }), now.at());
      await store.catalogs.dispatch(id, now.at());
      await agent(store, now.pass(1));
      const tag = major === 17 ? OLD : NEW;
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
    await store.decisions.decide([{ digest: digestOf(NEW), state: 'revoked', reason: 'bad', ...WHO }], now.at());
    await store.catalogs.dispatch(id, now.pass(1));
    await agent(store, now.pass(1));
    const dispatch = (await store.dispatches.get('catalog', id))!;
    assert.equal(dispatch.state, 'applied', dispatch.message);
    assert.equal((dispatch.objects[0] as unknown as { spec: { images: unknown[] } }).spec.images.length, 1);
    // Once it is away it does not come back that way, and nothing is said of it any more.
    await store.catalogs.publish(KEY, 2, edition(OLD, { entries: [], isUrgent: true }), now.at());
    await store.catalogs.dispatch(id, now.pass(1));
    assert.deepEqual((await store.catalogs.list('here'))[0]!.kept, []);
  });

  it('a catalog of which nothing is approved any more stays as it is, and says so', async () => {
    const { store, id, now } = await ready(given);
    await agent(store, now.pass(1));
    await store.decisions.decide([{ digest: digestOf(OLD), state: 'revoked', reason: 'bad', ...WHO }], now.at());
    await store.catalogs.dispatch(id, now.pass(1));
    assert.equal((await standing(store))[NAME], image(OLD));
    const { kept } = (await store.catalogs.list('here'))[0]!;
    assert.deepEqual(
      kept.map((each) => [each.tag, each.state, each.clusters.length]),
      [[OLD, 'revoked', 2]],
    );
  });

  it('a cluster is made when its catalog stands there, and not before; what stands is not held up by it', async () => {
    const { store, id, now } = await ready(given);
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
    await store.catalogs.publish(KEY, 1, edition(NEW), now.at());
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
    const { store, id, orders, policy, now } = await ready(given);
    assert.deepEqual(await store.catalogs.standing(id), { main: null, canary: null, notOver: [] });
    await agent(store, now.pass(1));
    await store.catalogs.setPolicy(id, policy({}));
    assert.deepEqual(await store.catalogs.standing(id), { main: [digestOf(OLD)], canary: null, notOver: [orders] });
    for (let turn = 0; turn < 3; turn += 1) {
      await store.catalogs.step(id, now.pass(1));
      await agent(store, now.at());
    }
    const over = { main: [digestOf(OLD)], canary: [digestOf(OLD)], notOver: [] };
    assert.deepEqual(await store.catalogs.standing(id), over);
    await store.catalogs.publish(KEY, 1, edition(NEW), now.pass(1));
    await store.catalogs.step(id, now.at());
    assert.equal(await state(store), 'canary');
    assert.deepEqual(await store.catalogs.standing(id), over, 'handed out, and no agent has applied it');
    await agent(store, now.pass(2));
    assert.deepEqual(await store.catalogs.standing(id), { ...over, canary: [digestOf(NEW)] });
  });
}
