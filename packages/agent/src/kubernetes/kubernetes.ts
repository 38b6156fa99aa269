/** The part of the agent that works in Kubernetes: dispatches, what runs, and what it may do there. */
import type { Logger } from 'pino';
import { pause } from '../backoff.ts';
import type { ControlPlane } from '../control-plane.ts';
import { connectKubernetes, type KubernetesApi, type KubernetesConfig } from './api.ts';
import type { Cluster } from './apply.ts';
import { kubernetesStatus } from './capabilities.ts';
import { Discovery } from './discovery.ts';
import { Dispatcher } from './dispatcher.ts';
import { GpuTally } from './gpu-tally.ts';
import { watchNodes } from './node-watch.ts';
import { watchUsages } from './used-by.ts';

export interface KubernetesOptions {
  readonly config: KubernetesConfig;
  readonly controlPlane: ControlPlane;
  readonly agentId: string;
  readonly epoch: number;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

const STATUS_MS = 60_000;
const RECONNECT_MS = 30_000;

export class Kubernetes {
  readonly #options: KubernetesOptions;
  #dispatcher: Dispatcher | null = null;

  constructor(options: KubernetesOptions) {
    this.#options = options;
  }

  /** There may be something new to apply. */
  wake(): void {
    this.#dispatcher?.wake();
  }

  /** Until the signal fires. Never throws: scanning goes on without Kubernetes. */
  async run(): Promise<void> {
    const { config, controlPlane, agentId, epoch, log, signal } = this.#options;
    const api = await this.#connect();
    if (api === null) return;
    const cluster: Cluster = { api, discovery: new Discovery(api), namespaces: config.namespaces, signal };
    const shared = { controlPlane, cluster, agentId, epoch, log, gpus: new GpuTally() };
    this.#dispatcher = new Dispatcher(shared);
    await Promise.all([this.#dispatcher.run(), watchUsages(shared), watchNodes(shared), this.#keepTelling(cluster)]);
  }

  async #connect(): Promise<KubernetesApi | null> {
    const { config, controlPlane, agentId, log, signal } = this.#options;
    while (!signal.aborted) {
      try {
        return await connectKubernetes(config);
      } catch (error) {
        // Its text names a file and what is wrong in it, never what stands there.
        const message = `Kubernetes is not configured: ${(error as Error).message}`.slice(0, 1000);
        log.warn({ event: 'kubernetes', message }, 'the agent has no Kubernetes; it is tried again');
        const checkedAt = new Date().toISOString();
        const status = { connected: false, version: null, message, namespaces: [], capabilities: [], checkedAt };
        await controlPlane.tell('agentKubernetes', { body: { agentId, status } }, signal);
        await pause(RECONNECT_MS, signal);
      }
    }
    return null;
  }

  async #keepTelling(cluster: Cluster): Promise<void> {
    const { controlPlane, agentId, signal } = this.#options;
    let isTold = false;
    while (!signal.aborted) {
      const status = await kubernetesStatus(cluster).catch(() => null);
      if (status !== null) isTold = await controlPlane.tell('agentKubernetes', { body: { agentId, status } }, signal);
      await pause(isTold ? STATUS_MS : 2_000, signal);
    }
  }
}
