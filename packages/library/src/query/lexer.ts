/** Cuts a query into terms and values, without asking what they mean. */
import { QueryError } from './query-error.ts';

/** A value as written: its text without quotes, and the comparison before it. */
export interface RawValue {
  readonly operator: '' | '=' | '>' | '>=' | '<' | '<=';
  readonly text: string;
  readonly quoted: boolean;
  /** Of the value, its operator included. */
  readonly at: number;
  readonly end: number;
}

export interface RawTerm {
  readonly negated: boolean;
  /** As written, without the colon; null: a plain word. */
  readonly field: string | null;
  readonly fieldAt: number;
  readonly values: readonly RawValue[];
  readonly at: number;
  readonly end: number;
}

/** A word before a colon is a field, unless it is the algorithm of a digest. */
const FIELD = /^([A-Za-z][A-Za-z_-]*):/;
const OPERATOR = /^(?:>=|<=|=|>|<)/;
const SPACE = /\s/;

/**
 * The terms of a text. Quotes hold blanks, commas and colons; `\"` and `\\` stand for themselves inside.
 * @throws QueryError `unclosed-quote`, `value-missing`
 */
export function lex(text: string): RawTerm[] {
  const terms: RawTerm[] = [];
  let at = 0;
  while (at < text.length) {
    if (SPACE.test(text[at]!)) {
      at += 1;
      continue;
    }
    const term = termAt(text, at);
    terms.push(term);
    at = term.end;
  }
  return terms;
}

function termAt(text: string, start: number): RawTerm {
  let at = start;
  const negated = text[at] === '-';
  if (negated) {
    at += 1;
    if (at >= text.length || SPACE.test(text[at]!)) {
      throw new QueryError(
        'value-missing',
        'Nothing follows "-".',
        'Write what to leave out directly after it, e.g. -kind:model. For a dash itself write "-".',
        start,
      );
    }
  }
  const fieldAt = at;
  const named = FIELD.exec(text.slice(at));
  const field = named === null || /^sha(?:256|512)$/i.test(named[1]!) ? null : named[1]!;
  if (field !== null) at += field.length + 1;
  const values: RawValue[] = [];
  for (;;) {
    const value = valueAt(text, at, field !== null);
    values.push(value);
    at = value.end;
    if (field === null || text[at] !== ',') break;
    at += 1;
  }
  return { negated, field, fieldAt, values, at: start, end: at };
}

/** Plain words end at a blank; values of fields at a blank or a comma. */
function valueAt(text: string, start: number, ofField: boolean): RawValue {
  const operator = (ofField ? (OPERATOR.exec(text.slice(start))?.[0] ?? '') : '') as RawValue['operator'];
  let at = start + operator.length;
  let value = '';
  let quoted = false;
  while (at < text.length && !SPACE.test(text[at]!) && !(ofField && text[at] === ',')) {
    if (text[at] === '"') {
      quoted = true;
      const end = closingQuote(text, at);
      value += text.slice(at + 1, end).replace(/\\(["\\])/g, '$1');
      at = end + 1;
    } else {
      value += text[at];
      at += 1;
    }
  }
  if (value === '' && !quoted) {
    const after = text[start - 1] === ',' ? 'the comma' : operator === '' ? 'the colon' : `"${operator}"`;
    throw new QueryError(
      'value-missing',
      `A value is missing after ${after}.`,
      'Write it without a blank, e.g. major:>=16 or engine:epas,pge.',
      at,
    );
  }
  return { operator, text: value, quoted, at: start, end: at };
}

function closingQuote(text: string, open: number): number {
  for (let at = open + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at;
  }
  throw new QueryError('unclosed-quote', 'The quote is never closed.', 'Add a " at the end of the phrase.', open);
}
