/** Watches the nodes, where the agent may, and tells the control plane what there is to run models on. */
import { ApiError, type ClusterNode, MOST_NODES } from '@pharos/contract';
import { pause } from '../backoff.ts';
import { KubernetesError } from './api.ts';
import { nodeOf } from './cluster-nodes.ts';
import { listPath } from './discovery.ts';
import type { UsedByOptions } from './used-by.ts';
import { follow } from './watch.ts';

/** Kubelets write into their node every few minutes, mostly nothing that is kept. */
const GATHER_MS = 5_000;
/** Told again though nothing changed, so that the control plane knows how old its knowledge is. */
const RETELL_MS = 600_000;
const LOOK_AGAIN_MS = 60_000;

/** Until the signal fires. Never throws. */
export async function watchNodes(options: UsedByOptions): Promise<void> {
  const { cluster, log } = options;
  const { signal } = cluster;
  const teller = new Teller(options);
  void teller.run();
  let trouble = '';
  while (!signal.aborted) {
    try {
      const resource = await cluster.discovery.find('v1', 'Node', signal);
      if (resource !== null) {
        await follow<ClusterNode>({
          api: cluster.api,
          path: listPath(resource, null),
          signal,
          keep: nodeOf,
          onChange: (nodes) => {
            trouble = '';
            teller.note([...nodes.values()]);
          },
          onTrouble: (error) => {
            const { status, reason } = error instanceof KubernetesError ? error : { status: 0, reason: 'unexpected' };
            // What was seen before may be wrong by now, and nobody would know.
            if (status === 403) teller.note(null);
            if (reason === trouble) return;
            trouble = reason;
            const level = status === 403 ? 'debug' : 'warn';
            log[level]({ status, reason }, 'nodes cannot be watched; it is tried again');
          },
        });
      }
    } catch (error) {
      if (signal.aborted) return;
      log.warn({ error: (error as Error).name }, 'nodes cannot be watched; it is tried again');
    }
    await pause(LOOK_AGAIN_MS, signal);
  }
}

class Teller {
  readonly #options: UsedByOptions;
  /** undefined: nothing was seen yet. null: it may not look. */
  #nodes: ClusterNode[] | null | undefined;
  #told: { text: string; at: number } | null = null;
  /** A control plane of before refuses what it does not know. */
  #isBare = false;
  #sequence = 0;

  constructor(options: UsedByOptions) {
    this.#options = options;
  }

  note(nodes: ClusterNode[] | null): void {
    this.#nodes = nodes;
  }

  async run(): Promise<void> {
    const { cluster, gatherMs = GATHER_MS } = this.#options;
    while (!cluster.signal.aborted) {
      await this.#tellIfNew();
      await pause(gatherMs, cluster.signal);
    }
  }

  /** With the GPUs that pods hold, where this agent sees all pods and the control plane knows what is meant. */
  #withHeld(nodes: readonly ClusterNode[]): ClusterNode[] {
    const held = this.#options.gpus?.byNode() ?? null;
    if (held === null || this.#isBare) return [...nodes];
    return nodes.map((node) =>
      node.gpu === null ? node : { ...node, gpu: { ...node.gpu, requested: held.get(node.name) ?? 0 } },
    );
  }

  async #tellIfNew(): Promise<void> {
    const { controlPlane, agentId, epoch, cluster, log } = this.#options;
    if (this.#nodes === undefined) return;
    const nodes = this.#nodes === null ? [] : this.#withHeld(this.#nodes).toSorted(gpusFirst);
    const seen = { denied: this.#nodes === null, total: nodes.length, nodes: nodes.slice(0, MOST_NODES) };
    const text = JSON.stringify(seen);
    const isDue = this.#told === null || performance.now() - this.#told.at >= RETELL_MS;
    if (!isDue && this.#told?.text === text) return;
    this.#sequence += 1;
    try {
      const body = { agentId, epoch, sequence: this.#sequence, ...seen };
      await controlPlane.call('agentNodes', { body }, cluster.signal);
      this.#told = { text, at: performance.now() };
    } catch (error) {
      if (error instanceof ApiError && error.code === 'invalid-input' && this.#options.gpus?.byNode() != null)
        this.#isBare = true;
      if (!cluster.signal.aborted)
        log.debug({ code: (error as { code?: string }).code }, 'the nodes could not be told yet');
    }
  }
}

/** So that what is cut off has no GPU, where that can be. */
function gpusFirst(one: ClusterNode, other: ClusterNode): number {
  return Number(one.gpu === null) - Number(other.gpu === null) || (one.name < other.name ? -1 : 1);
}
