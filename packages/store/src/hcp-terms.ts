/** Terms `hcp:` of a query as conditions on tags: on the image, or on the repository that it stands in. */
import type { Term } from '@pharos/library';
import { type RawBuilder, sql } from 'kysely';
import { type Db, storableText } from './database.ts';
import { wildcards } from './tag-terms.ts';

type Condition = RawBuilder<unknown>;

/** So many images are named in the question; where there are more, hits are not far to seek. */
const MOST_NAMED = 5_000;

/**
 * What carries them is looked up first, and the question names it: an index finds both then. Beside "or", PostgreSQL looks at
 * every tag for what it has to look up itself.
 */
export async function hcpConditions(db: Db, terms: readonly Term[]): Promise<ReadonlyMap<Term, Condition>> {
  const conditions = new Map<Term, Condition>();
  for (const term of terms) {
    if (term.field === 'hcp') conditions.set(term, await conditionOf(db, term));
  }
  return conditions;
}

async function conditionOf(db: Db, { values, negated }: Term): Promise<Condition> {
  const names = values.flatMap((value) => {
    if (value.type !== 'text') return [];
    return value.pattern
      ? [sql`h.name ilike ${wildcards(value.text)}`]
      : [sql`lower(h.name) = lower(${storableText(value.text)})`];
  });
  const found = await sql<{ ids: string[]; repositories: string[]; images: string[] }>`
    with named as materialized (select h.id from hcp_tags h where ${sql.join(names, sql` or `)})
    select array(select id from named) as ids,
      array(select distinct x.repository_id from hcp_tag_repositories x where x.hcp_tag_id in (select id from named)) as repositories,
      array(select x.digest from hcp_tag_images x where x.hcp_tag_id in (select id from named)
        limit ${MOST_NAMED + 1}) as images`.execute(db);
  const { ids, repositories, images } = found.rows[0]!;
  const carried: Condition[] = [];
  if (repositories.length > 0) carried.push(sql`t.repository_id = any(${repositories}::uuid[])`);
  if (images.length > MOST_NAMED) {
    carried.push(
      sql`exists (select from hcp_tag_images x where x.digest = t.digest and x.hcp_tag_id = any(${ids}::uuid[]))`,
    );
  } else if (images.length > 0) carried.push(sql`t.digest = any(${images}::text[])`);
  const one = carried.length === 0 ? sql`false` : sql`(${sql.join(carried, sql` or `)})`;
  return negated ? sql`not ${one}` : one;
}
