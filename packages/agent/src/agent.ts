/** The Beacon Agent: reads registries by rules and tells the control plane, for years. */
import { mkdtemp, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, Hello } from '@pharos/contract';
import type { Limits } from '@pharos/oci';
import type { Logger } from 'pino';
import type { AdmissionControl } from './admission/control.ts';
import { type JoinAddress, neverJoined, signingClient } from './agent-key.ts';
import type { AgentFile } from './config.ts';
import { publicRegistry } from './config-registries.ts';
import { ControlPlane } from './control-plane.ts';
import { type Identity, openIdentity } from './identity.ts';
import { Kubernetes } from './kubernetes/kubernetes.ts';
import { type AgentMetrics, createMetrics } from './metrics.ts';
import { readImages } from './read-images.ts';
import { ReadingPlan } from './reading-plan.ts';
import { Registries } from './registries.ts';
import { RegistryHealth } from './registry-health.ts';
import { Reporter } from './report.ts';
import { type Outcome, type SweepContext, scanOne } from './repository-scan.ts';
import { Schedule, type SweepRequest } from './schedule.ts';
import { Spool } from './spool.ts';
import { State } from './state.ts';
import { stdoutClient } from './stdout-client.ts';
import { sweepRegistry } from './sweep.ts';
import { Worker } from './work.ts';

export interface AgentOptions {
  config: AgentFile;
  /** Client of the control plane, or where to join it; `stdout` prints one sweep and ends. */
  client: Client | JoinAddress | 'stdout';
  /** Identity, spool and state. Belongs to one agent at a time. */
  stateDir: string;
  log: Logger;
  version: string;
  /** Runs inside the server process. */
  embedded: boolean;
  name?: string | undefined;
  /** Called when the control plane has answered for the first time. */
  onReady?: (() => void) | undefined;
  spoolBytes?: number | undefined;
  limits?: Partial<Limits> | undefined;
  /** Longest back-off towards the control plane; default a minute. */
  backOffCapMs?: number | undefined;
  /** How long the first sweeps wait for the control plane's rules before the last good ones are used; default 3,000. */
  graceMs?: number | undefined;
  /** The clock that schedules of rules go by, milliseconds since 1970; default: this machine's. */
  now?: (() => number) | undefined;
  /** Where a dry run prints; default the standard output. */
  print?: ((line: string) => void) | undefined;
}

export interface RunningAgent {
  readonly id: string;
  readonly metrics: Readonly<AgentMetrics>;
  /** Resolves when a dry run has printed its sweep; never for others. */
  readonly done: Promise<void>;
  /** Ends scans under way (nothing is lost), and resolves when nothing runs any more. */
  stop(): Promise<void>;
}

const GRACE_MS = 3_000;
const POLL_SECONDS = 25;
const REDO_MS = 5_000;

/**
 * Starts an agent.
 * @throws AgentError `state-directory-in-use`, `state-directory-unusable`
 */
export async function startAgent(options: AgentOptions): Promise<RunningAgent> {
  const isDryRun = options.client === 'stdout';
  // A dry run remembers nothing, else the next would print nothing.
  const stateDir = isDryRun ? await mkdtemp(join(tmpdir(), 'pharos-dry-run-')) : options.stateDir;
  const identity = await openIdentity(stateDir);
  try {
    const { client } = options;
    if (typeof client === 'object' && client.joinToken === null && identity.signing === null) throw neverJoined();
    const metrics = createMetrics();
    const spool = await Spool.open(join(stateDir, 'spool'), {
      maxBytes: options.spoolBytes,
      log: options.log,
      metrics,
    });
    const agent = new BeaconAgent(options, { identity, spool, metrics, stateDir });
    await agent.start();
    return {
      id: identity.id,
      metrics,
      done: agent.done,
      stop: async () => {
        await agent.stop();
        if (isDryRun) await rm(stateDir, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await identity.release();
    throw error;
  }
}

interface Parts {
  identity: Identity;
  spool: Spool;
  metrics: AgentMetrics;
  stateDir: string;
}

class BeaconAgent {
  readonly done: Promise<void>;
  readonly #options: AgentOptions;
  readonly #identity: Identity;
  readonly #stateDir: string;
  readonly #stopping = new AbortController();
  readonly #controlPlane: ControlPlane;
  readonly #registries: Registries;
  readonly #reporter: Reporter;
  readonly #schedule: Schedule;
  readonly #context: SweepContext;
  readonly #worker: Worker;
  readonly #kubernetes: Kubernetes | null;
  /** Of the dispatches, as the control plane last said it. */
  #dispatchVersion = 'none';
  readonly #running: Promise<unknown>[] = [];
  /** Sweeps that somebody waits for, by their scan. */
  readonly #awaited = new Map<string, (outcome: Outcome) => void>();
  readonly #health: RegistryHealth;
  #resolveDone: () => void = () => {};
  #admission: AdmissionControl | null = null;
  #firstSweeps = 0;
  #isReady = false;
  #isApplying = false;

  constructor(options: AgentOptions, { identity, spool, metrics, stateDir }: Parts) {
    const { log, config } = options;
    const client =
      options.client === 'stdout'
        ? stdoutClient(options.print ?? ((line) => process.stdout.write(`${line}\n`)))
        : typeof options.client === 'function'
          ? options.client
          : signingClient(identity, options.client, log);
    const { signal } = this.#stopping;
    this.done = new Promise((resolve) => {
      this.#resolveDone = resolve;
    });
    this.#options = options;
    this.#identity = identity;
    this.#stateDir = stateDir;
    this.#controlPlane = new ControlPlane(client, log, options.backOffCapMs);
    this.#registries = new Registries({
      file: config,
      privateKey: identity.privateKey,
      cachePath: join(stateDir, 'config.json'),
      spendFolder: join(stateDir, 'spend'),
      log,
      metrics,
      version: options.version,
      limits: options.limits,
    });
    this.#health = new RegistryHealth(this.#registries, this.#controlPlane, signal);
    const state = new State(join(stateDir, 'state'));
    const shared = {
      controlPlane: this.#controlPlane,
      spool,
      state,
      agentId: identity.id,
      epoch: identity.epoch,
      log,
      metrics,
    };
    this.#reporter = new Reporter({
      ...shared,
      readImages: (header, digests) => readImages(this.#registries, header, digests, signal),
      onRedo: (registryId, repository) => void this.#running.push(this.#redo(registryId, repository)),
      onUnknown: () => this.#hello(),
    });
    this.#context = {
      ...shared,
      reporter: this.#reporter,
      signal,
      locks: new Map(),
      hints: new Map(),
      plan: new ReadingPlan(join(stateDir, 'plan'), options.now),
      failing: new Map(),
    };
    this.#schedule = new Schedule({
      sweep: (registryId, request) => this.#sweep(registryId, request),
      onNext: (registryId, at) => void this.#health.tell(registryId, { nextScanAt: at.toISOString() }),
    });
    const isDryRun = options.client === 'stdout';
    this.#kubernetes =
      config.kubernetes === null || isDryRun || !config.enabled
        ? null
        : new Kubernetes({ ...shared, config: config.kubernetes, signal });
    this.#worker = new Worker({
      controlPlane: this.#controlPlane,
      registries: this.#registries,
      reporter: this.#reporter,
      log,
      context: this.#context,
      sweepNow: (registryId, trigger, scanId) => this.#sweepNow(registryId, trigger, scanId),
    });
  }

  async start(): Promise<void> {
    const { log, config, embedded } = this.#options;
    for (const notice of config.notices)
      log.info({ event: 'config-notice', path: notice.path, line: notice.line }, notice.message);
    this.#controlPlane.serverEpoch = await this.#registries.loadCache();
    await this.#registries.apply(null, null);
    log.info(
      {
        event: 'agent-start',
        agentId: this.#identity.id,
        epoch: this.#identity.epoch,
        location: config.locationId,
        registries: config.registries.length,
        embedded,
      },
      'Beacon Agent starts',
    );
    await this.#admit();
    const talk = this.#talk();
    this.#running.push(talk, this.#reporter.run(this.#stopping.signal), this.#begin());
  }

  /** Admission control answers before the control plane does: from what is on disk. */
  async #admit(): Promise<void> {
    const { config, client, log } = this.#options;
    if (config.admission === null || client === 'stdout') return;
    // Its libraries are loaded where it is wanted.
    const { startAdmission } = await import('./admission/control.ts');
    this.#admission = await startAdmission({
      settings: config.admission,
      stateDir: this.#stateDir,
      locationId: config.locationId,
      agentId: this.#identity.id,
      controlPlane: this.#controlPlane,
      log: log.child({ part: 'admission' }),
    });
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    // Whoever waits for a sweep that will not come is told so.
    for (const resolve of this.#awaited.values()) resolve(STOPPED);
    await this.#schedule.stop();
    await this.#worker.idle();
    await Promise.allSettled(this.#running);
    await this.#admission?.stop();
    await this.#registries.close();
    await this.#identity.release();
    this.#resolveDone();
    this.#options.log.info({ event: 'agent-stop' }, 'Beacon Agent stopped');
  }

  /** The first sweeps wait a moment for the rules of the control plane, so that they are not done twice. */
  async #begin(): Promise<void> {
    const deadline = performance.now() + (this.#options.graceMs ?? GRACE_MS);
    while (!this.#isReady && performance.now() < deadline && !this.#stopping.signal.aborted) {
      await sleep(20, undefined, { signal: this.#stopping.signal }).catch(() => {});
    }
    this.#reschedule();
    if (this.#options.client === 'stdout' && this.#registries.all.length === 0) this.#resolveDone();
  }

  #reschedule(): void {
    if (this.#stopping.signal.aborted) return;
    this.#schedule.set(
      this.#registries.all.map(({ description: { id, intervalSeconds } }) => ({ id, intervalSeconds })),
    );
  }

  /** hello → configuration → work, for ever. */
  async #talk(): Promise<void> {
    const { signal } = this.#stopping;
    for (let attempt = 0; !signal.aborted; ) {
      try {
        await this.#hello();
        this.#apply();
        await this.#fetchConfig();
        if (!this.#isReady) this.#options.onReady?.();
        this.#isReady = true;
        attempt = 0;
        if (this.#options.client === 'stdout') return;
        await this.#poll();
      } catch (error) {
        if (signal.aborted) return;
        this.#controlPlane.explain('hello', error, attempt);
        await this.#controlPlane.backOff(attempt, signal);
        attempt += 1;
      }
    }
  }

  /** Only who is known may ask for what there is to apply. */
  #apply(): void {
    if (this.#kubernetes === null || this.#isApplying) return;
    this.#isApplying = true;
    this.#running.push(this.#kubernetes.run());
  }

  async #hello(): Promise<void> {
    const { config, version, embedded, name } = this.#options;
    const body: Hello = {
      agentId: this.#identity.id,
      epoch: this.#identity.epoch,
      name: name ?? config.name ?? hostname(),
      locationId: config.locationId,
      version,
      embedded,
      publicKey: this.#identity.publicKey,
      configPath: config.path,
      registries: config.enabled ? config.registries.map(publicRegistry) : [],
      rules: config.enabled ? [...config.rules] : [],
      clock: new Date().toISOString(),
    };
    const welcome = await this.#controlPlane.call('agentHello', { body }, this.#stopping.signal);
    this.#meet(welcome.serverEpoch);
  }

  /** Another database knows nothing of what the last one acknowledged; states of other epochs are not read (state.ts). */
  #meet(serverEpoch: string): void {
    const before = this.#controlPlane.serverEpoch;
    this.#controlPlane.serverEpoch = serverEpoch;
    if (before === null || before === serverEpoch) return;
    this.#options.log.warn(
      { event: 'server-epoch' },
      'the control plane has another database; everything is sent again',
    );
    this.#health.forget();
    for (const { reader } of this.#registries.all) reader?.digests.clear();
    this.#context.failing.clear();
    if (this.#isReady)
      for (const { description } of this.#registries.all) this.#schedule.request(description.id, { trigger: 'change' });
  }

  async #fetchConfig(): Promise<void> {
    const { signal } = this.#stopping;
    const config = await this.#controlPlane.call('agentConfig', { query: { agentId: this.#identity.id } }, signal);
    const { changed } = await this.#registries.apply(config, this.#controlPlane.serverEpoch);
    if (!this.#isReady) return;
    this.#reschedule();
    for (const id of changed) {
      this.#health.forget(id);
      this.#schedule.request(id, { trigger: 'change' });
    }
  }

  /** Long poll for work, which is the heartbeat too. Ends by throwing, or when another server answers. */
  async #poll(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const answer = await this.#controlPlane.call(
        'agentWork',
        {
          query: {
            agentId: this.#identity.id,
            wait: POLL_SECONDS,
            configVersion: this.#registries.configVersion,
            spoolDepth: this.#context.spool.depth,
            ...(this.#kubernetes !== null && { dispatchVersion: this.#dispatchVersion }),
          },
        },
        signal,
      );
      if (answer.serverEpoch !== this.#controlPlane.serverEpoch) {
        this.#meet(answer.serverEpoch);
        return;
      }
      if (answer.configVersion !== this.#registries.configVersion) await this.#fetchConfig();
      if (this.#kubernetes !== null && answer.dispatchVersion !== this.#dispatchVersion) {
        this.#dispatchVersion = answer.dispatchVersion;
        this.#kubernetes.wake();
      }
      for (const work of answer.work) this.#worker.start(work);
    }
  }

  #sweepNow(registryId: string, trigger: 'manual' | 'change', scanId: string): Promise<Outcome> | null {
    const outcome = new Promise<Outcome>((resolve) => this.#awaited.set(scanId, resolve));
    if (this.#schedule.request(registryId, { trigger, scanId })) return outcome;
    this.#awaited.delete(scanId);
    return null;
  }

  async #sweep(registryId: string, { trigger, scanId }: SweepRequest): Promise<void> {
    const registry = this.#registries.get(registryId);
    if (registry === undefined) return;
    try {
      await this.#health.probeOnce(registryId);
      const outcome = await sweepRegistry(this.#context, registry, trigger, scanId);
      if (scanId !== undefined) {
        this.#awaited.get(scanId)?.(outcome);
        this.#awaited.delete(scanId);
      }
      await this.#health.afterSweep(registryId, outcome);
      if (this.#options.client === 'stdout' && outcome.entry !== null) await this.#reporter.delivered(outcome.entry);
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      // A fault of this program in one sweep; the loop of the registry goes on.
      const { name, message, stack } = error as Error;
      this.#options.log.error({ event: 'sweep', registry: registry.description.name, error: name, stack }, message);
    } finally {
      // After a fault of this program nobody may wait for ever.
      if (scanId !== undefined) this.#awaited.get(scanId)?.(STOPPED);
      this.#countFirst();
    }
  }

  #countFirst(): void {
    this.#firstSweeps += 1;
    if (this.#options.client === 'stdout' && this.#firstSweeps >= this.#registries.all.length) this.#resolveDone();
  }

  async #redo(registryId: string, repository: string): Promise<void> {
    await sleep(REDO_MS * (0.5 + Math.random()), undefined, { signal: this.#stopping.signal }).catch(() => {});
    const registry = this.#registries.get(registryId);
    if (registry === undefined || this.#stopping.signal.aborted) return;
    await scanOne(this.#context, registry, repository, 'change').catch((error) => {
      if (!this.#stopping.signal.aborted)
        this.#options.log.error({ repository, error: (error as Error).name }, 'a scan could not be repeated');
    });
  }
}

const STOPPED: Outcome = {
  status: 'failed',
  requests: 0,
  message: 'The agent was stopped.',
  code: 'aborted',
  hint: null,
  entry: null,
  registryError: null,
};
