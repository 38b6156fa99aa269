/** Reads the values of fields: numbers, versions, sizes, durations, dates, words. */
import { versionKeyOf } from '../version-order.ts';
import { type Field, nearest } from './fields.ts';
import type { RawValue } from './lexer.ts';
import type { Value } from './query.ts';
import { QueryError } from './query-error.ts';

/** Value of a raw value of a field. @throws QueryError `unknown-value`, `wrong-value`, `no-comparison` */
export function readValue(field: Field, raw: RawValue): Value {
  const isText = field.type === 'text' || field.type === 'word' || field.type === 'flag' || field.type === 'pair';
  if (isText && raw.operator !== '' && raw.operator !== '=') {
    throw new QueryError(
      'no-comparison',
      `"${field.name}" has no order, so "${raw.operator}" cannot be asked.`,
      `Write it like ${field.example}. Comparisons: major, version, age, created, pushed, moved, size.`,
      raw.at,
    );
  }
  switch (field.type) {
    case 'text':
      return textValue(raw.text, raw.quoted);
    case 'word':
      return { type: 'text', text: wordOf(field, raw), pattern: false };
    case 'flag':
      return { type: 'flag', yes: flagOf(field, raw) };
    case 'pair':
      return pairOf(raw);
    case 'version':
      return versionValue(field, raw);
    case 'time':
      return timeValue(field, raw);
    case 'moment':
      return momentValue(field, raw);
    case 'number':
      return rangeValue(field, raw, (text) => (/^\d{1,9}$/.test(text) ? Number(text) : null));
    case 'size':
      return rangeValue(field, raw, bytesOf);
    case 'age':
      return rangeValue(field, raw, secondsOf);
  }
}

/** Quoted text is taken as it stands. */
export function textValue(text: string, quoted: boolean): Value {
  return { type: 'text', text, pattern: !quoted && /[*?]/.test(text) };
}

function wordOf(field: Field, raw: RawValue): string {
  const lower = raw.text.toLowerCase();
  const synonyms = field.synonyms ?? {};
  const word = Object.hasOwn(synonyms, lower) ? synonyms[lower]! : lower;
  const words = field.words ?? [];
  if (words.includes(word)) return word;
  const near = nearest(word, words);
  throw new QueryError(
    'unknown-value',
    `"${raw.text}" is no ${field.name}.`,
    near === null ? `It can be ${words.join(', ')}.` : `Did you mean ${near}? It can be ${words.join(', ')}.`,
    raw.at + raw.operator.length,
  );
}

function flagOf(field: Field, raw: RawValue): boolean {
  const lower = raw.text.toLowerCase();
  if (['yes', 'true', 'y', '1'].includes(lower)) return true;
  if (['no', 'false', 'n', '0'].includes(lower)) return false;
  throw new QueryError(
    'unknown-value',
    `"${raw.text}" is neither yes nor no.`,
    `Write ${field.name}:yes or ${field.name}:no.`,
    raw.at,
  );
}

function pairOf(raw: RawValue): Value {
  const equals = raw.text.indexOf('=');
  const key = equals < 0 ? raw.text : raw.text.slice(0, equals);
  if (key === '' || raw.operator !== '') {
    throw new QueryError(
      'wrong-value',
      'The key before "=" is missing.',
      'Write key=value, e.g. label:vendor=EDB.',
      raw.at,
    );
  }
  return { type: 'pair', key, value: equals < 0 ? null : raw.text.slice(equals + 1) };
}

type Reader = (text: string) => number | null;

/** `16`, `>=16`, `13..15`. */
function rangeValue(field: Field, raw: RawValue, read: Reader): Extract<Value, { type: 'range' }> {
  const [low, high] = splitRange(raw);
  const number = (text: string, at: number): number => {
    const value = read(text);
    if (value !== null) return value;
    throw new QueryError(
      'wrong-value',
      `"${text}" is no ${NOUNS[field.type] ?? 'value'}.`,
      `Write it like ${field.example}.`,
      at,
    );
  };
  const at = raw.at + raw.operator.length;
  if (high !== null) {
    return {
      type: 'range',
      from: low === '' ? null : { value: number(low, at), inclusive: true },
      to: high === '' ? null : { value: number(high, at + low.length + 2), inclusive: true },
    };
  }
  const bound = { value: number(low, at), inclusive: raw.operator !== '>' && raw.operator !== '<' };
  return {
    type: 'range',
    from: raw.operator.startsWith('<') ? null : bound,
    to: raw.operator.startsWith('>') ? null : bound,
  };
}

const NOUNS: Partial<Record<Field['type'], string>> = {
  number: 'number',
  size: 'size (B, kB, MB, GB, KiB, MiB, GiB)',
  age: 'duration (m, h, d, w, y)',
};

/** `low..high`; high is null where there is no range. */
function splitRange(raw: RawValue): [low: string, high: string | null] {
  const dots = raw.text.indexOf('..');
  if (raw.operator !== '' || dots < 0 || raw.text === '..') return [raw.text, null];
  return [raw.text.slice(0, dots), raw.text.slice(dots + 2)];
}

const BYTES: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1e3,
  kb: 1e3,
  m: 1e6,
  mb: 1e6,
  g: 1e9,
  gb: 1e9,
  t: 1e12,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

function bytesOf(text: string): number | null {
  const match = /^(\d{1,12}(?:\.\d{1,6})?)([a-z]*)$/i.exec(text);
  const unit = match && BYTES[match[2]!.toLowerCase()];
  return unit ? Math.round(Number(match[1]) * unit) : null;
}

const SECONDS: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  min: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
  mo: 2_592_000,
  y: 31_536_000,
};

/** Seconds of `30d`, `12h`, `1y6mo`. */
export function secondsOf(text: string): number | null {
  if (!/^(?:\d{1,6}[a-z]+)+$/i.test(text)) return null;
  let seconds = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)([a-z]+)/gi)) {
    const size = SECONDS[unit!.toLowerCase()];
    if (size === undefined) return null;
    seconds += Number(count) * size;
  }
  return seconds;
}

/** `17`, `17.4`, `>=17.4`, `17.2..17.4`. A version stands for all that begin with it: 17.4 for every build of it. */
function versionValue(field: Field, raw: RawValue): Value {
  const [low, high] = splitRange(raw);
  const parts = (text: string, at: number): number[] => {
    if (/^v?\d{1,9}(?:\.\d{1,9}){0,2}$/i.test(text)) return text.replace(/^v/i, '').split('.').map(Number);
    throw new QueryError(
      'wrong-value',
      `"${text}" is no version.`,
      `Write numbers, e.g. ${field.example}. For the name of a tag write tag:${text}.`,
      at,
    );
  };
  const at = raw.at + raw.operator.length;
  if (high !== null) {
    const from = low === '' ? null : parts(low, at);
    const to = high === '' ? null : parts(high, at + low.length + 2);
    return {
      type: 'version',
      from: from && versionKeyOf(from),
      to: to && versionKeyOf(next(to)),
      parts: [],
    };
  }
  const given = parts(low, at);
  const here = versionKeyOf(given);
  const above = versionKeyOf(next(given));
  switch (raw.operator) {
    case '>':
      return { type: 'version', from: above, to: null, parts: [] };
    case '>=':
      return { type: 'version', from: here, to: null, parts: [] };
    case '<':
      return { type: 'version', from: null, to: here, parts: [] };
    case '<=':
      return { type: 'version', from: null, to: above, parts: [] };
    default:
      return { type: 'version', from: here, to: above, parts: given };
  }
}

function next(parts: readonly number[]): number[] {
  return [...parts.slice(0, -1), parts.at(-1)! + 1];
}

/** `2026`, `2026-03`, `2026-03-05`, `2026-03-05T10:00Z`; each stands for the whole year, month, day, minute. */
function timeValue(field: Field, raw: RawValue): Value {
  const [low, high] = splitRange(raw);
  const at = raw.at + raw.operator.length;
  const span = (text: string, where: number): { from: string; to: string } => {
    const found = spanOf(text);
    if (found !== null) return found;
    throw new QueryError(
      'wrong-value',
      `"${text}" is no date.`,
      `Write it like ${field.example}, 2026-03 or 2026-03-05T10:00Z.`,
      where,
    );
  };
  if (high !== null) {
    return {
      type: 'time',
      from: low === '' ? null : span(low, at).from,
      to: high === '' ? null : span(high, at + low.length + 2).to,
    };
  }
  const { from, to } = span(low, at);
  switch (raw.operator) {
    case '>':
      return { type: 'time', from: to, to: null };
    case '>=':
      return { type: 'time', from, to: null };
    case '<':
      return { type: 'time', from: null, to: from };
    case '<=':
      return { type: 'time', from: null, to };
    default:
      return { type: 'time', from, to };
  }
}

function spanOf(text: string): { from: string; to: string } | null {
  const match = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::\d\d(?:\.\d+)?)?Z?)?)?)?$/i.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour, minute] = match.map((part) => (part === undefined ? undefined : Number(part)));
  const start = Date.UTC(year!, (month ?? 1) - 1, day ?? 1, hour ?? 0, minute ?? 0);
  const date = new Date(start);
  const isReal =
    date.getUTCMonth() === (month ?? 1) - 1 &&
    date.getUTCDate() === (day ?? 1) &&
    (hour ?? 0) < 24 &&
    (minute ?? 0) < 60 &&
    year! >= 1970;
  if (!isReal) return null;
  const end =
    hour !== undefined
      ? start + 60_000
      : day !== undefined
        ? start + 86_400_000
        : month !== undefined
          ? Date.UTC(year!, month, 1)
          : Date.UTC(year! + 1, 0, 1);
  return { from: date.toISOString(), to: new Date(end).toISOString() };
}

/** `yes`, `no`, or when: `<7d` ago, `>2026-03-01`. */
function momentValue(field: Field, raw: RawValue): Value {
  if (raw.operator === '' && /^(?:yes|no|true|false)$/i.test(raw.text))
    return { type: 'flag', yes: flagOf(field, raw) };
  if (spanOf(raw.text) !== null || raw.text.includes('..')) return timeValue(field, raw);
  return rangeValue(field, raw, secondsOf);
}
