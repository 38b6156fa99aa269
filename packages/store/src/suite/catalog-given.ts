/** A catalog at its first edition, two clusters that follow it, and an agent that applies both: for the suites of catalogs. */
import { randomUUID } from 'node:crypto';
import { ClusterInput, type ObjectStatus, RolloutPolicy } from '@pharos/contract';
import { type ImageSource, parseVersion, specOf, withImageFrom } from '@pharos/library';
import type { NewEdition } from '../rollout-port.ts';
import type { Store } from '../store.ts';
import { AGENT, digestOf, type Given, hello, observation, registry, scan, T0 } from './given.ts';

export const [OLD, NEW] = ['17.9-202605250814-minimal-trixie', '17.11-202608310816-minimal-trixie'] as const;
export const NAME = 'postgresql-minimal-trixie';
export const KEY = { name: NAME, location: 'here', engine: 'postgresql', flavour: 'minimal', os: 'trixie' } as const;
export const HEALTHY = 'Cluster in healthy state';
export const HOLDER = { locationId: 'here', agentId: AGENT, epoch: 1 };
export const WHO = { actor: 'alice', actorKind: 'session' } as const;

export const image = (tag: string) => `r.example.com/pg:${tag}@${digestOf(tag)}`;
export const entry = (tag: string) => ({ major: 17, digest: digestOf(tag), image: image(tag), tag, extensions: [] });
export const edition = (tag: string, more: Partial<NewEdition> = {}): NewEdition => ({
  mode: 'automatic',
  by: 'Pharos',
  reason: tag,
  entries: [entry(tag)],
  ...more,
});

/** Approved images, a catalog at its first edition, and two clusters that an agent applies: orders and bills. */
export async function ready(given: () => Promise<Given>) {
  const { store } = await given();
  const id = await registry(store);
  await scan(store, id, { tags: [OLD, NEW], images: [observation(digestOf(OLD)), observation(digestOf(NEW))] });
  await hello(store);
  const approve = [OLD, NEW].map((tag) => ({
    digest: digestOf(tag),
    state: 'approved' as const,
    reason: '',
    ...WHO,
  }));
  await store.decisions.decide(approve, T0);
  const catalog = await store.catalogs.publish(KEY, 0, edition(OLD), T0);
  const [orders, bills] = await Promise.all(['orders', 'bills'].map((name) => cluster(store, name)));
  await store.catalogs.dispatch(catalog.id, T0);
  const policy = (more: object) =>
    RolloutPolicy.parse({ canaries: [orders], healthyMinutes: 5, window: 'any-time', ...more });
  return { store, id: catalog.id, orders: orders!, bills: bills!, policy, now: clock() };
}

export async function cluster(store: Store, name: string, source?: ImageSource): Promise<string> {
  const id = randomUUID();
  const spec = specOf(
    ClusterInput.parse({ name, namespace: 'team', location: 'here', image: digestOf(OLD), storage: '1Gi' }),
  );
  const content = {
    spec,
    engine: 'postgresql',
    version: parseVersion('pg', OLD),
    tag: OLD,
    reference: image(OLD),
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
  const objects = [source === undefined ? object : withImageFrom(object, source)];
  await store.dispatches.put({ ...owner, objects, requestedBy: 'alice' }, T0);
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
export async function agent(store: Store, now: Date, phase = HEALTHY): Promise<void> {
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
export function foreignPod(store: Store, tag: string, now: Date): Promise<unknown> {
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

/** What stands in Kubernetes or will: the image of each catalog, and which one each cluster follows, or its own image. */
export async function standing(store: Store): Promise<Record<string, string>> {
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
        spec: { images?: { image: string }[]; imageCatalogRef?: { name: string }; imageName?: string };
      };
      return [metadata.name, spec.images?.[0]?.image ?? spec.imageName ?? spec.imageCatalogRef?.name ?? ''];
    }),
  );
}
export const state = async (store: Store) => (await store.catalogs.list('here'))[0]!.rollout?.state ?? null;
