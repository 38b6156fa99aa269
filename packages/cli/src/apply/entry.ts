/** The single things of a file, and the lines they stand at. */
import type { FieldProblem } from '@pharos/contract';
import { type Document, isNode, LineCounter, parseAllDocuments } from 'yaml';
import { didYouMean } from './did-you-mean.ts';

/** Where a document stands, for messages: `registries.yaml line 3`. */
export type Place = string;

/** An entry with what is needed to name its lines. */
export interface Entry {
  value: unknown;
  document: Document;
  path: readonly (string | number)[];
  lines: LineCounter;
  file: string;
}

const MAX_ENTRIES = 5000;

/** Names of a noun in files. */
interface Named {
  readonly kind: string;
  readonly list: string;
}

/** Reads both forms: documents with `kind:`, and lists; and, where `bare` is given, documents of it without a kind. */
export function entriesOf<N extends Named>(
  { file, text }: { file: string; text: string },
  nouns: readonly N[],
  problems: FieldProblem[],
  bare?: N,
): { noun: N; entry: Entry }[] {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false });
  if (!Array.isArray(parsed)) return [];
  const entries: { noun: N; entry: Entry }[] = [];
  for (const document of parsed) {
    const [error] = document.errors;
    if (error) {
      const { line, col } = lines.linePos(error.pos[0]);
      problems.push({ path: `${file} line ${line}, column ${col}`, message: error.message });
      continue;
    }
    const value = plain(document, file, problems);
    if (value === null || value === undefined) continue;
    const at = (path: readonly (string | number)[], one: unknown): Entry => ({
      ...{ value: one, document, path, lines, file },
    });
    const { kind, ...rest } = (typeof value === 'object' ? value : {}) as Record<string, unknown>;
    const single = nouns.find((noun) => noun.kind === kind);
    if (single) {
      entries.push({ noun: single, entry: at([], rest) });
      continue;
    }
    if (bare && kind === undefined && !(bare.list in rest)) {
      entries.push({ noun: bare, entry: at([], value) });
      continue;
    }
    const unknown = Object.keys(rest).filter((key) => !nouns.some((noun) => noun.list === key));
    const isLists = kind === undefined && unknown.length < Object.keys(rest).length;
    if (!isLists) {
      problems.push({ path: lineOf(at([], value), []), message: unknownForm(kind, unknown, nouns) });
      continue;
    }
    for (const key of unknown) {
      const message = `Unknown key "${key}".${didYouMean(key, listsOf(nouns))}`;
      problems.push({ path: lineOf(at([], value), [key]), message });
      delete rest[key];
    }
    for (const [key, list] of Object.entries(rest)) {
      const noun = nouns.find((one) => one.list === key)!;
      if (list === undefined || list === null) continue;
      if (!Array.isArray(list)) {
        problems.push({ path: lineOf(at([key], list), []), message: `"${key}" must be a list.` });
        continue;
      }
      for (const [index, one] of list.slice(0, MAX_ENTRIES).entries()) {
        entries.push({ noun, entry: at([key, index], one) });
      }
    }
  }
  return entries;
}

const listsOf = (nouns: readonly Named[]) => nouns.map(({ list }) => list);

/** What was probably meant, and all that there is where nothing is near. */
function unknownForm(kind: unknown, keys: readonly string[], nouns: readonly Named[]): string {
  const kinds = nouns.map((noun) => noun.kind);
  if (typeof kind === 'string') {
    const near = didYouMean(kind, kinds);
    return `Unknown kind "${kind}".${near || ` ${forms(nouns)}`}`;
  }
  const [key] = keys.filter((each) => didYouMean(each, listsOf(nouns)) !== '');
  return key === undefined ? forms(nouns) : `Unknown key "${key}".${didYouMean(key, listsOf(nouns))}`;
}

function forms(nouns: readonly Named[]): string {
  const kinds = nouns.map(({ kind }) => `"kind: ${kind}"`).join(', ');
  const lists = nouns.map(({ list }) => `"${list}:"`).join(', ');
  return `Write one of ${kinds}; or lists under ${lists}.`;
}

/** The document as values; refuses alias bombs. */
function plain(document: Document, file: string, problems: FieldProblem[]): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    problems.push({ path: file, message: `${(error as Error).message}.` });
    return null;
  }
}

/** `file line 12` of the innermost thing that exists on the way to `path`. */
export function lineOf(entry: Entry, path: readonly (string | number)[]): Place {
  const { document, lines, file } = entry;
  const full = [...entry.path, ...path];
  for (let length = full.length; length >= 0; length -= 1) {
    const node = length === 0 ? document.contents : document.getIn(full.slice(0, length), true);
    if (isNode(node) && node.range) return `${file} line ${lines.linePos(node.range[0]).line}`;
  }
  return file;
}
