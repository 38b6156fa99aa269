/** Reading what `pharos apply -f` takes: YAML or JSON with registries and rules. */
import { type FieldProblem, type RegistryInput, RegistryInput as RegistrySchema, RuleSpec } from '@pharos/contract';
import { closest, distance } from 'fastest-levenshtein';
import { type Document, isNode, LineCounter, parseAllDocuments } from 'yaml';
import { secondsOf } from '../command.ts';
import { CliError } from '../failure.ts';
import type { Io } from '../output.ts';
import { readTexts } from '../read-files.ts';

/** Where a document stands, for messages: `registries.yaml line 3`. */
export type Place = string;

export interface RegistryDocument {
  place: Place;
  input: RegistryInput;
  /** Without one the stored credential stays as it is. */
  hasAuthentication: boolean;
}

export interface RuleDocument {
  place: Place;
  /** Name or id; null: every registry. */
  registry: string | null;
  spec: Omit<RuleSpec, 'registryId'>;
}

export interface Documents {
  registries: RegistryDocument[];
  rules: RuleDocument[];
}

const MAX_ENTRIES = 5000;

type Environment = Io['env'];
/** An entry with what is needed to name its lines. */
interface Entry {
  value: unknown;
  document: Document;
  path: readonly (string | number)[];
  lines: LineCounter;
  file: string;
}

/**
 * Reads files, directories (their .yaml, .yml and .json files, by name) or `-` for stdin. `$NAME` in an address and in
 * sign-in fields is taken from the environment; `$$` at the start stands for a dollar sign.
 *
 * @throws CliError `apply-invalid` with every problem found and its line; `file-not-found`.
 */
export async function readDocuments(paths: readonly string[], io: Io): Promise<Documents> {
  const problems: FieldProblem[] = [];
  const documents: Documents = { registries: [], rules: [] };
  for (const { file, text } of await readTexts(paths, io)) {
    for (const entry of entriesOf(file, text, problems)) addEntry(documents, entry, io.env, problems);
  }
  findRepeated(
    'registry',
    documents.registries.map(({ input, place }) => [input.name, place]),
    problems,
  );
  findRepeated(
    'rule',
    documents.rules.map(({ spec, place }) => [spec.name, place]),
    problems,
  );
  if (problems.length > 0) {
    throw new CliError(
      'apply-invalid',
      'Nothing was applied; this has to be corrected first:',
      'See "pharos apply --help".',
      {
        errors: problems.slice(0, 50),
      },
    );
  }
  return documents;
}

/** The single registries and rules of a text, in either form. */
function entriesOf(file: string, text: string, problems: FieldProblem[]): (Entry & { noun: 'registry' | 'rule' })[] {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false });
  if (!Array.isArray(parsed)) return [];
  const entries: (Entry & { noun: 'registry' | 'rule' })[] = [];
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
      value: one,
      document,
      path,
      lines,
      file,
    });
    const { kind, registries, rules, ...rest } = (typeof value === 'object' ? value : {}) as Record<string, unknown>;
    if (kind === 'Registry') entries.push({ ...at([], without(value, 'kind')), noun: 'registry' });
    else if (kind === 'Rule') entries.push({ ...at([], without(value, 'kind')), noun: 'rule' });
    else if (kind !== undefined || Object.keys(rest).length > 0 || (!registries && !rules)) {
      const message = 'Write "kind: Registry" or "kind: Rule", or lists under "registries:" and "rules:".';
      problems.push({ path: lineOf(at([], value), []), message });
    } else {
      for (const [key, list] of Object.entries({ registries, rules })) {
        if (list === undefined || list === null) continue;
        if (!Array.isArray(list)) {
          problems.push({ path: lineOf(at([key], list), []), message: `"${key}" must be a list.` });
          continue;
        }
        const noun = key === 'rules' ? 'rule' : 'registry';
        for (const [index, one] of list.slice(0, MAX_ENTRIES).entries())
          entries.push({ ...at([key, index], one), noun });
      }
    }
  }
  return entries;
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

function without(value: unknown, key: string): unknown {
  const { [key]: _, ...rest } = value as Record<string, unknown>;
  return rest;
}

function addEntry(
  documents: Documents,
  entry: Entry & { noun: 'registry' | 'rule' },
  env: Environment,
  problems: FieldProblem[],
): void {
  const place = lineOf(entry, []);
  if (typeof entry.value !== 'object' || entry.value === null || Array.isArray(entry.value)) {
    problems.push({ path: place, message: `A ${entry.noun} needs at least a name.` });
    return;
  }
  const value = entry.value as Record<string, unknown>;
  if (entry.noun === 'registry') {
    const parsed = RegistrySchema.safeParse(registryValue(value, entry, env, problems));
    if (!parsed.success) addIssues(parsed.error.issues, entry, problems);
    else
      documents.registries.push({ place, input: parsed.data, hasAuthentication: value.authentication !== undefined });
    return;
  }
  const { registry = null, declaredKind, ...rest } = value;
  if (registry !== null && typeof registry !== 'string') {
    problems.push({ path: lineOf(entry, ['registry']), message: '"registry" must be the name of a registry.' });
    return;
  }
  const parsed = RuleSpec.omit({ registryId: true }).safeParse(
    declaredKind === undefined ? rest : { ...rest, kind: declaredKind },
  );
  if (!parsed.success) addIssues(parsed.error.issues, entry, problems);
  else documents.rules.push({ place, registry, spec: parsed.data });
}

/** From the words of the file to the words of the API: `interval: 5m`, `location`, and secrets from the environment. */
function registryValue(
  { interval, location, ...value }: Record<string, unknown>,
  entry: Entry,
  env: Environment,
  problems: FieldProblem[],
): Record<string, unknown> {
  const expand = (text: unknown, path: (string | number)[]): unknown => {
    if (typeof text !== 'string') return text;
    const variable = /^\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?$/.exec(text)?.[1];
    if (!variable) return text.startsWith('$$') ? text.slice(1) : text;
    if (env[variable]) return env[variable];
    problems.push({ path: lineOf(entry, path), message: `The variable ${variable} is not set.` });
    return `$${variable}`;
  };
  const seconds = interval === undefined ? undefined : secondsOf(String(interval));
  if (seconds === null) {
    problems.push({
      path: lineOf(entry, ['interval']),
      message: '"interval" must be a duration such as 30s, 5m or 1h.',
    });
  }
  const signIn = value.authentication;
  return {
    ...value,
    url: expand(value.url, ['url']),
    ...(value.apiUrl === undefined ? {} : { apiUrl: expand(value.apiUrl, ['apiUrl']) }),
    ...(seconds ? { intervalSeconds: seconds } : {}),
    ...(location === undefined ? {} : { locationId: location }),
    ...(typeof signIn === 'object' && signIn !== null
      ? {
          authentication: Object.fromEntries(
            Object.entries(signIn).map(([key, one]) => [key, expand(one, ['authentication', key])]),
          ),
        }
      : {}),
  };
}

function addIssues(
  issues: readonly { code: string; path: PropertyKey[]; message: string; keys?: string[] }[],
  entry: Entry & { noun: 'registry' | 'rule' },
  problems: FieldProblem[],
): void {
  for (const { code, path, message, keys: unknown } of issues) {
    const keys = path.map((key) => (typeof key === 'number' ? key : String(key)));
    if (code === 'unrecognized_keys') {
      for (const key of unknown ?? []) {
        problems.push({
          path: lineOf(entry, [...keys, key]),
          message: `Unknown key "${key}".${didYouMean(key, entry.noun)}`,
        });
      }
      continue;
    }
    problems.push({ path: [lineOf(entry, keys), keys.join('.')].filter(Boolean).join(' '), message });
  }
}

const KEYS = {
  registry: [
    ...Object.keys(RegistrySchema.shape),
    ...['interval', 'location', 'caCerts', 'skipVerify', 'plainHttp', 'requestsPerDay', 'concurrency'],
    'vulnerabilityReports',
  ],
  rule: [
    ...Object.keys(RuleSpec.omit({ registryId: true }).shape),
    ...[
      'registry',
      'declaredKind',
      'include',
      'exclude',
      'version',
      'order',
      'keep',
      'prerelease',
      'parsedOnly',
      'scheme',
      ...['pattern', 'range', 'floating', 'direction', 'groupBy', 'require', 'mode', 'mediaTypes', 'artifactTypes'],
      ...['equals', 'matches', 'exists', 'min', 'max'],
    ],
  ],
};

/** A sentence with the key that was probably meant; empty when none is near. */
function didYouMean(key: string, noun: keyof typeof KEYS): string {
  const nearest = closest(key, KEYS[noun]);
  return distance(key, nearest) <= Math.max(2, key.length / 3) ? ` Did you mean "${nearest}"?` : '';
}

/** `file line 12` of the innermost thing that exists on the way to `path`. */
function lineOf(entry: Entry, path: readonly (string | number)[]): string {
  const { document, lines, file } = entry;
  const full = [...entry.path, ...path];
  for (let length = full.length; length >= 0; length -= 1) {
    const node = length === 0 ? document.contents : document.getIn(full.slice(0, length), true);
    if (isNode(node) && node.range) return `${file} line ${lines.linePos(node.range[0]).line}`;
  }
  return file;
}

function findRepeated(noun: string, named: [name: string, place: Place][], problems: FieldProblem[]): void {
  const seen = new Map<string, Place>();
  for (const [name, place] of named) {
    const before = seen.get(name);
    if (before) problems.push({ path: place, message: `The ${noun} "${name}" stands at ${before} already.` });
    else seen.set(name, place);
  }
}
