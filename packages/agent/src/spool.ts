/** Reports that wait for the control plane, on disk, bounded, the newest of each repository. */
import { hash } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { AgentMetrics } from './metrics.ts';
import { asAgentError, type ReportFooter, type ReportHeader, ReportWriter } from './spool-file.ts';
import { syncFolder } from './write-file.ts';

const DEFAULT_SPOOL_BYTES = 512 * 1024 * 1024;

type Status = ReportFooter['status'];

/** A report that is whole on disk. `key` stands for registry and repository (or sweep). */
export interface SpoolEntry {
  readonly sequence: number;
  readonly status: Status;
  readonly key: string;
  readonly path: string;
  readonly bytes: number;
}

export interface SpoolOptions {
  maxBytes?: number | undefined;
  log: Logger;
  metrics: AgentMetrics;
  /** Seam for tests: how a file is opened for writing. */
  openFile?: typeof open | undefined;
}

/** A worse report never pushes out a better one: what a failed scan could not read is still in the one before. */
const RANK: Readonly<Record<Status, number>> = { failed: 0, partial: 1, complete: 2 };
const FILE = /^(\d{12})-(complete|partial|failed)-([a-f0-9]{32})\.ndjson$/;
const MAX_SET_ASIDE = 20;

/**
 * The key of a repository's reports; null is the sweep over the registry. Re-readings of single tags have keys of their
 * own, so that they never push out a report of the whole.
 */
function spoolKey(registryId: string, repository: string | null, only: readonly string[] | null = null): string {
  const what = only === null ? [registryId, repository] : [registryId, repository, only];
  return hash('sha256', JSON.stringify(what), 'hex').slice(0, 32);
}

export class Spool {
  readonly #folder: string;
  readonly #options: SpoolOptions;
  readonly #entries = new Map<number, SpoolEntry>();
  readonly #held = new Set<number>();
  #sequence = 0;
  /** Called when a report was added. */
  onAdded: () => void = () => {};

  private constructor(folder: string, options: SpoolOptions) {
    this.#folder = folder;
    this.#options = options;
  }

  /** Opens the folder, throws unfinished files of a killed run away and takes the others in. */
  static async open(folder: string, options: SpoolOptions): Promise<Spool> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const spool = new Spool(folder, options);
    for (const name of await readdir(folder)) {
      const path = join(folder, name);
      const [, sequence, status, key] = FILE.exec(name) ?? [];
      if (name.endsWith('.partial')) await rm(path, { force: true });
      if (sequence === undefined) continue;
      const entry = {
        sequence: Number(sequence),
        status: status as Status,
        key: key!,
        path,
        bytes: (await stat(path)).size,
      };
      spool.#entries.set(entry.sequence, entry);
      spool.#sequence = Math.max(spool.#sequence, entry.sequence);
    }
    spool.#count();
    return spool;
  }

  get depth(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return [...this.#entries.values()].reduce((sum, entry) => sum + entry.bytes, 0);
  }

  /** Waiting reports, oldest first. */
  entries(): SpoolEntry[] {
    return [...this.#entries.values()].sort((a, b) => a.sequence - b.sequence);
  }

  /** Waiting reports of one repository, oldest first. */
  waiting(registryId: string, repository: string): SpoolEntry[] {
    const key = spoolKey(registryId, repository);
    return this.entries().filter((entry) => entry.key === key);
  }

  /** Begins a report. It exists for others only when `keep` is done. @throws AgentError `disk-full`, `spool-unwritable` */
  async begin(header: ReportHeader): Promise<SpoolReport> {
    this.#sequence += 1;
    const sequence = this.#sequence;
    const { registryId, repository, only } = header.begin;
    const key = spoolKey(registryId, repository, only ?? null);
    const partial = join(this.#folder, `${String(sequence).padStart(12, '0')}-${key}.partial`);
    const maxBytes = this.#options.maxBytes ?? DEFAULT_SPOOL_BYTES;
    try {
      const file = await (this.#options.openFile ?? open)(partial, 'w', 0o600);
      const writer = new ReportWriter(file, header, maxBytes);
      return {
        writer,
        keep: (footer) => this.#keep({ writer, partial, sequence, key }, footer),
        abandon: async () => {
          await writer.abandon();
          await rm(partial, { force: true });
        },
      };
    } catch (error) {
      throw asAgentError(error);
    }
  }

  /** Takes an entry out of reach of dropping while it is being delivered; what was missed then is made up for. */
  hold(entry: SpoolEntry): () => Promise<void> {
    this.#held.add(entry.sequence);
    return async () => {
      this.#held.delete(entry.sequence);
      for (const newer of this.entries()) if (newer.key === entry.key) await this.#dropSuperseded(newer);
    };
  }

  has(entry: SpoolEntry): boolean {
    return this.#entries.has(entry.sequence);
  }

  /** Delivered, or not needed any more. */
  async remove(entry: SpoolEntry): Promise<void> {
    this.#entries.delete(entry.sequence);
    await rm(entry.path, { force: true });
    this.#count();
  }

  /** Moves a report that cannot be used to `corrupt` or `refused`, where the last few stay for a person to look at. */
  async setAside(entry: SpoolEntry, why: 'corrupt' | 'refused'): Promise<void> {
    const folder = join(this.#folder, why);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    this.#entries.delete(entry.sequence);
    await rename(entry.path, join(folder, `${entry.sequence}.ndjson`)).catch(() => rm(entry.path, { force: true }));
    const old = (await readdir(folder)).sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));
    for (const name of old.slice(0, -MAX_SET_ASIDE)) await rm(join(folder, name), { force: true });
    this.#options.metrics[why === 'corrupt' ? 'reportsCorrupt' : 'reportsRefused'] += 1;
    this.#count();
  }

  async #keep(
    unfinished: { writer: ReportWriter; partial: string; sequence: number; key: string },
    footer: ReportFooter,
  ): Promise<SpoolEntry> {
    const { writer, partial, sequence, key } = unfinished;
    const path = join(this.#folder, `${String(sequence).padStart(12, '0')}-${footer.status}-${key}.ndjson`);
    try {
      await writer.finish(footer);
      await rename(partial, path);
      await syncFolder(this.#folder);
    } catch (error) {
      await rm(partial, { force: true });
      throw asAgentError(error);
    }
    const entry: SpoolEntry = { sequence, status: footer.status, key, path, bytes: writer.bytes };
    this.#entries.set(sequence, entry);
    await this.#dropSuperseded(entry);
    await this.#dropOverflow(entry);
    this.#count();
    this.onAdded();
    return entry;
  }

  async #dropSuperseded(newest: SpoolEntry): Promise<void> {
    for (const entry of this.entries()) {
      const isOlder = entry.key === newest.key && entry.sequence < newest.sequence;
      if (!isOlder || this.#held.has(entry.sequence) || RANK[entry.status] > RANK[newest.status]) continue;
      await this.remove(entry);
      this.#options.metrics.reportsSuperseded += 1;
    }
  }

  async #dropOverflow(newest: SpoolEntry): Promise<void> {
    const maxBytes = this.#options.maxBytes ?? DEFAULT_SPOOL_BYTES;
    for (const entry of this.entries()) {
      if (this.bytes <= maxBytes) return;
      if (entry.sequence === newest.sequence || this.#held.has(entry.sequence)) continue;
      await this.remove(entry);
      this.#options.metrics.reportsDropped += 1;
      this.#options.log.warn(
        { code: 'spool-full', bytes: entry.bytes, depth: this.depth },
        'the spool is full; its oldest report was dropped',
      );
    }
  }

  #count(): void {
    this.#options.metrics.spoolDepth = this.depth;
    this.#options.metrics.spoolBytes = this.bytes;
  }
}

/** A report in the making: write lines, then `keep` or `abandon` it. */
export interface SpoolReport {
  readonly writer: ReportWriter;
  keep(footer: ReportFooter): Promise<SpoolEntry>;
  abandon(): Promise<void>;
}
