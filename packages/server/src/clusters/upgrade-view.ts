/** Upgrades and maintenance windows as people see them. */
import type { ClusterMaintenance, ClusterUpgrade } from '@pharos/contract';
import { nextWindow, type UpgradeFacts, upgradeProgress } from '@pharos/library';
import { type StoredCluster, type StoredMaintenance, type StoredUpgrade, windowsOf } from '@pharos/store';
import type { Context } from '../context.ts';

/** What is known of an upgrade that was begun. */
export async function upgradeFacts(
  { store }: Context,
  { id, spec, apply }: StoredCluster,
  { digest, generation, kind, change, startedAt }: StoredUpgrade,
): Promise<UpgradeFacts> {
  const { location: locationId, namespace, name, instances } = spec;
  const [dispatch, pods] = await Promise.all([
    apply ? store.dispatches.get('cluster', id) : null,
    podsWith(store, { locationId, namespace, name }, change === null ? [digest] : change.digests),
  ]);
  const status = dispatch?.status.find(({ object }) => object.kind === 'Cluster') ?? null;
  const applied = !apply
    ? null
    : {
        isReached: dispatch !== null && dispatch.appliedGeneration >= (generation ?? 1),
        state: dispatch?.state ?? 'waiting',
        message: dispatch?.message ?? '',
        seenAt: dispatch?.checkedAt ?? null,
        phase: status?.phase ?? '',
        ready: status?.instances?.ready ?? null,
      };
  const mounts = change !== null && change.digests.length > 0;
  const proof = kind !== 'change' ? 'image' : mounts ? 'extensions' : 'operator';
  return { digest, instances, applied, pods, proof, startedAt };
}

/** Pods that run or mount all of these; null: no agent tells, or there is nothing to look for. */
async function podsWith(
  { usages }: Context['store'],
  cluster: { locationId: string; namespace: string; name: string },
  digests: readonly string[],
): Promise<UpgradeFacts['pods']> {
  const seen = await Promise.all(digests.map((digest) => usages.podsOf(cluster, digest)));
  const [first = null] = seen;
  if (first === null || seen.includes(null)) return null;
  const has = (name: string) => seen.every((pods) => pods?.some((pod) => pod.name === name && pod.isNew));
  return first.map((pod) => ({ ...pod, isNew: has(pod.name) }));
}

export async function upgradeView(
  context: Context,
  cluster: StoredCluster,
  maintenance: StoredMaintenance,
  upgrade: StoredUpgrade,
): Promise<ClusterUpgrade> {
  const { id, kind, digest, extension, fromTag, toTag, timing, change, state, requestedAt, requestedBy } = upgrade;
  const { approvedAt, approvedBy, startedAt, finishedAt } = upgrade;
  const progress = state === 'applying' ? upgradeProgress(await upgradeFacts(context, cluster, upgrade)) : null;
  const opening = state === 'scheduled' ? nextWindow(windowsOf(maintenance), context.now()) : null;
  return {
    ...{ id, kind, image: digest, extension, from: fromTag, to: toTag, when: timing, state },
    change: change?.words ?? null,
    message: progress?.message ?? messageOf(upgrade, opening !== null),
    instances: progress?.instances ?? null,
    opensAt: opening?.from.toISOString() ?? null,
    ...{ requestedAt, requestedBy, approvedAt, approvedBy, startedAt, finishedAt },
  };
}

function messageOf({ state, timing, result }: StoredUpgrade, hasOpening: boolean): string {
  if (state === 'requested') return 'It waits until a second person confirms it.';
  if (state !== 'scheduled') return result;
  if (timing === 'now') return 'It begins at once.';
  return hasOpening
    ? 'It waits for the maintenance window.'
    : 'It waits for a maintenance window, and none is set any more. Set one, or cancel it.';
}

export function maintenanceView(stored: StoredMaintenance, now: Date): ClusterMaintenance {
  const opening = nextWindow(windowsOf(stored), now);
  return { ...stored, opensAt: opening?.from.toISOString() ?? null, closesAt: opening?.until.toISOString() ?? null };
}
