/**
 * The library by day, counted aside from scans: a repository whose summary changed is counted again within minutes, the
 * library once an hour. What was there before the first count is drawn from when tags and images were first seen.
 */
import { sql } from 'kysely';
import { type Db, first, iso, json } from './database.ts';

const BATCH = 20;
/** Majors and platforms kept of a day: calendar versions would make a new major each month, for ever. */
const MAX_MAJORS = 40;

/** Counts up to 20 changed repositories; answers whether there may be more. */
export async function countRepositories(db: Db, now: Date): Promise<boolean> {
  const found = await sql<{ id: string; is_new: boolean }>`select id, counted_at is null as is_new from repositories
    where not counted order by id limit ${BATCH}`.execute(db);
  for (const { id, is_new } of found.rows) {
    // Marked first: what changes while it is counted marks it anew.
    await sql`update repositories set counted = true where id = ${id}`.execute(db);
    const days = is_new ? await pastDays(db, id, now) : [];
    const today = await todayOf(db, id, now);
    await db.transaction().execute(async (trx) => {
      const known = await first(sql`select 1 from repositories where id = ${id} for update`, trx);
      if (known === null) return;
      for (const { day, tags, majors } of [...days, today]) {
        await sql`insert into repository_statistics (repository_id, day, tags, majors, platforms)
          values (${id}, ${day}::date, ${tags}, ${json(bounded(majors))}, ${json(day === today.day ? today.platforms : {})})
          on conflict (repository_id, day) do update set tags = excluded.tags, majors = excluded.majors,
            platforms = excluded.platforms`.execute(trx);
      }
      await sql`update repositories set counted_at = ${iso(now)}, newest_image_at = (select t.effective_at from tags t
          where t.repository_id = ${id} and t.presence <> 'retired' order by t.effective_at desc limit 1)
        where id = ${id}`.execute(trx);
    });
  }
  return found.rows.length === BATCH;
}

interface DayCount {
  readonly day: string;
  readonly tags: number;
  readonly majors: Record<string, number>;
}

async function todayOf(db: Db, id: string, now: Date): Promise<DayCount & { platforms: Record<string, number> }> {
  // One pass for both; a repository has few combinations of platforms.
  const found = await sql<{ major: string; platforms: string[]; n: number }>`
    select coalesce(major::text, 'other') as major, platforms, count(*)::int as n
    from tags where repository_id = ${id} and presence <> 'retired' group by 1, 2`.execute(db);
  const majors = new Map<string, number>();
  const platforms = new Map<string, number>();
  let tags = 0;
  for (const row of found.rows) {
    tags += row.n;
    majors.set(row.major, (majors.get(row.major) ?? 0) + row.n);
    for (const name of new Set(row.platforms.map(platformName)))
      platforms.set(name, (platforms.get(name) ?? 0) + row.n);
  }
  const most = [...platforms].toSorted(([a, x], [b, y]) => y - x || a.localeCompare(b)).slice(0, MAX_MAJORS);
  return { day: dayOf(now), tags, majors: Object.fromEntries(majors), platforms: Object.fromEntries(most) };
}

/** arm64 is always v8 (OCI image-spec, platform variants): two spellings of one platform. */
function platformName(name: string): string {
  return name === 'linux/arm64/v8' ? 'linux/arm64' : name;
}

/** The days before today on which tags came or went. When a tag was retired is known as when it was seen last. */
async function pastDays(db: Db, id: string, now: Date): Promise<DayCount[]> {
  const changes = await sql<{ day: string; key: string; n: number }>`
    select to_char(day, 'YYYY-MM-DD') as day, key, sum(n)::int as n from (
      select (first_seen_at at time zone 'UTC')::date as day, coalesce(major::text, 'other') as key, 1 as n
        from tags where repository_id = ${id}
      union all
      select (last_seen_at at time zone 'UTC')::date, coalesce(major::text, 'other'), -1
        from tags where repository_id = ${id} and presence = 'retired'
    ) changes group by 1, 2 order by 1`.execute(db);
  const today = dayOf(now);
  const majors = new Map<string, number>();
  const days = new Map<string, DayCount>();
  for (const { day, key, n } of changes.rows) {
    if (day >= today) break;
    majors.set(key, (majors.get(key) ?? 0) + n);
    const held = [...majors].filter(([, count]) => count > 0);
    days.set(day, {
      day,
      tags: held.reduce((sum, [, count]) => sum + count, 0),
      majors: Object.fromEntries(held),
    });
  }
  return [...days.values()];
}

/** Writes the library's row of today; the first time, those of the days before too. */
export async function countLibrary(db: Db, now: Date): Promise<void> {
  const isFirst = (await first(sql`select 1 from daily_statistics limit 1`, db)) === null;
  if (isFirst) await countPast(db, now);
  const platforms = await sql<{ key: string; n: number }>`
    select p.key, sum(p.value::int)::int as n from repositories r
    cross join lateral (select s.platforms from repository_statistics s where s.repository_id = r.id
      order by s.day desc limit 1) latest
    cross join lateral jsonb_each_text(latest.platforms) p
    where not r.released group by 1 order by 2 desc, 1 limit ${MAX_MAJORS}`.execute(db);
  await sql`
    insert into daily_statistics (day, tags, postgres_tags, model_tags, images, repositories, platforms)
    select ${dayOf(now)}::date, coalesce(sum(tag_count), 0)::int, coalesce(sum(postgres_count), 0)::int,
      coalesce(sum(model_count), 0)::int, (select count(*)::int from images), count(*)::int,
      ${json(record(platforms.rows))}
    from repositories where not released
    on conflict (day) do update set tags = excluded.tags, postgres_tags = excluded.postgres_tags,
      model_tags = excluded.model_tags, images = excluded.images, repositories = excluded.repositories,
      platforms = excluded.platforms`.execute(db);
}

async function countPast(db: Db, now: Date): Promise<void> {
  await sql`
    insert into daily_statistics (day, tags, postgres_tags, model_tags, images, repositories, platforms)
    select day, sum(sum(tags)) over w, sum(sum(postgres)) over w, sum(sum(models)) over w, sum(sum(images)) over w,
      sum(sum(repositories)) over w, '{}'
    from (
      select (first_seen_at at time zone 'UTC')::date as day, 1 as tags, (kind = 'postgres')::int as postgres,
        (kind = 'model')::int as models, 0 as images, 0 as repositories from tags
      union all
      select (last_seen_at at time zone 'UTC')::date, -1, -(kind = 'postgres')::int, -(kind = 'model')::int, 0, 0
        from tags where presence = 'retired'
      union all
      select (first_seen_at at time zone 'UTC')::date, 0, 0, 0, 1, 0 from images
      union all
      select (first_seen_at at time zone 'UTC')::date, 0, 0, 0, 0, 1 from repositories where not released
    ) changes
    where day < ${dayOf(now)}::date group by day window w as (order by day)
    on conflict do nothing`.execute(db);
}

/** The most frequent ones by name, the rest as `other`. */
function bounded(majors: Readonly<Record<string, number>>): Record<string, number> {
  const sorted = Object.entries(majors).toSorted(([a, x], [b, y]) => y - x || a.localeCompare(b));
  const kept = new Map(sorted.slice(0, MAX_MAJORS));
  for (const [, count] of sorted.slice(MAX_MAJORS)) kept.set('other', (kept.get('other') ?? 0) + count);
  return Object.fromEntries(kept);
}

function record(rows: readonly { key: string; n: number }[]): Record<string, number> {
  return Object.fromEntries(rows.map(({ key, n }) => [key, n]));
}

export function dayOf(time: Date): string {
  return iso(time).slice(0, 10);
}
