/** What may be typed at the caret. Values that only a database knows are asked for by the caller. */
import { FIELDS, type Field, fieldOf } from './fields.ts';
import { writeValue } from './write.ts';

/** What is being typed: the part of the text from `from` to `to` is what a completion replaces. */
export interface CompletionContext {
  /** null: a field's name or a plain word. */
  readonly field: Field | null;
  /** What was typed of it before the caret, without a quote. */
  readonly typed: string;
  readonly from: number;
  readonly to: number;
}

export interface Completion {
  /** What stands in place of `from`…`to`. */
  readonly text: string;
  readonly label: string;
  readonly detail: string;
}

/** Looks at the term around the caret. Never throws: an unfinished query is what completion is for. */
export function completionContext(text: string, caret: number): CompletionContext {
  const at = Math.max(0, Math.min(caret, text.length));
  const start = termStart(text, at);
  const isNegated = text[start] === '-';
  const from = isNegated ? start + 1 : start;
  const before = text.slice(from, at);
  const named = /^([A-Za-z][A-Za-z_-]*):/.exec(before);
  const field = named === null ? null : fieldOf(named[1]!);
  if (named === null || field === null) return { field: null, typed: before, from, to: endOf(text, at, false) };
  // The value after the last comma that is outside of quotes, and after its operator.
  const values = before.slice(named[0].length);
  const comma = lastComma(values);
  const value = values.slice(comma + 1);
  const operator = /^(?:>=|<=|=|>|<)?"?/.exec(value)![0];
  const valueFrom = from + named[0].length + comma + 1 + operator.replace('"', '').length;
  return { field, typed: value.slice(operator.length), from: valueFrom, to: endOf(text, at, true) };
}

/** Fields whose name begins with, or else holds, what was typed. */
export function completeFields(typed: string, isAllowed: (field: Field) => boolean): Completion[] {
  const lower = typed.toLowerCase();
  const fields = Object.values(FIELDS).filter(isAllowed);
  const begins = fields.filter(({ name }) => name.startsWith(lower));
  const holds = lower.length < 2 ? [] : fields.filter(({ name }) => !name.startsWith(lower) && name.includes(lower));
  return [...begins, ...holds].map(({ name, summary, example }) => ({
    text: `${name}:`,
    label: `${name}:`,
    detail: `${summary}, e.g. ${example}`,
  }));
}

/** Values that need no database, or null where they do. */
export function knownValues(field: Field): readonly string[] | null {
  if (field.words !== undefined) return field.words;
  switch (field.type) {
    case 'flag':
      return ['yes', 'no'];
    case 'moment':
      return ['yes', '<1d', '<7d', '<30d'];
    case 'age':
      return ['<1d', '<7d', '<30d', '<90d', '<1y', '>1y'];
    case 'size':
      return ['<100MB', '<500MB', '>500MB', '>1GiB', '>10GiB'];
    default:
      return null;
  }
}

/** Values that begin with, or else hold, what was typed, written as they must be. */
export function completeValues(
  typed: string,
  values: readonly { readonly value: string; readonly detail: string }[],
): Completion[] {
  const lower = typed.toLowerCase();
  const rank = ({ value }: { value: string }) =>
    value.toLowerCase().startsWith(lower) ? 0 : value.toLowerCase().includes(lower) ? 1 : 2;
  return values
    .filter((one) => rank(one) < 2)
    .toSorted((a, b) => rank(a) - rank(b))
    .map(({ value, detail }) => ({ text: `${valueText(value)} `, label: value, detail }));
}

/** Comparisons that are offered as values must not be quoted. */
function valueText(value: string): string {
  return /^[<>]=?[\w.]+$/.test(value) ? value : writeValue(value);
}

function termStart(text: string, caret: number): number {
  let start = 0;
  let isQuoted = false;
  for (let at = 0; at < caret; at += 1) {
    if (text[at] === '\\' && isQuoted) at += 1;
    else if (text[at] === '"') isQuoted = !isQuoted;
    else if (!isQuoted && /\s/.test(text[at]!)) start = at + 1;
  }
  return Math.min(start, caret);
}

function lastComma(values: string): number {
  let comma = -1;
  let isQuoted = false;
  for (let at = 0; at < values.length; at += 1) {
    if (values[at] === '"') isQuoted = !isQuoted;
    else if (!isQuoted && values[at] === ',') comma = at;
  }
  return comma;
}

/** The end of the word or value that the caret stands in, one blank after it included. */
function endOf(text: string, caret: number, ofField: boolean): number {
  let at = caret;
  while (at < text.length && !/\s/.test(text[at]!) && !(ofField && text[at] === ',')) at += 1;
  return text[at] === ' ' && ofField ? at + 1 : at;
}
