/** Reads one entry of a file by the contract's schemas, and collects what is wrong with it. */
import type { FieldProblem } from '@pharos/contract';
import { closest, distance } from 'fastest-levenshtein';
import type { Io } from '../output.ts';
import { type Entry, lineOf, type Place } from './entry.ts';

interface Issue {
  code: string;
  path: PropertyKey[];
  message: string;
  keys?: string[];
}

export interface Schema<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false; error: { issues: readonly Issue[] } };
}

export class Reader {
  readonly value: Record<string, unknown>;
  readonly place: Place;
  readonly #entry: Entry;
  readonly #env: Io['env'];
  readonly #problems: FieldProblem[];

  constructor(entry: Entry, env: Io['env'], problems: FieldProblem[]) {
    this.#entry = entry;
    this.#env = env;
    this.#problems = problems;
    this.value = entry.value as Record<string, unknown>;
    this.place = lineOf(entry, []);
  }

  problem(path: readonly (string | number)[], message: string): null {
    this.#problems.push({ path: lineOf(this.#entry, path), message });
    return null;
  }

  /** `$NAME` from the environment; `$$` at the start stands for a dollar sign. */
  expand(text: unknown, path: readonly (string | number)[]): unknown {
    if (typeof text !== 'string') return text;
    const variable = /^\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?$/.exec(text)?.[1];
    if (!variable) return text.startsWith('$$') ? text.slice(1) : text;
    if (this.#env[variable]) return this.#env[variable];
    this.problem(path, `The variable ${variable} is not set.`);
    return text;
  }

  /** @param keys names that a misspelt one is compared to */
  parse<T>(schema: Schema<T>, value: unknown, keys: readonly string[]): T | null {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    for (const { code, path, message, keys: unknown } of parsed.error.issues) {
      const at = path.map((key) => (typeof key === 'number' ? key : String(key)));
      if (code === 'unrecognized_keys') {
        for (const key of unknown ?? []) this.problem([...at, key], `Unknown key "${key}".${didYouMean(key, keys)}`);
      } else {
        this.#problems.push({ path: [lineOf(this.#entry, at), at.join('.')].filter(Boolean).join(' '), message });
      }
    }
    return null;
  }

  /** A list of names or ids, or undefined where the key is not there. null: the problems say why. */
  names(value: unknown, path: readonly (string | number)[]): string[] | undefined | null {
    if (value === undefined) return undefined;
    const isList = Array.isArray(value) && value.length > 0 && value.length <= 50;
    if (isList && value.every((one) => typeof one === 'string' && one.trim() !== '')) return value;
    return this.problem(path, `"${path.at(-1)}" must be a list of names.`);
  }
}

/** A sentence with the key that was probably meant; empty when none is near. */
function didYouMean(key: string, keys: readonly string[]): string {
  const nearest = closest(key, [...keys]);
  return distance(key, nearest) <= Math.max(2, key.length / 3) ? ` Did you mean "${nearest}"?` : '';
}
