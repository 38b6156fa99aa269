/**
 * Approvals that a rule for approvals does not let stand: the image turned up in a repository under the rule, or the rule is new. They
 * are put back to pending, as the clock does with those that end, with a request in the name of whoever had approved: so a second
 * person finds them at the head of the queue. What was deprecated since stays: it is not for new use anyway.
 */
import { type PeopleRule, peopleNeeded } from '@pharos/library';
import { type RawBuilder, sql } from 'kysely';
import { appendAudit } from './audit.ts';
import { auditRun, noteChanged } from './audit-context.ts';
import { batches, type Db, iso, jsonText } from './database.ts';
import { LOOKED_AFTER_MS } from './decided-tags.ts';
import type { Stand } from './decision-checks.ts';
import { decidedNow } from './decision-row.ts';
import { type Decided, tellDecisions } from './decision-telling.ts';

interface Candidate extends Stand {
  readonly digest: string;
  readonly people: 0 | 1 | 2;
}

interface Recall {
  readonly digest: string;
  readonly reason: string;
  /** Passed by fewer people than this. */
  readonly needed: 1 | 2;
  readonly stands: Stand[];
}

const BATCH = 500;

/** Of tags that a scan brought into a repository. */
export async function recallInRepository(
  trx: Db,
  repositoryId: string,
  names: readonly string[],
  now: Date,
): Promise<void> {
  if (names.length === 0) return;
  await recall(trx, sql`d.repository_id = ${repositoryId} and d.name = any(${[...names]}::text[])`, now);
}

/** Of everything that a new rule is about. */
export async function recallByRule(trx: Db, rule: PeopleRule, now: Date): Promise<void> {
  const found = await sql<{ id: string; name: string }>`select id, name from repositories where tag_count > 0`.execute(
    trx,
  );
  const ids = found.rows.filter(({ name }) => peopleNeeded([rule], [name]) > 0).map(({ id }) => id);
  if (ids.length > 0) await recall(trx, sql`d.repository_id = any(${ids}::uuid[])`, now);
}

/** Of what was decided lately: a decision does not see what a scan brings, or a rule asks, at the same time. */
export async function recallLately(trx: Db, now: Date): Promise<void> {
  const since = iso(new Date(now.getTime() - LOOKED_AFTER_MS));
  await recall(trx, sql`s.decided_at > ${since}::timestamptz`, now);
}

async function recall(trx: Db, within: RawBuilder<unknown>, now: Date): Promise<void> {
  const { rows: rules } = await sql<PeopleRule>`select pattern, people from approval_rules order by pattern`.execute(
    trx,
  );
  if (rules.length === 0) return;
  const most = Math.max(...rules.map(({ people }) => people));
  const found = await sql<Candidate>`
    select d.digest, s.people, d.repository_id, r.name as repository, r.registry_id, g.name as registry, g.location_id,
      (array_agg(d.name order by d.sort_key desc, d.name desc))[1] as name, count(*)::int as tags
    from decided_tags d join image_states s on s.digest = d.digest
      join repositories r on r.id = d.repository_id join registries g on g.id = r.registry_id
    where d.state = 'approved' and s.state = 'approved' and ${decidedNow(now)} and s.people < ${most} and ${within}
    group by d.digest, s.people, d.repository_id, r.name, r.registry_id, g.name, g.location_id
    order by d.digest, r.name`.execute(trx);
  const recalls = [...Map.groupBy(found.rows, ({ digest }) => digest)].flatMap(([digest, stands]) => {
    const reason = whyRecalled(rules, stands);
    return reason === null ? [] : [{ digest, ...reason, stands }];
  });
  const decided: Decided[] = [];
  for (const batch of batches(recalls, BATCH)) decided.push(...(await putBack(trx, batch, now)));
  await tellDecisions(trx, decided, now);
  await audit(trx, decided, now);
}

function whyRecalled(
  rules: readonly PeopleRule[],
  stands: readonly Candidate[],
): Pick<Recall, 'reason' | 'needed'> | null {
  for (const { people, repository } of stands) {
    const needed = peopleNeeded(rules, [repository]);
    if (needed === 0 || needed <= people) continue;
    const { pattern } = rules.find((rule) => peopleNeeded([rule], [repository]) === needed)!;
    const reason =
      needed === 2
        ? `It needs a second approver: it stands in ${repository}, where the rule ${pattern} asks for two people.`
        : `It needs another approver: it stands in ${repository}, where by the rule ${pattern} nobody approves what they asked for, and no program approves.`;
    return { reason, needed };
  }
  return null;
}

/** The images' rows are the locks, in the order of all decisions. What was decided meanwhile stays. */
async function putBack(trx: Db, batch: readonly Recall[], now: Date): Promise<Decided[]> {
  const digests = batch.map(({ digest }) => digest);
  await sql`select 1 from images where digest = any(${digests}::text[]) order by digest for update`.execute(trx);
  const rows = jsonText(batch.map(({ digest, reason, needed }) => ({ digest, reason, needed })));
  const before = sql`with n as materialized (
      select n.digest, n.reason, s.approver, d.actor from jsonb_to_recordset(${rows}::jsonb) as n(digest text, reason text, needed int)
        join image_states s on s.digest = n.digest collate "C" and s.state = 'approved' and s.people < n.needed
        join decisions d on d.id = s.decision_id)`;
  await sql`${before} insert into approval_requests (digest, person, requested_by, reason, at)
    select n.digest, n.approver, n.actor, n.reason, ${iso(now)}::timestamptz from n`.execute(trx);
  const kept = await sql<{ digest: string }>`${before}, kept as (
      insert into decisions (digest, state, previous_state, reason, actor, actor_kind, at)
        select n.digest, 'pending', 'approved', n.reason, 'pharos', 'system', ${iso(now)}::timestamptz from n
        returning id, digest)
    update image_states s set state = 'pending', decision_id = k.id, successor = null, expires_at = null,
      decided_at = ${iso(now)}::timestamptz, people = 0, approver = null
    from kept k where s.digest = k.digest returning s.digest`.execute(trx);
  await sql`update images set undecided = true where digest = any(${kept.rows.map(({ digest }) => digest)}::text[])`.execute(
    trx,
  );
  const isKept = new Set(kept.rows.map(({ digest }) => digest));
  return batch
    .filter(({ digest }) => isKept.has(digest))
    .map(({ digest, reason, stands }) => ({
      decision: { digest, state: 'pending', reason, actor: 'pharos', actorKind: 'system' },
      before: 'approved',
      stands,
    }));
}

/** Under the entry of whoever made the rule, else under one of its own. */
async function audit(trx: Db, decided: readonly Decided[], now: Date): Promise<void> {
  const [first] = decided;
  if (first === undefined) return;
  if (auditRun()?.isOpen) {
    for (const { decision, before } of decided) noteChanged(decision.digest, before, decision.state);
    return;
  }
  const { digest, reason, actor } = first.decision;
  const changes = decided
    .slice(0, 100)
    .map(({ decision }) => ({ subject: decision.digest, before: 'approved', after: 'pending' }));
  const isOne = decided.length === 1;
  const event = { actor, actorKind: 'system', action: 'image.decide', outcome: 'done', subjectKind: 'image' } as const;
  const detail = { changes, changed: decided.length };
  await appendAudit(trx, { ...event, subject: isOne ? digest : '', reason, detail }, now);
}
