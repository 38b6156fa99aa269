/**
 * What the names and labels of a profile's tags hold: letters, pairs of letters, the number at the beginning, and labels
 * that read like words. A term is
 * never taken back, so a profile that lacks one has no tag with it, and a search looks at the others only. Digits stand in
 * nearly every name and revisions in no two labels: those decide nothing and are not kept.
 */
import type { Term, Value } from '@pharos/library';
import { type RawBuilder, sql } from 'kysely';
import type { Db } from './database.ts';

/** Migration 0015 says the same in SQL. */
const PLAIN_KEY = /^[ -~]{1,100}$/;
const PLAIN_VALUE = /^[ -~]{0,40}$/;
const NUMBERED = /\d{3}|[0-9a-f]{7}/i;

/** Terms of a tag: of its name, and of the labels of its image. */
export function termsOf(name: string, labels: Readonly<Record<string, string>> | undefined): string[] {
  const terms = [...lettersOf(name), ...numberOf(name)];
  for (const [key, value] of Object.entries(labels ?? {})) {
    const term = labelTerm(key, value);
    if (term !== null) terms.push(term);
  }
  return terms;
}

/** Letters and pairs of letters that stand side by side, small. */
function lettersOf(text: string): string[] {
  const terms = new Set<string>();
  for (const [run] of text.matchAll(/[A-Za-z]+/g)) {
    const small = run.toLowerCase();
    for (let at = 0; at < small.length; at += 1) {
      terms.add(small[at]!);
      if (at > 0) terms.add(small.slice(at - 1, at + 1));
    }
  }
  return [...terms];
}

/** The number that a name begins with, as versions do. */
function numberOf(name: string): string[] {
  const number = /^\d{1,4}(?!\d)/.exec(name)?.[0];
  return number === undefined ? [] : [`^${number}`];
}

/** null: such labels are not kept. */
function labelTerm(key: string, value: string): string | null {
  const isKept = PLAIN_KEY.test(key) && PLAIN_VALUE.test(value) && !NUMBERED.test(value);
  return isKept ? `label ${key}=${value}` : null;
}

/** Notes the terms of some tags, each with its profile. In one order, so that two commits cannot wait for each other. */
export async function keepTerms(
  trx: Db,
  tags: readonly { readonly profileId: number; readonly terms: readonly string[] }[],
): Promise<void> {
  const byProfile = new Map<number, Set<string>>();
  for (const { profileId, terms } of tags) {
    const known = byProfile.get(profileId) ?? new Set<string>();
    byProfile.set(profileId, known);
    for (const term of terms) known.add(term);
  }
  const rows = [...byProfile].flatMap(([id, terms]) => [...terms].map((term) => ({ id, term })));
  if (rows.length === 0) return;
  await sql`insert into profile_terms (term, profile_id)
    select n.term, n.id from unnest(${rows.map(({ term }) => term)}::text[], ${rows.map(({ id }) => id)}::int[]) as n(term, id)
    where not exists (select from profile_terms p where p.term = n.term collate "C" and p.profile_id = n.id)
    order by n.term collate "C", n.id on conflict do nothing`.execute(trx);
}

/** The only profiles whose tags can fit the terms; null: the terms leave it open. */
export async function profilesWith(db: Db, terms: readonly Term[]): Promise<ReadonlySet<number> | null> {
  const parts = terms.flatMap((term): RawBuilder<unknown>[] => {
    const values = term.negated ? [null] : term.values.map((value) => neededBy(term, value));
    return values.every((value) => value !== null) ? [sql.join(values.map(havingAll), sql` union `)] : [];
  });
  if (parts.length === 0) return null;
  const found = await sql<{ id: number }>`${sql.join(
    parts.map((part) => sql`(${part})`),
    sql` intersect `,
  )}`.execute(db);
  return new Set(found.rows.map(({ id }) => id));
}

function havingAll(terms: readonly string[]): RawBuilder<unknown> {
  return sql`select profile_id as id from profile_terms where term = any(${[...terms]}::text[])
    group by profile_id having count(*) = ${terms.length}`;
}

/** What a tag must have to fit the value; null: nothing that is kept. */
function neededBy({ field }: Term, value: Value): string[] | null {
  if (value.type === 'pair' && field === 'label' && value.value !== null) {
    const term = labelTerm(value.key, value.value);
    return term === null ? null : [term];
  }
  if (value.type !== 'text' || (field !== null && field !== 'tag')) return null;
  // A plain word may be the beginning of a digest instead.
  if (field === null && /^(?:sha\d+:)?[a-f0-9]+$/i.test(value.text.trim()) && value.text.trim().length >= 6)
    return null;
  const terms = lettersOf(value.text);
  if (field === 'tag') terms.push(...numberOf(value.pattern ? value.text.replace(/^(\d*)[*?].*/, '') : value.text));
  return terms.length === 0 ? null : terms;
}
