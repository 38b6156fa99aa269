/**
 * The query language of the library, one for the API, the CLI and the UI: terms that all must hold, `field:value` or
 * plain words, `-` before a term for "not", `a:x,y` for one of several, comparisons and ranges where a field has an order.
 */
import { FIELDS, fieldOf, KNOWN_NAMES, nearest } from './fields.ts';
import { lex, type RawTerm } from './lexer.ts';
import type { Query, Term, Value } from './query.ts';
import { QueryError } from './query-error.ts';
import { readValue, textValue } from './values.ts';

/** What is asked for. */
export type QuerySubject = 'tags' | 'repositories';

const MOST_CHARACTERS = 500;
const MOST_TERMS = 30;
const MOST_VALUES = 50;

/** Reads a query. An empty one has no terms. @throws QueryError */
export function parseQuery(text: string, subject: QuerySubject = 'tags'): Query {
  if (text.length > MOST_CHARACTERS)
    throw tooMuch(`The query has more than ${MOST_CHARACTERS} characters.`, MOST_CHARACTERS);
  const raw = lex(text);
  const beyond = raw[MOST_TERMS];
  if (beyond !== undefined) throw tooMuch(`The query has more than ${MOST_TERMS} terms.`, beyond.at);
  return { terms: raw.map((term) => readTerm(term, subject)) };
}

function readTerm(raw: RawTerm, subject: QuerySubject): Term {
  const { negated, at, end } = raw;
  if (raw.field === null) return { field: null, negated, values: [wordValue(raw)], at, end };
  const field = fieldOf(raw.field);
  if (field === null) throw unknownField(raw);
  if (subject === 'repositories' && !field.ofRepositories) {
    throw new QueryError(
      'field-not-here',
      `"${field.name}" says something about single tags, not about repositories.`,
      'Ask for tags instead, or leave this term out.',
      raw.fieldAt,
    );
  }
  if (raw.values.length > MOST_VALUES) {
    throw tooMuch(`"${field.name}" has more than ${MOST_VALUES} values.`, raw.values[MOST_VALUES]!.at);
  }
  return { field: field.name, negated, values: raw.values.map((value) => readValue(field, value)), at, end };
}

function wordValue(raw: RawTerm): Value {
  const [value] = raw.values;
  return textValue(value!.text, value!.quoted);
}

function unknownField(raw: RawTerm): QueryError {
  const near = nearest(raw.field!, KNOWN_NAMES);
  const meant = near === null ? '' : `Did you mean ${fieldOf(near)!.name}? `;
  return new QueryError(
    'unknown-field',
    `There is no field "${raw.field}".`,
    `${meant}Fields: ${Object.keys(FIELDS).join(', ')}. To search for the text itself, put it in quotes.`,
    raw.fieldAt,
  );
}

function tooMuch(message: string, position: number): QueryError {
  return new QueryError('too-much', message, 'Ask for less at once.', position);
}
