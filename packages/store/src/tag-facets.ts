/**
 * Facets: for each filter, which values there are among the tags found, and how many tags have each. A facet is counted
 * without its own filter, so that it says what choosing another value would give.
 */
import type { FacetField, FacetValue, TagFacet, TagFacets, TagFacetsQuery } from '@pharos/contract';
import {
  asksSigned,
  type FieldName,
  PROFILE_FIELDS,
  parseQuery,
  profileFits,
  signedState,
  type TagProfile,
  type Term,
  toggleValue,
  withoutField,
} from '@pharos/library';
import { type RawBuilder, sql } from 'kysely';
import { allOf, type Db, EXACT_TOTAL } from './database.ts';
import { countDecided, DECIDED } from './decided-tags.ts';
import { decidedNow } from './decision-row.ts';
import { hcpTags } from './facet-hcp-tags.ts';
import { type Counted, conditionsWithout, type Hits, hitsWithout, isOf, sourceOf } from './facet-hits.ts';
import type { CountedProfile, ProfileReader } from './tag-profiles.ts';
import { readSearch, type TagSearch } from './tag-search.ts';

/** Values of one facet; the most frequent ones. */
const MOST_VALUES = 50;

/** Facets that profiles count, and which values a profile has in each. */
const OF_PROFILE: Partial<Record<FacetField, (profile: TagProfile) => readonly string[]>> = {
  kind: ({ kind }) => [kind],
  engine: ({ engine }) => (engine === null ? [] : [engine]),
  major: ({ major, kind }) => (major === null || kind !== 'postgres' ? [] : [String(major)]),
  flavour: ({ flavour, kind }) => (flavour === null || kind !== 'postgres' ? [] : [flavour]),
  extension: ({ extensions }) => extensions,
  platform: ({ platforms }) => [...new Set(platforms.map((platform) => platform.split('/', 2).join('/')))],
  registry: ({ registryId }) => [registryId],
  location: ({ locationId }) => [locationId],
  signed: (profile) => [signedState(profile)],
};

const AGES = [
  ['<1d', 1],
  ['<7d', 7],
  ['<30d', 30],
  ['<90d', 90],
  ['<1y', 365],
] as const;

/** @throws QueryError for a `q` that cannot be read */
export async function facetsOf(db: Db, profiles: ProfileReader, query: TagFacetsQuery, now: Date): Promise<TagFacets> {
  const search = await readSearch(db, profiles, query, now);
  const { counted, atLeast } = await groups(db, profiles, search, now);
  const q = query.q ?? '';
  const facets: TagFacet[] = [];
  for (const [field, values] of tally(counted, search.terms)) {
    const isOpen = counted.some(({ profile }) => isOpenIn(profile, field));
    facets.push(
      facetOf(field, [...values], { q, search, atLeast: atLeast || isOpen, labels: labelsOf(field, search) }),
    );
  }
  facets.push(facetOf('state', await states(db, search, now), { q, search, atLeast: false }));
  facets.push(facetOf('age', await ages(db, search, now), { q, search, atLeast: false }));
  facets.push(facetOf('hcp', await hcpTags(db, search, now), { q, search, atLeast: false }));
  return { facets };
}

/**
 * Counts of every facet in one pass: a profile that fits counts in each, one that fails the terms of one field alone in the
 * facet of that field.
 */
function tally(counted: readonly CountedProfile[], terms: readonly Term[]): Map<FacetField, Map<string, number>> {
  const facets = Object.entries(OF_PROFILE).map(([name, valuesOf]) => {
    return { field: name as FacetField, valuesOf, values: new Map<string, number>() };
  });
  const asked = terms.filter(({ field }) => field !== null && PROFILE_FIELDS.has(field));
  for (const { profile, tags } of counted) {
    const failed = failedField(profile, asked);
    if (failed === 'several') continue;
    for (const { field, valuesOf, values } of facets) {
      if (failed !== null && failed !== field) continue;
      for (const value of valuesOf(profile)) values.set(value, (values.get(value) ?? 0) + tags);
    }
  }
  return new Map(facets.map(({ field, values }) => [field, values]));
}

/** Whether the facet cannot say which values the tags of a profile have. Majors and flavours are told of PostgreSQL only. */
function isOpenIn({ varies, kind }: TagProfile, field: FacetField): boolean {
  return varies.includes(field) && (kind === 'postgres' || (field !== 'major' && field !== 'flavour'));
}

/** The one field whose terms the profile does not fit; null: it fits all. What is left out by "-" stays out. */
function failedField(profile: TagProfile, asked: readonly Term[]): FieldName | 'several' | null {
  let failed: FieldName | null = null;
  for (const term of asked) {
    if (profileFits(profile, term) !== false) continue;
    if (term.negated || (failed !== null && failed !== term.field)) return 'several';
    failed = term.field;
  }
  return failed;
}

/** Tags by profile, all other conditions kept: from the counts of profiles, else from at most EXACT_TOTAL hits. */
async function groups(
  db: Db,
  profiles: ProfileReader,
  search: TagSearch,
  now: Date,
): Promise<{ counted: readonly CountedProfile[]; atLeast: boolean }> {
  const conditions = conditionsWithout(search, null);
  if (search.isLive && conditions.length === 0) return { counted: search.candidates, atLeast: false };
  const asked = search.terms.filter(({ field }) => field !== null && PROFILE_FIELDS.has(field));
  const relevant = search.candidates.filter(
    ({ profile }) => (search.within?.has(profile.id) ?? true) && failedField(profile, asked) !== 'several',
  );
  const ids = relevant.map(({ profile }) => profile.id);
  const isEvery = relevant.length === search.candidates.length;
  const { from, fixed, rest } = await sourceOf(db, search, conditions, null, now);
  const where = allOf([...fixed, ...(isEvery ? [] : [sql`t.profile_id = any(${ids}::int[])`]), ...rest]);
  const found = await sql<{ id: number; tags: number }>`
    with hit as materialized (select t.profile_id from ${from} where ${where}),
      bounded as materialized (select profile_id from hit limit ${EXACT_TOTAL + 1})
    select profile_id as id, count(*)::int as tags from bounded where profile_id is not null group by 1`.execute(db);
  const hits = found.rows.reduce((sum, { tags }) => sum + tags, 0);
  return { counted: await profiles.of(found.rows), atLeast: hits > EXACT_TOTAL };
}

/** From the youngest on, each age what it adds to the one before; once the bound is reached, older tags are not looked at. */
async function ages(db: Db, search: TagSearch, now: Date): Promise<Counted> {
  const { from, where } = await hitsWithout(db, search, 'age', now);
  const counts: [string, number][] = [];
  let count = 0;
  let younger = sql``;
  for (const [value, days] of AGES) {
    if (count <= EXACT_TOTAL) {
      const since = new Date(now.getTime() - days * 86_400_000).toISOString();
      const found = await sql<{ n: number }>`
        with hit as materialized (select 1 from ${from} where ${where} and t.effective_at > ${since} ${younger})
        select count(*)::int as n from (select 1 from hit limit ${EXACT_TOTAL + 1 - count}) bounded`.execute(db);
      count += found.rows[0]?.n ?? 0;
      younger = sql`and t.effective_at <= ${since}`;
    }
    counts.push([value, count]);
  }
  return counts;
}

/** States are few and decided images are looked up by digest; what none of them has is pending. */
async function states(db: Db, search: TagSearch, now: Date): Promise<Counted> {
  const { where } = await hitsWithout(db, search, 'state', now);
  const isWhole = search.isLive && search.repositoryIds === null && conditionsWithout(search, 'state').length === 0;
  const all = isWhole ? search.fitting.reduce((sum, { tags }) => sum + tags, 0) : await countHits(db, where);
  const isEvery = search.fitting.length === search.candidates.length;
  const profileIds = isEvery ? null : search.fitting.map(({ profile }) => profile.id);
  const counts: [string, number][] = [];
  for (const state of DECIDED) {
    const n = isWhole
      ? await countDecided(db, state, { profileIds }, now)
      : await countFrom(db, await hitsWithout(db, search, 'state', now, state));
    if (n > 0) counts.push([state, n]);
  }
  let rest = all - counts.reduce((sum, [, n]) => sum + n, 0);
  if ((!isWhole && all > EXACT_TOTAL) || counts.some(([, n]) => n > EXACT_TOTAL)) {
    rest = await countHits(
      db,
      sql`${where} and not exists (
      select from image_states s where s.digest = t.digest and ${decidedNow(now)})`,
    );
  }
  return [['pending', rest] as const, ...counts].filter(([, n]) => n > 0);
}

function countHits(db: Db, where: RawBuilder<unknown>): Promise<number> {
  return countFrom(db, { from: sql`tags t`, where });
}

/** At most one more than EXACT_TOTAL. */
async function countFrom(db: Db, { from, where }: Hits): Promise<number> {
  const found = await sql<{ n: number }>`
    with hit as materialized (select 1 from ${from} where ${where})
    select count(*)::int as n from (select 1 from hit limit ${EXACT_TOTAL + 1}) bounded`.execute(db);
  return found.rows[0]?.n ?? 0;
}

/** Names of registries; what has none is its own label. */
function labelsOf(field: FacetField, { candidates }: TagSearch): ReadonlyMap<string, string> {
  if (field !== 'registry') return new Map();
  return new Map(candidates.map(({ profile }) => [profile.registryId, profile.registryName]));
}

interface Shown {
  readonly q: string;
  readonly search: TagSearch;
  readonly atLeast: boolean;
  readonly labels?: ReadonlyMap<string, string>;
}

function facetOf(field: FacetField, counts: Counted, { q, search, atLeast, labels }: Shown): TagFacet {
  const chosen = search.terms.filter((term) => isOf(term, field));
  const spelled = field === 'signed' ? signedSpelled(q, chosen) : q;
  const values = counts.map(([value, count]): FacetValue => {
    const label = labels?.get(value) ?? value;
    const written = field === 'registry' && isUnique(label, labels) ? label : value;
    return {
      value,
      label,
      count: Math.min(count, atLeast || isCut(field, count) ? EXACT_TOTAL : count),
      atLeast: (atLeast && count > 0) || isCut(field, count),
      selected: chosen.some((term) => term.values.some((one) => isChosen(field, one, [value, label]))),
      q: toggleValue(spelled, field, written, field === 'age'),
    };
  });
  const sorted = field === 'age' ? values : values.toSorted(field === 'major' ? byMajor : byCount);
  const shown = sorted.filter(({ selected }, at) => selected || at < MOST_VALUES);
  return { field, values: shown, more: shown.length < sorted.length };
}

/** `signed:yes` with the words that it stands for, so that each of them can be switched off. */
function signedSpelled(q: string, chosen: readonly Term[]): string {
  const own = parseQuery(q).terms.filter(({ field }) => field === 'signed');
  if (!asksSigned(own) || own.some(({ negated }) => negated)) return q;
  const words = new Set(
    chosen.flatMap(({ values }) => values.map((value) => (value.type === 'text' ? value.text : ''))),
  );
  return [...words].reduce((text, word) => toggleValue(text, 'signed', word), withoutField(q, 'signed'));
}

/** Counting stopped there. Of states all but the rest are counted one by one; the rest of everything is exact. */
function isCut(field: FacetField, count: number): boolean {
  if (field === 'state') return count === EXACT_TOTAL + 1;
  return (field === 'age' || field === 'hcp') && count > EXACT_TOTAL;
}

function isUnique(label: string, labels: ReadonlyMap<string, string> | undefined): boolean {
  return [...(labels?.values() ?? [])].filter((other) => other.toLowerCase() === label.toLowerCase()).length === 1;
}

function isChosen(field: FacetField, value: Term['values'][number], names: readonly string[]): boolean {
  switch (value.type) {
    case 'text':
      return !value.pattern && names.some((name) => name.toLowerCase() === value.text.toLowerCase());
    case 'flag':
      return names.includes(value.yes ? 'yes' : 'no');
    case 'range':
      return field === 'age'
        ? value.from === null && !value.to?.inclusive && ageOf(names[0]!) === value.to?.value
        : value.from?.value === value.to?.value && String(value.from?.value) === names[0];
    default:
      return false;
  }
}

function ageOf(label: string): number | undefined {
  const days = AGES.find(([value]) => value === label)?.[1];
  return days === undefined ? undefined : days * 86_400;
}

function byMajor(a: FacetValue, b: FacetValue): number {
  return Number(b.value) - Number(a.value);
}

function byCount(a: FacetValue, b: FacetValue): number {
  return b.count - a.count || (a.label < b.label ? -1 : 1);
}
