/** What a list of repositories is narrowed by. */
import type { RepositoryQuery } from '@pharos/contract';
import { type FieldName, parseQuery, profileFits, type Term } from '@pharos/library';
import { type RawBuilder, sql } from 'kysely';
import { allOf, containing, storableText } from './database.ts';
import { DECIDED, type Decided, decidedNowAs, decidedStates } from './decided-tags.ts';
import { LIVE } from './tag-pages.ts';
import type { ProfileReader } from './tag-profiles.ts';
import { repositoryNamed } from './tag-search.ts';
import { tagCondition, wildcards } from './tag-terms.ts';

type Condition = RawBuilder<unknown>;

/** What a repository says itself; everything else its tags say. */
const OWN: ReadonlySet<FieldName> = new Set(['kind', 'registry', 'location', 'repository', 'hcp']);

/** Conditions on `repositories r` and `registries g`. @throws QueryError */
export async function repositoryConditions(
  profiles: ProfileReader,
  query: RepositoryQuery,
  now: Date,
): Promise<Condition[]> {
  const terms = await profiles.understood(parseQuery(query.q ?? '', 'repositories').terms);
  // Repositories that no rule wants any more are not listed; they are still there by their id.
  const conditions: Condition[] = [sql`not r.released`];
  if (query.kind !== undefined) conditions.push(sql`r.kind = ${query.kind}`);
  if (query.registryId !== undefined) conditions.push(sql`r.registry_id = ${query.registryId}`);
  if (query.locationId !== undefined) conditions.push(sql`g.location_id = ${query.locationId}`);
  const ofTags: Term[] = [];
  for (const term of terms) {
    if (term.field === null || OWN.has(term.field)) conditions.push(ownCondition(term));
    else if (term.negated) conditions.push(sql`not ${await withTags(profiles, [{ ...term, negated: false }], now)}`);
    else ofTags.push(term);
  }
  if (ofTags.length > 0) conditions.push(await withTags(profiles, ofTags, now));
  return conditions;
}

function ownCondition(term: Term): Condition {
  if (term.field === 'repository') return repositoryNamed(term);
  const fits = term.values.map((value) => {
    if (value.type !== 'text') return sql`false`;
    const text = value.pattern ? wildcards(value.text) : storableText(value.text).replace(/[\\%_]/g, '\\$&');
    switch (term.field) {
      case 'kind':
        return sql`r.kind = ${value.text}`;
      case 'location':
        return sql`g.location_id ilike ${text}`;
      case 'registry':
        return sql`(g.name ilike ${text} or g.url ilike ${text} or g.id::text = lower(${value.text}))`;
      case 'hcp':
        return sql`r.id in (select x.repository_id from hcp_tag_repositories x
          join hcp_tags h on h.id = x.hcp_tag_id where h.name ilike ${text})`;
      default: {
        const part = value.pattern ? text : containing(value.text);
        return sql`(r.name ilike ${part} or r.description ilike ${part})`;
      }
    }
  });
  const one = sql`(${sql.join(fits, sql` or `)})`;
  return term.negated ? sql`(${one}) is not true` : one;
}

/** It holds a tag that fits all of these terms. */
async function withTags(profiles: ProfileReader, terms: readonly Term[], now: Date): Promise<Condition> {
  const [state, second] = terms.filter(({ field }) => field === 'state');
  if (state === undefined || second !== undefined) return withFitting(await chosen(profiles, terms), terms, now);
  const others = terms.filter((term) => term !== state);
  const { sure, open } = await chosen(profiles, others);
  if (open.length > 0) return withFitting(await chosen(profiles, terms), terms, now);
  // Tags that somebody decided about stand by themselves, with their profile: few, where all tags are many.
  const fitting = (row: Condition) => (others.length === 0 ? sql`true` : sql`${row}.profile_id = any(${sure}::int[])`);
  const states = decidedStates(state);
  const decided = (asked: readonly Decided[]) =>
    sql`from decided_tags t where ${allOf([...decidedNowAs(asked, now), fitting(sql`t`)])}`;
  if (states !== null) return sql`r.id in (select t.repository_id ${decided(states)})`;
  // Pending is all but what was decided otherwise.
  const asked = new Set(state.values.map((value) => (value.type === 'text' ? value.text : '')));
  const otherwise = DECIDED.filter((one) => !asked.has(one));
  return sql`r.id in (select a.repository_id from (
      select x.repository_id, sum(x.tags) as tags from repository_profiles x where ${fitting(sql`x`)} group by 1) a
    left join (select t.repository_id, count(*) as tags ${decided(otherwise)} group by 1) d on d.repository_id = a.repository_id
    where a.tags > coalesce(d.tags, 0))`;
}

interface Chosen {
  /** Every tag of these fits. */
  readonly sure: readonly number[];
  /** Tags of these may fit. */
  readonly open: readonly number[];
}

async function chosen(profiles: ProfileReader, terms: readonly Term[]): Promise<Chosen> {
  const sure: number[] = [];
  const open: number[] = [];
  for (const { profile } of await profiles.counted()) {
    const fits = terms.map((term) => profileFits(profile, term));
    if (fits.includes(false)) continue;
    (fits.includes(null) ? open : sure).push(profile.id);
  }
  return { sure, open };
}

function withFitting({ sure, open }: Chosen, terms: readonly Term[], now: Date): Condition {
  const bySure = sql`r.id in (select x.repository_id from repository_profiles x where x.profile_id = any(${[...sure]}::int[]))`;
  if (open.length === 0) return bySure;
  const conditions = allOf([
    LIVE,
    sql`t.profile_id = any(${[...open]}::int[])`,
    ...terms.map((term) => tagCondition(term, now)),
  ]);
  const byTags = sql`r.id in (select t.repository_id from tags t where ${conditions})`;
  // Beside "or" PostgreSQL joins nothing: where it could not keep the tags in memory, it would look for them for each repository.
  return sure.length === 0 ? byTags : sql`(${bySure} or ${byTags})`;
}
