/** Reads one repository and writes the report into the spool: list, choose, resolve what is not known, count. */
import type { ScanBegin } from '@pharos/contract';
import { RegistryError } from '@pharos/oci';
import { AgentError } from './agent-error.ts';
import { findEvidence, NO_EVIDENCE_STATE } from './evidence.ts';
import { PackedTags } from './packed-tags.ts';
import { askedPlatforms, duePlatforms, type PlatformSubject, platformSubjects } from './platform-subjects.ts';
import { findReferrers } from './referrers.ts';
import type { TagList } from './repository-reader.ts';
import type { ScanJob } from './scan-job.ts';
import { type ScanResult, ScanTally } from './scan-tally.ts';
import type { Spool, SpoolEntry, SpoolReport } from './spool.ts';
import { type FoundReferrer, type ReportHeader, readReport } from './spool-file.ts';
import { TagChoice } from './tag-choice.ts';
import { now, TagReading } from './tag-reading.ts';
import { findReports } from './vulnerability-reports.ts';
import { breathe, WORKERS } from './workers.ts';

/** Most tags of one repository: what a commit can hold. More than this is an incomplete list. */
export const MAX_TAGS = 500_000;
/**
 * Scans one repository. Faults of the registry end in a report and never throw.
 * @throws AgentError `disk-full`, `spool-full`, `spool-unwritable` (no report could be kept); RegistryError `aborted`
 */
export async function scanRepository(job: ScanJob): Promise<ScanResult> {
  const report = await job.spool.begin(job.header);
  try {
    const scan = new RepositoryScan(job, report);
    return await scan.run();
  } catch (error) {
    await report.abandon();
    throw error;
  }
}

/** A report of a scan that failed before anything was read, or that was not tried because the registry is away. */
export async function reportFailure(
  spool: Spool,
  header: ReportHeader,
  error: RegistryError,
  requests: number,
): Promise<ScanResult> {
  const report = await spool.begin(header);
  const tally = new ScanTally();
  try {
    return await tally.finish(report, {
      requests,
      error,
      status: 'failed',
      list: null,
      absence: 'none',
      unchanged: false,
    });
  } catch (failure) {
    await report.abandon();
    throw failure;
  }
}

class RepositoryScan {
  readonly #job: ScanJob;
  readonly #report: SpoolReport;
  readonly #tally = new ScanTally();
  readonly #carried: SpoolEntry[];
  /** What the control plane acknowledged, before waiting reports are added to it. */
  readonly #acknowledged: PackedTags;
  readonly #reading: TagReading;
  readonly #choice: TagChoice;

  constructor(job: ScanJob, report: SpoolReport) {
    this.#job = job;
    this.#report = report;
    this.#carried = job.spool.waiting(job.header.begin.registryId, job.header.begin.repository!);
    this.#acknowledged = this.#carried.length === 0 ? job.known : new PackedTags(job.known);
    this.#reading = new TagReading(job, report, this.#tally, this.#acknowledged);
    this.#choice = new TagChoice(job, report, this.#tally, this.#reading);
  }

  async run(): Promise<ScanResult> {
    const { only } = this.#job.header.begin;
    return (only ?? null) === null ? this.#scanAll() : this.#reread(only!);
  }

  async #scanAll(): Promise<ScanResult> {
    const { reader, signal } = this.#job;
    this.#job.onProgress(0, 0, 'listing tags');
    let list: TagList;
    try {
      list = await reader.tags(this.#job.maxTags ?? MAX_TAGS);
    } catch (error) {
      if (!(error instanceof RegistryError) || signal.aborted) throw error;
      return this.#finishWithoutList(error);
    }
    const { names } = list;
    this.#reading.listed(list.details);
    await this.#loadWaiting();
    for (const digest of this.#job.known.digests()) this.#job.reader.reader.remember(digest);
    const wanted = await this.#choice.choose(names);
    await this.#resolveAll(wanted);
    await this.#followHints(names);
    signal.throwIfAborted();
    if (this.#reading.fatal === null) await this.#findReferrers(names);
    await this.#carryImages();
    this.#report.writer.names(names);
    await this.#report.writer.room();
    const error = list.error ?? this.#reading.fatal;
    const status = error !== null || this.#tally.hasPassingFailures ? 'partial' : 'complete';
    return this.#tally.finish(this.#report, {
      requests: reader.requests,
      error,
      status,
      list: list.error === null ? names : null,
      absence: 'none',
      unchanged: status === 'complete' && this.#isSameSet(),
    });
  }

  /** Reads these tags and no others, as a notification hinted: what the rules do not want stays out. */
  async #reread(only: readonly string[]): Promise<ScanResult> {
    const { reader, known, signal } = this.#job;
    for (const digest of known.digests()) reader.reader.remember(digest);
    const names = [...new Set([...known.names(), ...only])];
    const wanted = new Set(await this.#choice.choose(names));
    const hinted = only.filter((name) => wanted.has(name));
    this.#tally.listed = only.length;
    this.#tally.wanted = hinted.length;
    for (const name of hinted) await this.#reading.readHinted(name);
    signal.throwIfAborted();
    const status = this.#reading.fatal !== null || this.#tally.hasPassingFailures ? 'partial' : 'complete';
    return this.#tally.finish(this.#report, {
      requests: reader.requests,
      error: this.#reading.fatal,
      status,
      list: null,
      absence: 'none',
      unchanged: false,
    });
  }

  /** What was told while the scan ran is read once more: the list and the digests may be older than that. */
  async #followHints(names: string[]): Promise<void> {
    let listed: Set<string> | null = null;
    for (let hints = this.#job.takeHints?.() ?? []; hints.length > 0; hints = this.#job.takeHints?.() ?? []) {
      // Only for those who need it: a large list makes a large set.
      listed ??= new Set(names);
      for (const name of hints) {
        if (!listed.has(name)) names.push(name);
        listed.add(name);
      }
      const wanted = new Set(await this.#choice.choose(names));
      for (const name of hints) if (wanted.has(name)) await this.#reading.readHinted(name);
    }
  }

  async #findReferrers(names: readonly string[]): Promise<void> {
    const found = await findReferrers({
      reader: this.#job.reader,
      names,
      digests: new Set(this.#tally.digests()),
      asked: this.#job.subjects ?? new Map(),
      signal: this.#job.signal,
      onProgress: (done, total) => this.#job.onProgress(done, total, 'looking for signatures and SBOMs'),
    });
    for (const referrer of found.referrers) this.#report.writer.referrer(referrer);
    for (const [digest, checked] of found.asked) this.#report.writer.subject(digest, checked);
    await this.#report.writer.room();
    const { platforms, referrers } = await this.#findOfPlatforms(names);
    await this.#findEvidence(names, [...found.referrers, ...referrers], platforms);
  }

  /** What hangs on manifests of single platforms, within a bound for each scan. */
  async #findOfPlatforms(names: readonly string[]) {
    const { reader, signal, evidence = NO_EVIDENCE_STATE } = this.#job;
    const platforms = platformSubjects(evidence, this.#reading.platforms, new Set(this.#tally.digests()));
    if (platforms.length === 0 || reader.reader.hasMeteredGets || signal.aborted) return { platforms, referrers: [] };
    const found = await findReferrers({
      ...{ reader, names, signal, asked: new Map() },
      digests: new Set(duePlatforms(platforms, now())),
      onProgress: (done, total) => this.#job.onProgress(done, total, 'looking for what hangs on single platforms'),
    });
    for (const referrer of found.referrers) this.#report.writer.referrer(referrer);
    return { platforms: askedPlatforms(platforms, found.asked), referrers: found.referrers };
  }

  async #findEvidence(
    names: readonly string[],
    referrers: readonly FoundReferrer[],
    platforms: readonly PlatformSubject[],
  ): Promise<void> {
    const subjects = new Set([...this.#tally.digests(), ...platforms.map(([digest]) => digest)]);
    const writer = this.#report.writer;
    const state = await findEvidence({
      reader: this.#job.reader,
      names,
      digests: subjects,
      referrers,
      state: this.#job.evidence ?? NO_EVIDENCE_STATE,
      tagDigest: (name) => this.#reading.details.digestOf(name) || null,
      signal: this.#job.signal,
      onProgress: (done, total) => this.#job.onProgress(done, total, 'fetching signatures'),
      room: () => writer.left,
      onEvidence: async (evidence) => {
        writer.evidence(evidence);
        await writer.room();
      },
      onPart: async (part) => {
        writer.evidencePart(part);
        await writer.room();
      },
    });
    const reports = this.#job.reader.reader.readsReports ? await this.#findReports(referrers, subjects) : null;
    // One file holds both, and what was read of the other kind stays remembered.
    const before = this.#job.evidence ?? NO_EVIDENCE_STATE;
    const isMoved = JSON.stringify(platforms) !== JSON.stringify(before.platforms ?? []);
    if (state !== null || reports !== null || isMoved) {
      writer.evidenceState({ ...before, ...state, ...reports, platforms });
    }
    await writer.room();
  }

  #findReports(referrers: readonly FoundReferrer[], subjects: ReadonlySet<string>) {
    const writer = this.#report.writer;
    return findReports({
      reader: this.#job.reader,
      digests: new Set(this.#tally.digests()),
      subjects,
      referrers,
      state: this.#job.evidence ?? NO_EVIDENCE_STATE,
      signal: this.#job.signal,
      onProgress: (done, total) => this.#job.onProgress(done, total, 'reading vulnerability reports'),
      onReport: async (report) => {
        writer.weaknesses(report);
        await writer.room();
      },
    });
  }

  /** Whether the set is what the control plane acknowledged last, so that it need not travel again. */
  #isSameSet(): boolean {
    return (
      this.#reading.isUnchanged && this.#carried.length === 0 && this.#tally.resolvedCount === this.#acknowledged.size
    );
  }

  #finishWithoutList(error: RegistryError): Promise<ScanResult> {
    const isAbsent = error.absence === 'repository';
    return this.#tally.finish(this.#report, {
      requests: this.#job.reader.requests,
      error,
      // Absence is evidence only in a complete report; the control plane holds it until a person confirms.
      status: isAbsent ? 'complete' : 'failed',
      list: null,
      absence: isAbsent ? 'repository' : 'none',
      unchanged: false,
    });
  }

  /** Undelivered reports count as known: with the server away for days nothing is read twice. */
  async #loadWaiting(): Promise<void> {
    for (const entry of this.#carried) {
      try {
        for await (const line of readReport(entry.path, ['tag'])) {
          if (line.kind !== 'tag' || line.checked < 0) continue;
          const { name, digest, checked, pushedAt } = line;
          this.#job.known.set(name, digest, checked, pushedAt);
        }
      } catch {
        // Delivered and removed meanwhile, or damaged: what is missing is read again.
      }
    }
  }

  async #resolveAll(wanted: readonly string[]): Promise<void> {
    this.#tally.wanted = wanted.length;
    const plan = this.#choice.plan(wanted);
    let next = 0;
    let done = 0;
    const worker = async () => {
      while (next < wanted.length && !this.#job.signal.aborted) {
        const name = wanted[next]!;
        next += 1;
        await this.#reading.resolve(name, plan);
        done += 1;
        if (done % 100 === 0) this.#job.onProgress(done, wanted.length, 'reading tags');
        if (done % 1000 === 0) await breathe();
        await this.#report.writer.room();
      }
    };
    await Promise.all(Array.from({ length: WORKERS }, worker));
    this.#job.onProgress(done, wanted.length, 'reading tags');
  }

  /** This report may push waiting ones out; their observations are taken along. */
  async #carryImages(): Promise<void> {
    const used = new Set(this.#tally.digests());
    for (const entry of this.#carried) {
      try {
        for await (const line of readReport(entry.path, ['image'])) {
          if (line.kind !== 'image' || !used.has(line.observation.digest)) continue;
          used.delete(line.observation.digest);
          this.#report.writer.imageText(line.text);
          await this.#report.writer.room();
        }
      } catch (error) {
        if (error instanceof AgentError) throw error;
        // Delivered and removed meanwhile: then the control plane has them.
      }
    }
  }
}

/** A new begin for a scan. */
export function beginOf(begin: Omit<ScanBegin, 'epoch' | 'startedAt'>): Omit<ScanBegin, 'epoch'> {
  return { ...begin, startedAt: new Date().toISOString() };
}
