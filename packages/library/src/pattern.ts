/**
 * Patterns of Repository Rules. A pattern is a glob, or `re:` and a regular expression that must match the whole name.
 * Both run in time linear in the name: simple globs by hand, everything else on RE2's automata (re2js). There is no way to
 * V8's own engine, which backtracks: one name in a registry could otherwise hang the process that tests a user's rule.
 */
import { RE2JS, RE2JSSyntaxException } from 're2js';
import { parseGlob } from './glob.ts';
import { PatternError } from './pattern-error.ts';

export { PatternError } from './pattern-error.ts';

/** Longest pattern in characters, as in the contract. */
export const MAX_PATTERN_LENGTH = 512;

/** Largest compiled program in RE2 instructions: bounds the work per character of a name. `[a-f0-9]{64}` needs 66. */
const MAX_PROGRAM = 2_000;

const REGEX_PREFIX = 're:';

/** A pattern ready to run. `source` is the pattern as written; `literal` is the only name it can match, if there is just one. */
export interface CompiledPattern {
  readonly source: string;
  readonly literal: string | null;
  test(name: string): boolean;
}

/** Compiles a pattern. Throws PatternError (`invalid-pattern`, with hint and position). */
export function compilePattern(text: string): CompiledPattern {
  if (text.length === 0)
    throw new PatternError('A pattern may not be empty.', 'Write * for every tag, ** for every repository.', 0);
  if (text.length > MAX_PATTERN_LENGTH) {
    const message = `A pattern has at most ${MAX_PATTERN_LENGTH} characters, this one has ${text.length}.`;
    throw new PatternError(message, 'Split it into several patterns; any of them may match.', MAX_PATTERN_LENGTH);
  }
  return text.startsWith(REGEX_PREFIX) ? compileRegex(text) : compileGlob(text);
}

/**
 * The one name a pattern can match, or null if it may match several (or cannot be run). For literals no list of
 * repositories is needed. `re:^postgresql$` is as literal as `postgresql`.
 */
export function literalOf(text: string): string | null {
  if (text.startsWith(REGEX_PREFIX)) return regexLiteral(text.slice(REGEX_PREFIX.length));
  return /^[A-Za-z0-9._/-]{1,512}$/.test(text) ? text : null;
}

function regexLiteral(body: string): string | null {
  const match = /^\^?((?:[A-Za-z0-9_/-]|\\[.-])+)\$?$/.exec(body);
  return match === null ? null : match[1]!.replaceAll('\\', '');
}

function compileGlob(text: string): CompiledPattern {
  const glob = parseGlob(text);
  switch (glob.shape) {
    case 'literal':
      return { source: text, literal: glob.text, test: (name) => name === glob.text };
    case 'everything':
      return { source: text, literal: null, test: () => true };
    case 'one-star':
      return { source: text, literal: null, test: oneStar(glob.prefix, glob.suffix, glob.crossing) };
    case 'regex':
      return { source: text, literal: null, test: runnable(text, glob.source, 0) };
  }
}

function oneStar(prefix: string, suffix: string, crossing: boolean): (name: string) => boolean {
  const shortest = prefix.length + suffix.length;
  return (name) => {
    if (name.length < shortest || !name.startsWith(prefix) || !name.endsWith(suffix)) return false;
    if (crossing) return true;
    const slash = name.indexOf('/', prefix.length);
    return slash < 0 || slash >= name.length - suffix.length;
  };
}

function compileRegex(text: string): CompiledPattern {
  const body = text.slice(REGEX_PREFIX.length);
  if (body === '')
    throw new PatternError('There is nothing after "re:".', 'Write the expression, e.g. re:^17\\..*$', text.length);
  refuseUnsupported(body, REGEX_PREFIX.length);
  const literal = regexLiteral(body);
  const test = runnable(text, body, REGEX_PREFIX.length);
  return { source: text, literal, test: literal === null ? test : (name) => name === literal };
}

/** A full-match expression with named groups, on the same engine. `groups` answers null for a text that does not match. */
export interface CompiledGroups {
  readonly names: ReadonlySet<string>;
  groups(text: string): ((name: string) => string | null) | null;
}

/** Compiles an expression for its named groups (written without `re:`). Throws PatternError. */
export function compileGroups(source: string): CompiledGroups {
  if (source.length > MAX_PATTERN_LENGTH) {
    const message = `A pattern has at most ${MAX_PATTERN_LENGTH} characters, this one has ${source.length}.`;
    throw new PatternError(message, 'Shorten it.', MAX_PATTERN_LENGTH);
  }
  refuseUnsupported(source, 0);
  const program = boundedProgram(source, source, 0);
  return {
    names: new Set(Object.keys(program.namedGroups())),
    groups: (text) => {
      const matcher = program.matcher(text);
      return matcher.matches() ? (name) => matcher.group(name) : null;
    },
  };
}

function runnable(text: string, source: string, offset: number): (name: string) => boolean {
  const program = boundedProgram(text, source, offset);
  return (name) => program.testExact(name);
}

function boundedProgram(text: string, source: string, offset: number): RE2JS {
  const program = compileProgram(source, offset);
  if (program.programSize() > MAX_PROGRAM) {
    const message = 'The pattern is too large once its repetitions are written out.';
    throw new PatternError(message, 'Use smaller counts in {…}, or * and +.', Math.max(text.indexOf('{'), 0));
  }
  return program;
}

function compileProgram(source: string, offset: number): RE2JS {
  try {
    return RE2JS.compile(source, RE2JS.DOTALL);
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error;
    const hint = 'The syntax is RE2: https://github.com/google/re2/wiki/Syntax. Globs (without re:) are simpler.';
    throw new PatternError(`Not a regular expression: ${error.error}.`, hint, offset + syntaxPosition(source, error));
  }
}

function syntaxPosition(source: string, error: RE2JSSyntaxException): number {
  if (error.input === null) return source.length - 1;
  if (error.error.startsWith('missing closing )')) return unclosedGroup(source);
  return Math.max(source.indexOf(error.input), 0);
}

function unclosedGroup(source: string): number {
  const open: number[] = [];
  for (const { at, text } of syntaxOf(source)) {
    if (text === '(') open.push(at);
    if (text === ')') open.pop();
  }
  return open.at(-1) ?? 0;
}

const UNSUPPORTED: readonly [RegExp, string][] = [
  [/^\(\?<?[=!]/, 'Look-around such as (?=…) or (?<!…) cannot be run in linear time.'],
  [/^\(\?>/, 'Atomic groups cannot be run.'],
  [/^\\(?:[1-9]|k<)/, 'Back-references cannot be run in linear time.'],
];

/** Names what people bring from backtracking engines before RE2 answers with a less helpful sentence. */
function refuseUnsupported(body: string, offset: number): void {
  for (const { at } of syntaxOf(body)) {
    const rest = body.slice(at, at + 4);
    const found = UNSUPPORTED.find(([syntax]) => syntax.test(rest));
    if (found === undefined) continue;
    const hint = 'Say it with include and exclude: what one pattern may not contain, an exclude pattern can take away.';
    throw new PatternError(found[1], hint, offset + at);
  }
}

/** The characters and escapes of a regular expression that stand outside of character classes. */
function* syntaxOf(source: string): Generator<{ at: number; text: string }> {
  let classStart = -1;
  for (let at = 0; at < source.length; at += 1) {
    const text = source[at] === '\\' ? source.slice(at, at + 2) : source[at]!;
    const first = classStart >= 0 && at === classStart + (source[classStart + 1] === '^' ? 2 : 1);
    if (classStart >= 0 && text === ']' && !first) classStart = -1;
    else if (classStart < 0 && text === '[') classStart = at;
    else if (classStart < 0) yield { at, text };
    at += text.length - 1;
  }
}
