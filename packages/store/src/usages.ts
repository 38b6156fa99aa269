/** Which images run where. What runs may be the manifest of one platform: it counts for the index that names it. */
import type { ImageUsage, UsageReport } from '@pharos/contract';
import { sql } from 'kysely';
import { after, cut, type Order, orderBy } from './cursor.ts';
import { allOf, countUpTo, type Db, first, iso, jsonText } from './database.ts';
import type { Usages } from './usage-port.ts';

interface UsageRow {
  location_id: string;
  scope: string;
  api_version: string;
  kind: string;
  namespace: string;
  name: string;
  container: string;
  image: string;
  digest: string;
  owner: string | null;
  since: Date;
  last_seen_at: Date;
}

/** The container of the database in a pod (cloudnative-pg, pkg/specs: PostgresContainerName). */
const DATABASE = 'postgres';

const text = (name: keyof UsageRow) => ({
  column: sql`${sql.ref(`u.${name}`)} collate "C"`,
  type: 'text' as const,
  read: (row: UsageRow) => String(row[name]),
});

const BY_PLACE: Order<UsageRow> = {
  name: 'usages',
  descending: false,
  keys: [text('location_id'), text('scope'), text('namespace'), text('name'), text('container')],
};

export function usagesOf(db: Db): Usages {
  return {
    report: (report, now) => db.transaction().execute((trx) => keep(trx, report, now)),

    ofImage: async (digest, { limit, cursor, locationId }) => {
      const runs = await runningAs(db, digest);
      const filters = [
        sql`(u.digest = any(${runs}::text[]) or u.pinned = ${digest})`,
        ...(locationId === undefined ? [] : [sql`u.location_id = ${locationId}`]),
      ];
      const where = allOf(cursor === undefined ? filters : [...filters, after(BY_PLACE, cursor)]);
      const found = await sql<UsageRow>`select u.* from image_usages u where ${where}
        order by ${orderBy(BY_PLACE)} limit ${limit + 1}`.execute(db);
      const { rows, next } = cut(BY_PLACE, found.rows, limit);
      const total = await countUpTo(db, sql`from image_usages u where ${allOf(filters)}`);
      return { items: rows.map(usageOf), next, ...total };
    },

    countsOf: (digests) => countsOf(db, digests),
    podsOf: async ({ locationId, namespace, name }, digest) => {
      const scopes = ['', namespace].map((each) => `v1/Pod/${each}`);
      const watched = await first(
        sql`select 1 from usage_scopes where location_id = ${locationId} and scope = any(${scopes}::text[])`,
        db,
      );
      if (watched === null) return null;
      const runs = await runningAs(db, digest);
      // Jobs and poolers of the cluster name it as their owner too: only the container of the operator is the database.
      const found = await sql<{ name: string; is_new: boolean; since: Date }>`
        select name, bool_or(digest = any(${runs}::text[]) or coalesce(pinned = ${digest}, false)) as is_new,
          max(since) as since
        from image_usages where location_id = ${locationId} and scope = any(${scopes}::text[])
          and namespace = ${namespace} and owner = ${`Cluster/${name}`}
        group by name having bool_or(container = ${DATABASE}) order by name`.execute(db);
      return found.rows.map((row) => ({ name: row.name, isNew: row.is_new, since: iso(row.since) }));
    },

    usagesOf: async (digests, most = 20) => {
      const uses = usagesOf(db);
      const found = new Map<string, { total: number; first: ImageUsage[] }>();
      for (const digest of new Set(digests)) {
        const { total, items } = await uses.ofImage(digest, { limit: most });
        found.set(digest, { total, first: items });
      }
      return found;
    },
  };
}

/** The digest and those of its platforms: a container runtime names the one that it runs. */
async function runningAs(db: Db, digest: string): Promise<string[]> {
  const found = await sql<{ digest: string }>`
    select p ->> 'digest' as digest from images i, jsonb_array_elements(i.observation -> 'platforms') p
    where i.digest = ${digest}`.execute(db);
  return [...new Set([digest, ...found.rows.map((row) => row.digest)])];
}

async function countsOf(db: Db, digests: readonly string[]): Promise<Map<string, number>> {
  if (digests.length === 0) return new Map();
  // The union counts once what names the digest and runs one of its platforms.
  const key = sql`u.location_id, u.scope, u.namespace, u.name, u.container`;
  const found = await sql<{ digest: string; uses: number }>`
    with asked as materialized (select d.digest from unnest(${[...new Set(digests)]}::text[]) as d(digest)),
    runs as materialized (
      select digest, digest as running from asked
      union select a.digest, p ->> 'digest' from asked a join images i on i.digest = a.digest collate "C"
        cross join lateral jsonb_array_elements(i.observation -> 'platforms') p),
    hit as (
      select r.digest, ${key} from runs r join image_usages u on u.digest = r.running
      union select a.digest, ${key} from asked a join image_usages u on u.pinned = a.digest)
    select digest, count(*)::int as uses from hit group by digest`.execute(db);
  return new Map(found.rows.map(({ digest, uses }) => [digest, uses]));
}

/** Which of these tags of a repository point to an image that runs somewhere, and may not be retired. */
export async function tagsInUse(db: Db, repositoryId: string, names: readonly string[]): Promise<Set<string>> {
  if (names.length === 0) return new Set();
  const found = await sql<{ name: string }>`
    select t.name from tags t left join images i on i.digest = t.digest
    where t.repository_id = ${repositoryId} and t.name = any(${[...names]}::text[])
      and (exists (select from image_usages u where u.digest = t.digest)
        or exists (select from image_usages u where u.pinned = t.digest)
        or exists (select from jsonb_array_elements(i.observation -> 'platforms') p
          join image_usages u on u.digest = p ->> 'digest'))`.execute(db);
  return new Set(found.rows.map((row) => row.name));
}

async function keep(trx: Db, report: UsageReport, now: Date): Promise<boolean> {
  const agent = await first(
    sql<{ location_id: string; epoch: number }>`select location_id, epoch from agents where id = ${report.agentId}`,
    trx,
  );
  if (agent === null || report.epoch < agent.epoch) return false;
  const { apiVersion, kind, namespace } = report.scope;
  const scope = `${apiVersion}/${kind}/${namespace}`;
  // Two agents may watch one cluster: each word is newer than the one before, of the same agent only in its own order.
  const taken = await first(
    sql`insert into usage_scopes as s (location_id, scope, agent_id, epoch, sequence, complete, reported_at)
      values (${agent.location_id}, ${scope}, ${report.agentId}, ${report.epoch}, ${report.sequence}, ${report.complete},
        ${iso(now)})
      on conflict (location_id, scope) do update set agent_id = excluded.agent_id, epoch = excluded.epoch,
        sequence = excluded.sequence, complete = excluded.complete, reported_at = excluded.reported_at
      where s.agent_id <> excluded.agent_id or (s.epoch, s.sequence) < (excluded.epoch, excluded.sequence)
      returning 1`,
    trx,
  );
  if (taken === null) return false;
  const rows = [...new Map(report.usages.map((usage) => [keyOf(usage), usage])).values()];
  await sql`insert into image_usages as u (location_id, scope, api_version, kind, namespace, name, container, image, digest,
      pinned, owner, since, last_seen_at)
    select ${agent.location_id}, ${scope}, ${apiVersion}, ${kind}, n.namespace, n.name, n.container, n.image, n.digest,
      n.pinned, n.owner, ${iso(now)}::timestamptz, ${iso(now)}::timestamptz
    from jsonb_to_recordset(${jsonText(rows)}::jsonb) as n(namespace text, name text, container text, image text,
      digest text, pinned text, owner text)
    on conflict (location_id, scope, namespace, name, container) do update set image = excluded.image,
      digest = excluded.digest, pinned = excluded.pinned, owner = excluded.owner, last_seen_at = excluded.last_seen_at,
      since = case when u.digest = excluded.digest then u.since else excluded.since end`.execute(trx);
  if (report.complete) {
    const kept = rows.map(({ namespace: at, name, container }) => ({ namespace: at, name, container }));
    await sql`delete from image_usages u where location_id = ${agent.location_id} and scope = ${scope} and not exists (
      select from jsonb_to_recordset(${jsonText(kept)}::jsonb) as n(namespace text, name text, container text)
      where n.namespace = u.namespace and n.name = u.name and n.container = u.container)`.execute(trx);
  }
  return true;
}

function keyOf({ namespace, name, container }: UsageReport['usages'][number]): string {
  return JSON.stringify([namespace, name, container]);
}

function usageOf(row: UsageRow): ImageUsage {
  return {
    locationId: row.location_id,
    apiVersion: row.api_version,
    kind: row.kind,
    namespace: row.namespace,
    name: row.name,
    container: row.container,
    image: row.image,
    digest: row.digest,
    owner: row.owner,
    since: iso(row.since),
    lastSeenAt: iso(row.last_seen_at),
  };
}
