/** Where the hits of facets are looked for: all that a query asks, but for the one field whose values are counted. */
import { type FieldName, PROFILE_FIELDS, type Term } from '@pharos/library';
import { type RawBuilder, sql } from 'kysely';
import { allOf, type Db, plannedRows } from './database.ts';
import { type Decided, decidedNowAs, decidedStates } from './decided-tags.ts';
import { digestsIn } from './decision-row.ts';
import { inRepositories, LIVE } from './tag-pages.ts';
import type { TagSearch } from './tag-search.ts';
import { tagCondition } from './tag-terms.ts';

export const isOf = (term: Term, field: FieldName): boolean => term.field === field && !term.negated;

/** Values of one facet. */
export type Counted = readonly (readonly [value: string, count: number])[];

export interface Hits {
  readonly from: RawBuilder<unknown>;
  readonly where: RawBuilder<unknown>;
}

interface Source {
  readonly from: RawBuilder<unknown>;
  readonly fixed: readonly RawBuilder<unknown>[];
  readonly rest: readonly RawBuilder<unknown>[];
}

/** What `decided_tags` knows of a tag beside its state, its profile and its repository. */
const KNOWN_OF_DECIDED: ReadonlySet<FieldName | null> = new Set([null, 'tag', 'digest', 'age', 'created']);

/**
 * Where hits are looked for. Tags that somebody decided about stand by themselves, with their name and age: where nothing else is
 * asked of single tags than such a state and these, all others are not looked at, unless an index leaves fewer of all.
 * `within`: of this state only, whatever is asked.
 */
export async function sourceOf(
  db: Db,
  search: TagSearch,
  conditions: readonly RawBuilder<unknown>[],
  without: FieldName | null,
  now: Date,
  within: Decided | null = null,
): Promise<Source> {
  const ofState = within === null ? [] : [sql`t.digest in (${digestsIn(within, now)})`];
  const ofTags = { from: sql`tags t`, fixed: base(search), rest: [...conditions, ...ofState] };
  const asked = search.terms.filter(({ field }) => field === null || !(PROFILE_FIELDS.has(field) || field === without));
  const [state] = asked.filter((term) => decidedStates(term) !== null);
  const others = asked.filter((term) => term !== state);
  const states = within !== null ? [within] : state === undefined ? null : decidedStates(state);
  if (states === null || !search.isLive || search.repositoryIds !== null) return ofTags;
  if (conditions.length !== asked.length || !others.every(({ field }) => KNOWN_OF_DECIDED.has(field))) return ofTags;
  const fixed = decidedNowAs(states, now);
  const rest = others.map((term) => tagCondition(term, now));
  const decided = { from: sql`decided_tags t`, fixed, rest };
  if (others.length === 0) return decided;
  const found = await plannedRows(db, sql`from tags t where ${allOf(rest)}`);
  const read = await plannedRows(db, sql`from decided_tags t where ${allOf(fixed)}`);
  return found < read / FEW_OF_DECIDED ? ofTags : decided;
}

/** To find a tag by an index of words and to look up its state takes as long as reading so many decided ones. */
const FEW_OF_DECIDED = 10;

function base(search: TagSearch): RawBuilder<unknown>[] {
  return [...(search.isLive ? [LIVE] : []), ...(search.repositoryIds === null ? [] : [inRepositories(search)])];
}

/** Conditions on single tags, without those of one field. */
export function conditionsWithout(search: TagSearch, field: FieldName | null): RawBuilder<unknown>[] {
  const own = search.terms.filter((term) => field !== null && isOf(term, field) && !PROFILE_FIELDS.has(field));
  if (own.length === 0) return [...search.conditions];
  const kept = search.terms.filter(
    (term) =>
      !own.includes(term) && term.field !== 'repository' && !(term.field !== null && PROFILE_FIELDS.has(term.field)),
  );
  return kept.map((term) => search.conditionOf(term));
}

/** All that is asked, but for one field, and where it is looked for. */
export async function hitsWithout(
  db: Db,
  search: TagSearch,
  field: FieldName,
  now: Date,
  within: Decided | null = null,
): Promise<Hits> {
  const isEvery = search.fitting.length === search.candidates.length;
  const ids = search.fitting.map(({ profile }) => profile.id);
  const { from, fixed, rest } = await sourceOf(db, search, conditionsWithout(search, field), field, now, within);
  const where = allOf([...fixed, ...(isEvery ? [] : [sql`t.profile_id = any(${ids}::int[])`]), ...rest]);
  return { from, where };
}
