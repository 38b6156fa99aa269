/**
 * What a reader sees whose role holds for some areas only. Not the queries are filtered but the tables under them: a view
 * of every table stands in the schema `pharos_seen` under the same name, and a read of such a reader runs in a read-only
 * transaction that finds these first. So no list, count or facet can forget its filter, and a table that nobody has
 * thought about yet shows nothing.
 */
import { createHash } from 'node:crypto';
import { type Area, areaForSql } from '@pharos/library';
import { sql } from 'kysely';
import { type Db, jsonText } from './database.ts';

const SCHEMA = 'pharos_seen';
const IDS = `(select id from ${SCHEMA}.repository_ids)`;
const WHOLE = `(select id from ${SCHEMA}.whole_locations)`;
const WHOLE_REGISTRIES = `(select id from public.registries where location_id in ${WHOLE})`;
const inRepository = `t.repository_id in ${IDS}`;
const inWholeRegistry = `t.registry_id in ${WHOLE_REGISTRIES}`;
const tagged = `exists (select from public.tags p where p.digest = t.digest and p.repository_id in ${IDS})`;

/** Of which rows of a table (`t`) a reader knows. A table that is not named here shows nothing at all. */
export const SEEN: Readonly<Record<string, string>> = {
  repositories: `t.id in ${IDS}`,
  registries: `t.location_id in ${WHOLE} or t.id in (select registry_id from public.repositories where id in ${IDS})`,
  locations: `t.id in ${WHOLE} or t.id in (select g.location_id from public.registries g
    join public.repositories r on r.registry_id = g.id where r.id in ${IDS})`,
  agent_keys: `t.location_id in ${WHOLE}`,
  agents: `t.location_id in ${WHOLE} or t.location_id in (select g.location_id from public.registries g
    join public.repositories r on r.registry_id = g.id where r.id in ${IDS})`,
  // A rule for every registry is known to whoever knows a whole location; another one where it has brought something in.
  rules: `t.registry_id in ${WHOLE_REGISTRIES}
    or (t.registry_id is null and (t.location_id is null or t.location_id in ${WHOLE}) and exists ${WHOLE})
    or t.id in (select rule_id from public.rule_repositories where repository_id in ${IDS})`,
  rule_repositories: inRepository,
  rule_requests: `t.rule_id in (select id from ${SCHEMA}.rules)`,
  tags: inRepository,
  tag_history: inRepository,
  images: tagged,
  referrers: inRepository,
  scans: `t.repository_id in ${IDS} or (t.repository_id is null and ${inWholeRegistry})`,
  listings: `${inWholeRegistry} or exists (select from public.repositories r
    where r.registry_id = t.registry_id and r.name = t.repository and r.id in ${IDS})`,
  registry_requests: inWholeRegistry,
  registry_events: inWholeRegistry,
  receivers: inWholeRegistry,
  deliveries: `t.repository_id in ${IDS} or t.receiver_id in
    (select id from public.receivers where registry_id in ${WHOLE_REGISTRIES})`,
  hcp_tags: 'true',
  hcp_tag_repositories: inRepository,
  hcp_tag_images: tagged,
  signature_tags: inRepository,
  favourite_repositories: inRepository,
  // One's own: the queries ask for the user.
  saved_views: 'true',
  repository_statistics: inRepository,
  registry_statistics: inWholeRegistry,
  left_out_tags: inRepository,
  image_packages: tagged,
  models: 'true',
  tag_profiles: `t.id in (select profile_id from public.repository_profiles where repository_id in ${IDS})`,
  profile_terms: `t.profile_id in (select profile_id from public.repository_profiles where repository_id in ${IDS})`,
  repository_profiles: inRepository,
  evidence: inRepository,
  vulnerability_reports: inRepository,
  image_states: tagged,
  verified_images: tagged,
  decided_tags: inRepository,
  // What is asked of images is no secret; what came of it is that of the images that are seen.
  policies: 'true',
  policy_versions: 'true',
  policy_state: 'true',
  policy_results: tagged,
  policy_exceptions: tagged,
  decisions: tagged,
  approval_requests: tagged,
  approval_comments: tagged,
  approval_assignees: tagged,
  approval_rules: 'true',
  dispatches: `t.location_id in ${WHOLE}`,
  image_usages: `t.location_id in ${WHOLE}`,
  location_nodes: `t.location_id in ${WHOLE}`,
  usage_scopes: `t.location_id in ${WHOLE}`,
  admission_reports: `t.location_id in ${WHOLE}`,
  admission_refusals: `t.location_id in ${WHOLE}`,
  model_deployments: `t.location_id in ${WHOLE}`,
  clusters: `t.location_id in ${WHOLE}`,
  cluster_upgrades: `t.cluster_id in (select id from public.clusters where location_id in ${WHOLE})`,
  cluster_changes: `t.cluster_id in (select id from public.clusters where location_id in ${WHOLE})`,
  catalogs: `t.location_id in ${WHOLE}`,
  catalog_canaries: `t.catalog_id in (select id from public.catalogs where location_id in ${WHOLE})`,
  catalog_rollouts: `t.catalog_id in (select id from public.catalogs where location_id in ${WHOLE})`,
  catalog_editions: `t.catalog_id in (select id from public.catalogs where location_id in ${WHOLE})`,
  // Public keys and roots: whoever sees that a signature was verified may see by what.
  trust_entries: 'true',
  trust_state: 'true',
  verifications: `t.evidence_id in (select id from ${SCHEMA}.evidence)`,
  model_edits: `t.model_key in (select key from ${SCHEMA}.models)`,
};

/** A model stands in several places: its counts, its newest image and its size are drawn from the tags that are seen. */
const MODEL_TAGS = `from public.tags p where p.model_key = t.key and p.presence <> 'retired' and p.repository_id in ${IDS}`;
const NEWEST_FIRST = 'order by p.sort_key desc, p.name desc, p.repository_id desc limit 1';
const DRAWN: Readonly<Record<string, { columns: Readonly<Record<string, string>>; source: string }>> = {
  models: {
    columns: {
      tag_count: 's.tags',
      image_count: 's.images',
      missing_count: 's.missing',
      newest_tag: 'n.name',
      newest_digest: 'n.digest',
      newest_repository_id: 'n.repository_id',
      size: 'n.size',
      registry_ids: 's.registry_ids',
      repository_ids: 's.repository_ids',
      updated_at: 's.updated_at',
    },
    source: `join lateral (
        select count(*)::integer as tags, (count(*) filter (where p.presence = 'missing'))::integer as missing,
          count(distinct p.digest)::integer as images, max(p.effective_at) as updated_at,
          array_agg(distinct p.registry_id) as registry_ids, array_agg(distinct p.repository_id) as repository_ids
        ${MODEL_TAGS}
      ) s on s.tags > 0
      left join lateral (
        (select p.name, p.digest, p.repository_id, p.size ${MODEL_TAGS} and p.sort_key >= '2'
          and p.version ->> 'prerelease' is null ${NEWEST_FIRST})
        union all (select p.name, p.digest, p.repository_id, p.size ${MODEL_TAGS} ${NEWEST_FIRST}) limit 1
      ) n on true`,
  },
};

/** Tables that are no part of the library: nobody reads them through the views. */
export const NOT_SEEN: ReadonlySet<string> = new Set([
  'settings',
  'scan_chunks',
  'activity',
  'hcp_tag_changes',
  'webhooks',
  'webhook_deliveries',
  'webhook_attempts',
  // Services stand in no location.
  'model_services',
  'daily_statistics',
  'trust_changes',
  'audit_events',
  'audit_head',
  'audit_signed_heads',
  'admission_generations',
  'join_tokens',
  // Asked for whoever may deploy there, and shown in their checks only.
  'secret_questions',
  'evidence_parts',
  'policy_checks',
  'verified_due',
  'users',
  'teams',
  'team_members',
  'grants',
  'password_links',
  'sessions',
  'tokens',
  'migration_checksums',
  'kysely_migration',
  'kysely_migration_lock',
]);

/** Views that the others stand on. Without `pharos.areas` there is no area, and nothing is seen. */
const FOUNDATIONS = [
  `create view ${SCHEMA}.areas as
    select a.location, coalesce(a.patterns, '{}') as patterns
    from jsonb_to_recordset(coalesce(nullif(current_setting('pharos.areas', true), ''), '[]')::jsonb)
      as a(location text, patterns text[])`,
  `create view ${SCHEMA}.whole_locations as
    select l.id from public.locations l
    where exists (select from ${SCHEMA}.areas a where a.patterns = '{}' and (a.location is null or a.location = l.id))`,
  `create view ${SCHEMA}.repository_ids as
    select distinct r.id from public.repositories r
    join public.registries g on g.id = r.registry_id
    join ${SCHEMA}.areas a on (a.location is null or a.location = g.location_id)
      and not exists (select from unnest(a.patterns) p where r.name !~ p)`,
];

/** Drops the views, so that a migration may change what they stand on. */
export async function dropSeenViews(db: Db): Promise<void> {
  await sql.raw(`drop schema if exists ${SCHEMA} cascade`).execute(db);
}

/** Draws the views anew unless they fit the tables as they are. */
export async function drawSeenViews(db: Db): Promise<void> {
  const tables = await tablesOf(db);
  const statements = [...FOUNDATIONS, ...tables.toSorted(foundFirst).map(viewOf)];
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([statements, tables]))
    .digest('hex');
  const found = await sql<{ comment: string | null; views: number }>`
    select obj_description(to_regnamespace(${SCHEMA})::oid, 'pg_namespace') as comment,
      (select count(*) from pg_views where schemaname = ${SCHEMA}) as views`.execute(db);
  if (found.rows[0]?.comment === fingerprint && found.rows[0].views === statements.length) return;
  await db.transaction().execute(async (trx) => {
    // Replicas that start at once draw one after the other.
    await sql`select pg_advisory_xact_lock(hashtext('pharos_seen'))`.execute(trx);
    await dropSeenViews(trx);
    await sql.raw(`create schema ${SCHEMA}`).execute(trx);
    for (const statement of statements) await sql.raw(statement).execute(trx);
    await sql.raw(`comment on schema ${SCHEMA} is '${fingerprint}'`).execute(trx);
  });
}

/** Makes a transaction one of a reader who sees these areas and changes nothing. */
export async function readAs(trx: Db, areas: readonly Area[]): Promise<void> {
  await sql`select set_config('transaction_read_only', 'on', true),
    set_config('search_path', ${`${SCHEMA}, public`}, true),
    set_config('pharos.areas', ${jsonText(areas.map(areaForSql))}, true)`.execute(trx);
}

async function tablesOf(db: Db): Promise<{ name: string; columns: string }[]> {
  const found = await sql<{ name: string; columns: string }>`
    select table_name as name, string_agg(column_name, ',' order by ordinal_position) as columns
    from information_schema.columns c
    where table_schema = 'public' and exists (
      select from information_schema.tables t where t.table_schema = c.table_schema and t.table_name = c.table_name
        and t.table_type = 'BASE TABLE')
    group by table_name order by table_name`.execute(db);
  return found.rows;
}

/** `rules`, `models` and `evidence` before what looks through them. */
function foundFirst(one: { name: string }, other: { name: string }): number {
  return Number(LOOKED_THROUGH.has(other.name)) - Number(LOOKED_THROUGH.has(one.name));
}

const LOOKED_THROUGH: ReadonlySet<string> = new Set(['rules', 'models', 'evidence']);

function viewOf({ name, columns }: { name: string; columns: string }): string {
  const which = Object.hasOwn(SEEN, name) ? SEEN[name] : 'false';
  const drawn = Object.hasOwn(DRAWN, name) ? DRAWN[name] : undefined;
  const selected = columns.split(',').map((column) => `${drawn?.columns[column] ?? `t."${column}"`} as "${column}"`);
  return `create view ${SCHEMA}."${name}" as select ${selected.join(', ')}
    from public."${name}" t ${drawn?.source ?? ''} where ${which}`;
}
