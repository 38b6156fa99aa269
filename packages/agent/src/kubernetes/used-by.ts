/** Watches what runs, and tells the control plane which images that are. */
import type { ReportedUsage, UsageScope } from '@pharos/contract';
import type { Logger } from 'pino';
import { pause } from '../backoff.ts';
import type { ControlPlane } from '../control-plane.ts';
import { KubernetesError } from './api.ts';
import type { Cluster } from './apply.ts';
import { listPath } from './discovery.ts';
import { type GpuTally, type HeldGpus, heldBy } from './gpu-tally.ts';
import { NEEDS, type Need } from './rbac.ts';
import { usagesIn } from './usages.ts';
import { follow } from './watch.ts';

export interface UsedByOptions {
  readonly controlPlane: Pick<ControlPlane, 'call'>;
  readonly cluster: Cluster;
  readonly agentId: string;
  readonly epoch: number;
  readonly log: Logger;
  /** Where the GPUs that pods hold are counted. */
  readonly gpus?: GpuTally;
  /** How long changes are gathered before they are told; default 2,000. */
  readonly gatherMs?: number;
}

const GATHER_MS = 2_000;
/** Told again though nothing changed: the control plane may have another database. */
const RETELL_MS = 300_000;
/** A kind that is not installed, or may not be read, is looked for again. */
const LOOK_AGAIN_MS = 60_000;
/** More than this in one scope are told as a part, which adds and never takes away (contract). */
const MOST = 20_000;

/** Until the signal fires. Never throws. */
export async function watchUsages(options: UsedByOptions): Promise<void> {
  const { namespaces } = options.cluster;
  const places = namespaces.length === 0 ? [''] : namespaces;
  const teller = new Teller(options);
  const watches = NEEDS['used-by'].flatMap((need) =>
    places.map((namespace) => watchKind(options, teller, need, namespace)),
  );
  await Promise.all(watches);
}

async function watchKind(options: UsedByOptions, teller: Teller, need: Need, namespace: string): Promise<void> {
  const { cluster, log } = options;
  const { signal } = cluster;
  const scope: UsageScope = { apiVersion: need.apiVersion, kind: need.kind, namespace };
  // Said once, not every minute for a year.
  let trouble = '';
  while (!signal.aborted) {
    try {
      const resource = await cluster.discovery.find(need.apiVersion, need.kind, signal);
      if (resource !== null) {
        const isAllPods = need.kind === 'Pod' && namespace === '';
        await follow<Kept>({
          api: cluster.api,
          path: listPath(resource, namespace || null),
          signal,
          keep: (object) => {
            const [usages, gpus] = [usagesIn(need, object), isAllPods ? heldBy(object) : null];
            return usages === null && gpus === null ? null : { usages: usages ?? [], gpus };
          },
          onChange: (items) => {
            teller.note(scope, items);
            if (isAllPods) options.gpus?.note(items);
          },
          onTrouble: (error) => {
            // What was seen before may be wrong by now, and nobody would know.
            if (isAllPods && error instanceof KubernetesError && error.status === 403) options.gpus?.note(null);
            const { status, reason } = error instanceof KubernetesError ? error : { status: 0, reason: 'unexpected' };
            if (reason === trouble) return;
            trouble = reason;
            log.warn({ kind: need.kind, namespace, status, reason }, 'what runs cannot be watched; it is tried again');
          },
        });
      }
    } catch (error) {
      if (signal.aborted) return;
      log.warn({ kind: need.kind, error: (error as Error).name }, 'what runs cannot be watched; it is tried again');
    }
    await pause(LOOK_AGAIN_MS, signal);
  }
}

/** What is kept of an object. */
interface Kept {
  readonly usages: readonly ReportedUsage[];
  readonly gpus: HeldGpus | null;
}

interface Gathered {
  readonly scope: UsageScope;
  readonly items: ReadonlyMap<string, Kept>;
  isNew: boolean;
}

/** Gathers changes of a scope and tells the scope as a whole. */
class Teller {
  readonly #options: UsedByOptions;
  readonly #items = new Map<string, Gathered>();
  readonly #told = new Map<string, { text: string; at: number }>();
  readonly #under = new Set<string>();
  #sequence = 0;

  constructor(options: UsedByOptions) {
    this.#options = options;
  }

  note(scope: UsageScope, items: ReadonlyMap<string, Kept>): void {
    const key = JSON.stringify(scope);
    this.#items.set(key, { scope, items, isNew: true });
    if (this.#under.has(key)) return;
    this.#under.add(key);
    void this.#keepTelling(key);
  }

  async #keepTelling(key: string): Promise<void> {
    const { cluster, gatherMs = GATHER_MS } = this.#options;
    let isFirst = true;
    while (!cluster.signal.aborted) {
      if (!isFirst && !(await pause(gatherMs, cluster.signal))) return;
      isFirst = false;
      const gathered = this.#items.get(key)!;
      const told = this.#told.get(key);
      const isDue = told === undefined || performance.now() - told.at >= RETELL_MS;
      if (!gathered.isNew && !isDue) continue;
      gathered.isNew = false;
      const { scope, items } = gathered;
      const all = [...items.values()].flatMap(({ usages }) => usages);
      const text = JSON.stringify(all.length > MOST ? all.length : all);
      if (told?.text === text && !isDue) continue;
      if (await this.#tell(scope, all)) this.#told.set(key, { text, at: performance.now() });
      else gathered.isNew = true;
    }
  }

  async #tell(scope: UsageScope, all: ReportedUsage[]): Promise<boolean> {
    const { controlPlane, agentId, epoch, cluster, log } = this.#options;
    this.#sequence += 1;
    const usages = all.slice(0, MOST);
    const body = { agentId, epoch, sequence: this.#sequence, scope, complete: usages.length === all.length, usages };
    try {
      await controlPlane.call('agentUsages', { body }, cluster.signal);
      return true;
    } catch (error) {
      if (!cluster.signal.aborted)
        log.debug({ kind: scope.kind, code: (error as { code?: string }).code }, 'what runs could not be told yet');
      return false;
    }
  }
}
