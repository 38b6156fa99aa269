/** Decisions about images, and the state that follows from them. */
import type { Decision, DecisionRefusal, DecisionSummary, ImageState, Page, PageQuery } from '@pharos/contract';
import { sql } from 'kysely';
import { noteChanged } from './audit-context.ts';
import { after, cut, type Order, orderBy } from './cursor.ts';
import { allOf, countUpTo, type Db, first, iso, json, storableText } from './database.ts';
import { tidyDecidedTags } from './decided-tags.ts';
import { type Approval, checked, type Stand } from './decision-checks.ts';
import type { Decisions, NewDecision } from './decision-port.ts';
import { recallLately } from './decision-recall.ts';
import { type DecisionRow, decisionOf, type StateRow, stateNow, UNDECIDED } from './decision-row.ts';
import { type Decided, tellDecisions } from './decision-telling.ts';
import { StoreError } from './errors.ts';
import { policyRefusals } from './policies.ts';

export { stateSql } from './decision-row.ts';

const MOST_EXPIRED = 500;

const NEWEST: Order<DecisionRow> = {
  name: 'decisions',
  descending: true,
  keys: [{ column: sql`d.id`, type: 'number', read: (row) => row.id }],
};

export function decisionsOf(db: Db): Decisions {
  return {
    decide: (decisions, now) =>
      db.transaction().execute(async (trx) => summaryOf(await decideAll(trx, decisions, now), [], false)),

    check: async (decisions, now) => {
      const decided: Decided[] = [];
      const refused: DecisionRefusal[] = [];
      const approvals = decisions.filter(({ state }) => state === 'approved').map(({ digest }) => digest);
      const byPolicies = await policyRefusals(db, approvals, now);
      for (const decision of decisions) {
        try {
          decided.push({ decision, ...(await checked(db, decision, now, byPolicies)) });
        } catch (error) {
          if (!(error instanceof StoreError)) throw error;
          refused.push({ digest: decision.digest, code: error.code, message: error.message, hint: error.hint });
        }
      }
      return summaryOf(decided, refused, true);
    },

    list: (digest, query) => listDecisions(db, digest, query),

    expire: (now) => db.transaction().execute((trx) => expire(trx, now)),

    statesOf: async (digests, now) => {
      const found = await sql<StateRow>`select digest, state, expires_at, successor, decided_at from image_states
        where digest = any(${[...digests]}::text[])`.execute(db);
      const states = new Map(digests.map((digest) => [digest, UNDECIDED]));
      for (const row of found.rows) states.set(row.digest, stateNow(row, now));
      return states;
    },
  };
}

/** One decision, in the transaction of the caller, told of by itself. */
export async function decide(trx: Db, decision: NewDecision, now: Date): Promise<void> {
  await decideAll(trx, [decision], now);
}

/** Several decisions, in the transaction of the caller, told of together. The first refusal is thrown. */
export async function decideAll(trx: Db, decisions: readonly NewDecision[], now: Date): Promise<Decided[]> {
  const decided: Decided[] = [];
  // One order for all, so that two bulk decisions never wait for each other in a circle.
  const ordered = decisions.toSorted((one, other) => (one.digest < other.digest ? -1 : 1));
  for (const decision of ordered) {
    // The image's row is the lock: it is there before any state is. Requests for approval take it too.
    await sql`select 1 from images where digest = ${decision.digest} for update`.execute(trx);
    const { before, stands, approval } = await checked(trx, decision, now);
    await record(trx, decision, { before, approval }, now);
    decided.push({ decision, before, stands });
  }
  await tellDecisions(trx, decided, now);
  return decided;
}

/** Writes the decision down. The image's row is locked. */
async function record(
  trx: Db,
  decision: NewDecision,
  { before, approval }: { before: ImageState; approval: Approval | null },
  now: Date,
): Promise<void> {
  const { digest, state, policyId = null, expiresAt = null, successor = null, detail = {} } = decision;
  noteChanged(digest, before, state);
  const kept = await sql<{ id: number }>`
    insert into decisions (digest, state, previous_state, reason, actor, actor_kind, policy_id, successor, expires_at, at, detail)
    values (${digest}, ${state}, ${before}, ${storableText(decision.reason)}, ${storableText(decision.actor)},
      ${decision.actorKind}, ${policyId}, ${successor}, ${iso(expiresAt)}, ${iso(now)}, ${json(detail)})
    returning id`.execute(trx);
  await sql`insert into image_states (digest, state, decision_id, successor, expires_at, decided_at, people, approver)
    values (${digest}, ${state}, ${kept.rows[0]!.id}, ${successor}, ${iso(expiresAt)}, ${iso(now)},
      ${approval?.people ?? 0}, ${approval?.person ?? null})
    on conflict (digest) do update set state = excluded.state, decision_id = excluded.decision_id,
      successor = excluded.successor, expires_at = excluded.expires_at, decided_at = excluded.decided_at,
      people = excluded.people, approver = excluded.approver`.execute(trx);
  await sql`update images set undecided = ${state === 'pending'} where digest = ${digest}`.execute(trx);
  if (state === 'pending') return;
  // What was asked for has its answer.
  await sql`update approval_requests set state = 'decided', closed_at = ${iso(now)}
    where digest = ${digest} and state = 'open'`.execute(trx);
  await sql`delete from approval_assignees where digest = ${digest}`.execute(trx);
}

/** An approval that has ended counts as pending already; this is where it is written down and told. */
async function expire(trx: Db, now: Date): Promise<number> {
  const over = await sql<{ digest: string; expires_at: Date }>`
    select s.digest, s.expires_at from image_states s
    where s.expires_at <= ${iso(now)}::timestamptz and s.state = 'approved' order by s.digest
    limit ${MOST_EXPIRED}`.execute(trx);
  await tidyDecidedTags(trx, now);
  await recallLately(trx, now);
  const decided: Decided[] = [];
  for (const { digest, expires_at } of over.rows) {
    await sql`select 1 from images where digest = ${digest} for update`.execute(trx);
    // Somebody may have decided meanwhile.
    const still = await first(
      sql`select 1 from image_states where digest = ${digest} and state = 'approved'
        and expires_at = ${iso(expires_at)}::timestamptz`,
      trx,
    );
    if (still === null) continue;
    const reason = `The approval ended at ${iso(expires_at)}.`;
    const decision: NewDecision = { digest, state: 'pending', reason, actor: 'system', actorKind: 'system' };
    await record(trx, decision, { before: 'approved', approval: null }, now);
    decided.push({ decision, before: 'approved', stands: [] });
  }
  await tellDecisions(trx, decided, now);
  return decided.length;
}

async function listDecisions(db: Db, digest: string, { limit, cursor }: PageQuery): Promise<Page<Decision>> {
  const mine = sql`d.digest = ${digest}`;
  const where = allOf(cursor === undefined ? [mine] : [mine, after(NEWEST, cursor)]);
  const found = await sql<DecisionRow>`select d.* from decisions d where ${where}
    order by ${orderBy(NEWEST)} limit ${limit + 1}`.execute(db);
  const { rows, next } = cut(NEWEST, found.rows, limit);
  return { items: rows.map(decisionOf), next, ...(await countUpTo(db, sql`from decisions d where ${mine}`)) };
}

function summaryOf(decided: readonly Decided[], refused: DecisionRefusal[], dryRun: boolean): DecisionSummary {
  const changes = Map.groupBy(decided, ({ before, decision }) => `${before} ${decision.state}`);
  const stands: Stand[] = decided.flatMap((each) => each.stands);
  return {
    dryRun,
    decided: decided.length,
    changes: [...changes.values()].map((group) => {
      const [{ before, decision }] = group as [Decided];
      return { from: before, to: decision.state, count: group.length };
    }),
    refused,
    affected: {
      repositories: new Set(stands.map(({ repository_id }) => repository_id)).size,
      tags: stands.reduce((sum, { tags }) => sum + tags, 0),
      locations: new Set(stands.map(({ location_id }) => location_id)).size,
    },
  };
}
