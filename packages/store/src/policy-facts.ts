/** What policies look at, for many images in five statements. */
import type { Kind, Version } from '@pharos/contract';
import {
  type PolicyEvidence,
  type PolicyFacts,
  type PolicyPlace,
  predicateOf,
  type UnsignedReport,
} from '@pharos/library';
import { sql } from 'kysely';
import type { Db } from './database.ts';
import { iso } from './database.ts';
import { stateSql } from './decision-row.ts';
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
      ${stated('org.opencontainers.image.base.name')} as base_image, ${stated('org.opencontainers.image.licenses')} as licence
    from images i left join lateral (select kind, engine, version, platforms, extension_names from tags t
      where t.digest = i.digest and t.presence <> 'retired' order by t.sort_key desc, t.name desc limit 1) t on true
    where i.digest = any(${wanted}) order by i.digest`.execute(db);
  const places = await placesOf(db, digests);
  const evidence = await evidenceOf(db, digests);
  const reports = await readableReports(db, digests);
  const waiting = await sql<{ subject: string }>`select distinct e.subject from evidence e cross join trust_state s
    where e.subject = any(${wanted}) and e.checked_at_version < s.version`.execute(db);
  const beingVerified = new Set(waiting.rows.map(({ subject }) => subject));
  return found.rows.map((row) =>
    factsOf(
      row,
      places.get(row.digest) ?? [],
      evidence.get(row.digest) ?? [],
      reports.get(row.digest) ?? [],
      beingVerified,
    ),
  );
}

async function placesOf(db: Db, digests: readonly string[]): Promise<Map<string, PlaceRow[]>> {
  const found = await sql<PlaceRow>`
    select distinct t.digest, r.name as repository, g.id as registry_id, g.name as registry, g.location_id,
      r.declared_kind, (select array_agg(u.rule_id::text) from rule_repositories u where u.repository_id = r.id) as rule_ids
    from tags t join repositories r on r.id = t.repository_id join registries g on g.id = r.registry_id
    where t.digest = any(${[...digests]}::text[]) and t.presence <> 'retired'`.execute(db);
  return Map.groupBy(found.rows, ({ digest }) => digest);
}

/** Verified ones only. The bytes of an attestation are read for what it states; those of a signature are not needed. */
async function evidenceOf(db: Db, digests: readonly string[]): Promise<Map<string, EvidenceRow[]>> {
  const found = await sql<EvidenceRow>`
    select e.subject, t.id as trust_id, t.name as trust, v.what, v.predicate_type, v.valid_until,
      case when v.what = 'attestation' then e.payload end as payload
    from evidence e join verifications v on v.evidence_id = e.id
      join trust_entries t on t.id = v.trust_id and t.revision = v.trust_revision and t.enabled
    where e.subject = any(${[...digests]}::text[]) and v.outcome = 'verified'`.execute(db);
  return Map.groupBy(found.rows, ({ subject }) => subject);
}

function factsOf(
  row: FactsRow,
  places: readonly PlaceRow[],
  evidence: readonly EvidenceRow[],
  reports: readonly UnsignedReport[],
  beingVerified: ReadonlySet<string>,
): PolicyFacts {
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
    reports,
    isBeingVerified: beingVerified.has(row.digest),
    evidence: evidence.map(
      (each): PolicyEvidence => ({
        trustId: each.trust_id,
        trust: each.trust,
        what: each.what,
        predicateType: each.predicate_type,
        validUntil: iso(each.valid_until),
        predicate: each.payload === null ? null : predicateOf(Buffer.from(each.payload).toString('utf8')),
      }),
    ),
  };
}
