import { PatternError } from './pattern-error.ts';

/** A piece of a glob: text, `*` (within a path component), `**` (across components), or anything else as RE2 source. */
type Token =
  | { kind: 'text'; text: string }
  | { kind: 'star' }
  | { kind: 'double-star' }
  | { kind: 'regex'; source: string };

/** A glob as read: how it can be tested cheaply, or the RE2 source that says the same. */
export type Glob =
  | { shape: 'literal'; text: string }
  | { shape: 'everything' }
  | { shape: 'one-star'; prefix: string; suffix: string; crossing: boolean }
  | { shape: 'regex'; source: string };

/** Every character of a repository's or tag's name (OCI distribution-spec §Pulling manifests), in either case. */
const NAME_CHARACTER = /[A-Za-z0-9._/-]/;
const REGEX_HINT =
  'This is read as a glob (*, ?, [a-z], {a,b}). Write re: in front if you mean a regular expression, e.g. re:^17\\..*$';

/**
 * Reads a glob. `*` and `?` stay within one path component (tags have no "/", so there it makes no difference), `**`
 * crosses "/", and `** /` (without the blank) also stands for no component at all. Classes and negated classes never match "/".
 * There is no escape, for no name holds a character that would need one; a character that no name can hold is
 * refused, because such a glob would silently match nothing: mostly it is a regular expression without its `re:`.
 */
export function parseGlob(text: string): Glob {
  const reader = new GlobReader(text);
  return shapeOf(reader.sequence(0));
}

/** The regular expression of a glob, without anchors, in the words that RE2 and PostgreSQL read alike. */
export function globSource(text: string): string {
  const glob = parseGlob(text);
  switch (glob.shape) {
    case 'literal':
      return escapeRegex(glob.text);
    case 'everything':
      return '.*';
    case 'one-star':
      return `${escapeRegex(glob.prefix)}${glob.crossing ? '.*' : '[^/]*'}${escapeRegex(glob.suffix)}`;
    case 'regex':
      return glob.source;
  }
}

class GlobReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Reads until the end, or inside braces until `,` or `}`. `openBrace` is the position of the brace, plus one; 0 outside. */
  sequence(openBrace: number): Token[] {
    const tokens: Token[] = [];
    while (this.#at < this.#text.length) {
      const character = this.#text[this.#at]!;
      if (openBrace > 0 && (character === ',' || character === '}')) return tokens;
      tokens.push(this.#token(character));
    }
    if (openBrace > 0) {
      throw new PatternError('A "{" is never closed.', 'Close it with "}", e.g. {minimal,standard}.', openBrace - 1);
    }
    return tokens;
  }

  #token(character: string): Token {
    switch (character) {
      case '*':
        return this.#stars();
      case '?':
        this.#at += 1;
        return { kind: 'regex', source: '[^/]' };
      case '[':
        return this.#class();
      case '{':
        return this.#braces();
      default:
        return this.#literal(character);
    }
  }

  #stars(): Token {
    const start = this.#at;
    while (this.#text[this.#at] === '*') this.#at += 1;
    if (this.#at - start === 1) return { kind: 'star' };
    const atComponentStart = start === 0 || this.#text[start - 1] === '/';
    if (!atComponentStart || this.#text[this.#at] !== '/') return { kind: 'double-star' };
    this.#at += 1;
    return { kind: 'regex', source: '(?:.*/)?' };
  }

  #class(): Token {
    const start = this.#at;
    const end = this.#text.indexOf(']', start + 1);
    if (end < 0) throw new PatternError('A "[" is never closed.', 'Close it with "]", e.g. [0-9].', start);
    const negated = this.#text[start + 1] === '!' || this.#text[start + 1] === '^';
    const body = this.#text.slice(start + (negated ? 2 : 1), end);
    if (body === '') throw new PatternError('A "[…]" is empty.', 'Name the characters, e.g. [0-9].', start);
    this.#at = end + 1;
    const ranges = classRanges(body, end - body.length);
    return { kind: 'regex', source: negated ? `[^/${ranges}]` : `[${ranges}]` };
  }

  #braces(): Token {
    const start = this.#at;
    const branches: string[] = [];
    do {
      this.#at += 1;
      branches.push(regexOf(this.sequence(start + 1)));
    } while (this.#text[this.#at] === ',');
    this.#at += 1;
    return { kind: 'regex', source: `(?:${branches.join('|')})` };
  }

  #literal(character: string): Token {
    if (!NAME_CHARACTER.test(character)) {
      const message = `No repository or tag name holds "${printable(character)}", so this pattern could never match.`;
      throw new PatternError(message, REGEX_HINT, this.#at);
    }
    const start = this.#at;
    while (this.#at < this.#text.length && NAME_CHARACTER.test(this.#text[this.#at]!)) this.#at += 1;
    return { kind: 'text', text: this.#text.slice(start, this.#at) };
  }
}

function classRanges(body: string, position: number): string {
  let source = '';
  for (let at = 0; at < body.length; at += 1) {
    const from = body[at]!;
    if (!NAME_CHARACTER.test(from) || from === '/') {
      throw new PatternError(`"[…]" may not hold "${printable(from)}".`, REGEX_HINT, position + at);
    }
    const to = body[at + 1] === '-' && at + 2 < body.length ? body[at + 2]! : null;
    if (to === null) {
      source += escapeRegex(from);
      continue;
    }
    if (!/[A-Za-z0-9]/.test(to) || !/[A-Za-z0-9]/.test(from) || to < from) {
      throw new PatternError(
        `"${from}-${printable(to)}" is not a range.`,
        'Write the lower end first, e.g. [a-z].',
        position + at,
      );
    }
    source += `${from}-${to}`;
    at += 2;
  }
  return source;
}

function shapeOf(tokens: Token[]): Glob {
  if (tokens.every((token) => token.kind === 'text')) return { shape: 'literal', text: tokens.map(textOf).join('') };
  if (tokens.length === 1 && tokens[0]!.kind === 'double-star') return { shape: 'everything' };
  const stars = tokens.filter((token) => token.kind !== 'text');
  const star = stars[0]!;
  if (stars.length > 1 || star.kind === 'regex') return { shape: 'regex', source: regexOf(tokens) };
  const at = tokens.indexOf(star);
  return {
    shape: 'one-star',
    prefix: tokens.slice(0, at).map(textOf).join(''),
    suffix: tokens
      .slice(at + 1)
      .map(textOf)
      .join(''),
    crossing: star.kind === 'double-star',
  };
}

function regexOf(tokens: Token[]): string {
  return tokens.map(tokenSource).join('');
}

function tokenSource(token: Token): string {
  if (token.kind === 'text') return escapeRegex(token.text);
  if (token.kind === 'star') return '[^/]*';
  return token.kind === 'double-star' ? '.*' : token.source;
}

function textOf(token: Token): string {
  return token.kind === 'text' ? token.text : '';
}

function escapeRegex(text: string): string {
  return text.replace(/[.\\-]/g, '\\$&');
}

function printable(character: string): string {
  const code = character.charCodeAt(0);
  return code > 0x20 && code < 0x7f ? character : `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}
