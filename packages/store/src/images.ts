/** What digests name. An image is stored when an agent has read it, and is seen by people once a tag points to it. */
import type { Image, Kind, Observation, Package, Referrer } from '@pharos/contract';
import { summariseVerification } from '@pharos/library';
import { sql } from 'kysely';
import { type Db, first, iso, jsonText } from './database.ts';
import { type DecisionRow, decisionOf, type StateRow, stateNow, UNDECIDED } from './decision-row.ts';
import { shown as evidenceOfSubjects } from './evidence.ts';
import { listPackages, packageSummaryOf, packagesOf, storePackages } from './image-packages.ts';
import type { Images } from './image-port.ts';
import type { ObservationCache } from './observation-cache.ts';
import { referrersOf } from './referrers.ts';
import { factsOf } from './tag-facts.ts';
import { redrawDigests, redrawTags } from './tag-write.ts';
import { usagesOf } from './usages.ts';

interface ImageRow {
  observation: Observation;
  packages: Package[] | null;
  first_seen_at: Date;
}

interface PlaceRow {
  repository_id: string;
  repository: string;
  registry_id: string;
  registry: string;
  host: string;
  name: string;
  location_id: string;
  declared_kind: Kind | null;
  first_seen_at: Date;
}

const MOST_PLACES = 100;
const MOST_DECISIONS = 20;

export function imagesOf(db: Db): Images {
  return {
    get: async (digest, now = new Date()) => {
      const row = await first(
        sql<ImageRow>`select observation, packages, first_seen_at from images where digest = ${digest}`,
        db,
      );
      const places = await placesOf(db, digest, MOST_PLACES);
      if (row === null && places.length === 0) return null;
      // A signature may be on the index or on the manifest of one platform.
      const subjects = [digest, ...(row?.observation.platforms ?? []).map((platform) => platform.digest)];
      const attached = await referrersOf(db, [...new Set(subjects)]);
      const referrers = [...attached, ...(await tagReferrers(db, digest, places))];
      const platforms = row?.observation.platforms ?? [];
      const evidence = await evidenceOfSubjects(db, [...new Set(subjects)]);
      const verification = summariseVerification({ digest, platforms, evidence, referrers, now });
      const { items: usedBy } = await usagesOf(db).ofImage(digest, { limit: MOST_PLACES });
      const decided = await decidedOf(db, digest, now);
      const image = { ...imageOf(digest, row, places, referrers), ...decided, verification, usedBy };
      return row?.packages == null ? image : { ...image, packages: await packageSummaryOf(db, digest) };
    },

    observe: (observation, now, packages = []) =>
      db.transaction().execute(async (trx) => {
        const changed = await storeImages(trx, [observation], now, { sameDepth: true });
        if (packages.length > 0) await storePackages(trx, observation.digest, packages, now);
        if (changed.length > 0) await redrawTags(trx, changed, now);
        // The image stayed as it was, and what is in it is known now.
        else if (packages.length > 0) await redrawDigests(trx, [observation.digest], now);
      }),

    packages: (digest) => packagesOf(db, digest),
    listPackages: (digest, query) => listPackages(db, digest, query),

    places: async (digests) => {
      const wanted = [...new Set(digests)];
      const found = await sql<{ digest: string; location_id: string | null; repository: string | null }>`
        select distinct d.digest, g.location_id, r.name as repository from unnest(${wanted}::text[]) as d(digest)
        left join tags t on t.digest = d.digest collate "C" and t.presence <> 'retired'
        left join repositories r on r.id = t.repository_id left join registries g on g.id = r.registry_id
        where t.digest is not null or exists (select from images i where i.digest = d.digest collate "C")`.execute(db);
      const isEach = new Set(found.rows.map((row) => row.digest)).size === wanted.length;
      if (!isEach) return [];
      return found.rows.map((row) => ({ locationId: row.location_id, repository: row.repository }));
    },

    place: async (digest) => {
      const [place] = await placesOf(db, digest, 1);
      if (place === undefined) return null;
      return { registryId: place.registry_id, repository: place.repository, locationId: place.location_id };
    },
  };
}

/**
 * Stores observations; answers those that changed something: new ones, and deeper ones in place of shallower ones. With
 * `sameDepth` one as deep as the stored one replaces it too, for what hangs on an image (referrers) grows.
 */
export async function storeImages(
  trx: Db,
  observations: readonly Observation[],
  now: Date,
  { sameDepth = false, cache }: { readonly sameDepth?: boolean; readonly cache?: ObservationCache } = {},
): Promise<Observation[]> {
  if (observations.length === 0) return [];
  const byDigest = new Map(observations.map((observation) => [observation.digest, observation]));
  // In one order in every transaction, so that two chunks with the same images cannot wait for each other.
  const rows = [...byDigest.values()]
    .sort((a, b) => (a.digest < b.digest ? -1 : 1))
    .map((observation) => ({
      digest: observation.digest,
      media_type: observation.mediaType,
      detail: observation.detail,
      observation,
    }));
  const depth = (table: string) =>
    sql`array_position(array['manifest', 'config', 'platforms'], ${sql.ref(`${table}.detail`)})`;
  const isDeeper = sameDepth
    ? sql`${depth('excluded')} >= ${depth('i')} and i.observation <> excluded.observation`
    : sql`${depth('excluded')} > ${depth('i')}`;
  const stored = await sql<{ digest: string; xmin: string; isBare: boolean }>`
    insert into images as i (digest, media_type, detail, observation, first_seen_at, updated_at)
    select n.digest, n.media_type, n.detail, n.observation, ${iso(now)}::timestamptz, ${iso(now)}::timestamptz
    from jsonb_to_recordset(${jsonText(rows)}::jsonb) as n(digest text, media_type text, detail text, observation jsonb)
    on conflict (digest) do update set media_type = excluded.media_type, detail = excluded.detail,
      observation = excluded.observation, updated_at = excluded.updated_at
    where ${isDeeper}
    returning i.digest, i.xmin::text as xmin, i.packages is null as "isBare"`.execute(trx);
  return stored.rows.map(({ digest, xmin, isBare }) => {
    const observation = byDigest.get(digest)!;
    if (isBare) cache?.put(digest, xmin, observation);
    return observation;
  });
}

/** Its state that counts now, and the last decisions. */
async function decidedOf(
  db: Db,
  digest: string,
  now: Date,
): Promise<Pick<Image, 'state' | 'expiresAt' | 'successor' | 'decisions'>> {
  const row = await first(sql<StateRow>`select * from image_states where digest = ${digest}`, db);
  const { state, expiresAt, successor } = row === null ? UNDECIDED : stateNow(row, now);
  const found = await sql<DecisionRow>`select * from decisions where digest = ${digest}
    order by id desc limit ${MOST_DECISIONS}`.execute(db);
  return { state, expiresAt, successor, decisions: found.rows.map(decisionOf) };
}

async function placesOf(db: Db, digest: string, limit: number): Promise<PlaceRow[]> {
  const found = await sql<PlaceRow>`
    select t.repository_id, r.name as repository, r.registry_id, g.name as registry, g.url as host, t.name,
      g.location_id, r.declared_kind, t.first_seen_at
    from tags t join repositories r on r.id = t.repository_id join registries g on g.id = r.registry_id
    where t.digest = ${digest} and t.presence <> 'retired'
    order by t.presence desc, r.name, t.sort_key desc, t.name limit ${limit}`.execute(db);
  return found.rows;
}

/**
 * Signatures and the like that are known by their tag (`sha256-<hex>`, with `.sig`, `.att`, `.sbom` by cosign): they are
 * in the listings of the repositories where the image stands, and no rule takes them in as images.
 */
async function tagReferrers(db: Db, digest: string, places: readonly PlaceRow[]): Promise<Referrer[]> {
  const stem = digest.replace(':', '-');
  const registries = places.map((place) => place.registry_id);
  const repositories = places.map((place) => place.repository);
  const found = await sql<{ names: string }>`
    select l.names from listings l
    join (select distinct * from unnest(${registries}::uuid[], ${repositories}::text[]) as p(registry_id, repository)) p
      on p.registry_id = l.registry_id and p.repository collate "C" = l.repository
    where position(${stem} in l.names) > 0`.execute(db);
  const names = found.rows.flatMap((row) => row.names.split('\n').filter((name) => name.startsWith(stem)));
  return [...new Set(names)].map((tag) => ({
    digest: null,
    artifactType: artifactTypeOf(tag),
    source: 'tag',
    tag,
    subject: digest,
  }));
}

/** The bare tag: an index of what refers to a digest. */
const FALLBACK = /^sha(256-[a-f0-9]{64}|512-[a-f0-9]{128})$/;

/** By cosign's tag scheme; the bare tag is the OCI referrers fall-back index (distribution-spec §Referrers tag schema). */
function artifactTypeOf(tag: string): string {
  if (tag.endsWith('.sig')) return 'application/vnd.dev.cosign.artifact.sig.v1+json';
  if (tag.endsWith('.att')) return 'application/vnd.dev.cosign.artifact.att.v1+json';
  if (tag.endsWith('.sbom')) return 'application/vnd.dev.cosign.artifact.sbom.v1+json';
  return 'application/vnd.oci.image.index.v1+json';
}

function imageOf(
  digest: string,
  row: ImageRow | null,
  places: readonly PlaceRow[],
  found: readonly Referrer[],
): Omit<Image, 'verification' | 'state' | 'decisions'> {
  const observation = row?.observation ?? null;
  const place = places[0];
  const firstSeenAt = row?.first_seen_at ?? place!.first_seen_at;
  const seen = {
    repository: place?.repository ?? '',
    tag: place?.name ?? '',
    declaredKind: place?.declared_kind ?? null,
  };
  const facts = factsOf(observation && { ...observation, packages: row!.packages }, seen, firstSeenAt);
  return {
    digest,
    mediaType: observation?.mediaType ?? '',
    artifactType: observation?.artifactType ?? null,
    kind: facts.kind,
    facts,
    platforms: observation?.platforms ?? [],
    size: observation?.size ?? null,
    annotations: observation?.annotations ?? {},
    labels: observation?.labels ?? {},
    environment: observation?.env ?? {},
    packages: null,
    referrers: each([...(observation?.referrers ?? []), ...found]),
    tags: places.map(imageTagOf),
    detail: observation?.detail ?? 'manifest',
    usedBy: [],
    firstSeenAt: iso(firstSeenAt),
  };
}

/**
 * Each once: what was read of a referrer (with its digest) comes before what only its tag told. One fall-back tag tells
 * of many, so a tag that was seen says nothing against another digest; and where the API lists them, that tag tells nothing
 * more (clients write both where a registry does not say that it knows subjects).
 */
function each(referrers: readonly Referrer[]): Referrer[] {
  const seen = new Set<string>();
  const isListed = referrers.some(({ source }) => source === 'referrers');
  return referrers.filter(({ digest, tag }) => {
    const own = digest ?? tag;
    const isToldBetter = digest === null && isListed && FALLBACK.test(tag ?? '');
    const isNew = !isToldBetter && (own === null || !seen.has(own));
    for (const key of [digest, tag]) if (key !== null) seen.add(key);
    return isNew;
  });
}

function imageTagOf(place: PlaceRow): Image['tags'][number] {
  return {
    repositoryId: place.repository_id,
    repository: place.repository,
    registryId: place.registry_id,
    registry: place.registry,
    host: place.host,
    name: place.name,
    locationId: place.location_id,
  };
}
