/** One attempt at one report: begin, chunks within the contract's bounds, missing images, commit. */
import { createHash } from 'node:crypto';
import {
  ApiError,
  type Observation,
  type ReportedEvidence,
  type ReportedVulnerabilities,
  type ScanBegin,
  type ScanChunk,
  type ScanCommitted,
} from '@pharos/contract';
import { type ControlPlane, isPassing } from './control-plane.ts';
import type { Spool, SpoolEntry } from './spool.ts';
import { type ReportFooter, type ReportHeader, readReport } from './spool-file.ts';

const MAX_CHUNK_TAGS = 2_000;
const MAX_CHUNK_IMAGES = 500;
const MAX_CHUNK_BYTES = 4 * 1024 * 1024;
const MAX_EVIDENCE_BATCH = 100;
const MAX_REPORT_BATCH = 200;
const MAX_NAMES = 500_000;

/** Reads images that the control plane asked for; leaves out what cannot be read now. */
export type ReadImages = (header: ReportHeader, digests: readonly string[]) => AsyncIterable<Observation>;

export interface SendingOptions {
  controlPlane: ControlPlane;
  spool: Pick<Spool, 'depth'>;
  agentId: string;
  epoch: number;
  readImages: ReadImages;
}

const LINES = ['tag', 'image', 'referrer', 'names'] as const;

interface Chunk {
  tags: ScanChunk['tags'];
  images: Observation[];
  referrers: ScanChunk['referrers'];
  bytes: number;
}

/** One attempt at one report. Always from the first chunk: what arrived before is answered as it was then. */
export class Sending {
  readonly #options: SendingOptions;
  readonly #begun: Set<string>;
  readonly #entry: SpoolEntry;
  readonly #header: ReportHeader;
  readonly #footer: ReportFooter;
  readonly #signal: AbortSignal;
  readonly #wanted = new Set<string>();
  readonly #sent = new Set<string>();
  readonly #names: string[] = [];
  #isEvidenceTaken = true;
  #next = 0;
  #floor = 0;

  constructor(
    options: SendingOptions,
    begun: Set<string>,
    entry: SpoolEntry,
    report: { header: ReportHeader; footer: ReportFooter },
    signal: AbortSignal,
  ) {
    this.#options = options;
    this.#begun = begun;
    this.#entry = entry;
    this.#header = report.header;
    this.#footer = report.footer;
    this.#signal = signal;
  }

  /** False: the control plane did not want the signatures or reports. They are fetched again later. */
  get isEvidenceTaken(): boolean {
    return this.#isEvidenceTaken;
  }

  async run(): Promise<ScanCommitted | null> {
    await this.#beginParent();
    const { scanId } = this.#header.begin;
    const begun = await this.#call('agentScanBegin', { body: this.#ours(this.#header.begin) });
    if (begun.committed) return null;
    this.#floor = begun.nextChunk;
    await this.#sendEvidence(scanId);
    await this.#sendParts(scanId);
    await this.#sendReports(scanId);
    if (this.#footer.unchanged) {
      await this.#sendLines(false);
      try {
        return await this.#commit(scanId, true);
      } catch (error) {
        // The library has another set than this agent thought: then it gets all of it, from the first chunk.
        if (!(error instanceof ApiError) || error.code !== 'set-digest-mismatch') throw error;
        this.#next = 0;
        this.#floor = 0;
        this.#names.length = 0;
      }
    }
    await this.#sendLines(true);
    await this.#sendWanted();
    return this.#commit(scanId, false);
  }

  /**
   * Signatures go beside the chunks: each is true by itself, whatever becomes of the report. One that is refused (by an older
   * control plane that knows no such call) does not hold the tags up.
   */
  async #sendEvidence(scanId: string): Promise<void> {
    let batch: ReportedEvidence[] = [];
    let bytes = 0;
    const flush = async () => {
      if (batch.length === 0) return;
      const body = { evidence: batch };
      batch = [];
      bytes = 0;
      await this.#call('agentScanEvidence', { params: { id: scanId }, body });
    };
    try {
      for await (const line of readReport(this.#entry.path, ['evidence'])) {
        if (line.kind !== 'evidence') continue;
        if (batch.length >= MAX_EVIDENCE_BATCH || bytes + line.bytes > MAX_CHUNK_BYTES) await flush();
        batch.push(line.evidence);
        bytes += line.bytes;
      }
      await flush();
    } catch (error) {
      if (!(error instanceof ApiError) || (isPassing(error) && error.status !== 404)) throw error;
      this.#isEvidenceTaken = false;
    }
  }

  /** One at a time, for each is a megabyte. A control plane that knows no such call holds nothing up: they are fetched again. */
  async #sendParts(scanId: string): Promise<void> {
    try {
      for await (const line of readReport(this.#entry.path, ['evidence-part'])) {
        if (line.kind !== 'evidence-part') continue;
        await this.#call('agentScanEvidencePart', { params: { id: scanId }, body: line.part });
      }
    } catch (error) {
      if (!(error instanceof ApiError) || (isPassing(error) && error.status !== 404)) throw error;
      this.#isEvidenceTaken = false;
    }
  }

  /** In the same way. */
  async #sendReports(scanId: string): Promise<void> {
    let batch: ReportedVulnerabilities[] = [];
    let bytes = 0;
    const flush = async () => {
      const reports = batch;
      batch = [];
      bytes = 0;
      if (reports.length > 0) await this.#call('agentScanReports', { params: { id: scanId }, body: { reports } });
    };
    try {
      for await (const line of readReport(this.#entry.path, ['weaknesses'])) {
        if (line.kind !== 'weaknesses') continue;
        if (batch.length >= MAX_REPORT_BATCH || bytes + line.bytes > MAX_CHUNK_BYTES) await flush();
        batch.push(line.report);
        bytes += line.bytes;
      }
      await flush();
    } catch (error) {
      if (!(error instanceof ApiError) || (isPassing(error) && error.status !== 404)) throw error;
      this.#isEvidenceTaken = false;
    }
  }

  #commit(scanId: string, unchanged: boolean): Promise<ScanCommitted> {
    const { hasListedNames, ...commit } = this.#footer;
    return this.#call('agentScanCommit', {
      params: { id: scanId },
      body: {
        ...commit,
        unchanged,
        listedNames: hasListedNames ? this.#names : null,
        spoolDepth: Math.max(0, this.#options.spool.depth - 1),
      },
    });
  }

  #call: ControlPlane['call'] = (name, input) => this.#options.controlPlane.call(name, input, this.#signal);

  /** A report may be older than this run of the agent; the epoch is that of the agent that speaks now. */
  #ours(begin: Omit<ScanBegin, 'epoch'>): ScanBegin {
    return { ...begin, agentId: this.#options.agentId, epoch: this.#options.epoch };
  }

  async #beginParent(): Promise<void> {
    const { parent } = this.#header;
    if (parent === null || this.#begun.has(parent.scanId)) return;
    await this.#call('agentScanBegin', { body: this.#ours(parent) });
    this.#begun.add(parent.scanId);
  }

  async #sendLines(withTags: boolean): Promise<void> {
    let chunk = emptyChunk();
    const kinds = withTags ? LINES : LINES.filter((kind) => kind !== 'tag');
    for await (const line of readReport(this.#entry.path, kinds)) {
      if (line.kind === 'names') {
        for (const name of line.names) if (this.#names.length < MAX_NAMES) this.#names.push(name);
        continue;
      }
      const size = line.kind === 'image' ? Buffer.byteLength(line.text) : 150;
      const isFull =
        line.kind === 'image'
          ? chunk.images.length >= MAX_CHUNK_IMAGES
          : Math.max(chunk.tags.length, chunk.referrers.length) >= MAX_CHUNK_TAGS;
      if (isFull || chunk.bytes + size > MAX_CHUNK_BYTES) {
        await this.#sendChunk(chunk);
        chunk = emptyChunk();
      }
      chunk.bytes += size;
      if (line.kind === 'image') chunk.images.push(line.observation);
      else if (line.kind === 'referrer') chunk.referrers.push(line.referrer);
      else if (line.kind === 'tag') {
        const { name, digest, pushedAt } = line;
        chunk.tags.push({ name, digest, pushedAt });
      }
    }
    if (chunk.tags.length + chunk.images.length + chunk.referrers.length > 0) await this.#sendChunk(chunk);
  }

  async #sendChunk({ tags, images, referrers }: Chunk): Promise<void> {
    const body = { tags, images, referrers };
    const sha256 = createHash('sha256').update(JSON.stringify(body)).digest('hex');
    const answer = await this.#call('agentScanChunk', {
      params: { id: this.#header.begin.scanId, n: this.#next },
      body: { sha256, ...body },
    });
    this.#next += 1;
    for (const { digest } of images) this.#sent.add(digest);
    for (const digest of answer.needImages) this.#wanted.add(digest);
  }

  /** Images that the control plane misses though this agent thought it had them: another database, or a lost answer. */
  async #sendWanted(): Promise<void> {
    const missing = [...this.#wanted].filter((digest) => !this.#sent.has(digest));
    if (missing.length === 0) return;
    // An earlier attempt may have sent such chunks with other contents; these come after them.
    this.#next = Math.max(this.#next, this.#floor);
    let chunk = emptyChunk();
    for await (const observation of this.#options.readImages(this.#header, missing)) {
      const size = Buffer.byteLength(JSON.stringify(observation));
      if (chunk.images.length >= MAX_CHUNK_IMAGES || chunk.bytes + size > MAX_CHUNK_BYTES) {
        await this.#sendChunk(chunk);
        chunk = emptyChunk();
      }
      chunk.images.push(observation);
      chunk.bytes += size;
    }
    if (chunk.images.length > 0) await this.#sendChunk(chunk);
  }
}

function emptyChunk(): Chunk {
  return { tags: [], images: [], referrers: [], bytes: 0 };
}
