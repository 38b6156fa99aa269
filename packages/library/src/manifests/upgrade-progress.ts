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
  /** What shows that it came true: the image of the pods, what they mount, or the operator’s word where neither changes. */
  readonly proof?: 'image' | 'extensions' | 'operator';
  /** RFC 3339: when it began. */
  readonly startedAt?: string | null;
}

export interface UpgradeProgress {
  readonly isVerified: boolean;
  readonly instances: { readonly done: number; readonly total: number } | null;
  /** One sentence. */
  readonly message: string;
}

/** CloudNativePG and EDB Postgres for Kubernetes, api/v1/cluster_types.go: PhaseHealthy. */
const HEALTHY = 'Cluster in healthy state';

/** An operator takes so long at most to see that its cluster has changed. */
const NOTICED_MS = 60_000;

export function upgradeProgress(facts: UpgradeFacts): UpgradeProgress {
  const { digest, instances: total, applied, pods, proof = 'image', startedAt = null } = facts;
  const done = pods === null ? null : Math.min(pods.filter(({ isNew }) => isNew).length, total);
  const instances = done === null ? null : { done, total };
  const not = (message: string): UpgradeProgress => ({ isVerified: false, instances, message });
  if (applied !== null && !applied.isReached) {
    if (applied.state === 'failed') return not(`The agent could not apply it: ${applied.message}`);
    if (applied.state === 'waiting') return not(applied.message || 'It waits for an agent of the location.');
    return not('The agent applies it.');
  }
  const says = applied === null || applied.phase === '' ? '' : ` The operator says: ${ended(applied.phase)}`;
  if (proof === 'operator') {
    if (applied === null) return not('The manifest has changed; nobody here applies it, so it is not known what runs.');
    const noticed = startedAt === null ? Number.NEGATIVE_INFINITY : Date.parse(startedAt) + NOTICED_MS;
    const isFresh = applied.seenAt !== null && Date.parse(applied.seenAt) >= noticed;
    const isWhole = applied.ready === null || applied.ready >= total;
    if (applied.phase !== HEALTHY || !isWhole || !isFresh) return not(`The agent has applied it.${says}`);
    const message = 'The agent has applied it, and the operator calls the cluster healthy.';
    return { isVerified: true, instances: null, message };
  }
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
    message:
      proof === 'image'
        ? `${total === 1 ? 'The instance runs' : `All ${total} instances run`} ${digest.slice(0, 19)}.`
        : `${total === 1 ? 'The instance has' : `All ${total} instances have`} the new extension images mounted.`,
  };
}

/** After how many minutes without proof an upgrade counts as not verified. A major one copies each replica anew. */
export function verificationMinutes(kind: UpgradeKind): number {
  return kind === 'major' ? 360 : 60;
}

function ended(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
