/** Which GPUs pods hold, by node: counted while pods are watched for what they run. */
import type { KubeObject } from './api.ts';

const GPU = 'nvidia.com/gpu';

/** GPUs that one pod holds on its node. */
export interface HeldGpus {
  readonly node: string;
  readonly count: number;
}

/**
 * null: none, or nowhere yet. What the scheduler counts (Kubernetes, "Sidecar containers", resource sharing): all containers
 * and sidecars together, or the largest of the others that run before them. An extended resource is asked for as much as it is limited.
 */
export function heldBy(pod: KubeObject): HeldGpus | null {
  const node: unknown = pod.spec?.nodeName;
  if (typeof node !== 'string' || node === '') return null;
  if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') return null;
  const init = listOf(pod.spec?.initContainers);
  const sidecars = sum(init.filter(({ restartPolicy }) => restartPolicy === 'Always').map(gpusOf));
  const first = Math.max(0, ...init.filter(({ restartPolicy }) => restartPolicy !== 'Always').map(gpusOf));
  const count = Math.max(sum(listOf(pod.spec?.containers).map(gpusOf)) + sidecars, first);
  return count === 0 ? null : { node: node.slice(0, 253), count };
}

function gpusOf({ resources }: KubeObject): number {
  const asked = resources?.requests?.[GPU] ?? resources?.limits?.[GPU];
  return /^\d{1,5}$/.test(String(asked ?? '')) ? Number(asked) : 0;
}

const sum = (counts: readonly number[]) => counts.reduce((all, each) => all + each, 0);

function listOf(value: unknown): KubeObject[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'object' && item !== null) : [];
}

/** Filled by the watch of pods, read by the watch of nodes. */
export class GpuTally {
  #pods: ReadonlyMap<string, { readonly gpus: HeldGpus | null }> | null = null;

  /** All pods of the cluster; null: they are not seen, or not all of them. */
  note(pods: ReadonlyMap<string, { readonly gpus: HeldGpus | null }> | null): void {
    this.#pods = pods;
  }

  /** By node; null: nobody sees all pods. */
  byNode(): Map<string, number> | null {
    if (this.#pods === null) return null;
    const held = new Map<string, number>();
    for (const { gpus } of this.#pods.values())
      if (gpus !== null) held.set(gpus.node, (held.get(gpus.node) ?? 0) + gpus.count);
    return held;
  }
}
