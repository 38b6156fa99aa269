/** Reads the tags of one scan: what is known is not read again, what many tags share is read once. */
import type { Observation } from '@pharos/contract';
import { isBuildStamped, parseVersion } from '@pharos/library';
import { type ManifestContent, RegistryError } from '@pharos/oci';
import { isNotAsked } from './not-asked.ts';
import { observe, outlineOf } from './observe.ts';
import { PackedTags } from './packed-tags.ts';
import { isRegistryWide } from './registry-wide.ts';
import type { ScanJob } from './scan-job.ts';
import type { ScanTally } from './scan-tally.ts';
import type { SpoolReport } from './spool.ts';
import type { KnownTag } from './state.ts';

/** Platforms whose own signatures are looked for in one scan. */
const MAX_PLATFORMS = 20_000;
/** So many errors of the registry one after the other end a scan; the rest stays unresolved until the next. */
const GIVE_UP_AFTER = 10;

/** What a scan asks again of the tags that it knows. */
export interface TagPlan {
  /** What is known of it is taken without asking. */
  isSettled(name: string): boolean;
  /** It is asked about although it should not move. */
  isAudited(name: string): boolean;
}

export class TagReading {
  readonly #job: ScanJob;
  readonly #report: SpoolReport;
  readonly #tally: ScanTally;
  /** Digests that need no reading: known before this scan, or read in it (then the promise says how that went). */
  readonly #knownDigests: Set<string>;
  readonly #readings = new Map<string, Promise<RegistryError | null>>();
  /** What the control plane acknowledged, before waiting reports are added to it. */
  readonly #acknowledged: PackedTags;
  /** Manifests of single platforms that this scan read, and their index: they may be signed each by itself. */
  readonly platforms = new Map<string, string>();
  #details = new PackedTags();
  #isBulk = false;
  /** Whether every tag is as the control plane acknowledged it. */
  isUnchanged = true;
  #troubles = 0;
  #fatal: RegistryError | null = null;

  constructor(job: ScanJob, report: SpoolReport, tally: ScanTally, acknowledged: PackedTags) {
    this.#job = job;
    this.#report = report;
    this.#tally = tally;
    this.#acknowledged = acknowledged;
    this.#knownDigests = job.reader.reader.digests;
  }

  /** What the list told beside names. Without digests it tells nothing. */
  listed(details: PackedTags): void {
    this.#isBulk = hasDigest(details);
    if (this.#isBulk) this.#details = details;
  }

  /** Digests and times of push that the list told; empty where it told names only. */
  get details(): PackedTags {
    return this.#details;
  }

  /** Whether the list told digests, so that every tag is looked at by every scan. */
  get isBulk(): boolean {
    return this.#isBulk;
  }

  /** Why nothing more is read of this registry in this scan. */
  get fatal(): RegistryError | null {
    return this.#fatal;
  }

  /** GET at once: a tag that was told of has most likely moved. */
  async readHinted(name: string): Promise<void> {
    if (this.#fatal !== null) return this.#tally.unresolve(name);
    try {
      await this.#getHinted(name);
    } catch (error) {
      if (!(error instanceof RegistryError) || this.#job.signal.aborted) throw error;
      this.#fail(name, error);
    }
  }

  /** A notified tag costs two requests at most: of an index its own bytes, and the next scan reads on. */
  async #getHinted(name: string): Promise<void> {
    const content = await this.#job.reader.manifest(name);
    const outline = this.#knownDigests.has(content.digest) ? null : outlineOf(content);
    if (outline === null) return this.#settleContent(name, content);
    await this.#once(content.digest, async () => {
      this.#write(outline);
      return null;
    });
    this.#tag(name, content.digest, -1);
  }

  /** Finds out what stands behind a tag with as little as it takes, for rules that ask for more than its name. */
  async look(name: string): Promise<void> {
    if (this.#fatal !== null) return;
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

  /** Finds the digest of a tag, and reads what was never read. */
  async resolve(name: string, plan: TagPlan): Promise<void> {
    if (this.#fatal !== null) return this.#tally.unresolve(name);
    const known = this.#job.known.get(name);
    const told = this.#details.digestOf(name) || null;
    try {
      const looked = this.#job.facts?.wasLookedAt(name) ? this.#job.facts.seen(name) : undefined;
      if (told !== null) await this.#takeTold(name, told);
      else if (looked !== undefined && !plan.isAudited(name)) {
        if (!this.#knownDigests.has(looked.digest)) await this.#readTag(name, looked.digest);
        else return this.#tag(name, looked.digest, looked.checked);
      } else if (known !== undefined && plan.isSettled(name)) {
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
    if (this.platforms.size < MAX_PLATFORMS) {
      for (const { digest } of observation.platforms) {
        if (digest !== observation.digest) this.platforms.set(digest, observation.digest);
      }
    }
    this.#tally.read += 1;
  }

  #tag(name: string, digest: string, checked: number): void {
    const known = this.#job.known.get(name);
    const before = this.#acknowledged === this.#job.known ? known : this.#acknowledged.get(name);
    const kept = known?.digest === digest ? known.pushedAt : null;
    const pushedAt = this.#details.pushedAtOf(name) ?? kept;
    if (before?.digest !== digest || before.pushedAt !== pushedAt || checked < 0) this.isUnchanged = false;
    this.#report.writer.tag(name, digest, checked, pushedAt);
    this.#tally.resolve(name, digest);
  }

  #fail(name: string, error: RegistryError): void {
    this.#tally.unresolve(name);
    this.#tally.fail(name, error);
    this.isUnchanged = false;
    this.#troubles = isRegistryWide(error) ? this.#troubles + 1 : 0;
    if (this.#troubles >= GIVE_UP_AFTER || isNotAsked(error)) this.#fatal ??= error;
  }
}

/** Whether the name says which build it is, in either of the schemes that have build stamps. */
export function isStamped(name: string): boolean {
  return isBuildStamped(parseVersion('pg', name)) || isBuildStamped(parseVersion('semver', name));
}

function hasDigest(details: PackedTags): boolean {
  for (const digest of details.digests()) if (digest !== '') return true;
  return false;
}

/** Seconds since 1970. */
export function now(): number {
  return Math.floor(Date.now() / 1000);
}
