/** What the control plane is told about how a registry answers. */
import type { RouteInput, Routes } from '@pharos/contract';
import type { RegistryError } from '@pharos/oci';
import type { ControlPlane } from './control-plane.ts';
import { probeRegistry } from './probe-registry.ts';
import type { Registries } from './registries.ts';
import type { Outcome } from './repository-scan.ts';

type Status = RouteInput<Routes['agentRegistryStatus']>['body'];

const PROBE_AGAIN_MS = 3_600_000;

export class RegistryHealth {
  readonly #registries: Registries;
  readonly #controlPlane: ControlPlane;
  readonly #signal: AbortSignal;
  readonly #probed = new Map<string, number>();
  readonly #told = new Map<string, 'ok' | 'error'>();

  constructor(registries: Registries, controlPlane: ControlPlane, signal: AbortSignal) {
    this.#registries = registries;
    this.#controlPlane = controlPlane;
    this.#signal = signal;
  }

  /** The next sweep of this registry, or of all, probes again. */
  forget(registryId?: string): void {
    if (registryId !== undefined) return void this.#probed.delete(registryId);
    this.#probed.clear();
    this.#told.clear();
  }

  /** Probes after the start, after each change, and once an hour; people ask for more with a button. */
  async probeOnce(registryId: string, failure: RegistryError | null = null): Promise<void> {
    const registry = this.#registries.get(registryId);
    const before = this.#probed.get(registryId);
    if (registry === undefined || (before !== undefined && performance.now() - before < PROBE_AGAIN_MS)) return;
    this.#probed.set(registryId, performance.now());
    // A round that finds nothing new is not worth a change of what is shown.
    if (before === undefined) {
      await this.tell(registryId, { state: 'checking', message: 'Checking the registry.', code: null });
    }
    const { requests: _, ...probed } = await probeRegistry(registry, this.#signal);
    // A registry that answers a probe and fails the sweep is failing all the same.
    const status = probed.state === 'error' || failure === null ? probed : { ...probed, ...failedBy(failure) };
    this.#told.set(registryId, status.state === 'error' ? 'error' : 'ok');
    await this.tell(registryId, status);
  }

  /** A registry that goes away or comes back between two probes is probed at once: the checks say what to do. */
  async afterSweep(registryId: string, { status, registryError }: Outcome): Promise<void> {
    const failure = status === 'failed' ? registryError : null;
    const reading = this.#registries.get(registryId)?.reader?.reading ?? null;
    if (reading !== null) await this.tell(registryId, { reading });
    if (this.#told.get(registryId) === (failure === null ? 'ok' : 'error')) return;
    this.forget(registryId);
    await this.probeOnce(registryId, failure);
  }

  /** Tells something of a registry, once; if nobody hears it, the next sweep tells more. */
  async tell(registryId: string, body: Status): Promise<void> {
    await this.#controlPlane.tell('agentRegistryStatus', { params: { id: registryId }, body }, this.#signal);
  }
}

function failedBy(failure: RegistryError) {
  return { state: 'error', message: failure.message.slice(0, 2000), code: failure.code } as const;
}
