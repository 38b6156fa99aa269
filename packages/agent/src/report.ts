/** Brings waiting reports to the control plane: begin, chunks, commit. Sent twice is sent once; sent half begins anew. */
import { ApiError, type EvidenceWanted, type ScanCommitted } from '@pharos/contract';
import type { Logger } from 'pino';
import { type ControlPlane, isPassing } from './control-plane.ts';
import type { EvidenceState } from './evidence.ts';
import type { AgentMetrics } from './metrics.ts';
import { PackedTags } from './packed-tags.ts';
import { type ReadImages, Sending } from './sending.ts';
import type { Spool, SpoolEntry } from './spool.ts';
import { type ReportFooter, type ReportHeader, readReport, verifyReport } from './spool-file.ts';
import type { State, StateKey } from './state.ts';
import { wantedAgain } from './wanted-evidence.ts';

export interface ReporterOptions {
  controlPlane: ControlPlane;
  spool: Spool;
  state: State;
  agentId: string;
  epoch: number;
  log: Logger;
  metrics: AgentMetrics;
  readImages: ReadImages;
  /** The control plane wants this repository read anew. */
  onRedo(registryId: string, repository: string): void;
  /** The control plane does not know this agent (any more): say hello again. */
  onUnknown(): Promise<void>;
}

/** How a delivery went: `gone` means that the report will never be delivered (superseded, damaged, refused). */
export type Delivery = { outcome: 'delivered'; committed: ScanCommitted | null } | { outcome: 'gone' };

export class Reporter {
  readonly #options: ReporterOptions;
  readonly #waiters = new Map<number, ((delivery: Delivery) => void)[]>();
  readonly #begun = new Set<string>();
  /** Failures of single reports, by their sequence, that were not the fault of a server that is away. */
  readonly #troubles = new Map<number, number>();
  #wake: () => void = () => {};
  #isOver = false;

  constructor(options: ReporterOptions) {
    this.#options = options;
    options.spool.onAdded = () => this.#wake();
  }

  /** Delivers whatever waits, oldest first, until the signal fires. Never throws. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#run(signal);
    for (const resolvers of this.#waiters.values()) for (const resolve of resolvers) resolve({ outcome: 'gone' });
    this.#waiters.clear();
    this.#isOver = true;
  }

  async #run(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => this.#wake(), { once: true });
    for (let attempt = 0; !signal.aborted; ) {
      const entry = this.#nextEntry();
      this.#settleGone();
      if (entry === undefined) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
          if (signal.aborted || this.#options.spool.depth > 0) resolve();
        });
        continue;
      }
      try {
        await this.#deliver(entry, signal);
        attempt = 0;
      } catch (error) {
        if (signal.aborted) return;
        this.#options.metrics.deliveryFailures += 1;
        this.#options.controlPlane.explain('report', error, attempt);
        await this.#answered(entry, error);
        await this.#options.controlPlane.backOff(attempt, signal);
        attempt += 1;
      }
    }
  }

  /** Settles when this report is at the control plane, or will never be. */
  delivered(entry: SpoolEntry): Promise<Delivery> {
    if (this.#isOver || !this.#options.spool.has(entry)) return Promise.resolve({ outcome: 'gone' });
    return new Promise((resolve) => {
      this.#waiters.set(entry.sequence, [...(this.#waiters.get(entry.sequence) ?? []), resolve]);
    });
  }

  /** Remembers that the control plane knows this sweep already. */
  markBegun(scanId: string): void {
    this.#begun.add(scanId);
    // Only the latest sweeps have children that are still on their way.
    if (this.#begun.size > 1000) this.#begun.delete(this.#begun.values().next().value!);
  }

  /** Oldest first, but a report that the server stumbles over lets the others pass. */
  #nextEntry(): SpoolEntry | undefined {
    const postponed = (entry: SpoolEntry) => Math.floor((this.#troubles.get(entry.sequence) ?? 0) / 3);
    return this.#options.spool.entries().sort((a, b) => postponed(a) - postponed(b) || a.sequence - b.sequence)[0];
  }

  /** The server is there and did not take this report. */
  async #answered(entry: SpoolEntry, error: unknown): Promise<void> {
    if (!(error instanceof ApiError) || (error.status !== 404 && error.status !== 500)) return;
    const troubles = (this.#troubles.get(entry.sequence) ?? 0) + 1;
    this.#troubles.set(entry.sequence, troubles);
    if (error.status !== 404) return;
    // Not found: it may have forgotten this agent (then hello helps), or the registry is gone (then nothing does).
    if (troubles === 1) return void (await this.#options.onUnknown().catch(() => {}));
    this.#options.log.warn(
      { code: error.code, file: entry.path },
      'the control plane does not know the registry of a report; it was set aside',
    );
    await this.#options.spool.setAside(entry, 'refused');
    this.#settle(entry, { outcome: 'gone' });
  }

  async #deliver(entry: SpoolEntry, signal: AbortSignal): Promise<void> {
    const release = this.#options.spool.hold(entry);
    try {
      const report = await verifyReport(entry.path);
      if (report === null) {
        this.#options.log.error(
          { code: 'report-corrupt', file: entry.path },
          'a report on disk is damaged; it was set aside and the repository is read again',
        );
        await this.#options.spool.setAside(entry, 'corrupt');
        return this.#settle(entry, { outcome: 'gone' });
      }
      await this.#send(entry, report, signal);
    } finally {
      await release();
    }
  }

  async #send(
    entry: SpoolEntry,
    report: { header: ReportHeader; footer: ReportFooter },
    signal: AbortSignal,
  ): Promise<void> {
    const { header } = report;
    const { registryId, repository } = header.begin;
    try {
      const sending = new Sending(this.#options, this.#begun, entry, report, signal);
      const committed = await sending.run();
      // Before the report goes: a crash in between delivers it again, which changes nothing.
      const wanted = committed?.evidenceWanted ?? [];
      await this.#remember(entry, report, { isTaken: sending.isEvidenceTaken, wanted });
      await this.#options.spool.remove(entry);
      this.#options.metrics.reportsDelivered += 1;
      this.#settle(entry, { outcome: 'delivered', committed });
    } catch (error) {
      if (signal.aborted || isPassing(error) || (error instanceof ApiError && error.code === 'chunk-out-of-order'))
        throw error;
      const { code } = error as ApiError;
      const isOld = code === 'stale-scan';
      this.#options.log.warn(
        { code, scanId: header.begin.scanId, repository },
        isOld
          ? 'the control plane has newer news of this repository; the report was dropped'
          : 'the control plane refused a report',
      );
      if (isOld) await this.#options.spool.remove(entry);
      else await this.#options.spool.setAside(entry, 'refused');
      if (code === 'set-digest-mismatch' && repository !== null)
        await this.#options.state.forget(registryId, repository);
      if (repository !== null && (isOld || code === 'set-digest-mismatch'))
        this.#options.onRedo(registryId, repository);
      this.#settle(entry, { outcome: 'gone' });
    }
  }

  /** What was acknowledged is what the next scan need not read. */
  async #remember(
    entry: SpoolEntry,
    { header, footer }: { header: ReportHeader; footer: ReportFooter },
    { isTaken, wanted }: { isTaken: boolean; wanted: readonly EvidenceWanted[] },
  ): Promise<void> {
    const { registryId, repository } = header.begin;
    const { serverEpoch } = this.#options.controlPlane;
    if (repository === null || footer.status === 'failed' || serverEpoch === null) return;
    const key: StateKey = { registryId, origin: header.origin, repository, serverEpoch };
    // A scan that ended early, or was of some tags only, leaves the rest as it was.
    const isWhole = footer.status === 'complete' && (header.begin.only ?? null) === null;
    const tags = isWhole ? new PackedTags() : await this.#options.state.load(key);
    const subjects = new Map<string, number>();
    let evidence: EvidenceState | null = null;
    for await (const line of readReport(entry.path, ['tag', 'subject', 'evidence-state'])) {
      if (line.kind === 'evidence-state') evidence = line.state;
      if (line.kind === 'subject') subjects.set(line.digest, line.checked);
      if (line.kind !== 'tag') continue;
      const { name, digest, checked, pushedAt } = line;
      if (checked < 0) tags.delete(name);
      else tags.set(name, digest, checked, pushedAt);
    }
    try {
      await this.#options.state.save(key, tags);
      if (subjects.size > 0) await this.#rememberSubjects(key, tags, subjects);
      if (evidence !== null && !isTaken) evidence = null;
      if (wanted.length > 0) evidence = wantedAgain(evidence ?? (await this.#options.state.loadEvidence(key)), wanted);
      if (evidence !== null) await this.#options.state.saveEvidence(key, evidence);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
      this.#options.log.warn(
        { code, repository },
        'what is known of a repository could not be written; the next scan reads it again',
      );
    }
  }

  /** Subjects that no tag names any more are not kept. */
  async #rememberSubjects(key: StateKey, tags: PackedTags, asked: ReadonlyMap<string, number>): Promise<void> {
    const used = new Set(tags.digests());
    const before = await this.#options.state.loadSubjects(key);
    const kept = [...before, ...asked].filter(([digest]) => used.has(digest));
    await this.#options.state.saveSubjects(key, new Map(kept));
  }

  #settle(entry: SpoolEntry, delivery: Delivery): void {
    for (const resolve of this.#waiters.get(entry.sequence) ?? []) resolve(delivery);
    this.#waiters.delete(entry.sequence);
    this.#troubles.delete(entry.sequence);
  }

  #settleGone(): void {
    const waiting = new Set(this.#options.spool.entries().map((entry) => entry.sequence));
    for (const [sequence, resolvers] of this.#waiters) {
      if (waiting.has(sequence)) continue;
      for (const resolve of resolvers) resolve({ outcome: 'gone' });
      this.#waiters.delete(sequence);
    }
  }
}
