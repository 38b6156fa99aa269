/**
 * A library of a million tags over ten thousand repositories, as uneven as real ones are: one repository holds a fifth of
 * all tags, most hold a few dozen. The same numbers give the same library.
 */
import { createHash } from 'node:crypto';
import type { Kind } from '@pharos/contract';
import { parseVersion, versionSortKey } from '@pharos/library';
import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../../packages/store/src/database.ts';
import { termsOf } from '../../packages/store/src/profile-terms.ts';
import { countProfiles, profileIds } from '../../packages/store/src/tag-profiles.ts';

/** The generated library's present. */
export const NOW = new Date('2026-11-25T00:00:00.000Z');
const DAY = 86_400_000;
const BATCH = 4_000;

export interface Generated {
  readonly repositories: number;
  readonly tags: number;
  readonly images: number;
  readonly largest: string;
  readonly profiles: number;
}

/** Numbers that look random and are the same in every run (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export const idOf = (kind: number, n: number): string =>
  `00000000-0000-4000-8${kind.toString(16).padStart(3, '0')}-${n.toString(16).padStart(12, '0')}`;

const REGISTRIES = ['production', 'staging', 'vendor', 'models', 'edge'];
const ENGINES = ['postgresql', 'epas', 'pge'] as const;
const FLAVOURS = ['', '-minimal', '-standard', '-full'];
const SYSTEMS = ['', '-trixie', '-bookworm', '-ubi9'];
const PLATFORMS = [['linux/amd64'], ['linux/amd64', 'linux/arm64'], ['linux/amd64', 'linux/arm64', 'linux/s390x']];
const EXTENSIONS: Record<string, readonly string[]> = {
  '': [],
  '-minimal': ['pg_stat_statements'],
  '-standard': ['pg_stat_statements', 'pgaudit', 'vector'],
  '-full': ['pg_stat_statements', 'pgaudit', 'vector', 'postgis', 'pg_cron', 'pg_partman', 'hypopg', 'pg_repack'],
};
const TEAMS = ['payments', 'search', 'risk', 'web', 'mobile', 'data', 'ml', 'core', 'edge', 'billing'];
const WORDS = ['api', 'worker', 'gateway', 'batch', 'ui', 'sync', 'auth', 'ingest', 'report', 'cache'];

interface Plan {
  readonly id: string;
  readonly name: string;
  readonly registry: number;
  readonly kind: Kind;
  readonly engine: (typeof ENGINES)[number] | null;
  readonly tags: number;
}

/** Sizes fall as 1/rank behind the largest, which holds a fifth. */
export function plans(tags: number): Plan[] {
  const count = Math.max(20, Math.round(tags / 100));
  const random = randomOf(1);
  const rest = tags - Math.round(tags / 5);
  const harmonic = Math.log(count) + 0.5772;
  let left = rest;
  return Array.from({ length: count }, (_, at): Plan => {
    const size = at === 0 ? tags - rest : Math.max(1, Math.min(left, Math.round(rest / (at * harmonic))));
    if (at > 0) left = Math.max(0, left - size);
    const dice = at === 0 ? 0 : random();
    const kind: Kind =
      dice < 0.3 ? 'postgres' : dice < 0.42 ? 'model' : dice < 0.5 ? 'extension' : dice < 0.65 ? 'component' : 'other';
    const engine = kind === 'postgres' ? ENGINES[at % 3]! : null;
    const team = TEAMS[at % TEAMS.length]!;
    const name =
      kind === 'postgres'
        ? `${team}/${engine === 'epas' ? 'edb-postgres-advanced' : engine === 'pge' ? 'edb-postgres-extended' : 'postgresql'}-${at}`
        : kind === 'model'
          ? `nim/${team}/model-${at}`
          : `${team}/${WORDS[Math.floor(random() * WORDS.length)]}-${at}`;
    return {
      id: idOf(2, at),
      name,
      registry: at === 0 ? 0 : Math.floor(random() * REGISTRIES.length),
      kind,
      engine,
      tags: size,
    };
  });
}

interface Row {
  repository_id: string;
  registry_id: string;
  name: string;
  digest: string;
  kind: Kind;
  engine: string | null;
  version: ReturnType<typeof parseVersion> | null;
  sort_key: string;
  major: number | null;
  flavour: string | null;
  floating: boolean;
  platforms: readonly string[];
  created_at: string;
  pushed_at: string | null;
  size: number;
  extension_names: readonly string[];
  findings: number;
  presence: 'present' | 'missing' | 'retired';
  first_seen_at: string;
  moved_at: string | null;
  signed: boolean;
}

/** Names of one repository, no name twice. */
function nameOf(plan: Plan, at: number, random: () => number): { name: string; age: number; suffix: string } {
  // Older lines stopped being built: version and age go together, as they do in reality.
  if (plan.kind === 'postgres') {
    const major = 11 + Math.floor(random() ** 0.7 * 8);
    const end = Math.max(0, (15 - major) * 260);
    const age = end + Math.floor(random() ** 1.5 * 900);
    const flavour = FLAVOURS[Math.floor(random() * 4)]!;
    if (at < 12) return { name: `${11 + (at % 8)}${at < 8 ? '' : (FLAVOURS[at - 8 + 1] ?? '')}`, age, suffix: '' };
    const stamp = stampOf(NOW.getTime() - age * DAY - (at % 1440) * 60_000);
    const system = SYSTEMS[Math.floor(random() * 4)]!;
    return { name: `${major}.${at % 13}-${stamp}${flavour}${system}`, age, suffix: flavour };
  }
  const age = Math.floor(random() ** 1.5 * 1200);
  if (at === 0) return { name: 'latest', age: 0, suffix: '' };
  const sha =
    at % 7 === 0
      ? `-${createHash('md5').update(`${plan.id}${at}`).digest('hex').slice(0, 8)}`
      : at % 5 === 0
        ? '-alpine'
        : '';
  return { name: `${1 + (at % 9)}.${(at >> 4) % 60}.${at}${sha}`, age, suffix: '' };
}

function stampOf(time: number): string {
  return new Date(time).toISOString().replace(/\D/g, '').slice(2, 12);
}

function* rowsOf(plan: Plan, seed: number): Generator<Row> {
  const random = randomOf(seed);
  const names = new Set<string>();
  for (let at = 0; at < plan.tags; at += 1) {
    const { name: wanted, age, suffix } = nameOf(plan, at, random);
    const name = names.has(wanted) ? `${wanted}-b${at}` : wanted;
    names.add(name);
    const version = parseVersion(plan.kind === 'postgres' ? 'pg' : 'semver', name);
    const created = NOW.getTime() - age * DAY - Math.floor(random() * DAY);
    const dice = random();
    // Every third tag shares the image of the one before it.
    const digest = `sha256:${createHash('sha256')
      .update(`${plan.id} ${at - (at % 3 === 2 ? 1 : 0)}`)
      .digest('hex')}`;
    yield {
      repository_id: plan.id,
      registry_id: idOf(1, plan.registry),
      name,
      digest,
      kind: plan.kind,
      engine: plan.engine,
      version,
      sort_key: versionSortKey(version),
      major: version.major,
      flavour: version.flavour,
      floating: version.floating,
      platforms: PLATFORMS[plan.kind === 'postgres' ? (at >> 3) % 3 : plan.registry % 2]!,
      created_at: new Date(created).toISOString(),
      pushed_at: plan.registry === 4 ? null : new Date(created + 3_600_000).toISOString(),
      size: Math.round((plan.kind === 'model' ? 8e9 : 1e8) * (0.5 + random())),
      extension_names: plan.kind === 'postgres' ? (EXTENSIONS[suffix] ?? []) : [],
      findings: dice < 0.03 ? 1 : 0,
      presence: dice > 0.97 ? 'retired' : dice > 0.965 ? 'missing' : 'present',
      first_seen_at: new Date(Math.min(NOW.getTime(), created + 7_200_000)).toISOString(),
      moved_at: version.floating ? new Date(created + 7_200_000).toISOString() : null,
      signed: plan.registry === 2,
    };
  }
}

/** An observation as an agent would send it, its labels included. */
function imageOf(row: Row) {
  const observation = {
    digest: row.digest,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    artifactType: null,
    configMediaType: 'application/vnd.oci.image.config.v1+json',
    layerMediaTypes: ['application/vnd.oci.image.layer.v1.tar+gzip'],
    size: row.size,
    annotations: {
      'org.opencontainers.image.created': row.created_at,
      'org.opencontainers.image.version': row.name,
      'org.opencontainers.image.vendor': row.engine === null ? 'Team' : 'EDB',
    },
    labels: {
      vendor: row.engine === null ? 'Team' : 'EDB',
      'build.number': String(Number.parseInt(row.digest.slice(7, 13), 16)),
      'org.opencontainers.image.revision': row.digest.slice(7, 47),
    },
    env: {},
    user: '26',
    configCreated: row.created_at,
    platforms: [],
    referrers: [],
    subject: null,
    detail: 'config',
  };
  return { digest: row.digest, observation };
}

/** Fills an empty, migrated database. Indexes are made when all rows are there, as a restore does. */
export async function generate(db: Db, tags: number, log: (line: string) => void): Promise<Generated> {
  const planned = plans(tags);
  await sql`insert into locations (id, name, created_at)
    select id, id, ${NOW.toISOString()}::timestamptz from unnest(${['eu-west', 'us-east', 'lab']}::text[]) id`.execute(
    db,
  );
  await sql`insert into registries (id, name, url, provider, location_id, auth_type, secret, tls, source, interval_seconds, created_at, updated_at)
    select n.id, n.name, n.url, 'oci', n.location_id, 'none', 'none', '{"caCerts":"","skipVerify":false,"plainHttp":false}',
      'ui', 300, ${NOW.toISOString()}::timestamptz, ${NOW.toISOString()}::timestamptz
    from ${set(
      REGISTRIES.map((name, at) => ({
        id: idOf(1, at),
        name,
        url: `${name}.example`,
        location_id: ['eu-west', 'us-east', 'lab'][at % 3],
      })),
      'id uuid, name text, url text, location_id text',
    )}`.execute(db);
  await sql`insert into repositories (id, registry_id, name, kind, description, first_seen_at, updated_at, complete_at)
    select n.id, n.registry_id, n.name, n.kind, n.description, ${NOW.toISOString()}::timestamptz, n.updated_at, ${NOW.toISOString()}::timestamptz
    from ${set(
      planned.map((plan, at) => ({
        id: plan.id,
        registry_id: idOf(1, plan.registry),
        name: plan.name,
        kind: plan.kind,
        description: `Images of ${plan.name.split('/')[0]}`,
        updated_at: new Date(NOW.getTime() - at * 60_000).toISOString(),
      })),
      'id uuid, registry_id uuid, name text, kind text, description text, updated_at timestamptz',
    )}`.execute(db);
  const indexes = await dropIndexes(db, ['tags', 'images']);
  let done = 0;
  let images = 0;
  let batch: Row[] = [];
  const flush = async () => {
    if (batch.length === 0) return;
    images += await insert(db, batch);
    done += batch.length;
    if (Math.floor(done / 100_000) > Math.floor((done - batch.length) / 100_000)) log(`${done} tags …`);
    batch = [];
  };
  for (const [at, plan] of planned.entries()) {
    for (const row of rowsOf(plan, 100 + at)) {
      batch.push(row);
      if (batch.length === BATCH) await flush();
    }
  }
  await flush();
  for (const definition of indexes) {
    log(definition.replace(/ ON .*/, ' …').toLowerCase());
    await sql.raw(definition).execute(db);
  }
  for (let at = 0; at < planned.length; at += 1000) {
    const ids = planned.slice(at, at + 1000).map(({ id }) => id);
    await countProfiles(db, ids);
    await sql`update repositories r set tag_count = s.tags, postgres_count = case when r.kind = 'postgres' then s.tags else 0 end
      from (select repository_id, sum(tags)::int as tags from repository_profiles where repository_id = any(${ids}::uuid[]) group by 1) s
      where s.repository_id = r.id`.execute(db);
  }
  for (const table of ['tags', 'images', 'repositories', 'repository_profiles', 'tag_profiles', 'registries']) {
    await sql`vacuum (analyze) ${sql.table(table)}`.execute(db);
  }
  const profiles = await sql<{ n: number }>`select count(*)::int as n from tag_profiles`.execute(db);
  return { repositories: planned.length, tags: done, images, largest: planned[0]!.id, profiles: profiles.rows[0]!.n };
}

function set(rows: readonly object[], columns: string): RawBuilder<unknown> {
  return sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as n(${sql.raw(columns)})`;
}

async function dropIndexes(db: Db, tables: readonly string[]): Promise<string[]> {
  const found = await sql<{ name: string; definition: string }>`
    select i.indexname as name, i.indexdef as definition from pg_indexes i
    where i.schemaname = 'public' and i.tablename = any(${[...tables]}::text[])
      and not exists (select from pg_constraint c where c.conname = i.indexname)`.execute(db);
  for (const { name } of found.rows) await sql`drop index ${sql.ref(name)}`.execute(db);
  return found.rows.map(({ definition }) => definition);
}

const COLUMNS =
  sql.raw(`repository_id uuid, registry_id uuid, name text, digest text, kind text, engine text, version jsonb,
  sort_key text, major int, flavour text, floating boolean, platforms text[], created_at timestamptz, pushed_at timestamptz,
  size bigint, extension_names text[], findings int, presence text, first_seen_at timestamptz, moved_at timestamptz,
  signed boolean, profile_id int`);

async function insert(db: Db, rows: readonly Row[]): Promise<number> {
  const profiles = await profileIds(
    db,
    rows.map((row) => ({
      ...row,
      registryId: row.registry_id,
      verified: row.signed && (row.major ?? 0) >= 16,
      terms: termsOf(row.name, imageOf(row).observation.labels),
    })),
  );
  const placed = rows.map((row, at) => ({ ...row, profile_id: profiles[at] }));
  await sql`insert into tags (repository_id, registry_id, name, digest, digest_since, kind, engine, version, sort_key, major,
      flavour, floating, platforms, created_at, created_source, pushed_at, effective_at, size, extension_count, extension_names,
      findings, presence, first_seen_at, last_seen_at, moved_at, signed, profile_id, missing_since)
    select n.repository_id, n.registry_id, n.name, n.digest, n.first_seen_at, n.kind, n.engine, n.version, n.sort_key, n.major,
      n.flavour, n.floating, n.platforms, n.created_at, 'annotation', n.pushed_at, n.created_at, n.size,
      cardinality(n.extension_names), n.extension_names, n.findings, n.presence, n.first_seen_at, n.first_seen_at, n.moved_at,
      n.signed, n.profile_id, case when n.presence = 'present' then null else n.first_seen_at end
    from jsonb_to_recordset(${JSON.stringify(placed)}::jsonb) as n(${COLUMNS})`.execute(db);
  const images = new Map(rows.map((row) => [row.digest, row]));
  const made = await sql`insert into images (digest, media_type, detail, observation, first_seen_at, updated_at)
    select n.digest, 'application/vnd.oci.image.index.v1+json', 'config', n.observation,
      ${NOW.toISOString()}::timestamptz, ${NOW.toISOString()}::timestamptz
    from jsonb_to_recordset(${JSON.stringify([...images.values()].map(imageOf))}::jsonb) as n(digest text, observation jsonb)
    on conflict (digest) do nothing`.execute(db);
  return Number(made.numAffectedRows ?? 0n);
}
