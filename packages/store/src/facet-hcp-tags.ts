/** The facet of HCP tags: of those that are in use, how many hits carry each. */
import { type RawBuilder, sql } from 'kysely';
import { allOf, type Db, EXACT_TOTAL } from './database.ts';
import { type Counted, conditionsWithout, hitsWithout } from './facet-hits.ts';
import { placed } from './tag-pages.ts';
import type { TagSearch } from './tag-search.ts';

const MOST_HCP_TAGS = 30;
/** Images of one HCP tag that are looked up one by one sooner than all tags are read for them. */
const FEW_IMAGES = 50_000;

/** How many hits carry each, on their image or on their repository. At most one more than EXACT_TOTAL where tags are looked at. */
export async function hcpTags(db: Db, search: TagSearch, now: Date): Promise<Counted> {
  const used = await sql<{ id: string; name: string; images: number }>`
    select h.id, h.name, i.images from hcp_tags h cross join lateral (
      select count(*)::int as images from (
        select from hcp_tag_images x where x.hcp_tag_id = h.id limit ${FEW_IMAGES + 1}) x) i
    where i.images > 0 or exists (select from hcp_tag_repositories x where x.hcp_tag_id = h.id)
    order by lower(h.name) limit ${MOST_HCP_TAGS}`.execute(db);
  const { from, where } = await hitsWithout(db, search, 'hcp', now);
  const isWhole = search.isLive && conditionsWithout(search, 'hcp').length === 0;
  const counts: [string, number][] = [];
  for (const { id, name, images } of used.rows) {
    // Images and repositories each by an index: beside "or" every tag would be looked at. No tag is counted twice.
    const carried = sql`select x.digest from hcp_tag_images x where x.hcp_tag_id = ${id}`;
    const ofImages = images > FEW_IMAGES ? sql`t.digest in (${carried})` : sql`t.digest = any(array(${carried}))`;
    const repositories = sql`select x.repository_id from hcp_tag_repositories x where x.hcp_tag_id = ${id}`;
    const ofRepositories = sql`t.repository_id in (${repositories})`;
    const elsewhere = sql`select 1 from ${from} where ${where} and ${ofImages} and not ${ofRepositories}`;
    const there = isWhole ? sql`select 1 where false` : sql`select 1 from ${from} where ${where} and ${ofRepositories}`;
    const found = await sql<{ n: number }>`
      with elsewhere as materialized (${elsewhere}), there as materialized (${there})
      select count(*)::int as n from (
        select 1 from elsewhere union all select 1 from there limit ${EXACT_TOTAL + 1}) bounded`.execute(db);
    const counted = isWhole ? await placedIn(db, search, repositories) : 0;
    counts.push([name, (found.rows[0]?.n ?? 0) + counted]);
  }
  return counts;
}

/** Live tags of the fitting profiles in these repositories, as the profiles count them. */
async function placedIn(db: Db, search: TagSearch, repositories: RawBuilder<unknown>): Promise<number> {
  const found = await sql<{ n: number }>`select coalesce(sum(t.tags), 0)::int as n from repository_profiles t
    where ${allOf([sql`t.repository_id in (${repositories})`, ...placed(search)])}`.execute(db);
  return found.rows[0]!.n;
}
