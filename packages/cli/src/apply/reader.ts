/** Reads one entry of a file by the contract's schemas, and collects what is wrong with it. */
import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { FieldProblem } from '@pharos/contract';
import type { Io } from '../output.ts';
import { didYouMean } from './did-you-mean.ts';
import { type Entry, lineOf, type Place } from './entry.ts';

interface Issue {
  code: string;
  path: PropertyKey[];
  message: string;
  keys?: string[];
  /** Of a value that may have several forms: why it has none of them. */
  errors?: readonly (readonly Issue[])[];
}

export interface Schema<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false; error: { issues: readonly Issue[] } };
}

/** Of a file that a value stands in: as much as the API takes of anything. */
const MAX_BYTES = 2_000_000;

export class Reader {
  readonly value: Record<string, unknown>;
  readonly place: Place;
  readonly #entry: Entry;
  readonly #io: Pick<Io, 'env' | 'cwd'>;
  readonly #problems: FieldProblem[];

  constructor(entry: Entry, io: Pick<Io, 'env' | 'cwd'>, problems: FieldProblem[]) {
    this.#entry = entry;
    this.#io = io;
    this.#problems = problems;
    this.value = entry.value as Record<string, unknown>;
    this.place = lineOf(entry, []);
  }

  problem(path: readonly (string | number)[], message: string): null {
    this.#problems.push({ path: lineOf(this.#entry, path), message });
    return null;
  }

  /**
   * `$NAME` from the environment, `{ file: PATH }` from a file; `$$` at the start stands for a dollar sign. A path begins
   * where the file stands that names it, or here for stdin; one line break at the end of the text is dropped.
   */
  expand(value: unknown, path: readonly (string | number)[]): unknown {
    if (isFileReference(value)) return this.#textOf(value.file, path);
    if (typeof value !== 'string') return value;
    const variable = /^\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?$/.exec(value)?.[1];
    if (!variable) return value.startsWith('$$') ? value.slice(1) : value;
    if (this.#io.env[variable]) return this.#io.env[variable];
    this.problem(path, `The variable ${variable} is not set.`);
    return value;
  }

  /** These keys of the entry expanded, those that are there. */
  expanded(...keys: readonly string[]): Record<string, unknown> {
    const present = keys.filter((key) => this.value[key] !== undefined);
    return Object.fromEntries(present.map((key) => [key, this.expand(this.value[key], [key])]));
  }

  #textOf(file: string, path: readonly (string | number)[]): string {
    const from = this.#entry.file === 'stdin' ? '.' : dirname(this.#entry.file);
    const full = resolve(this.#io.cwd, from, file);
    try {
      if (statSync(full).size <= MAX_BYTES) return readFileSync(full, 'utf8').replace(/\r?\n$/, '');
      this.problem(path, `${full} is larger than ${MAX_BYTES} bytes.`);
    } catch {
      this.problem(path, `The file ${full} cannot be read.`);
    }
    // Something that the schema takes: what is wrong is told once.
    return '-';
  }

  /**
   * @param keys names that a misspelt one is compared to
   * @param below where the value stands in the entry
   */
  parse<T>(
    schema: Schema<T>,
    value: unknown,
    keys: readonly string[],
    below: readonly (string | number)[] = [],
  ): T | null {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues) {
      const { code, path, keys: unknown } = issue;
      const at = [...below, ...path.map((key) => (typeof key === 'number' ? key : String(key)))];
      if (code === 'unrecognized_keys') {
        for (const key of unknown ?? []) this.problem([...at, key], `Unknown key "${key}".${didYouMean(key, keys)}`);
      } else {
        const message = code !== 'custom' && isMissing(value, path) ? 'is missing.' : messageOf(issue);
        this.#problems.push({ path: [lineOf(this.#entry, at), at.join('.')].filter(Boolean).join(' '), message });
      }
    }
    return null;
  }

  /** A list of names or ids, or undefined where the key is not there. null: the problems say why. */
  names(value: unknown, path: readonly (string | number)[], most = 50): string[] | undefined | null {
    if (value === undefined) return undefined;
    const isList = Array.isArray(value) && value.length > 0 && value.length <= most;
    if (isList && value.every((one) => typeof one === 'string' && one.trim() !== '')) return value;
    return this.problem(path, `"${path.at(-1)}" must be a list of names.`);
  }
}

function isFileReference(value: unknown): value is { file: string } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.keys(value).length === 1 && 'file' in value && typeof value.file === 'string';
}

function isMissing(value: unknown, path: readonly PropertyKey[]): boolean {
  let at = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null) return false;
    at = (at as Record<PropertyKey, unknown>)[key];
  }
  return at === undefined && path.length > 0;
}

/** "Invalid input" alone tells nobody what was expected. */
function messageOf({ message, errors }: Issue): string {
  const reasons = [...new Set((errors ?? []).flatMap((form) => form.slice(0, 1).map(messageOf)))];
  return reasons.length === 0 ? message.replace(/^Invalid input: /, '') : reasons.join('; or ');
}
