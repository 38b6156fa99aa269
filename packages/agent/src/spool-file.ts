/**
 * One report on disk, as lines of JSON: `["h", header]`, then `["i", observation]`, `["t", tag, digest, checked, pushed]`,
 * `["r", referrer]`, `["e", evidence]`, `["p", part of a large one]`, `["w", vulnerability report]`, `["v", evidence state]`, `["s", subject, checked]` and `["n", [listed names]]` in any order, `["f", footer]`, and at last `["c", sha256]` over every byte before that line.
 * A file without a right last line was cut off or damaged, and nothing of it is used.
 */
import { createHash, type Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type {
  EvidencePart,
  Observation,
  ReportedEvidence,
  ReportedVulnerabilities,
  ScanBegin,
  ScanChunk,
  ScanCommit,
} from '@pharos/contract';
import { AgentError } from './agent-error.ts';
import type { EvidenceState } from './evidence.ts';
import { readLines } from './line-reader.ts';

/** Which scan it is. `epoch` is left to the delivery: a report may outlive the run that made it. */
export interface ReportHeader {
  begin: Omit<ScanBegin, 'epoch'>;
  /** The sweep that it belongs to, so that it can be told first. */
  parent: Omit<ScanBegin, 'epoch'> | null;
  /** The registry's scheme, host and port at that time. */
  origin: string;
}

/** How it ended: the commit without what the lines themselves tell. */
export type ReportFooter = Omit<ScanCommit, 'listedNames' | 'tagCount'> & { tagCount: number; hasListedNames: boolean };

export type ReportLine =
  | { kind: 'header'; header: ReportHeader }
  | { kind: 'tag'; name: string; digest: string; checked: number; pushedAt: string | null }
  /** Something that hangs on an image of this repository. */
  | { kind: 'referrer'; referrer: FoundReferrer }
  /** When it was last asked what hangs on this digest. */
  | { kind: 'subject'; digest: string; checked: number }
  /** `text` is the observation's JSON as written, to copy without parsing. */
  | { kind: 'image'; observation: Observation; text: string }
  /** A signature that was fetched; `bytes` of its line. */
  | { kind: 'evidence'; evidence: ReportedEvidence; bytes: number }
  /** A part of an attestation that is too large for one line. */
  | { kind: 'evidence-part'; part: EvidencePart }
  /** A vulnerability report that was read. */
  | { kind: 'weaknesses'; report: ReportedVulnerabilities; bytes: number }
  /** Which signatures were fetched, and which wait. */
  | { kind: 'evidence-state'; state: EvidenceState }
  | { kind: 'names'; names: string[] }
  | { kind: 'footer'; footer: ReportFooter };

export type FoundReferrer = ScanChunk['referrers'][number];

const BLOCK = 256 * 1024;

/** Writes one report. Calls are in order and need no waiting; `room` waits while too much is unwritten. */
export class ReportWriter {
  readonly #file: FileHandle;
  readonly #hash: Hash = createHash('sha256');
  readonly #maxBytes: number;
  #text = '';
  #writing: Promise<void> = Promise.resolve();
  #error: unknown = null;
  #bytes = 0;

  constructor(file: FileHandle, header: ReportHeader, maxBytes: number) {
    this.#file = file;
    this.#maxBytes = maxBytes;
    this.#line(`["h",${JSON.stringify(header)}]`);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Bytes that still fit. */
  get left(): number {
    return this.#maxBytes - this.#bytes - this.#text.length;
  }

  image(observation: Observation): void {
    this.#line(`["i",${JSON.stringify(observation)}]`);
  }

  imageText(text: string): void {
    this.#line(`["i",${text}]`);
  }

  /** `checked` -1: not to be remembered, the tag is to be read again by the next scan. */
  tag(name: string, digest: string, checked: number, pushedAt: string | null): void {
    const pushed = pushedAt === null ? '' : `,"${pushedAt}"`;
    this.#line(`["t",${JSON.stringify(name)},"${digest}",${checked}${pushed}]`);
  }

  referrer(referrer: FoundReferrer): void {
    this.#line(`["r",${JSON.stringify(referrer)}]`);
  }

  evidence(evidence: ReportedEvidence): void {
    this.#line(`["e",${JSON.stringify(evidence)}]`);
  }

  evidencePart(part: EvidencePart): void {
    this.#line(`["p",${JSON.stringify(part)}]`);
  }

  weaknesses(report: ReportedVulnerabilities): void {
    this.#line(`["w",${JSON.stringify(report)}]`);
  }

  evidenceState(state: EvidenceState): void {
    this.#line(`["v",${JSON.stringify(state)}]`);
  }

  subject(digest: string, checked: number): void {
    this.#line(`["s","${digest}",${checked}]`);
  }

  names(names: readonly string[]): void {
    for (let start = 0; start < names.length; start += 1000) {
      this.#line(`["n",${JSON.stringify(names.slice(start, start + 1000))}]`);
    }
  }

  /** Waits for the disk. @throws AgentError `disk-full`, `spool-full`, `spool-unwritable` */
  async room(): Promise<void> {
    if (this.#error === null && this.#text.length < BLOCK * 4) return;
    await this.#writing;
    if (this.#error !== null) throw asAgentError(this.#error);
  }

  /** Ends the file and brings it to the disk. */
  async finish(footer: ReportFooter): Promise<void> {
    this.#line(`["f",${JSON.stringify(footer)}]`);
    this.#flush();
    await this.#writing;
    if (this.#error === null) {
      this.#text = `["c","${this.#hash.digest('hex')}"]\n`;
      this.#flush(false);
      await this.#writing;
    }
    try {
      if (this.#error !== null) throw this.#error;
      await this.#file.sync();
    } catch (error) {
      throw asAgentError(error);
    } finally {
      await this.#file.close();
    }
  }

  /** Gives up; the caller removes the file. */
  async abandon(): Promise<void> {
    await this.#writing;
    await this.#file.close().catch(() => {});
  }

  #line(text: string): void {
    this.#text += text;
    this.#text += '\n';
    if (this.#text.length >= BLOCK) this.#flush();
  }

  #flush(hashed = true): void {
    const bytes = Buffer.from(this.#text, 'utf8');
    this.#text = '';
    this.#bytes += bytes.length;
    if (this.#error !== null) return;
    if (this.#bytes > this.#maxBytes) {
      this.#error = new AgentError('spool-full', 'This report does not fit into the spool.');
      return;
    }
    if (hashed) this.#hash.update(bytes);
    this.#writing = this.#writing.then(async () => {
      try {
        if (this.#error === null) await writeAll(this.#file, bytes);
      } catch (error) {
        this.#error ??= error;
      }
    });
  }
}

async function writeAll(file: FileHandle, bytes: Buffer): Promise<void> {
  let done = 0;
  while (done < bytes.length) done += (await file.write(bytes, done)).bytesWritten;
}

/** A fault of the disk as an error with a next step. */
export function asAgentError(error: unknown): AgentError {
  if (error instanceof AgentError) return error;
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') {
    return new AgentError('disk-full', 'The disk with the agent state is full, so this scan could not be kept.', {
      cause: error,
    });
  }
  return new AgentError('spool-unwritable', `The spool cannot be written (${code ?? 'unknown reason'}).`, {
    cause: error,
  });
}

/** Whether the file is whole: its header and footer, or null. Reads it once, in constant memory. */
export async function verifyReport(path: string): Promise<{ header: ReportHeader; footer: ReportFooter } | null> {
  const sum = createHash('sha256');
  let header: ReportHeader | null = null;
  let footer: ReportFooter | null = null;
  let isWhole = false;
  try {
    for await (const line of readLines(path)) {
      if (isWhole) return null;
      if (line.subarray(0, 4).toString() === '["c"') {
        isWhole = line.toString() === `["c","${sum.digest('hex')}"]`;
        if (!isWhole) return null;
        continue;
      }
      sum.update(line).update('\n');
      const kind = line.subarray(0, 4).toString();
      if (kind === '["h"' || kind === '["f"') {
        const parsed = parseLine(line);
        if (parsed?.kind === 'header') header = parsed.header;
        if (parsed?.kind === 'footer') footer = parsed.footer;
      }
    }
  } catch {
    return null;
  }
  return isWhole && header !== null && footer !== null ? { header, footer } : null;
}

/** The lines of a verified report. `kinds` leaves the others unparsed. */
export async function* readReport(path: string, kinds?: readonly ReportLine['kind'][]): AsyncGenerator<ReportLine> {
  for await (const line of readLines(path)) {
    const letter = String.fromCharCode(line[2] ?? 0);
    const kind = KINDS[letter];
    if (kind === undefined || (kinds !== undefined && !kinds.includes(kind))) continue;
    const parsed = parseLine(line);
    if (parsed !== null) yield parsed;
  }
}

const KINDS: Readonly<Record<string, ReportLine['kind']>> = {
  h: 'header',
  t: 'tag',
  i: 'image',
  n: 'names',
  r: 'referrer',
  s: 'subject',
  e: 'evidence',
  p: 'evidence-part',
  w: 'weaknesses',
  v: 'evidence-state',
  f: 'footer',
};

function parseLine(line: Buffer): ReportLine | null {
  const text = line.toString('utf8');
  const value = JSON.parse(text) as [string, ...unknown[]];
  switch (value[0]) {
    case 'h':
      return { kind: 'header', header: value[1] as ReportHeader };
    case 't':
      return {
        kind: 'tag',
        name: value[1] as string,
        digest: value[2] as string,
        checked: value[3] as number,
        pushedAt: (value[4] as string | undefined) ?? null,
      };
    case 'r':
      return { kind: 'referrer', referrer: value[1] as FoundReferrer };
    case 's':
      return { kind: 'subject', digest: value[1] as string, checked: value[2] as number };
    case 'e':
      return { kind: 'evidence', evidence: value[1] as ReportedEvidence, bytes: line.length };
    case 'p':
      return { kind: 'evidence-part', part: value[1] as EvidencePart };
    case 'w':
      return { kind: 'weaknesses', report: value[1] as ReportedVulnerabilities, bytes: line.length };
    case 'v':
      return { kind: 'evidence-state', state: value[1] as EvidenceState };
    case 'i':
      return { kind: 'image', observation: value[1] as Observation, text: text.slice(5, -1) };
    case 'n':
      return { kind: 'names', names: value[1] as string[] };
    case 'f':
      return { kind: 'footer', footer: value[1] as ReportFooter };
    default:
      return null;
  }
}
