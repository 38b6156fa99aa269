/** Writes queries: what clicks on facets do to the text in the search box. */
import type { FieldName } from './fields.ts';
import { FIELDS, fieldOf } from './fields.ts';
import { lex, type RawTerm, type RawValue } from './lexer.ts';

/** A value as it must be written: in quotes where it would else be read as something else. */
export function writeValue(value: string): string {
  const isPlain = value !== '' && !/[\s,"*?]/.test(value) && !/^[<>=]/.test(value);
  return isPlain ? value : `"${value.replace(/["\\]/g, '\\$&')}"`;
}

/**
 * The query with a value of a field switched on or off. On, it joins the values that the query has of the field (one of
 * them must hold), or with `alone` takes their place; what else the query says stays as it was typed.
 */
export function toggleValue(text: string, name: FieldName, value: string, alone = false): string {
  const terms = lex(text);
  const mine = terms.filter((term) => !term.negated && term.field !== null && fieldOf(term.field)?.name === name);
  const isOn = mine.some((term) => term.values.some((one) => isValue(one, value)));
  // Comparisons stand outside of quotes.
  const written = ['text', 'pair'].includes(FIELDS[name].type) ? writeValue(value) : value;
  const [first] = mine;
  if (!isOn && first === undefined) return `${text.trimEnd()}${text.trim() === '' ? '' : ' '}${name}:${written}`;
  return collapse(
    terms.map((term) => {
      if (!mine.includes(term)) return text.slice(term.at, term.end);
      const kept = isOn ? term.values.filter((one) => !isValue(one, value)) : alone ? [] : term.values;
      const values = kept.map((one) => text.slice(one.at, one.end));
      if (!isOn && term === first) values.push(written);
      return values.length === 0 ? '' : `${name}:${values.join(',')}`;
    }),
  );
}

/** The query without any term of a field. */
export function withoutField(text: string, name: FieldName): string {
  const isOther = (term: RawTerm) => term.field === null || fieldOf(term.field)?.name !== name;
  return collapse(lex(text).map((term) => (isOther(term) ? text.slice(term.at, term.end) : '')));
}

function isValue(one: RawValue, value: string): boolean {
  return `${one.operator}${one.text}`.toLowerCase() === value.toLowerCase();
}

function collapse(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' ');
}
