/** Admission control: what a location may run, how its agents stand, and what they refused. */
import { createHash } from 'node:crypto';
import type { AdmissionRefusal, AdmissionReport, AdmissionStatus, ImageState, ReportedRefusal } from '@pharos/contract';
import { activityDraft, repositoryKey } from '@pharos/library';
import { sql } from 'kysely';
import { tell } from './activity.ts';
import type { AdmissionStore } from './admission-port.ts';
import { appendAudit } from './audit.ts';
import { after, cut, type Order, orderBy } from './cursor.ts';
import { allOf, countUpTo, type Db, first, iso, json } from './database.ts';

/** Refusals kept of a location. */
const KEPT = 1000;
/** The same refusal is news again after so long. */
const NEWS_AFTER_MS = 3_600_000;
/** New refusals of one report that get an entry of their own in the audit log; the others are counted in the activity. */
const AUDITED = 20;

interface ImageRow {
  digest: string;
  state: ImageState;
  expires_at: Date | null;
  successor: string | null;
  platforms: { digest: string }[] | null;
}

interface StatusRow {
  agent_id: string;
  agent: string;
  location_id: string;
  status: Omit<AdmissionStatus, 'agentId' | 'agent' | 'locationId' | 'reportedAt'>;
  reported_at: Date;
}

interface RefusalRow {
  id: number;
  location_id: string;
  agent_id: string | null;
  refusal: ReportedRefusal;
  count: number;
  first_at: Date;
  last_at: Date;
}

const BY_AGENT: Order<StatusRow> = {
  name: 'admission',
  descending: false,
  keys: [
    { column: sql`a.name collate "C"`, type: 'text', read: (row) => row.agent },
    { column: sql`a.id`, type: 'id', read: (row) => row.agent_id },
  ],
};

const LATEST: Order<RefusalRow> = {
  name: 'admission-refusals',
  descending: true,
  keys: [
    { column: sql`last_at`, type: 'time', read: (row) => iso(row.last_at) },
    { column: sql`id`, type: 'number', read: (row) => row.id },
  ],
};

export function admissionOf(db: Db): AdmissionStore {
  return {
    mark: async (locationId) => {
      const row = await first(
        sql<{ mark: string }>`select concat_ws('/', (select max(id) from decisions), (select max(id) from tag_history),
          (select count(*) from registries where location_id = ${locationId}),
          (select concat_ws('-', count(*), sum(r.tag_count), max(r.updated_at)) from repositories r
            join registries g on g.id = r.registry_id where g.location_id = ${locationId})) as mark`,
        db,
      );
      return row!.mark;
    },

    content: async (locationId) => {
      const images = await sql<ImageRow>`
        select s.digest, s.state, s.expires_at, s.successor, i.observation -> 'platforms' as platforms
        from image_states s join images i on i.digest = s.digest
        where s.state <> 'pending' and (exists (select from tags t join registries g on g.id = t.registry_id
            where t.digest = s.digest and g.location_id = ${locationId})
          or exists (select from tag_history h join repositories r on r.id = h.repository_id
            join registries g on g.id = r.registry_id where h.digest = s.digest and g.location_id = ${locationId}))
        order by s.digest`.execute(db);
      const repositories = await sql<{ id: string; url: string; name: string }>`
        select r.id, g.url, r.name from repositories r join registries g on g.id = r.registry_id
        where g.location_id = ${locationId} order by g.url, r.name, r.id`.execute(db);
      const tags = await sql<{ repository_id: string; name: string; digest: string }>`
        select t.repository_id, t.name, t.digest from tags t join registries g on g.id = t.registry_id
        join image_states s on s.digest = t.digest
        where g.location_id = ${locationId} and t.presence = 'present' and s.state <> 'pending'
        order by t.repository_id, t.name`.execute(db);
      return {
        images: images.rows.map(({ digest, state, expires_at, successor, platforms }) => ({
          digest,
          state,
          expiresAt: expires_at === null ? null : expires_at.getTime(),
          successor,
          platforms: (platforms ?? []).map((platform) => platform.digest),
        })),
        repositories: repositoriesOf(repositories.rows, tags.rows),
      };
    },

    generation: (locationId, contentSha256, atLeast, now) =>
      db.transaction().execute(async (trx) => {
        await sql`insert into admission_generations values (${locationId}, 0, '') on conflict do nothing`.execute(trx);
        const row = (await first(
          sql<{ generation: number; content_sha256: string }>`
            select generation, content_sha256 from admission_generations where location_id = ${locationId} for update`,
          trx,
        ))!;
        const isSame = row.content_sha256 === contentSha256;
        // Milliseconds since 1970, so that a copy of an older database goes on above what was given out before. No agent can
        // lift it above the clock.
        const isBehind = atLeast > row.generation && atLeast <= now.getTime();
        if (isSame && !isBehind) return row.generation;
        const generation = Math.max(row.generation + 1, now.getTime());
        await sql`update admission_generations set generation = ${generation}, content_sha256 = ${contentSha256}
          where location_id = ${locationId}`.execute(trx);
        return generation;
      }),

    report: (report, now) => db.transaction().execute((trx) => keepReport(trx, report, now)),

    list: async ({ limit, cursor }) => {
      const from = sql`from admission_reports p join agents a on a.id = p.agent_id`;
      const where = cursor === undefined ? sql`true` : after(BY_AGENT, cursor);
      const found = await sql<StatusRow>`select p.agent_id, a.name as agent, p.location_id, p.status, p.reported_at
        ${from} where ${where} order by ${orderBy(BY_AGENT)} limit ${limit + 1}`.execute(db);
      const { rows, next } = cut(BY_AGENT, found.rows, limit);
      const items = rows.map((row) => ({
        agentId: row.agent_id,
        agent: row.agent,
        locationId: row.location_id,
        ...row.status,
        reportedAt: iso(row.reported_at),
      }));
      return { items, next, ...(await countUpTo(db, from)) };
    },

    refusals: async ({ limit, cursor, locationId }) => {
      const filters = locationId === undefined ? [] : [sql`location_id = ${locationId}`];
      const where = allOf(cursor === undefined ? filters : [...filters, after(LATEST, cursor)]);
      const found = await sql<RefusalRow>`select * from admission_refusals where ${where}
        order by ${orderBy(LATEST)} limit ${limit + 1}`.execute(db);
      const { rows, next } = cut(LATEST, found.rows, limit);
      const total = await countUpTo(db, sql`from admission_refusals where ${allOf(filters)}`);
      return { items: rows.map(refusalOf), next, ...total };
    },
  };
}

/** Two registries of a location may hold the same repository; where they disagree about a tag, it means nothing. */
function repositoriesOf(
  rows: readonly { id: string; url: string; name: string }[],
  tags: readonly { repository_id: string; name: string; digest: string }[],
) {
  const byName = new Map<string, Map<string, string | null>>();
  const keys = new Map<string, string>();
  for (const { id, url, name } of rows) {
    const key = repositoryKey(url, name);
    keys.set(id, key);
    if (!byName.has(key)) byName.set(key, new Map());
  }
  for (const { repository_id, name, digest } of tags) {
    const named = byName.get(keys.get(repository_id) ?? '');
    if (named === undefined) continue;
    named.set(name, named.has(name) && named.get(name) !== digest ? null : digest);
  }
  return [...byName]
    .map(([repository, named]) => ({
      repository,
      tags: [...named].flatMap(([tag, digest]): [string, string][] => (digest === null ? [] : [[tag, digest]])),
    }))
    .sort((one, other) => (one.repository < other.repository ? -1 : 1));
}

async function keepReport(trx: Db, report: AdmissionReport, now: Date): Promise<{ news: number } | null> {
  const { agentId, reportId, refusals, dropped, ...status } = report;
  const agent = await first(
    sql<{ name: string; location_id: string }>`select name, location_id from agents where id = ${agentId} for update`,
    trx,
  );
  if (agent === null) return null;
  const before = await first(
    sql<{ report_id: string }>`select report_id from admission_reports where agent_id = ${agentId}`,
    trx,
  );
  if (before?.report_id === reportId) return { news: 0 };
  await sql`insert into admission_reports (agent_id, location_id, report_id, status, reported_at)
    values (${agentId}, ${agent.location_id}, ${reportId}, ${json(status)}, ${iso(now)})
    on conflict (agent_id) do update set location_id = excluded.location_id, report_id = excluded.report_id,
      status = excluded.status, reported_at = excluded.reported_at`.execute(trx);
  const news: ReportedRefusal[] = [];
  for (const refusal of refusals)
    if (await keepRefusal(trx, agent.location_id, agentId, refusal, now)) news.push(refusal);
  await sql`delete from admission_refusals where location_id = ${agent.location_id} and id not in (
    select id from admission_refusals where location_id = ${agent.location_id} order by last_at desc, id desc
    limit ${KEPT})`.execute(trx);
  for (const mode of ['enforce', 'audit'] as const) {
    const told = news.filter((refusal) => refusal.mode === mode);
    if (told.length > 0) await tell(trx, [draftOf(told, agent.location_id, agentId, mode)], now);
  }
  for (const refusal of news.slice(0, AUDITED)) await auditRefusal(trx, refusal, agent, { agentId, dropped }, now);
  return { news: news.length };
}

/** Counts it; answers whether it is news. */
async function keepRefusal(
  trx: Db,
  locationId: string,
  agentId: string,
  refusal: ReportedRefusal,
  now: Date,
): Promise<boolean> {
  const { operation, namespace, kind, name, image, path, code, mode } = refusal;
  const about = JSON.stringify([operation, namespace, kind, name, image, path, code, mode]);
  const key = createHash('sha256').update(about).digest('hex');
  const last = await first(
    sql<{ last_at: Date }>`select last_at from admission_refusals where location_id = ${locationId} and key = ${key}`,
    trx,
  );
  // Times are the agent's word; none lies in the future here.
  const at = (time: string) => iso(new Date(Math.min(Date.parse(time), now.getTime())));
  await sql`insert into admission_refusals as f (location_id, agent_id, key, refusal, count, first_at, last_at)
    values (${locationId}, ${agentId}, ${key}, ${json(refusal)}, ${refusal.count}, ${at(refusal.firstAt)},
      ${at(refusal.lastAt)})
    on conflict (location_id, key) do update set agent_id = excluded.agent_id, refusal = excluded.refusal,
      count = f.count + excluded.count, last_at = greatest(f.last_at, excluded.last_at)`.execute(trx);
  return last === null || now.getTime() - last.last_at.getTime() > NEWS_AFTER_MS;
}

function draftOf(news: readonly ReportedRefusal[], locationId: string, agentId: string, mode: 'enforce' | 'audit') {
  const verb = mode === 'enforce' ? 'refused' : 'would have refused';
  const where = ({ namespace, name }: ReportedRefusal) => (namespace === '' ? name : `${namespace}/${name}`);
  const what = news.length === 1 ? `${news[0]!.kind} ${where(news[0]!)}` : `${news.length} kinds of requests`;
  return activityDraft('admission.refused', `Admission control of ${locationId} ${verb} ${what}`, {
    subjectId: agentId,
    count: news.length,
    items: news.map((refusal) => ({
      name: `${refusal.kind} ${where(refusal)}`,
      message: refusal.message,
      ...(refusal.digest === null ? {} : { digest: refusal.digest }),
    })),
  });
}

async function auditRefusal(
  trx: Db,
  refusal: ReportedRefusal,
  agent: { name: string; location_id: string },
  more: { agentId: string; dropped: number },
  now: Date,
): Promise<void> {
  const { user, kind, namespace, name, message, image, digest, state, code, mode, operation } = refusal;
  await appendAudit(
    trx,
    {
      actor: user || agent.name,
      actorKind: 'agent',
      action: mode === 'enforce' ? 'admission.refuse' : 'admission.would-refuse',
      outcome: mode === 'enforce' ? 'denied' : 'done',
      subjectKind: kind,
      subject: namespace === '' ? name : `${namespace}/${name}`,
      locationId: agent.location_id,
      reason: message,
      detail: { agent: agent.name, operation, image, digest, state, code, ...more },
    },
    now,
  );
}

function refusalOf(row: RefusalRow): AdmissionRefusal {
  return {
    ...row.refusal,
    id: row.id,
    locationId: row.location_id,
    agentId: row.agent_id,
    count: row.count,
    firstAt: iso(row.first_at),
    lastAt: iso(row.last_at),
  };
}
