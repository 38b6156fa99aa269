/** The strip above the library. Sums over repositories, never over tags, except for two bounded looks at the last day. */
import type { Statistics } from '@pharos/contract';
import { type RawBuilder, sql } from 'kysely';
import { CONNECTED_SECONDS } from './agents.ts';
import { countUpTo, type Db, iso } from './database.ts';

interface Row {
  tags: number;
  postgres_tags: number;
  model_tags: number;
  repositories: number;
  tags_missing: number;
  findings: number;
  registries: number;
  failing: number;
  samples: number;
  agents: number;
  connected: number;
  rules: number;
  added: number;
  moved: number;
  last_scan_at: Date | null;
}

/** A day's additions are counted up to here: more than that is a first import, of which the size is known anyway. */
const MOST = 100_000;

/**
 * How many tags were seen first after a time and are there still, counted up to `most`: all of them less those retired, since
 * each of the two is told by an index alone.
 */
export function addedSince(since: string, most: number): RawBuilder<number> {
  const gone = sql`(select count(*) from tags where first_seen_at > ${since} and presence = 'retired')`;
  return sql`((select count(*) from (select 1 from tags where first_seen_at > ${since} limit ${most} + ${gone}) bounded)
    - ${gone})`;
}

export async function statisticsOf(db: Db, now: Date): Promise<Statistics> {
  const connectedSince = iso(new Date(now.getTime() - CONNECTED_SECONDS * 1000));
  const yesterday = iso(new Date(now.getTime() - 86_400_000));
  const found = await sql<Row>`
    select r.*, g.*,
      (select count(*) from agents) as agents,
      (select count(*) from agents where last_seen_at >= ${connectedSince}) as connected,
      (select count(*) from rules) as rules,
      ${addedSince(yesterday, MOST)} as added,
      (select count(*) from (select 1 from tags where moved_at > ${yesterday} and presence <> 'retired'
        limit ${MOST}) bounded) as moved
    from (
      select coalesce(sum(tag_count), 0)::bigint as tags, coalesce(sum(postgres_count), 0)::bigint as postgres_tags,
        coalesce(sum(model_count), 0)::bigint as model_tags, count(*) as repositories,
        coalesce(sum(missing_count), 0)::bigint as tags_missing, coalesce(sum(findings), 0)::bigint as findings
      from repositories where not released
    ) r, (
      select count(*) as registries, count(*) filter (where status_state = 'error') as failing,
        count(*) filter (where is_sample) as samples, max(last_scan_at) as last_scan_at
      from registries
    ) g`.execute(db);
  const row = found.rows[0]!;
  const images = await countUpTo(db, sql`from images`);
  return {
    tags: row.tags,
    postgresTags: row.postgres_tags,
    modelTags: row.model_tags,
    repositories: row.repositories,
    images: images.total,
    registries: row.registries,
    registriesFailing: row.failing,
    agents: row.agents,
    agentsConnected: row.connected,
    rules: row.rules,
    tagsMissing: row.tags_missing,
    findings: row.findings,
    addedLast24h: row.added,
    movedLast24h: row.moved,
    hasSample: row.samples > 0,
    onlySample: row.registries > 0 && row.samples === row.registries,
    lastScanAt: iso(row.last_scan_at),
  };
}
