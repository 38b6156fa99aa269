/**
 * What the agent knows that the control plane has: for each repository every tag with its digest and when that was last
 * looked at. It only saves requests; losing it loses nothing.
 */
import { hash } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type EvidenceState, NO_EVIDENCE_STATE } from './evidence.ts';
import { readLines } from './line-reader.ts';
import { PackedTags } from './packed-tags.ts';
import type { StoredFacts } from './scan-facts.ts';
import { writeWhole } from './write-file.ts';

/** `checked`: seconds since 1970 when the registry last said that the tag has this digest. */
export interface KnownTag {
  digest: string;
  checked: number;
  /** When it was pushed, by the registry's word. */
  pushedAt: string | null;
}

/** Which registry, at which address, told to which database: a state of any other is of no use. */
export interface StateKey {
  registryId: string;
  /** Address with its scheme, so that another registry under the same name is not mistaken for this one. */
  origin: string;
  repository: string;
  serverEpoch: string;
}

export class State {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The tags of a repository; empty when nothing (usable) is known. */
  async load(key: StateKey): Promise<PackedTags> {
    const tags = new PackedTags();
    try {
      let isHeader = true;
      let isWhole = false;
      for await (const line of readLines(this.#path(key.registryId, key.repository))) {
        const value: unknown = JSON.parse(line.toString('utf8'));
        if (isHeader) {
          isHeader = false;
          if (!isSameKey(value, key)) return new PackedTags();
        } else if (Array.isArray(value)) {
          const [name, digest, checked, pushedAt = null] = value as [string, string, number, string?];
          tags.set(name, digest, checked, pushedAt);
        } else isWhole = (value as { end?: number }).end === tags.size;
      }
      return isWhole ? tags : new PackedTags();
    } catch {
      // Missing or damaged: everything is read again.
      return new PackedTags();
    }
  }

  /** Replaces what is known of a repository. */
  async save(key: StateKey, tags: PackedTags): Promise<void> {
    await mkdir(join(this.#folder, key.registryId), { recursive: true, mode: 0o700 });
    await writeWhole(this.#path(key.registryId, key.repository), linesOf(key, tags));
  }

  /** When it was last asked what hangs on a digest (seconds since 1970); empty when nothing is known. */
  async loadSubjects(key: StateKey): Promise<Map<string, number>> {
    try {
      const text = await readFile(this.#path(key.registryId, key.repository, 'subjects'), 'utf8');
      const stored = JSON.parse(text) as { key: unknown; subjects: [string, number][] };
      return isSameKey(stored.key, key) ? new Map(stored.subjects) : new Map();
    } catch {
      return new Map();
    }
  }

  async saveSubjects(key: StateKey, subjects: ReadonlyMap<string, number>): Promise<void> {
    await mkdir(join(this.#folder, key.registryId), { recursive: true, mode: 0o700 });
    const text = JSON.stringify({ key: { v: 1, ...key }, subjects: [...subjects] });
    await writeWhole(this.#path(key.registryId, key.repository, 'subjects'), [text]);
  }

  /** Which signatures were fetched and delivered, and which wait; nothing when nothing (usable) is known. */
  async loadEvidence(key: StateKey): Promise<EvidenceState> {
    try {
      const text = await readFile(this.#path(key.registryId, key.repository, 'evidence'), 'utf8');
      const stored = JSON.parse(text) as { key: unknown; state: EvidenceState };
      return isSameKey(stored.key, key) ? stored.state : NO_EVIDENCE_STATE;
    } catch {
      return NO_EVIDENCE_STATE;
    }
  }

  async saveEvidence(key: StateKey, state: EvidenceState): Promise<void> {
    await mkdir(join(this.#folder, key.registryId), { recursive: true, mode: 0o700 });
    const text = JSON.stringify({ key: { v: 1, ...key }, state });
    await writeWhole(this.#path(key.registryId, key.repository, 'evidence'), [text]);
  }

  /** What rules asked of images beyond the names of tags; null when nothing is known. */
  async loadFacts(key: StateKey): Promise<StoredFacts | null> {
    try {
      const text = await readFile(this.#path(key.registryId, key.repository, 'facts'), 'utf8');
      const stored = JSON.parse(text) as { key: unknown; facts: StoredFacts };
      return isSameKey(stored.key, key) ? stored.facts : null;
    } catch {
      return null;
    }
  }

  async saveFacts(key: StateKey, facts: StoredFacts): Promise<void> {
    await mkdir(join(this.#folder, key.registryId), { recursive: true, mode: 0o700 });
    const text = JSON.stringify({ key: { v: 1, ...key }, facts });
    await writeWhole(this.#path(key.registryId, key.repository, 'facts'), [text]);
  }

  /** Forgets one repository, so that it is read from the beginning. */
  async forget(registryId: string, repository: string): Promise<void> {
    await rm(this.#path(registryId, repository), { force: true });
    await rm(this.#path(registryId, repository, 'subjects'), { force: true });
    await rm(this.#path(registryId, repository, 'facts'), { force: true });
    await rm(this.#path(registryId, repository, 'evidence'), { force: true });
  }

  /** Forgets the registries that are not listed here. */
  async keepOnly(registryIds: ReadonlySet<string>): Promise<void> {
    const folders = await readdir(this.#folder).catch(() => []);
    for (const folder of folders) {
      if (!registryIds.has(folder)) await rm(join(this.#folder, folder), { recursive: true, force: true });
    }
  }

  #path(registryId: string, repository: string, what = 'ndjson'): string {
    // A repository's name is hostile text and longer than a file name may be.
    return join(this.#folder, registryId, `${hash('sha256', repository, 'hex')}.${what}`);
  }
}

function* linesOf(key: StateKey, tags: PackedTags): Generator<string> {
  let text = `${JSON.stringify({ v: 1, ...key })}\n`;
  for (const [name, { digest, checked, pushedAt }] of tags) {
    text += `${JSON.stringify(pushedAt === null ? [name, digest, checked] : [name, digest, checked, pushedAt])}\n`;
    if (text.length > 64 * 1024) {
      yield text;
      text = '';
    }
  }
  yield `${text}${JSON.stringify({ end: tags.size })}\n`;
}

function isSameKey(value: unknown, key: StateKey): boolean {
  const stored = value as Record<string, unknown>;
  const same = (name: keyof StateKey) => stored[name] === key[name];
  return stored.v === 1 && same('registryId') && same('origin') && same('repository') && same('serverEpoch');
}
