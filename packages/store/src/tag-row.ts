/** Tags as rows, and as the contract shows them. */
import type { Engine, Kind, Presence, SystemTag, Tag, Tls, Version } from '@pharos/contract';
import { systemTags } from '@pharos/library';
import { type RawBuilder, sql } from 'kysely';
import { iso } from './database.ts';
import { IMAGE_LABELS } from './hcp-tag-labels.ts';

export interface TagRow {
  repository_id: string;
  repository: string;
  registry_id: string;
  registry: string;
  host: string;
  location_id: string;
  name: string;
  digest: string;
  digest_since: Date;
  digest_scan_id: string | null;
  kind: Kind;
  engine: Engine | null;
  version: Version | null;
  sort_key: string;
  flavour: string | null;
  floating: boolean;
  platforms: string[];
  created_at: Date | null;
  created_source: string | null;
  pushed_at: Date | null;
  effective_at: Date;
  size: number | null;
  extension_count: number;
  findings: number;
  hcp_tags: Tag['hcpTags'];
  tls: Tls;
  tde: boolean | null;
  attached: (string | null)[];
  presence: Presence;
  missing_since: Date | null;
  first_seen_at: Date;
  last_seen_at: Date;
  moved_at: Date | null;
}

/** Types of what is attached to the digest; null for a signature that only a tag tells of. */
const ATTACHED = sql`(
  select coalesce(jsonb_agg(distinct a.type), '[]') from (
    select f.artifact_type as type from referrers f where f.subject = t.digest
    union all select null from signature_tags s where s.digest = t.digest
  ) a)`;

/** Select list over `tags t`, `repositories r`, `registries g`. A present tag was seen by every complete scan. */
export const TAG_COLUMNS: RawBuilder<TagRow> = sql`
  t.repository_id, r.name as repository, t.registry_id, g.name as registry, g.url as host, g.location_id, t.name,
  t.digest, t.digest_since, t.digest_scan_id, t.kind, t.engine, t.version, t.sort_key, t.flavour, t.floating,
  t.platforms, t.created_at, t.created_source, t.pushed_at, t.effective_at, t.size, t.extension_count, t.findings,
  t.presence, t.missing_since, t.first_seen_at, t.moved_at, ${IMAGE_LABELS} as hcp_tags,
  g.tls, t.tde, ${ATTACHED} as attached,
  case when t.presence = 'present' then greatest(t.last_seen_at, r.complete_at) else t.last_seen_at end as last_seen_at`;

export function tagOf(row: TagRow): Tag {
  return {
    repositoryId: row.repository_id,
    repository: row.repository,
    registryId: row.registry_id,
    registry: row.registry,
    host: row.host,
    name: row.name,
    digest: row.digest,
    kind: row.kind,
    engine: row.engine,
    version: row.version,
    platforms: row.platforms,
    createdAt: iso(row.created_at),
    createdSource: row.created_source,
    pushedAt: iso(row.pushed_at),
    firstSeenAt: iso(row.first_seen_at),
    lastSeenAt: iso(row.last_seen_at),
    movedAt: iso(row.moved_at),
    size: row.size,
    extensionCount: row.extension_count,
    findings: row.findings,
    // Decisions come with approvals; until then every image waits for one.
    state: 'pending',
    hcpTags: row.hcp_tags,
    systemTags: systemTagsOf(row),
    locations: [row.location_id],
    presence: row.presence,
    missingSince: iso(row.missing_since),
  };
}

function systemTagsOf(row: TagRow): SystemTag[] {
  const { host, repository, tde, attached, tls } = row;
  return systemTags({ host, repository, tde, attached, isHostProven: !tls.skipVerify && !tls.plainHttp });
}
