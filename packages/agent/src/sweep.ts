/** One pass over a registry: which repositories, then each of them, and the sum of it. */
import { randomUUID } from 'node:crypto';
import type { Listing, ReportedFailure } from '@pharos/contract';
import { type CompiledRule, decideRepository } from '@pharos/library';
import type { RegistryError } from '@pharos/oci';
import { Progress } from './progress.ts';
import type { Round } from './reading-plan.ts';
import type { ActiveRegistry } from './registries.ts';
import type { RegistryReader } from './registry-reader.ts';
import { isRegistryWide } from './registry-wide.ts';
import {
  type Begin,
  beginOf,
  cannotRead,
  kept,
  keyOf,
  lockedScan,
  type Outcome,
  type SweepContext,
  type Trigger,
} from './repository-scan.ts';
import { reportFailure } from './scan.ts';
import { failureOf } from './scan-tally.ts';
import { type Selection, selectRepositories } from './selection.ts';
import type { ReportHeader } from './spool-file.ts';
import { Turns } from './turns.ts';

/** So many repositories one after the other that fail for a reason of the whole registry, and the others are not tried. */
const GIVE_UP_AFTER = 3;

/** Sweeps a registry. Never throws but when the agent stops. */
export async function sweepRegistry(
  context: SweepContext,
  registry: ActiveRegistry,
  trigger: Trigger,
  scanId: string = randomUUID(),
): Promise<Outcome> {
  const sweep = new Sweep(context, registry, trigger, scanId);
  return sweep.run();
}

class Sweep {
  readonly #context: SweepContext;
  readonly #registry: ActiveRegistry;
  readonly #begin: Begin;
  readonly #counts = { complete: 0, partial: 0, failed: 0 };
  readonly #failures: ReportedFailure[] = [];
  #failed = 0;
  #done = 0;
  #total = 0;
  #requests = 0;
  #unresolved = 0;
  #wideErrors = 0;
  #lastWide: RegistryError | null = null;

  constructor(context: SweepContext, registry: ActiveRegistry, trigger: Trigger, scanId: string) {
    this.#context = context;
    this.#registry = registry;
    this.#begin = beginOf(context, registry, {
      scanId,
      parentId: null,
      repository: null,
      rules: registry.rules,
      trigger,
    });
  }

  async run(): Promise<Outcome> {
    const { controlPlane, signal, epoch, reporter } = this.#context;
    const { reader } = this.#registry;
    if (await controlPlane.tell('agentScanBegin', { body: { ...this.#begin, epoch } }, signal))
      reporter.markBegun(this.#begin.scanId);
    if (reader === null) return this.#end(null, cannotRead(this.#registry));
    const { description, rules } = this.#registry;
    const isAsked = this.#begin.trigger !== 'schedule' && this.#begin.trigger !== 'start';
    const round = await this.#context.plan.round(description.id, rules, isAsked);
    const before = reader.requests;
    const progress = new Progress(controlPlane, this.#begin, epoch, signal);
    try {
      progress.update({ done: 0, total: null, requests: 0, step: 'finding repositories' });
      const selection = await selectRepositories(reader, round.due, signal);
      await this.#tellCatalog(selection);
      const repositories = round.wanted(selection.repositories);
      this.#total = repositories.length;
      await this.#scanAll(reader, repositories, round, progress);
      await round.end(selection.error === null);
      this.#requests = reader.requests - before;
      return await this.#end(selection, null);
    } finally {
      progress.stop();
    }
  }

  async #tellCatalog({ catalog, error }: Selection): Promise<void> {
    if (catalog === null && error === null) return;
    const listing: Listing = {
      registryId: this.#registry.description.id,
      // An incomplete catalog must not look like all there is.
      repositories: error === null ? catalog : null,
      tags: [],
      message: error === null ? null : error.message.slice(0, 2000),
    };
    await this.#context.controlPlane.tell('agentListing', { body: listing }, this.#context.signal);
  }

  async #scanAll(
    reader: RegistryReader,
    repositories: readonly string[],
    round: Round,
    progress: Progress,
  ): Promise<void> {
    const { signal } = this.#context;
    const turns = new Turns(repositories, this.#registry.rules);
    const tell = () =>
      progress.update({
        done: this.#done,
        total: this.#total,
        requests: reader.requests,
        step: 'reading repositories',
      });
    tell();
    const worker = async () => {
      for (let turn = turns.next(); turn !== null && !signal.aborted; turn = turns.next()) {
        const status = await this.#scanChild(reader, turn.repository);
        round.ended(turn.repository, status === 'complete');
        turn.done();
        this.#done += 1;
        tell();
      }
    };
    await Promise.all(Array.from({ length: turns.atOnce }, worker));
    signal.throwIfAborted();
  }

  async #scanChild(reader: RegistryReader, repository: string): Promise<Outcome['status']> {
    const rules = this.#registry.rules.filter((rule) => decideRepository(rule, repository).included);
    const { scanId: parentId, trigger } = this.#begin;
    const begin = beginOf(this.#context, this.#registry, {
      scanId: randomUUID(),
      parentId,
      repository,
      rules,
      trigger,
    });
    const header = { begin, parent: this.#begin, origin: this.#registry.origin };
    const outcome = await this.#scanOrGiveUp(reader, header, rules);
    const isWide = outcome.status === 'failed' && isRegistryWide(outcome.registryError);
    // Counted in the order in which they end; one that works says that the registry is there.
    this.#wideErrors = isWide ? this.#wideErrors + 1 : 0;
    if (isWide) this.#lastWide = outcome.registryError;
    this.#count(repository, outcome);
    return outcome.status;
  }

  /** When the registry is away each of its repositories says so once; then the sweep says it for all of them. */
  async #scanOrGiveUp(reader: RegistryReader, header: ReportHeader, rules: readonly CompiledRule[]): Promise<Outcome> {
    const { failing, spool } = this.#context;
    const key = keyOf(this.#registry, header.begin.repository);
    const error = this.#wideErrors >= GIVE_UP_AFTER ? this.#lastWide : null;
    if (error !== null && failing.get(key) === error.code) {
      const { code, message, hint } = error;
      return { status: 'failed', requests: 0, message, code, hint, entry: null, registryError: error };
    }
    const outcome =
      error === null
        ? await lockedScan(this.#context, this.#registry, reader, header, rules)
        : await kept(this.#context, header.begin, () => reportFailure(spool, header, error, 0));
    if (outcome.status === 'failed' && outcome.code !== null) failing.set(key, outcome.code);
    else failing.delete(key);
    return outcome;
  }

  #count(repository: string, outcome: Outcome): void {
    this.#counts[outcome.status] += 1;
    if (outcome.code === null) return;
    this.#failed += 1;
    if (outcome.status === 'complete') this.#unresolved += 1;
    if (this.#failures.length < 20) {
      this.#failures.push(failureOf(repository, { code: outcome.code, message: outcome.message, hint: outcome.hint }));
    }
  }

  async #end(selection: Selection | null, refused: Outcome | null): Promise<Outcome> {
    const outcome = refused ?? this.#outcome(selection!);
    const { log } = this.#context;
    const header: ReportHeader = { begin: this.#begin, parent: null, origin: this.#registry.origin };
    const { status, requests, message, code, hint } = outcome;
    const name = this.#registry.description.name;
    log.info(
      { event: 'sweep', registry: name, status, repositories: this.#total, ...this.#counts, requests, code },
      'registry swept',
    );
    return kept(this.#context, this.#begin, async () => {
      const report = await this.#context.spool.begin(header);
      const entry = await report.keep({
        status,
        tagCount: 0,
        setDigest: null,
        listedCount: selection?.catalog?.length ?? 0,
        artifactCount: 0,
        unresolved: [],
        hasListedNames: false,
        unchanged: false,
        absence: 'none',
        finishedAt: new Date().toISOString(),
        requests,
        message,
        code,
        hint,
        failures: this.#failures,
        failedCount: this.#failed,
      });
      return { ...outcome, entry };
    });
  }

  #outcome({ error }: Selection): Outcome {
    const { complete, partial, failed } = this.#counts;
    const isFailed = this.#total > 0 ? failed === this.#total : error !== null;
    const isPartial = error !== null || partial > 0 || failed > 0 || this.#unresolved > 0;
    const status = isFailed ? 'failed' : isPartial ? 'partial' : 'complete';
    const first = this.#failures[0];
    const parts = [
      `${complete} of ${this.#total} ${this.#total === 1 ? 'repository' : 'repositories'} read completely.`,
    ];
    if (this.#registry.rules.length === 0) parts.push('No rule takes anything from this registry yet.');
    else if (
      this.#total === 0 &&
      error === null &&
      this.#registry.rules.some(({ spec }) => spec.schedule !== undefined)
    ) {
      parts.push('Nothing was due by the schedules of its rules.');
    }
    if (error !== null) parts.push(error.message);
    if (first !== undefined) parts.push(`${first.subject}: ${first.message}`);
    return {
      status,
      requests: this.#requests,
      message: parts.join(' ').slice(0, 2000),
      code: error?.code ?? first?.code ?? null,
      hint: error?.hint ?? first?.hint ?? null,
      entry: null,
      registryError: error ?? this.#lastWide,
    };
  }
}
