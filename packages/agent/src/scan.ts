/** Reads one repository and writes the report into the spool: list, choose, resolve what is not known, count. */
import type { Observation, ScanBegin } from '@pharos/contract';
import {
  type CompiledRule,
  type Decision,
  decideTags,
  isArtifactTag,
  isBuildStamped,
  type KnownFacts,
  mutabilityOf,
  NO_FACTS,
  parseVersion,
} from '@pharos/library';
import { type ManifestContent, RegistryError } from '@pharos/oci';
import { AgentError } from './agent-error.ts';
import { type EvidenceState, findEvidence, NO_EVIDENCE_STATE } from './evidence.ts';
import { isNotAsked } from './not-asked.ts';
import { observe, outlineOf } from './observe.ts';
import { PackedTags } from './packed-tags.ts';
import { askedPlatforms, duePlatforms, type PlatformSubject, platformSubjects } from './platform-subjects.ts';
import { findReferrers } from './referrers.ts';
import { isRegistryWide, type RepositoryReader, type TagList } from './registry-reader.ts';
import type { ScanFacts } from './scan-facts.ts';
import { type ScanResult, ScanTally } from './scan-tally.ts';
import type { Spool, SpoolEntry, SpoolReport } from './spool.ts';
import { type FoundReferrer, type ReportHeader, readReport } from './spool-file.ts';
import type { KnownTag } from './state.ts';
import { findReports } from './vulnerability-reports.ts';

/** Most tags of one repository: what a commit can hold. More than this is an incomplete list. */
export const MAX_TAGS = 500_000;
/** Platforms whose own signatures are looked for in one scan. */
const MAX_PLATFORMS = 20_000;
/** So many errors of the registry one after the other end a scan; the rest stays unresolved until the next. */
const GIVE_UP_AFTER = 10;

export interface ScanJob {
  header: ReportHeader;
  /** Rules that take this repository. */
  rules: readonly CompiledRule[];
  reader: RepositoryReader;
  /** What the control plane has acknowledged. */
  known: PackedTags;
  /** When it was last asked what hangs on a digest, seconds since 1970. */
  subjects?: ReadonlyMap<string, number> | undefined;
  /** Which signatures were fetched before. */
  evidence?: EvidenceState | undefined;
  spool: Spool;
  signal: AbortSignal;
  maxTags?: number | undefined;
  /** For rules that ask for more than names; without it none does. */
  facts?: ScanFacts | undefined;
  /** Keeps the facts of these tags for the next scan. */
  keepFacts?: ((names: readonly string[]) => Promise<void>) | undefined;
  /** Tags that a notification told of while this scan runs; each is given once. */
  takeHints?: (() => string[]) | undefined;
  onProgress(done: number, total: number, step: string): void;
}

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
  /** Digests that need no reading: known before this scan, or read in it (then the promise says how that went). */
  readonly #knownDigests: Set<string>;
  readonly #readings = new Map<string, Promise<RegistryError | null>>();
  readonly #carried: SpoolEntry[];
  /** What the control plane acknowledged, before waiting reports are added to it. */
  readonly #acknowledged: PackedTags;
  /** Manifests of single platforms that this scan read, and their index: they may be signed each by itself. */
  readonly #platforms = new Map<string, string>();
  #details = new PackedTags();
  /** Tags of which a rule says whether they move; of all others the name says it. */
  readonly #movement = new Map<string, 'immutable' | 'mutable'>();
  /** Known tags of rules with a budget, and the rule whose it is. */
  readonly #budgeted = new Map<string, CompiledRule>();
  #spared: ReadonlySet<string> = new Set();
  #isBulk = false;
  #isUnchanged = true;
  #troubles = 0;
  #fatal: RegistryError | null = null;

  constructor(job: ScanJob, report: SpoolReport) {
    this.#job = job;
    this.#report = report;
    this.#knownDigests = job.reader.reader.digests;
    this.#carried = job.spool.waiting(job.header.begin.registryId, job.header.begin.repository!);
    this.#acknowledged = this.#carried.length === 0 ? job.known : new PackedTags(job.known);
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
    this.#isBulk = hasDigest(list.details);
    if (this.#isBulk) this.#details = list.details;
    await this.#loadWaiting();
    for (const digest of this.#job.known.digests()) this.#job.reader.reader.remember(digest);
    const wanted = await this.#choose(names);
    await this.#resolveAll(wanted);
    await this.#followHints(names);
    signal.throwIfAborted();
    if (this.#fatal === null) await this.#findReferrers(names);
    await this.#carryImages();
    this.#report.writer.names(names);
    await this.#report.writer.room();
    const error = list.error ?? this.#fatal;
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
    const wanted = new Set(await this.#choose(names));
    const hinted = only.filter((name) => wanted.has(name));
    this.#tally.listed = only.length;
    this.#tally.wanted = hinted.length;
    for (const name of hinted) await this.#resolveHinted(name);
    signal.throwIfAborted();
    const status = this.#fatal !== null || this.#tally.hasPassingFailures ? 'partial' : 'complete';
    return this.#tally.finish(this.#report, {
      requests: reader.requests,
      error: this.#fatal,
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
      const wanted = new Set(await this.#choose(names));
      for (const name of hints) if (wanted.has(name)) await this.#resolveHinted(name);
    }
  }

  /** GET at once: a tag that was told of has most likely moved. */
  async #resolveHinted(name: string): Promise<void> {
    if (this.#fatal !== null) return this.#tally.unresolve(name);
    try {
      await this.#readHinted(name);
    } catch (error) {
      if (!(error instanceof RegistryError) || this.#job.signal.aborted) throw error;
      this.#fail(name, error);
    }
  }

  /** A notified tag costs two requests at most: of an index its own bytes, and the next scan reads on. */
  async #readHinted(name: string): Promise<void> {
    const content = await this.#job.reader.manifest(name);
    const outline = this.#knownDigests.has(content.digest) ? null : outlineOf(content);
    if (outline === null) return this.#settleContent(name, content);
    await this.#once(content.digest, async () => {
      this.#write(outline);
      return null;
    });
    this.#tag(name, content.digest, -1);
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
    const platforms = platformSubjects(evidence, this.#platforms, new Set(this.#tally.digests()));
    if (platforms.length === 0 || reader.reader.hasMeteredGets || signal.aborted) return { platforms, referrers: [] };
    const found = await findReferrers({
      ...{ reader, names, signal, asked: new Map() },
      digests: new Set(duePlatforms(platforms, Math.floor(Date.now() / 1000))),
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
      tagDigest: (name) => this.#details.digestOf(name) || null,
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
    return this.#isUnchanged && this.#carried.length === 0 && this.#tally.resolvedCount === this.#acknowledged.size;
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

  /** Union over the rules, in the registry's order; lets the event loop run in between, and reads what names do not tell. */
  async #choose(names: readonly string[]): Promise<string[]> {
    const taken = new Uint8Array(names.length);
    const open = new Set<string>();
    for (const rule of this.#job.rules) {
      const decisions = await this.#decide(rule, names);
      for (let index = 0; index < names.length; index += 1) {
        const decision = decisions[index]!;
        if (decision.included) this.#take(rule, decision, names[index]!, taken[index] === 1);
        if (decision.included) taken[index] = 1;
        else if (decision.reason === 'unread') open.add(names[index]!);
      }
    }
    this.#tally.listed = names.length;
    this.#tally.artifacts = names.reduce((count, name) => count + (isArtifactTag(name) ? 1 : 0), 0);
    const wanted = names.filter((_, index) => taken[index] === 1);
    await this.#tellLeftOut(names, new Set(wanted), open);
    return wanted;
  }

  async #decide(rule: CompiledRule, names: readonly string[]): Promise<Decision[]> {
    const { facts, reader } = this.#job;
    const pushedAt = (tag: string) => this.#details.pushedAtOf(tag) ?? this.#job.known.pushedAtOf(tag);
    const lookup: KnownFacts =
      facts === undefined ? NO_FACTS : { now: Date.now(), of: (tag) => facts.of(tag, pushedAt(tag)), pushedAt };
    const steps = decideTags(rule, reader.repository, names, undefined, lookup);
    let step = steps.next();
    for (let count = 1; !step.done; step = steps.next(), count += 1) {
      if (step.value !== undefined) await this.#lookAt(step.value);
      else if (count % 4 === 0) await breathe();
    }
    return step.value;
  }

  /** What the rule says of a tag that it takes: whether it moves, and whose budget it is asked from. */
  #take(rule: CompiledRule, decision: Decision, name: string, isTakenAlready: boolean): void {
    const mutability = mutabilityOf(rule, decision);
    // Of several rules the most careful one counts.
    if (mutability === 'mutable' || (mutability === 'immutable' && !isTakenAlready)) {
      this.#movement.set(name, mutability);
    } else if (mutability === 'auto' && this.#movement.get(name) === 'immutable') this.#movement.delete(name);
    if (rule.spec.headBudget === undefined) this.#budgeted.delete(name);
    else if (!isTakenAlready) this.#budgeted.set(name, rule);
  }

  /** Finds out what stands behind some tags, each with as little as it takes. */
  async #lookAt(names: readonly string[]): Promise<void> {
    const open = names.values();
    const worker = async () => {
      for (const name of open) {
        this.#job.signal.throwIfAborted();
        if (this.#fatal === null) await this.#lookAtOne(name);
        await this.#report.writer.room();
      }
    };
    this.#job.onProgress(0, names.length, 'reading what rules ask for');
    await Promise.all(Array.from({ length: Math.min(WORKERS, names.length) }, worker));
  }

  async #lookAtOne(name: string): Promise<void> {
    const facts = this.#job.facts!;
    const before = this.#job.known.get(name) ?? facts.seen(name);
    const only = this.#job.header.begin.only ?? null;
    if (only !== null && !only.includes(name)) {
      // Nobody told of it, so that what was found last is taken for what it is.
      if (before !== undefined && facts.hasImage(before.digest)) facts.look(name, before.digest, before.checked, now());
      return;
    }
    try {
      const told = this.#details.digestOf(name) || null;
      const asked = told === null && !(before !== undefined && isStamped(name));
      const digest = asked ? ((await this.#job.reader.head(name)).digest ?? name) : (told ?? before!.digest);
      const content = facts.hasImage(digest) ? null : await this.#job.reader.manifest(digest);
      const found = content?.digest ?? digest;
      if (content !== null && !facts.hasImage(found)) {
        const failure = await this.#once(found, () => this.#observe(content));
        this.#readings.delete(found);
        if (failure !== null && (failure.transient || isNotAsked(failure))) throw failure;
        if (!facts.hasImage(found)) throw failure ?? new Error('An image that was read is not known.');
      }
      facts.look(name, found, asked || told !== null || content !== null ? now() : before!.checked, now());
      this.#troubles = 0;
    } catch (error) {
      if (!(error instanceof RegistryError) || this.#job.signal.aborted) throw error;
      if (error.transient || error.code === 'unauthorized' || isNotAsked(error)) return this.#fail(name, error);
      // What is broken for good holds nobody's place: the next best comes in.
      facts.break(name);
      this.#tally.fail(name, error);
    }
  }

  async #tellLeftOut(names: readonly string[], wanted: ReadonlySet<string>, open: ReadonlySet<string>): Promise<void> {
    const { facts, keepFacts, known } = this.#job;
    // A re-reading of single tags says nothing of the others.
    if (facts === undefined || (this.#job.header.begin.only ?? null) !== null) return;
    const pushedAt = (name: string) => this.#details.pushedAtOf(name) ?? known.pushedAtOf(name);
    // Out of reach this time: neither taken nor left out, so the library keeps what it has of it.
    for (const name of open) if (!wanted.has(name)) this.#tally.unresolve(name);
    if (open.size > 0) this.#isUnchanged = false;
    this.#tally.leftOut = facts.leftOut((name) => wanted.has(name) || open.has(name), pushedAt, now());
    await keepFacts?.(names);
  }

  async #resolveAll(wanted: readonly string[]): Promise<void> {
    this.#tally.wanted = wanted.length;
    const audited = this.#auditOf(wanted);
    this.#spared = this.#sparedOf(wanted);
    let next = 0;
    let done = 0;
    const worker = async () => {
      while (next < wanted.length && !this.#job.signal.aborted) {
        const name = wanted[next]!;
        next += 1;
        await this.#resolveOne(name, audited);
        done += 1;
        if (done % 100 === 0) this.#job.onProgress(done, wanted.length, 'reading tags');
        if (done % 1000 === 0) await breathe();
        await this.#report.writer.room();
      }
    };
    // Twice as many as connections, so that none idles while its worker hashes and parses.
    await Promise.all(Array.from({ length: WORKERS }, worker));
    this.#job.onProgress(done, wanted.length, 'reading tags');
  }

  /** Build-stamped tags do not move. Should one do so all the same, a slow rolling audit of the longest unseen finds it. */
  #auditOf(wanted: readonly string[]): ReadonlySet<string> {
    // With digests in the list every tag is looked at by every scan.
    if (this.#isBulk) return new Set();
    const stamped = wanted.filter((name) => this.#job.known.has(name) && this.#isFixed(name));
    const count = Math.ceil(stamped.length / 1000);
    if (count === 0) return new Set();
    const checked = (name: string) => this.#job.known.checkedOf(name)!;
    const last = Float64Array.from(stamped, checked).sort()[count - 1]!;
    const older = stamped.filter((name) => checked(name) < last);
    const asOld = stamped.filter((name) => checked(name) === last);
    return new Set([...older, ...asOld].slice(0, count));
  }

  /** Whether the tag is taken not to move: a rule says so, or its name tells the build. */
  #isFixed(name: string): boolean {
    const movement = this.#movement.get(name);
    return movement === undefined ? isStamped(name) : movement === 'immutable';
  }

  /** Known tags that this scan does not ask about, because their rule has spent its budget: those asked most recently. */
  #sparedOf(wanted: readonly string[]): ReadonlySet<string> {
    const spared = new Set<string>();
    if (this.#isBulk || this.#budgeted.size === 0) return spared;
    const { known } = this.#job;
    const byRule = new Map<CompiledRule, string[]>();
    for (const name of wanted) {
      const rule = this.#budgeted.get(name);
      if (rule === undefined || !known.has(name) || this.#isFixed(name)) continue;
      const names = byRule.get(rule);
      if (names === undefined) byRule.set(rule, [name]);
      else names.push(name);
    }
    for (const [rule, names] of byRule) {
      names.sort((a, b) => known.checkedOf(a)! - known.checkedOf(b)! || (a < b ? -1 : 1));
      for (const name of names.slice(rule.spec.headBudget)) spared.add(name);
    }
    return spared;
  }

  async #resolveOne(name: string, audited: ReadonlySet<string>): Promise<void> {
    if (this.#fatal !== null) return this.#tally.unresolve(name);
    const known = this.#job.known.get(name);
    const told = this.#details.digestOf(name) || null;
    try {
      const looked = this.#job.facts?.wasLookedAt(name) ? this.#job.facts.seen(name) : undefined;
      if (told !== null) await this.#takeTold(name, told);
      else if (looked !== undefined && !audited.has(name)) {
        if (!this.#knownDigests.has(looked.digest)) await this.#readTag(name, looked.digest);
        else return this.#tag(name, looked.digest, looked.checked);
      } else if (known !== undefined && (this.#spared.has(name) || (this.#isFixed(name) && !audited.has(name)))) {
        return this.#tag(name, known.digest, known.checked);
      } else if (known !== undefined || this.#job.reader.reader.hasMeteredGets) await this.#headTag(name, known);
      else await this.#readTag(name);
      this.#troubles = 0;
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
      if (this.#job.signal.aborted) throw error;
      this.#fail(name, error);
    }
  }

  /** The list told the digest: only bytes that were never read cost a request, and they are asked for by that digest. */
  async #takeTold(name: string, digest: string): Promise<void> {
    if (this.#knownDigests.has(digest)) return this.#tag(name, digest, now());
    try {
      await this.#readTag(name, digest);
    } catch (error) {
      // A product's own list may be behind its registry; the registry decides.
      if (!(error instanceof RegistryError) || error.code !== 'manifest-not-found') throw error;
      await this.#readTag(name);
    }
  }

  /** HEAD first: for what is known, and where a GET costs more than a HEAD. */
  async #headTag(name: string, known: KnownTag | undefined): Promise<void> {
    const { digest } = await this.#job.reader.head(name);
    if (digest !== null && (digest === known?.digest || this.#knownDigests.has(digest))) {
      return this.#tag(name, digest, now());
    }
    await this.#readTag(name, this.#job.reader.reader.hasMeteredGets ? (digest ?? name) : name);
  }

  async #readTag(name: string, reference: string = name): Promise<void> {
    if (reference !== name) return this.#settleTag(name, reference, await this.#readDigest(reference));
    return this.#settleContent(name, await this.#job.reader.manifest(name));
  }

  async #settleContent(name: string, content: ManifestContent): Promise<void> {
    const { digest } = content;
    if (this.#knownDigests.has(digest)) return this.#tag(name, digest, now());
    await this.#settleTag(name, digest, await this.#once(digest, () => this.#observe(content)));
  }

  #readDigest(digest: string): Promise<RegistryError | null> {
    return this.#once(digest, async () => this.#observe(await this.#job.reader.manifest(digest)));
  }

  /** However many tags of a digest are read at the same time, its bytes are read once. */
  #once(digest: string, read: () => Promise<RegistryError | null>): Promise<RegistryError | null> {
    const underWay = this.#readings.get(digest);
    if (underWay !== undefined) return underWay;
    const reading = read().catch((error: unknown) => {
      this.#readings.delete(digest);
      throw error;
    });
    this.#readings.set(digest, reading);
    return reading;
  }

  async #settleTag(name: string, digest: string, failure: RegistryError | null): Promise<void> {
    // Only what went wrong is kept: two hundred thousand settled promises would be most of this scan's memory.
    if (failure === null) this.#readings.delete(digest);
    // What passes by itself is read again by the next scan, so a half-read image does not go out.
    if (failure !== null && (failure.transient || isNotAsked(failure))) throw failure;
    this.#tag(name, digest, failure === null ? now() : -1);
    if (failure !== null) this.#tally.fail(name, failure);
  }

  /** Reads a digest for the first time, and answers what could not be read of it. */
  async #observe(content: ManifestContent): Promise<RegistryError | null> {
    try {
      const { observation, failure } = await observe(content, this.#job.reader);
      if (failure !== null && (failure.transient || isNotAsked(failure))) return failure;
      this.#write(observation);
      if (failure === null) this.#job.reader.reader.remember(content.digest);
      return failure;
    } catch (error) {
      if (error instanceof RegistryError && error.transient) return error;
      throw error;
    }
  }

  #write(observation: Observation): void {
    this.#job.facts?.learn(observation, now());
    this.#report.writer.image(observation);
    if (this.#platforms.size < MAX_PLATFORMS) {
      for (const { digest } of observation.platforms)
        if (digest !== observation.digest) this.#platforms.set(digest, observation.digest);
    }
    this.#tally.read += 1;
  }

  #tag(name: string, digest: string, checked: number): void {
    const known = this.#job.known.get(name);
    const before = this.#acknowledged === this.#job.known ? known : this.#acknowledged.get(name);
    const kept = known?.digest === digest ? known.pushedAt : null;
    const pushedAt = this.#details.pushedAtOf(name) ?? kept;
    if (before?.digest !== digest || before.pushedAt !== pushedAt || checked < 0) this.#isUnchanged = false;
    this.#report.writer.tag(name, digest, checked, pushedAt);
    this.#tally.resolve(name, digest);
  }

  #fail(name: string, error: RegistryError): void {
    this.#tally.unresolve(name);
    this.#tally.fail(name, error);
    this.#isUnchanged = false;
    this.#troubles = isRegistryWide(error) ? this.#troubles + 1 : 0;
    if (this.#troubles >= GIVE_UP_AFTER || isNotAsked(error)) this.#fatal ??= error;
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

const WORKERS = 16;

/** Whether the name says which build it is, in either of the schemes that have build stamps. */
function isStamped(name: string): boolean {
  return isBuildStamped(parseVersion('pg', name)) || isBuildStamped(parseVersion('semver', name));
}

function hasDigest(details: PackedTags): boolean {
  for (const digest of details.digests()) if (digest !== '') return true;
  return false;
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}

function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A new begin for a scan. */
export function beginOf(begin: Omit<ScanBegin, 'epoch' | 'startedAt'>): Omit<ScanBegin, 'epoch'> {
  return { ...begin, startedAt: new Date().toISOString() };
}
