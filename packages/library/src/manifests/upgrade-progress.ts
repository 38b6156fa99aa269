/**
 * How far an upgrade is, and whether it came true: what the agent applied, what the operator says of the cluster, and which
 * image its pods run. Only pods prove it; the operator's word alone does not.
 */
import type { UpgradeKind } from '@pharos/contract';

/** One pod that runs the database. */
export interface DatabasePod {
  readonly name: string;
  /** It runs the new image, or has the new extension image mounted. */
  readonly isNew: boolean;
  /** RFC 3339: since when it is seen with this image. */
  readonly since: string;
}

export interface UpgradeFacts {
  /** Of the image to move to. */
  readonly digest: string;
  readonly instances: number;
  /** null: nobody here applies it. */
  readonly applied: {
    /** What stands in Kubernetes is this upgrade, or a later change. */
    readonly isReached: boolean;
    readonly state: string;
    readonly message: string;
    /** RFC 3339: when the agent last looked at the cluster; null: it has not yet. */
    readonly seenAt: string | null;
    /** The operator's word; empty: none. */
    readonly phase: string;
    /** Instances that the operator calls ready; null: the agent does not tell. */
    readonly ready: number | null;
  } | null;
  /** null: no agent of the location watches pods. */
  readonly pods: readonly DatabasePod[] | null;
}

export interface UpgradeProgress {
  readonly isVerified: boolean;
  readonly instances: { readonly done: number; readonly total: number } | null;
  /** One sentence. */
  readonly message: string;
}

/** CloudNativePG and EDB Postgres for Kubernetes, api/v1/cluster_types.go: PhaseHealthy. */
const HEALTHY = 'Cluster in healthy state';

export function upgradeProgress({ digest, instances: total, applied, pods }: UpgradeFacts): UpgradeProgress {
  const done = pods === null ? null : Math.min(pods.filter(({ isNew }) => isNew).length, total);
  const instances = done === null ? null : { done, total };
  const not = (message: string): UpgradeProgress => ({ isVerified: false, instances, message });
  if (applied !== null && !applied.isReached) {
    if (applied.state === 'failed') return not(`The agent could not apply it: ${applied.message}`);
    if (applied.state === 'waiting') return not(applied.message || 'It waits for an agent of the location.');
    return not('The agent applies it.');
  }
  const says = applied === null || applied.phase === '' ? '' : ` The operator says: ${ended(applied.phase)}`;
  if (pods === null) {
    return not(`No agent reports the pods of the location, so it is not known what runs.${says}`);
  }
  const old = pods.filter(({ isNew }) => !isNew).length;
  if (done! < total || old > 0) {
    if (applied === null && done === 0) return not('The manifest has changed; it is not applied yet.');
    return not(`Restarting instances: ${done} of ${total} run the new image.${says}`);
  }
  if (applied !== null) {
    if (applied.ready !== null && applied.ready < total) {
      return not(`All instances have the new image, and ${applied.ready} of ${total} are ready.${says}`);
    }
    const isHealthy = applied.phase === HEALTHY || (applied.phase === '' && applied.ready !== null);
    if (!isHealthy) {
      return not(
        says === '' ? 'The operator says nothing of the cluster.' : `All instances have the new image.${says}`,
      );
    }
    // What the operator said before the last pod came says nothing of it.
    const newest = pods.reduce((latest, { since }) => (since > latest ? since : latest), '');
    if (applied.seenAt === null || applied.seenAt <= newest)
      return not('All instances have the new image; the agent looks again.');
  }
  return {
    isVerified: true,
    instances,
    message: `${total === 1 ? 'The instance runs' : `All ${total} instances run`} ${digest.slice(0, 19)}.`,
  };
}

/** After how many minutes without proof an upgrade counts as not verified. A major one copies each replica anew. */
export function verificationMinutes(kind: UpgradeKind): number {
  return kind === 'major' ? 360 : 60;
}

function ended(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
