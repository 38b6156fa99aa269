/** The counts of one scan, and the sentence that a person reads about it. */
import { createHash } from 'node:crypto';
import type { LeftOutTag, ReportedFailure, ScanCommit } from '@pharos/contract';
import { setDigestText } from '@pharos/library';
import type { RegistryError } from '@pharos/oci';
import { isNotAsked } from './not-asked.ts';
import { PackedTags } from './packed-tags.ts';
import type { SpoolEntry, SpoolReport } from './spool.ts';

/** How a scan ended. `entry` is the report in the spool, null when not even that could be written. */
export interface ScanResult {
  status: 'complete' | 'partial' | 'failed';
  listed: number;
  wanted: number;
  /** Tags with a digest in the report. */
  resolved: number;
  /** Observations written. */
  read: number;
  failed: number;
  requests: number;
  message: string;
  code: string | null;
  hint: string | null;
  /** The first of what failed alone. */
  failures: readonly ReportedFailure[];
  /** The fault of the registry as a whole, if that is what ended it. */
  registryError: RegistryError | null;
  entry: SpoolEntry | null;
}

/** A failure as it is reported. */
export function failureOf(
  subject: string,
  error: { code: string; message: string; hint: string | null },
): ReportedFailure {
  const { code, message, hint } = error;
  return { subject: subject.slice(0, 500), code, message: message.slice(0, 2000), hint: hint?.slice(0, 2000) ?? null };
}

const MAX_FAILURES = 20;
const MAX_UNRESOLVED = 100_000;

interface Ending {
  status: ScanCommit['status'];
  absence: ScanCommit['absence'];
  requests: number;
  error: RegistryError | null;
  /** The control plane has this very set already. */
  unchanged: boolean;
  /** Every name, when the list is complete. */
  list: readonly string[] | null;
}

export class ScanTally {
  listed = 0;
  artifacts = 0;
  wanted = 0;
  read = 0;
  failedCount = 0;
  /** Whether something failed that may pass by itself: then the scan is partial. A tag that is broken for good is not that. */
  hasPassingFailures = false;
  readonly #resolved = new PackedTags();
  /** Looked at and taken by no rule; null: no rule asks for more than names. */
  leftOut: LeftOutTag[] | null = null;
  readonly #unresolved = new Set<string>();
  readonly #failures: ReportedFailure[] = [];

  resolve(name: string, digest: string): void {
    this.#resolved.set(name, digest);
  }

  unresolve(name: string): void {
    this.#unresolved.add(name);
  }

  fail(name: string, error: RegistryError): void {
    this.failedCount += 1;
    if (error.transient || error.code === 'unauthorized' || isNotAsked(error)) this.hasPassingFailures = true;
    if (this.#failures.length < MAX_FAILURES) this.#failures.push(failureOf(name, error));
  }

  /** Tags with a digest. */
  get resolvedCount(): number {
    return this.#resolved.size;
  }

  digests(): Iterable<string> {
    return this.#resolved.digests();
  }

  /** Ends the report and keeps it. @throws AgentError */
  async finish(report: SpoolReport, ending: Ending): Promise<ScanResult> {
    const { status, error, requests } = ending;
    const message = this.#message(ending);
    const firstFailure = this.#failures[0];
    const code = error?.code ?? (status === 'complete' ? null : (firstFailure?.code ?? null));
    const hint = error?.hint ?? (code === null ? null : (firstFailure?.hint ?? null));
    const overflow = this.#unresolved.size > MAX_UNRESOLVED;
    const entry = await report.keep({
      // Names beyond the bound would count as absent.
      status: overflow && status === 'complete' ? 'partial' : status,
      tagCount: this.#resolved.size,
      setDigest: this.#setDigest(),
      listedCount: this.listed,
      artifactCount: this.artifacts,
      unresolved: [...this.#unresolved].slice(0, MAX_UNRESOLVED),
      hasListedNames: ending.list !== null,
      // Also when it is empty, so that what stood there before goes.
      ...(ending.list === null ? {} : { leftOut: this.leftOut ?? [] }),
      unchanged: ending.unchanged,
      absence: ending.absence,
      finishedAt: new Date().toISOString(),
      requests,
      message,
      code,
      hint,
      failures: this.#failures,
      failedCount: this.failedCount,
    });
    const counts = {
      listed: this.listed,
      wanted: this.wanted,
      resolved: this.#resolved.size,
      read: this.read,
      failed: this.failedCount,
    };
    return {
      status: entry.status,
      ...counts,
      requests,
      message,
      code,
      hint,
      failures: this.#failures,
      registryError: error,
      entry,
    };
  }

  #setDigest(): string {
    const sum = createHash('sha256');
    // In its order already and one at a time: two hundred thousand pairs would all be there at once.
    for (const name of [...this.#resolved.names()].sort()) {
      const digest = this.#resolved.digestOf(name)!;
      for (const line of setDigestText([{ name, digest }])) sum.update(line);
    }
    return sum.digest('hex');
  }

  #message({ status, error, absence }: Ending): string {
    if (absence === 'repository' || (status === 'failed' && error !== null)) return error?.message.slice(0, 2000) ?? '';
    const tags = (count: number) => `${count} ${count === 1 ? 'tag' : 'tags'}`;
    const parts = [`${tags(this.listed)} listed, ${this.#resolved.size} of ${this.wanted} wanted read.`];
    if (this.failedCount > 0) parts.push(`${tags(this.failedCount)} could not be read.`);
    if (error !== null) parts.push(error.message);
    return parts.join(' ').slice(0, 2000);
  }
}
