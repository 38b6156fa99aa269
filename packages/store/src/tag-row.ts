/** Tags as rows, and as the contract shows them. */
import type { Engine, ImageState, Kind, Presence, SystemTag, Tag, Tls, Version } from '@pharos/contract';
import { stateAt, systemTags } from '@pharos/library';
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
  decided: { state: ImageState; expiresAt: string | null } | null;
  approved_before: string | null;
  attached: (string | null)[];
  verified: { until: string | null } | null;
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

/** Whether a trusted key's signature of the digest is known, and until when it counts. */
const VERIFIED = sql`(select jsonb_build_object('until', v.valid_until) from verified_images v where v.digest = t.digest)`;

/** What is decided of the image that the tag points to, as stored: the clock has its say in `tagOf`. */
const DECIDED = sql`(select jsonb_build_object('state', s.state, 'expiresAt', s.expires_at) from image_states s
  where s.digest = t.digest)`;

/** Where a tag that moved stood when that was approved, the last time. */
const APPROVED_BEFORE = sql`case when t.moved_at is not null then (
  select h.digest from tag_history h join image_states s on s.digest = h.digest
  where h.repository_id = t.repository_id and h.name = t.name and h.digest <> t.digest
    and s.state in ('approved', 'deprecated') order by h.id desc limit 1) end`;

/** Select list over `tags t`, `repositories r`, `registries g`. A present tag was seen by every complete scan. */
export const TAG_COLUMNS: RawBuilder<TagRow> = sql`
  t.repository_id, r.name as repository, t.registry_id, g.name as registry, g.url as host, g.location_id, t.name,
  t.digest, t.digest_since, t.digest_scan_id, t.kind, t.engine, t.version, t.sort_key, t.flavour, t.floating,
  t.platforms, t.created_at, t.created_source, t.pushed_at, t.effective_at, t.size, t.extension_count, t.findings,
  t.presence, t.missing_since, t.first_seen_at, t.moved_at, ${IMAGE_LABELS} as hcp_tags,
  g.tls, t.tde, ${ATTACHED} as attached, ${VERIFIED} as verified,
  ${DECIDED} as decided, ${APPROVED_BEFORE} as approved_before,
  case when t.presence = 'present' then greatest(t.last_seen_at, r.complete_at) else t.last_seen_at end as last_seen_at`;

export function tagOf(row: TagRow, now: Date): Tag {
  const state = stateAt(row.decided, now);
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
    state,
    approvedBefore: state === 'pending' ? row.approved_before : null,
    hcpTags: row.hcp_tags,
    systemTags: systemTagsOf(row, now),
    locations: [row.location_id],
    presence: row.presence,
    missingSince: iso(row.missing_since),
  };
}

function systemTagsOf(row: TagRow, now: Date): SystemTag[] {
  const { host, repository, tde, attached, verified, tls } = row;
  const isVerified = verified !== null && (verified.until === null || Date.parse(verified.until) > now.getTime());
  return systemTags({ host, repository, tde, attached, isVerified, isHostProven: !tls.skipVerify && !tls.plainHttp });
}
