/** What a list of tags is narrowed by, taken apart into what decides by profile, by repository, and tag by tag. */
import type { RepositoryTagQuery, TagQuery } from '@pharos/contract';
import { type FieldName, PROFILE_FIELDS, parseQuery, profileFits, type Term, type Value } from '@pharos/library';
import { type RawBuilder, sql } from 'kysely';
import { type Db, storableText } from './database.ts';
import { imagesWith } from './hcp-tag-labels.ts';
import { hcpConditions } from './hcp-terms.ts';
import { profilesWith } from './profile-terms.ts';
import type { CountedProfile, ProfileReader } from './tag-profiles.ts';
import { tagCondition, wildcards } from './tag-terms.ts';

export type AnyTagQuery = Partial<TagQuery> & Pick<RepositoryTagQuery, 'presence'>;

export interface TagSearch {
  readonly terms: readonly Term[];
  /** Only tags that are not retired: profiles count these. */
  readonly isLive: boolean;
  /** null: any. */
  readonly repositoryIds: readonly string[] | null;
  /** Profiles to choose from, those that do not fit included. */
  readonly candidates: readonly CountedProfile[];
  readonly fitting: readonly CountedProfile[];
  /** The only profiles that can hold the words and labels asked for; null: these say nothing of profiles. */
  readonly within: ReadonlySet<number> | null;
  /** Conditions on `tags t` beside profile and repository. */
  readonly conditions: readonly RawBuilder<unknown>[];
  /** The condition of one of the terms on `tags t`. */
  conditionOf(term: Term): RawBuilder<unknown>;
}

/** @throws QueryError for a `q` that cannot be read */
export async function readSearch(db: Db, profiles: ProfileReader, query: AnyTagQuery, now: Date): Promise<TagSearch> {
  const terms = await profiles.understood([...simpleTerms(query), ...parseQuery(query.q ?? '').terms]);
  const presence = terms.filter(({ field }) => field === 'presence');
  const named = presence.filter(({ negated }) => !negated);
  const isLive = named.length > 0 ? named.some(isOfLive) : ['present', 'missing'].includes(query.presence);
  const repositoryIds = await repositoriesOf(db, terms, query.repositoryId);
  const candidates = isLive ? await profiles.counted(repositoryIds ?? undefined) : await profiles.all();
  const ofProfiles = terms.filter(isOfProfile);
  const open = new Set<Term>();
  const single = terms.filter((term) => !isOfProfile(term) && term.field !== 'repository');
  const within = await profilesWith(db, single);
  const possible = within === null ? candidates : candidates.filter(({ profile }) => within.has(profile.id));
  const fitting = possible.filter(({ profile }) =>
    ofProfiles.every((term) => {
      const fits = profileFits(profile, term);
      if (fits === null) open.add(term);
      return fits !== false;
    }),
  );
  const hcp = await hcpConditions(db, single);
  const conditionOf = (term: Term) => hcp.get(term) ?? tagCondition(term, now);
  const conditions = [
    ...[...single, ...open].map(conditionOf),
    ...(named.length === 0 ? presenceConditions(query.presence) : []),
    ...(await imagesWith(db, query.hcpTag)),
  ];
  return { terms, isLive, repositoryIds, candidates, fitting, within, conditions, conditionOf };
}

function isOfProfile({ field }: Term): boolean {
  return field !== null && PROFILE_FIELDS.has(field);
}

/** Whether the term takes no tags that are retired. */
function isOfLive({ values }: Term): boolean {
  return values.every((value) => value.type === 'text' && ['present', 'missing'].includes(value.text));
}

function presenceConditions(presence: TagQuery['presence']): RawBuilder<unknown>[] {
  return presence === 'missing' || presence === 'retired' ? [sql`t.presence = ${presence}`] : [];
}

const text = (value: string): Value => ({ type: 'text', text: value, pattern: false });

/** The parameters that are older than the query language, as terms of it. */
function simpleTerms(query: AnyTagQuery): Term[] {
  const terms: [FieldName, Value][] = [];
  if (query.kind !== undefined) terms.push(['kind', text(query.kind)]);
  if (query.engine !== undefined) terms.push(['engine', text(query.engine)]);
  if (query.flavour !== undefined) terms.push(['flavour', text(query.flavour)]);
  if (query.platform !== undefined) terms.push(['platform', text(query.platform)]);
  if (query.extension !== undefined) terms.push(['extension', text(query.extension)]);
  if (query.registryId !== undefined) terms.push(['registry', text(query.registryId)]);
  if (query.locationId !== undefined) terms.push(['location', text(query.locationId)]);
  if (query.floating !== undefined) terms.push(['floating', { type: 'flag', yes: query.floating }]);
  if (query.major !== undefined) {
    const bound = { value: query.major, inclusive: true };
    terms.push(['major', { type: 'range', from: bound, to: bound }]);
  }
  return terms.map(([field, value]) => ({ field, negated: false, values: [value], at: 0, end: 0 }));
}

/** The repositories that the terms leave, or null when none says anything of them. */
async function repositoriesOf(db: Db, terms: readonly Term[], id: string | undefined): Promise<string[] | null> {
  const mine = terms.filter(({ field }) => field === 'repository');
  if (mine.length === 0) return id === undefined ? null : [id];
  const where = mine.map((term) => repositoryNamed(term));
  if (id !== undefined) where.push(sql`r.id = ${id}`);
  const found = await sql<{ id: string }>`select r.id from repositories r where ${sql.join(where, sql` and `)}`.execute(
    db,
  );
  return found.rows.map((row) => row.id);
}

/** Condition on `repositories r`: its whole name or the end of it after a slash. */
export function repositoryNamed(term: Term): RawBuilder<unknown> {
  const names = term.values.map((value) => {
    if (value.type !== 'text') return sql`false`;
    const pattern = value.pattern ? wildcards(value.text) : storableText(value.text).replace(/[\\%_]/g, '\\$&');
    return sql`(r.name ilike ${pattern} or r.name ilike ${`%/${pattern}`})`;
  });
  const one = sql`(${sql.join(names, sql` or `)})`;
  return term.negated ? sql`not ${one}` : one;
}
