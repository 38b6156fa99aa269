/**
 * Which repositories a sweep reads, by the schedules of their rules. A registry's interval says when it is swept; a rule may want its
 * repositories less often than that. A repository of several rules is read when any of them wants it. Kept on disk, so that a restart reads nothing early.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CompiledRule, decideRepository, isDue } from '@pharos/library';
import { writeWhole } from './write-file.ts';

/** Milliseconds since 1970. */
interface Kept {
  /** Rule → when its repositories were found and all of them read. */
  rules: Map<string, number>;
  /** Repository → when it was last read completely. */
  repositories: Map<string, number>;
}

const MOST_REPOSITORIES = 200_000;

export class ReadingPlan {
  readonly #folder: string;
  readonly #now: () => number;
  readonly #kept = new Map<string, Kept>();

  /** @param now milliseconds since 1970 */
  constructor(folder: string, now: () => number = Date.now) {
    this.#folder = folder;
    this.#now = now;
  }

  /** What is due of a registry now. Whoever asks by hand (`isAsked`), or after a change, gets all of it. */
  async round(registryId: string, rules: readonly CompiledRule[], isAsked: boolean): Promise<Round> {
    const now = this.#now();
    if (rules.every(({ spec }) => spec.schedule === undefined)) return new Round(rules, rules, NOTHING, now, null);
    const kept = this.#kept.get(registryId) ?? (await this.#load(registryId));
    this.#kept.set(registryId, kept);
    const due = isAsked ? rules : rules.filter((rule) => isDue(rule.spec.schedule, kept.rules.get(keyOf(rule)), now));
    const save = async () => {
      const known = new Set(rules.map(keyOf));
      for (const key of kept.rules.keys()) if (!known.has(key)) kept.rules.delete(key);
      await this.#save(registryId, kept);
    };
    return new Round(rules, due, isAsked ? NOTHING : kept, now, { kept, save });
  }

  async #load(registryId: string): Promise<Kept> {
    try {
      const text = await readFile(this.#path(registryId), 'utf8');
      const { v, rules, repositories } = JSON.parse(text) as Record<string, unknown>;
      if (v === 1) return { rules: new Map(rules as []), repositories: new Map(repositories as []) };
    } catch {
      // Missing or damaged: everything is due.
    }
    return { rules: new Map(), repositories: new Map() };
  }

  async #save(registryId: string, { rules, repositories }: Kept): Promise<void> {
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      const text = JSON.stringify({
        v: 1,
        rules: [...rules],
        repositories: [...repositories].slice(-MOST_REPOSITORIES),
      });
      await writeWhole(this.#path(registryId), [text]);
    } catch {
      // A disk that is full stops no scan: after a restart everything is due then.
    }
  }

  #path(registryId: string): string {
    return join(this.#folder, `${registryId}.json`);
  }
}

const NOTHING: Kept = { rules: new Map(), repositories: new Map() };

/** One sweep's share of the plan. */
export class Round {
  /** Rules whose repositories are looked for. */
  readonly due: readonly CompiledRule[];
  readonly #all: readonly CompiledRule[];
  readonly #before: Kept;
  readonly #now: number;
  readonly #keeping: { kept: Kept; save: () => Promise<void> } | null;
  readonly #unread = new Set<string>();

  constructor(
    all: readonly CompiledRule[],
    due: readonly CompiledRule[],
    before: Kept,
    now: number,
    keeping: { kept: Kept; save: () => Promise<void> } | null,
  ) {
    this.#all = all;
    this.due = due;
    this.#before = before;
    this.#now = now;
    this.#keeping = keeping;
  }

  /** Those of these repositories that some due rule wants read now: another rule may have had one read since. */
  wanted(repositories: readonly string[]): string[] {
    return repositories.filter((name) => {
      const last = this.#before.repositories.get(name);
      if (last === undefined) return true;
      return this.due.some(
        (rule) => decideRepository(rule, name).included && isDue(rule.spec.schedule, last, this.#now),
      );
    });
  }

  /** How the reading of a repository ended. What was not read completely stays due, and so do its rules. */
  ended(repository: string, isComplete: boolean): void {
    if (this.#keeping === null) return;
    if (isComplete) this.#keeping.kept.repositories.set(repository, this.#now);
    else this.#unread.add(repository);
  }

  /** The sweep is over. @param isWhole all repositories of the due rules were found */
  async end(isWhole: boolean): Promise<void> {
    if (this.#keeping === null) return;
    const { kept, save } = this.#keeping;
    for (const rule of this.due) {
      const isRead = [...this.#unread].every((name) => !decideRepository(rule, name).included);
      if (isWhole && isRead) kept.rules.set(keyOf(rule), this.#now);
    }
    for (const name of kept.repositories.keys()) {
      if (!this.#all.some((rule) => decideRepository(rule, name).included)) kept.repositories.delete(name);
    }
    await save();
  }
}

/** A rule that says another time, or takes others, is another one: it is due. */
function keyOf({ id, name, spec }: CompiledRule): string {
  return JSON.stringify([id ?? name, spec.schedule ?? null, spec.repositories]);
}
