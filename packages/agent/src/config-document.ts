/** Reads the text of the agent's file: YAML with positions, environment variables, unused keys. Nothing of its meaning. */
import { distance } from 'fastest-levenshtein';
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLParseError,
} from 'yaml';
import type { z } from 'zod';
import type { ConfigProblem } from './config-error.ts';
import { knownKeys, UNUSED_KEYS } from './config-schema.ts';

/** Largest file in bytes. */
export const MAX_FILE_BYTES = 1024 * 1024;

/** Environment by name, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Something that is allowed and that a person should know. */
export interface ConfigNotice {
  path: string;
  line: number | null;
  message: string;
}

export interface ReadDocument {
  /** Plain values, environment put in, unused keys and empty ones taken out. */
  value: unknown;
  notices: ConfigNotice[];
  problems: ConfigProblem[];
  /** Makes a problem at a path: the line and column are those of the deepest part of the path that is in the file. */
  problem(path: readonly PropertyKey[], code: string, message: string, hint: string): ConfigProblem;
  /** The same for what zod found. */
  fromIssue(issue: z.core.$ZodIssue): ConfigProblem[];
}

/** Reads YAML 1.2 (core schema). Never throws; what is wrong is in `problems`. */
export function readDocument(text: string, environment: Environment): ReadDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    schema: 'core',
    uniqueKeys: true,
    strict: true,
    prettyErrors: false,
    lineCounter: lines,
  });
  const at = (offset: number | undefined) => {
    const position = offset === undefined ? null : lines.linePos(offset);
    return { line: position?.line ?? null, column: position?.col ?? null };
  };
  const problem: ReadDocument['problem'] = (path, code, message, hint) => ({
    code,
    message,
    hint,
    ...at(offsetOf(document, path)),
    path: dotted(path),
  });
  const read: ReadDocument = {
    value: {},
    notices: [],
    problems: syntaxProblems(document, at),
    problem,
    fromIssue: (issue) => issueProblems(issue, problem),
  };
  if (read.problems.length > 0) return read;
  const raw: unknown = document.toJS({ maxAliasCount: 0 });
  read.value = clean(raw ?? {}, [], { environment, read });
  return read;
}

type Place = (offset: number) => Pick<ConfigProblem, 'line' | 'column'>;

function syntaxProblems(document: Document.Parsed, at: Place): ConfigProblem[] {
  const [error] = document.errors;
  // One is enough: what follows the first is mostly its consequence.
  if (error !== undefined) return [{ ...syntaxWords(error), ...at(error.pos[0]), path: '' }];
  const problems: ConfigProblem[] = [];
  const refuse = (node: Node, code: string, message: string, hint: string) =>
    problems.push({ code, message, hint, ...at(node.range?.[0] ?? 0), path: '' });
  visit(document, {
    Node(_, node) {
      if (isAlias(node)) {
        // An alias of aliases grows exponentially when it is resolved ("billion laughs"); nobody needs one here.
        refuse(node, 'yaml-alias', 'Aliases (*name) are not allowed in this file.', 'Write the value out.');
        return visit.BREAK;
      }
      return undefined;
    },
  });
  for (const { pos } of document.warnings) {
    const message = 'Tags (!name) are not allowed in this file.';
    problems.push({ code: 'yaml-tag', message, hint: 'Write a plain value.', ...at(pos[0]), path: '' });
  }
  const { contents } = document;
  if (problems.length === 0 && contents !== null && !isMap(contents) && !isEmpty(contents)) {
    refuse(contents, 'yaml-syntax', 'The file is not a map of keys.', 'Begin with agent: or dispatcher:.');
  }
  return problems;
}

function syntaxWords({ code, message }: YAMLParseError): Pick<ConfigProblem, 'code' | 'message' | 'hint'> {
  if (code === 'TAB_AS_INDENT') {
    return {
      code: 'yaml-tab',
      message: 'A tab is used for indentation, which YAML does not allow.',
      hint: 'Replace the tab with spaces.',
    };
  }
  if (code === 'DUPLICATE_KEY') {
    return { code: 'yaml-duplicate-key', message: 'The same key stands twice.', hint: 'Remove one of the two.' };
  }
  // Some of the parser's sentences end with a piece of the text, which may be a secret.
  const told = message.replace(/:?\s*["'`].*$/s, '').trim();
  return { code: 'yaml-syntax', message: `This is not valid YAML: ${told}.`, hint: 'Correct the file at this place.' };
}

const isEmpty = (node: unknown) => isScalar(node) && node.value === null;

interface Cleaning {
  environment: Environment;
  read: ReadDocument;
}

/** Takes empty and unused keys out and puts the environment in. */
function clean(value: unknown, path: readonly PropertyKey[], cleaning: Cleaning): unknown {
  if (typeof value === 'string') return expand(value, path, cleaning);
  if (Array.isArray(value)) return value.map((item, index) => clean(item, [...path, index], cleaning));
  if (typeof value !== 'object' || value === null) return value;
  const entries: [string, unknown][] = [];
  for (const [key, item] of Object.entries(value)) {
    const here = [...path, key];
    if (UNUSED_KEYS.has(dotted(here))) {
      const { line } = cleaning.read.problem(here, '', '', '');
      cleaning.read.notices.push({
        path: dotted(here),
        line,
        message: `${dotted(here)} is not used by Pharos.${INSTEAD[dotted(here)] ?? ''}`,
      });
    } else if (item !== null) {
      entries.push([key, clean(item, here, cleaning)]);
    } else if (key === 'registry' || key === 'kubernetes') {
      // `registry:` with nothing below it means the default registry, not none; `kubernetes:` the one that the agent runs in.
      entries.push([key, {}]);
    }
  }
  return Object.fromEntries(entries);
}

/** Code of a `$NAME` whose variable is not set, or is empty. */
export const VARIABLE_MISSING = 'environment-variable-missing';

/** What takes the place of an incumbent's key that means something. */
const INSTEAD: Record<string, string> = {
  'agent.root_ca_path': ' To trust a private CA of the control plane, set NODE_EXTRA_CA_CERTS to its file.',
  'agent.plaintext': ' Write http:// in agent.beacon_server instead.',
};

/** Keys whose text may name environment variables: addresses, identities and secrets, never patterns or prose. */
const EXPANDED = new Set([
  'beacon_server',
  'access_key',
  'join_token',
  'location_id',
  'url',
  'ca_certs',
  'kubeconfig',
  'path',
  'config',
  'username',
  'password',
  'token',
  'tenant_id',
  'client_id',
  'client_secret',
  'region',
  'role_arn',
  'external_id',
  'access_key_id',
  'secret_access_key',
  'service_account_key',
  'imagesetDiscoveryContainerRegistryURL',
  'imageset_discovery_ca_certs',
]);

/**
 * `$NAME` as the whole value, or `${NAME}` anywhere in it. A `$` inside a longer text stays: passwords have them. `$$`
 * at the beginning is a plain `$`. What comes out of the environment is not expanded again.
 */
function expand(text: string, path: readonly PropertyKey[], { environment, read }: Cleaning): string {
  if (!EXPANDED.has(String(path.at(-1)))) return text;
  if (text.startsWith('$$')) return text.slice(1);
  const replaceName = (name: string): string => {
    const value = environment[name];
    if (value !== undefined && value !== '') return value;
    const state = value === undefined ? 'not set' : 'empty';
    const message = `${dotted(path)} takes its value from the environment variable ${name}, which is ${state}.`;
    const hint = `Set ${name} where the agent starts. For a value that begins with a dollar sign write $$.`;
    read.problems.push(read.problem(path, VARIABLE_MISSING, message, hint));
    return '-';
  };
  const whole = /^\$([A-Za-z_][A-Za-z0-9_]*)$/.exec(text);
  if (whole) return replaceName(whole[1]!);
  return text.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_, name: string) => replaceName(name));
}

function dotted(path: readonly PropertyKey[]): string {
  return path.map(String).join('.');
}

function offsetOf(document: Document.Parsed, path: readonly PropertyKey[]): number | undefined {
  for (let length = path.length; length > 0; length -= 1) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const key = path[length - 1];
    if (isMap(parent)) {
      const pair = parent.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
      if (pair && isNode(pair.key)) return pair.key.range?.[0];
    } else if (typeof key === 'number') {
      const item = document.getIn(path.slice(0, length), true);
      if (isNode(item)) return item.range?.[0];
    }
  }
  return undefined;
}

function issueProblems(issue: z.core.$ZodIssue, problem: ReadDocument['problem']): ConfigProblem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey([...issue.path, key], issue.path, key, problem));
  }
  const name = dotted(issue.path) || 'The file';
  if (issue.code === 'invalid_type') {
    const found = / received undefined$/.test(issue.message);
    if (found) return [problem(issue.path, 'missing-key', `${name} is missing.`, `Add ${String(issue.path.at(-1))}.`)];
    const article = /^[aeiou]/.test(issue.expected) ? 'an' : 'a';
    const hint = issue.expected === 'string' ? 'Put the value in quotes.' : 'Correct the value.';
    return [problem(issue.path, 'wrong-type', `${name} must be ${article} ${issue.expected}.`, hint)];
  }
  const choices = choicesOf(issue);
  if (choices) {
    const hint = `Use one of ${choices.join(', ')}.`;
    return [problem(issue.path, 'value-unknown', `${name} has a value that does not exist.`, hint)];
  }
  const code = issue.code === 'custom' && typeof issue.params?.code === 'string' ? issue.params.code : 'value-invalid';
  return [problem(issue.path, code, `${name}: ${issue.message}`, 'Correct the value.')];
}

function choicesOf(issue: z.core.$ZodIssue): string[] | null {
  if (issue.code === 'invalid_value') return issue.values.map(String);
  if (issue.code === 'invalid_union' && 'options' in issue && Array.isArray(issue.options)) {
    return issue.options.map(String);
  }
  return null;
}

function unknownKey(
  path: PropertyKey[],
  parent: PropertyKey[],
  key: string,
  problem: ReadDocument['problem'],
): ConfigProblem {
  const keys = knownKeys(parent);
  const nearest = keys
    .map((known) => ({ known, far: distance(known, key.toLowerCase().replaceAll('-', '_')) }))
    .sort((a, b) => a.far - b.far)[0];
  const close = nearest !== undefined && nearest.far <= Math.max(2, Math.floor(key.length / 3));
  const where = parent.length === 0 ? 'this file' : dotted(parent);
  // A key may be a secret that slipped one level up, but only when somebody wrote it with a colon; keys are shown, values never.
  const shown = /^[\w.-]{1,64}$/.test(key) ? `"${key}"` : 'with an odd name';
  const message = `Unknown key ${shown} in ${where}.${close ? ` Did you mean "${nearest.known}"?` : ''}`;
  const hint = close ? `Write ${nearest.known}.` : keys.length > 0 ? `Known here: ${keys.join(', ')}.` : 'Remove it.';
  return problem(path, 'unknown-key', message, hint);
}
