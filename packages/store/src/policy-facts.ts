/** What policies look at, for many images in five statements. */
import type { Kind, Version } from '@pharos/contract';
import {
  type PlatformFacts,
  type PolicyEvidence,
  type PolicyFacts,
  type PolicyPlace,
  platformName,
  type Stated,
  statedIn,
  type UnsignedReport,
} from '@pharos/library';
import { sql } from 'kysely';
import type { Db } from './database.ts';
import { iso } from './database.ts';
import { stateSql } from './decision-row.ts';
import type { PlatformOfImage } from './platform-images.ts';
import { readableReports } from './reports.ts';

interface FactsRow {
  digest: string;
  state: PolicyFacts['state'];
  first_seen_at: Date;
  kind: Kind | null;
  engine: PolicyFacts['engine'];
  version: Version | null;
  platforms: string[] | null;
  extension_names: string[] | null;
  detail: string;
  has_packages: boolean;
  base_image: string | null;
  licence: string | null;
  image_platforms: readonly PlatformOfImage[] | null;
}

interface PlaceRow {
  digest: string;
  repository: string;
  registry_id: string;
  registry: string;
  location_id: string;
  rule_ids: string[] | null;
  declared_kind: Kind | null;
}

interface EvidenceRow {
  subject: string;
  trust_id: string;
  trust: string;
  what: PolicyEvidence['what'];
  predicate_type: string | null;
  valid_until: Date | null;
  stated: Stated | null;
  payload: Uint8Array | null;
}

const stated = (key: string) =>
  sql`coalesce(i.observation -> 'annotations' ->> ${key}, i.observation -> 'labels' ->> ${key})`;

export async function policyFacts(db: Db, digests: readonly string[], now: Date): Promise<PolicyFacts[]> {
  if (digests.length === 0) return [];
  const wanted = sql`${[...digests]}::text[]`;
  const found = await sql<FactsRow>`
    select i.digest, ${stateSql(sql.ref('i.digest'), now)} as state, i.first_seen_at, i.detail,
      i.packages is not null as has_packages, t.kind, t.engine, t.version, t.platforms, t.extension_names,
      i.observation -> 'platforms' as image_platforms,
      ${stated('org.opencontainers.image.base.name')} as base_image, ${stated('org.opencontainers.image.licenses')} as licence
    from images i left join lateral (select kind, engine, version, platforms, extension_names from tags t
      where t.digest = i.digest and t.presence <> 'retired' order by t.sort_key desc, t.name desc limit 1) t on true
    where i.digest = any(${wanted}) order by i.digest`.execute(db);
  const places = await placesOf(db, digests);
  const subjects = [
    ...new Set([...digests, ...found.rows.flatMap((row) => platformsOf(row).map(({ digest }) => digest))]),
  ];
  const evidence = await evidenceOf(db, subjects);
  const reports = await readableReports(db, subjects);
  const waiting = await sql<{ subject: string }>`select distinct e.subject from evidence e cross join trust_state s
    where e.subject = any(${wanted}) and e.checked_at_version < s.version`.execute(db);
  const beingVerified = new Set(waiting.rows.map(({ subject }) => subject));
  const held = (digest: string) => ({
    evidence: (evidence.get(digest) ?? []).map(policyEvidenceOf),
    reports: reports.get(digest) ?? [],
  });
  return found.rows.map((row) => ({
    ...factsOf(row, places.get(row.digest) ?? [], beingVerified),
    ...held(row.digest),
    platformFacts: platformsOf(row).map(
      (each): PlatformFacts => ({ platform: platformName(each), ...held(each.digest) }),
    ),
  }));
}

/** Those that are manifests of their own. */
function platformsOf({ digest, image_platforms }: FactsRow): PlatformOfImage[] {
  const own = (image_platforms ?? []).filter((each) => each.digest !== digest);
  return [...new Map(own.map((each) => [each.digest, each])).values()];
}

async function placesOf(db: Db, digests: readonly string[]): Promise<Map<string, PlaceRow[]>> {
  const found = await sql<PlaceRow>`
    select distinct t.digest, r.name as repository, g.id as registry_id, g.name as registry, g.location_id,
      r.declared_kind, (select array_agg(u.rule_id::text) from rule_repositories u where u.repository_id = r.id) as rule_ids
    from tags t join repositories r on r.id = t.repository_id join registries g on g.id = r.registry_id
    where t.digest = any(${[...digests]}::text[]) and t.presence <> 'retired'`.execute(db);
  return Map.groupBy(found.rows, ({ digest }) => digest);
}

/** Verified ones only. What was verified by an older version has not kept what it states: there the bytes are read for it. */
async function evidenceOf(db: Db, digests: readonly string[]): Promise<Map<string, EvidenceRow[]>> {
  const found = await sql<EvidenceRow>`
    select e.subject, t.id as trust_id, t.name as trust, v.what, v.predicate_type, v.valid_until,
      v.stated,
      case when v.what = 'attestation' and v.stated is null then e.payload end as payload
    from evidence e join verifications v on v.evidence_id = e.id
      join trust_entries t on t.id = v.trust_id and t.revision = v.trust_revision and t.enabled
    where e.subject = any(${[...digests]}::text[]) and v.outcome = 'verified'`.execute(db);
  return Map.groupBy(found.rows, ({ subject }) => subject);
}

function factsOf(
  row: FactsRow,
  places: readonly PlaceRow[],
  beingVerified: ReadonlySet<string>,
): Omit<PolicyFacts, 'evidence' | 'reports' | 'platformFacts'> {
  return {
    digest: row.digest,
    state: row.state,
    kind: row.kind ?? 'other',
    declaredKind: places.find(({ declared_kind }) => declared_kind !== null)?.declared_kind ?? null,
    engine: row.engine,
    version: row.version,
    os: row.version?.os ?? null,
    platforms: row.platforms ?? [],
    // A manifest alone tells no labels, and so no extensions.
    extensions: row.detail === 'manifest' ? null : row.extension_names,
    baseImage: row.base_image,
    licence: row.licence,
    places: places.map(
      (place): PolicyPlace => ({
        repository: place.repository,
        registryId: place.registry_id,
        registry: place.registry,
        locationId: place.location_id,
        ruleIds: place.rule_ids ?? [],
      }),
    ),
    firstSeenAt: iso(row.first_seen_at),
    hasPackages: row.has_packages,
    isBeingVerified: beingVerified.has(row.digest),
  };
}

function policyEvidenceOf(row: EvidenceRow): PolicyEvidence {
  return {
    trustId: row.trust_id,
    trust: row.trust,
    what: row.what,
    predicateType: row.predicate_type,
    validUntil: iso(row.valid_until),
    stated: row.stated ?? statedByBytes(row),
  };
}

function statedByBytes({ payload, predicate_type, subject }: EvidenceRow): Stated | null {
  if (payload === null) return null;
  return statedIn(Buffer.from(payload).toString('utf8'), predicate_type ?? '', subject);
}
