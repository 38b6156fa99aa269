/** Does what the control plane asks for: scan now, probe, list for a preview, look deeper into an image. */
import type { Listing, Observation, Work, WorkResult } from '@pharos/contract';
import { compileRule, decideRepository } from '@pharos/library';
import { RegistryError } from '@pharos/oci';
import type { Logger } from 'pino';
import { type ControlPlane, isPassing } from './control-plane.ts';
import { observePlatforms } from './observe.ts';
import { probeRegistry } from './probe-registry.ts';
import { type PackagesRead, readPackages } from './read-packages.ts';
import type { ActiveRegistry, Registries } from './registries.ts';
import type { Reporter } from './report.ts';
import type { RepositoryReader } from './repository-reader.ts';
import { type Outcome, rereadTags, type SweepContext, scanOne } from './repository-scan.ts';
import { selectRepositories } from './selection.ts';

export interface WorkOptions {
  controlPlane: ControlPlane;
  registries: Registries;
  reporter: Reporter;
  log: Logger;
  context: SweepContext;
  /** Queues a sweep and answers when it is over; null when the registry is not scheduled. */
  sweepNow(registryId: string, trigger: 'manual' | 'change', scanId: string): Promise<Outcome> | null;
}

/** At most so many repositories, and names of each, in one listing (contract). */
const MAX_LISTED = 2_000;
const MAX_NAMES = 100_000;
const LIST_AT_ONCE = 4;
const GIVE_UP = 6;

export class Worker {
  readonly #options: WorkOptions;
  readonly #underWay = new Map<string, Promise<void>>();
  #lastPackages: Promise<unknown> = Promise.resolve();

  constructor(options: WorkOptions) {
    this.#options = options;
  }

  /** Begins a piece of work, once: the control plane asks again until it has a result. Never throws. */
  start(work: Work): void {
    if (this.#underWay.has(work.id)) return;
    this.#underWay.set(
      work.id,
      this.#do(work).finally(() => this.#underWay.delete(work.id)),
    );
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await Promise.all(this.#underWay.values());
  }

  async #do(work: Work): Promise<void> {
    const { log, context, controlPlane } = this.#options;
    try {
      const body = await this.#result(work);
      for (let attempt = 0; attempt < GIVE_UP; attempt += 1) {
        try {
          await controlPlane.call('agentWorkResult', { params: { id: work.id }, body }, context.signal);
          return;
        } catch (error) {
          // Nobody waits for an answer for ever, and the report of a scan goes its own way.
          if (context.signal.aborted || !isPassing(error)) throw error;
          await controlPlane.backOff(attempt, context.signal);
        }
      }
    } catch (error) {
      if (context.signal.aborted) return;
      const { code, name } = error as { code?: string; name?: string };
      log.warn({ work: work.kind, code: code ?? name }, 'a piece of work could not be done or answered');
    }
  }

  async #result(work: Work): Promise<WorkResult> {
    const registry = this.#options.registries.get(work.registryId);
    if (registry === undefined)
      return refused(
        work,
        'registry-unknown',
        'This agent does not read this registry.',
        'Check which location the registry belongs to.',
      );
    if (work.kind === 'scan') return this.#scan(work, registry);
    if (registry.reader === null && work.kind !== 'probe') {
      return refused(work, registry.error!.code, registry.error!.message, registry.error!.hint);
    }
    if (work.kind === 'probe') {
      registry.reader?.allowProbe();
      return { kind: 'probe', ...(await probeRegistry(registry, this.#options.context.signal)) };
    }
    if (work.kind === 'list') return this.#list(work, registry);
    if (work.kind === 'reread') return this.#reread(work, registry);
    // A newer control plane may ask for more than this agent knows: nothing is guessed, and nothing answered.
    if (work.kind !== 'describe') throw new Error('unknown work');
    return this.#describe(work, registry);
  }

  async #scan(work: Extract<Work, { kind: 'scan' }>, registry: ActiveRegistry): Promise<WorkResult> {
    const { context, sweepNow, reporter } = this.#options;
    registry.reader?.allowProbe();
    const pending =
      work.repository === null
        ? sweepNow(work.registryId, work.trigger, work.scanId)
        : scanOne(context, registry, work.repository, work.trigger, work.scanId);
    if (pending === null)
      return refused(work, 'registry-unknown', 'This agent does not read this registry.', 'Check the agent.');
    const { status, requests, message, code, hint, entry } = await pending;
    // The result says that the library shows it, so the report goes first.
    if (entry !== null) await reporter.delivered(entry);
    return { kind: 'scan', status, requests, message, code, hint };
  }

  async #reread(work: Extract<Work, { kind: 'reread' }>, registry: ActiveRegistry): Promise<WorkResult> {
    const { context, reporter } = this.#options;
    const { status, requests, message, code, entry } = await rereadTags(context, registry, work.repository, work.tags);
    if (entry !== null) await reporter.delivered(entry);
    return { kind: 'reread', ok: status === 'complete', message: message.slice(0, 2000), code, requests };
  }

  async #list(work: Extract<Work, { kind: 'list' }>, registry: ActiveRegistry): Promise<WorkResult> {
    const { signal } = this.#options.context;
    const reader = registry.reader!;
    const before = reader.requests;
    const rule = compileRule(work.rule);
    const selection = await selectRepositories(reader, [rule], signal);
    const messages = selection.error === null ? [] : [selection.error.message];
    const repositories = selection.repositories.filter((name) => decideRepository(rule, name).included);
    if (repositories.length > MAX_LISTED)
      messages.push(`Only the first ${MAX_LISTED} of ${repositories.length} repositories were listed.`);
    const tags: Listing['tags'] = [];
    const open = repositories.slice(0, MAX_LISTED).values();
    const listNext = async () => {
      for (const repository of open) {
        try {
          const { names, error } = await reader.lane(repository, signal).names(MAX_NAMES);
          tags.push({ repository, names });
          if (error !== null) messages.push(error.message);
        } catch (error) {
          if (!(error instanceof RegistryError) || signal.aborted) throw error;
          messages.push(error.message);
        }
      }
    };
    await Promise.all(Array.from({ length: LIST_AT_ONCE }, listNext));
    const message = messages.length === 0 ? null : [...new Set(messages)].slice(0, 5).join(' ').slice(0, 2000);
    const catalog = selection.error === null ? selection.catalog : null;
    const listing: Listing = { registryId: work.registryId, repositories: catalog, tags, message };
    return { kind: 'list', listing, requests: reader.requests - before };
  }

  async #describe(work: Extract<Work, { kind: 'describe' }>, registry: ActiveRegistry): Promise<WorkResult> {
    const { signal } = this.#options.context;
    const lane = registry.reader!.lane(work.repository, signal);
    try {
      const observation = await observePlatforms(await lane.manifest(work.digest), lane);
      const { packages, message } = await this.#packages(observation, lane);
      const said = 'The platforms were read.';
      return { kind: 'describe', ok: true, message: said, observation, packages, packagesMessage: message };
    } catch (error) {
      if (!(error instanceof RegistryError) || signal.aborted) throw error;
      return { kind: 'describe', ok: false, message: `${error.message} ${error.hint}`, observation: null };
    }
  }

  /** One image after the other: a parsed SBOM takes ten times its size for a moment. What was read of the image stays. */
  #packages(observation: Observation, lane: RepositoryReader): Promise<PackagesRead> {
    const turn = this.#lastPackages.then(async () => {
      try {
        return await readPackages(observation, lane);
      } catch (error) {
        if (!(error instanceof RegistryError) || this.#options.context.signal.aborted) throw error;
        return { packages: [], message: `${error.message} ${error.hint}`.slice(0, 2000) };
      }
    });
    this.#lastPackages = turn.catch(() => {});
    return turn;
  }
}

function refused(work: Work, code: string, message: string, hint: string): WorkResult {
  switch (work.kind) {
    case 'scan':
      return { kind: 'scan', status: 'failed', requests: 0, message, code, hint };
    case 'probe':
      return { kind: 'probe', state: 'error', message, code, checks: [], requests: 0 };
    case 'list':
      return {
        kind: 'list',
        listing: { registryId: work.registryId, repositories: null, tags: [], message },
        requests: 0,
      };
    case 'describe':
      return { kind: 'describe', ok: false, message: `${message} ${hint}`, observation: null };
    case 'reread':
      return { kind: 'reread', ok: false, message: `${message} ${hint}`, code, requests: 0 };
  }
}
