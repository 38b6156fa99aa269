/** A cluster with an image to be upgraded to: for the suites of upgrades. */
import { randomUUID } from 'node:crypto';
import { ClusterInput } from '@pharos/contract';
import { parseVersion, specOf } from '@pharos/library';
import type { ClusterContent } from '../cluster-port.ts';
import type { NewUpgrade } from '../cluster-upgrade-port.ts';
import { StoreError } from '../errors.ts';
import type { Store } from '../store.ts';
import { digestOf, type Given, hours, observation, registry, scan, T0 } from './given.ts';

export const [OLD, NEW] = ['17.4-2503310734', '17.6-2509120845'] as const;
export const NOTE = { action: 'upgrade', actor: 'alice', detail: '' } as const;
export const OBJECTS = [{ apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', metadata: { name: 'orders' } }];

export const content = (tag: string): ClusterContent => ({
  spec: specOf(ClusterInput.parse({ name: 'orders', location: 'here', image: digestOf(tag), storage: '1Gi' })),
  ...{ engine: 'postgresql', version: parseVersion('pg', tag), tag, reference: tag, catalog: null, apply: true },
});

export const isCode = (code: string) => (error: unknown) => error instanceof StoreError && error.code === code;

export const CLUSTER = randomUUID();

export async function ready(given: () => Promise<Given>): Promise<Given> {
  const it = await given();
  const id = await registry(it.store);
  await scan(it.store, id, { tags: [OLD, NEW], images: [OLD, NEW].map((tag) => observation(digestOf(tag))) });
  await it.store.clusters.create(CLUSTER, content(OLD), { ...NOTE, action: 'create' }, T0, OBJECTS);
  return it;
}

export const upgrade = (more: Partial<NewUpgrade> = {}): NewUpgrade => ({
  ...{ id: randomUUID(), clusterId: CLUSTER, kind: 'minor', digest: digestOf(NEW), extension: null },
  ...{ fromTag: OLD, toTag: NEW, timing: 'window', requestedBy: 'alice', requestedPerson: null },
  ...more,
});

export const begin = (store: Store, scheduled: string, revision = 1, now = hours(1)) =>
  store.clusters.update(CLUSTER, revision, content(NEW), NOTE, now, { objects: OBJECTS, upgrade: { scheduled } });

export const actions = async (store: Store) => (await store.clusters.history(CLUSTER)).map(({ action }) => action);
