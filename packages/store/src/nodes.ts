/** Nodes of a location as its agents see them, and whether secrets stand there. */
import type { ClusterNode, NodeReport } from '@pharos/contract';
import { sql } from 'kysely';
import { type Db, first, iso, jsonText } from './database.ts';
import { type Nodes, type SecretName, secretKey } from './node-port.ts';

/** A question that no agent took in this time is put again by whoever still wants to know. */
const OPEN_SECONDS = 60;
const KEPT_SECONDS = 3600;
const MOST_OPEN = 50;

interface NodesRow {
  agent_id: string;
  denied: boolean;
  total: number;
  nodes: ClusterNode[];
  reported_at: Date;
}

export function nodesOf(db: Db): Nodes {
  return {
    report: (report, now) => db.transaction().execute((trx) => keep(trx, report, now)),

    of: async (locationId) => {
      const row = await first(
        sql<NodesRow>`select agent_id, denied, total, nodes, reported_at from location_nodes
          where location_id = ${locationId}`,
        db,
      );
      if (row === null) return null;
      const { agent_id: agentId, denied, total, nodes } = row;
      return { agentId, denied, total, nodes, reportedAt: iso(row.reported_at) };
    },

    askSecrets: async (locationId, secrets, freshSince, now) => {
      if (secrets.length === 0) return { answers: new Map(), keys: new Map(), asked: 0 };
      const wanted = jsonText(secrets.map(({ namespace, name }) => ({ namespace, name })));
      const put = await sql`
        insert into secret_questions as q (location_id, namespace, name, asked_at)
        select ${locationId}, n.namespace, n.name, ${iso(now)}::timestamptz
        from jsonb_to_recordset(${wanted}::jsonb) as n(namespace text, name text)
        where exists (select from locations l where l.id = ${locationId})
        on conflict (location_id, namespace, name) do update set asked_at = excluded.asked_at, is_there = null,
          keys = null, answered_at = null
        where (q.answered_at is null and q.asked_at < ${secondsBefore(now, OPEN_SECONDS)}::timestamptz)
          or q.answered_at < ${iso(freshSince)}::timestamptz
        returning 1`.execute(db);
      const found = await sql<SecretName & { is_there: boolean | null; keys: string[] | null }>`
        select q.namespace, q.name, q.is_there, q.keys from secret_questions q
        join jsonb_to_recordset(${wanted}::jsonb) as n(namespace text, name text)
          on n.namespace = q.namespace and n.name = q.name
        where q.location_id = ${locationId} and q.answered_at is not null`.execute(db);
      return {
        answers: new Map(found.rows.map((row) => [secretKey(row), row.is_there])),
        keys: new Map(found.rows.flatMap((row) => (row.keys === null ? [] : [[secretKey(row), row.keys] as const]))),
        asked: put.rows.length,
      };
    },

    openSecrets: async (locationId, now) => {
      const found = await sql<SecretName>`select namespace, name from secret_questions
        where location_id = ${locationId} and answered_at is null
          and asked_at >= ${secondsBefore(now, OPEN_SECONDS)}::timestamptz
        order by asked_at, namespace, name limit ${MOST_OPEN}`.execute(db);
      return found.rows;
    },

    answerSecrets: async (locationId, answers, now) => {
      const said = answers.map(({ namespace, name, answer, keys }) => ({
        ...{ namespace, name },
        is_there: answer === 'denied' ? null : answer === 'there',
        keys: answer === 'there' ? (keys ?? null) : null,
      }));
      // An answer to what nobody asked is kept nowhere.
      await sql`update secret_questions q set is_there = n.is_there, keys = n.keys, answered_at = ${iso(now)}
        from jsonb_to_recordset(${jsonText(said)}::jsonb) as n(namespace text, name text, is_there boolean, keys text[])
        where q.location_id = ${locationId} and q.namespace = n.namespace and q.name = n.name`.execute(db);
      await sql`delete from secret_questions where asked_at < ${secondsBefore(now, KEPT_SECONDS)}::timestamptz`.execute(
        db,
      );
    },
  };
}

async function keep(trx: Db, report: NodeReport, now: Date): Promise<boolean> {
  const agent = await first(
    sql<{ location_id: string; epoch: number }>`select location_id, epoch from agents where id = ${report.agentId}`,
    trx,
  );
  if (agent === null || report.epoch < agent.epoch) return false;
  const { agentId, epoch, sequence, denied, total } = report;
  // Two agents may serve one cluster: the newest word counts, and "I may not look" says nothing against one that looked.
  const taken = await first(
    sql`insert into location_nodes as l (location_id, agent_id, epoch, sequence, denied, total, nodes, reported_at)
      values (${agent.location_id}, ${agentId}, ${epoch}, ${sequence}, ${denied}, ${total}, ${jsonText(report.nodes)}::jsonb,
        ${iso(now)})
      on conflict (location_id) do update set agent_id = excluded.agent_id, epoch = excluded.epoch,
        sequence = excluded.sequence, denied = excluded.denied, total = excluded.total, nodes = excluded.nodes,
        reported_at = excluded.reported_at
      where case when l.agent_id = excluded.agent_id then (l.epoch, l.sequence) < (excluded.epoch, excluded.sequence)
        else l.denied or not excluded.denied end
      returning 1`,
    trx,
  );
  return taken !== null;
}

function secondsBefore(now: Date, seconds: number): string {
  return iso(new Date(now.getTime() - seconds * 1000));
}
