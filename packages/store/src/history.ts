/** What pictures are drawn from. Every answer comes from counted rows, bounded looks by index, or sums over repositories. */
import type { Freshness, LibraryDay, Overview, PlatformCount, RepositoryDay } from '@pharos/contract';
import { FRESHNESS } from '@pharos/contract';
import { type RawBuilder, sql } from 'kysely';
import { LOST_SECONDS } from './agents.ts';
import { countLibrary, countRepositories, dayOf } from './daily-statistics.ts';
import { type Db, first, iso } from './database.ts';
import type { History } from './history-port.ts';
import { pruneRegistryStatistics, registryHistory } from './registry-statistics.ts';
import { addedSince, statisticsOf } from './statistics.ts';

/** New things are counted up to here: more than that is a first import, of which the size is known anyway. */
const MOST = 10_000;
const FEW = 5;
const STALEST = 10;
const DAY_MS = 86_400_000;
const AGE_DAYS = { week: 7, month: 30, quarter: 90, year: 365 } as const;

export function historyOf(db: Db): History {
  return {
    growth: async (days, now) => {
      const since = dayOf(new Date(now.getTime() - days * DAY_MS));
      // The last row before the span says what the span began with.
      const found = await sql<LibraryDay>`
        select to_char(day, 'YYYY-MM-DD') as day, tags, postgres_tags as "postgresTags", model_tags as "modelTags", images,
          repositories
        from daily_statistics where day >= coalesce((select max(day) from daily_statistics where day <= ${since}::date),
          ${since}::date) and day < ${dayOf(now)}::date order by daily_statistics.day`.execute(db);
      const { tags, postgresTags, modelTags, images, repositories } = await statisticsOf(db, now);
      const today = { day: dayOf(now), tags, postgresTags, modelTags, images, repositories };
      return { days: [...found.rows, today] };
    },

    freshness: async (now) => freshness(db, now),

    repository: async (id, days, now) => {
      const row = await first(
        sql<{ newest: Date | null }>`select newest_image_at as newest from repositories where id = ${id}`,
        db,
      );
      if (row === null) return null;
      const since = dayOf(new Date(now.getTime() - days * DAY_MS));
      const found = await sql<RepositoryDay & { platforms: Record<string, number> }>`
        select to_char(day, 'YYYY-MM-DD') as day, tags, majors, platforms from repository_statistics
        where repository_id = ${id} and day >= coalesce((select max(day) from repository_statistics
          where repository_id = ${id} and day <= ${since}::date), ${since}::date)
        order by repository_statistics.day`.execute(db);
      return {
        days: found.rows.map(({ day, tags, majors }) => ({ day, tags, majors })),
        platforms: platformsOf(found.rows.at(-1)?.platforms ?? {}),
        newestImageAt: iso(row.newest),
      };
    },

    registry: (id, days, now) => registryHistory(db, id, days, now),
    overview: (now) => overview(db, now),
    countRepositories: (now) => countRepositories(db, now),
    countLibrary: (now) => countLibrary(db, now),
    prune: (now) => pruneRegistryStatistics(db, now),
  };
}

async function freshness(db: Db, now: Date): Promise<Freshness> {
  const before = (days: number) => sql`${iso(new Date(now.getTime() - days * DAY_MS))}::timestamptz`;
  const found = await sql<{ age: (typeof FRESHNESS)[number]; n: number }>`
    select case when newest_image_at is null then 'unknown' when newest_image_at > ${before(AGE_DAYS.week)} then 'week'
        when newest_image_at > ${before(AGE_DAYS.month)} then 'month'
        when newest_image_at > ${before(AGE_DAYS.quarter)} then 'quarter'
        when newest_image_at > ${before(AGE_DAYS.year)} then 'year' else 'older' end as age, count(*)::int as n
    from repositories where not released and tag_count > 0 group by 1`.execute(db);
  const counts = new Map(found.rows.map(({ age, n }) => [age, n]));
  const stalest = await sql<{ id: string; name: string; registry: string; newest: Date }>`
    select r.id, r.name, g.name as registry, r.newest_image_at as newest
    from repositories r join registries g on g.id = r.registry_id
    where not r.released and r.tag_count > 0 and r.newest_image_at is not null
    order by r.newest_image_at, r.id limit ${STALEST}`.execute(db);
  const last = await first(
    sql<{ platforms: Record<string, number> }>`select platforms from daily_statistics order by day desc limit 1`,
    db,
  );
  return {
    buckets: FRESHNESS.map((age) => ({ age, repositories: counts.get(age) ?? 0 })),
    stalest: stalest.rows.map(({ newest, ...row }) => ({ ...row, newestImageAt: iso(newest) })),
    platforms: platformsOf(last?.platforms ?? {}),
  };
}

function platformsOf(counts: Readonly<Record<string, number>>): PlatformCount[] {
  const platforms = Object.entries(counts).map(([platform, tags]) => ({ platform, tags }));
  return platforms.toSorted((a, b) => b.tags - a.tags || a.platform.localeCompare(b.platform));
}

type Listed = Overview['agentsLost'];

async function overview(db: Db, now: Date): Promise<Overview> {
  const ago = (ms: number) => iso(new Date(now.getTime() - ms));
  const counted = async (table: string, column: string, since: string, rest: RawBuilder<unknown> = sql``) => {
    const found = await sql<{ n: number }>`select count(*)::int as n from (select 1 from ${sql.table(table)}
      where ${sql.ref(column)} > ${since} ${rest} limit ${MOST}) bounded`.execute(db);
    return found.rows[0]?.n ?? 0;
  };
  const there = sql`and presence <> 'retired'`;
  const span = async (days: number) => ({
    images: await counted('images', 'first_seen_at', ago(days * DAY_MS)),
    tags: (await first(sql<{ n: number }>`select ${addedSince(ago(days * DAY_MS), MOST)} as n`, db))?.n ?? 0,
    moved: await counted('tags', 'moved_at', ago(days * DAY_MS), there),
  });
  const listed = async (source: RawBuilder<unknown>, columns: RawBuilder<unknown>, order: RawBuilder<unknown>) => {
    const count = await first(sql<{ n: number }>`select count(*)::int as n ${source}`, db);
    const rows = count?.n
      ? await sql<Listed['first'][number]>`select ${columns} ${source} order by ${order} limit ${FEW}`.execute(db)
      : { rows: [] };
    return { count: count?.n ?? 0, first: rows.rows };
  };
  const repositories = (
    condition: RawBuilder<unknown>,
  ) => sql`from repositories r left join scans s on s.id = r.last_scan_id
    where not r.released and ${condition}`;
  const disabled = await first(
    sql<{ n: number }>`select count(*)::int as n from webhooks where disabled_reason is not null`,
    db,
  );
  return {
    new: { day: await span(1), week: await span(7) },
    registriesFailing: await listed(
      sql`from registries where status_state = 'error'`,
      sql`id, name, status_message as message`,
      sql`name, id`,
    ),
    repositoriesFailing: await listed(
      repositories(sql`r.scan_failing`),
      sql`r.id, r.name, coalesce(s.message, '') as message`,
      sql`r.name, r.id`,
    ),
    repositoriesHeld: await listed(
      repositories(sql`r.held`),
      sql`r.id, r.name, coalesce(r.warnings ->> 0, '') as message`,
      sql`r.name, r.id`,
    ),
    repositoriesWithFindings: await listed(
      repositories(sql`r.findings > 0`),
      sql`r.id, r.name, r.findings || case when r.findings = 1 then ' finding' else ' findings' end as message`,
      sql`r.findings desc, r.id`,
    ),
    agentsLost: await listed(
      sql`from agents where last_seen_at < ${ago(LOST_SECONDS * 1000)}`,
      sql`id, name, 'Location ' || location_id as message`,
      sql`name, id`,
    ),
    webhooksDisabled: disabled?.n ?? 0,
  };
}
