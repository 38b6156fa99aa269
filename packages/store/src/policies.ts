/** Policies, all their versions, and what they say of images. */
import type { Policy, PolicySpec, PolicyVersion } from '@pharos/contract';
import {
  decideByPolicies,
  evaluatePolicies,
  type PolicyDecision,
  type PolicyToRun,
  type PolicyVerdict,
  whyNot,
} from '@pharos/library';
import { sql } from 'kysely';
import { noteAudit } from './audit-context.ts';
import { after, cut, type Order, orderBy } from './cursor.ts';
import { allOf, batches, countUpTo, type Db, first, iso, json, jsonText } from './database.ts';
import { decideAll } from './decisions.ts';
import { StoreError } from './errors.ts';
import { exceptedOf, policyExceptionsOf } from './policy-exceptions.ts';
import { policyFacts } from './policy-facts.ts';
import type { Policies, PolicyExample } from './policy-port.ts';

interface PolicyRow {
  id: string;
  name: string;
  spec: PolicySpec;
  version: number;
  updated_at: Date;
  updated_by: string;
  results: Partial<Policy['results']> | null;
}

const SELECT = sql`select p.*, (select jsonb_object_agg(outcome, n) from (select outcome, count(*)::integer as n
    from policy_results x where x.policy_id = p.id and x.version = p.version group by outcome) counts) as results from policies p`;

const BY_NAME: Order<PolicyRow> = {
  name: 'policies',
  descending: false,
  keys: [
    { column: sql`p.name collate "C"`, type: 'text', read: (row) => row.name },
    { column: sql`p.id`, type: 'id', read: (row) => row.id },
  ],
};

const NEWEST: Order<{ version: number }> = {
  name: 'policy-versions',
  descending: true,
  keys: [{ column: sql`version`, type: 'number', read: (row) => row.version }],
};

const DAY_MS = 86_400_000;
/** Attestations are read with the images: not too many of them are held at once. */
const LOOKED_AT_ONCE = 100;

export function policiesOf(db: Db): Policies {
  return {
    list: async ({ limit, cursor }) => {
      const where = cursor === undefined ? sql`true` : after(BY_NAME, cursor);
      const found =
        await sql<PolicyRow>`${SELECT} where ${where} order by ${orderBy(BY_NAME)} limit ${limit + 1}`.execute(db);
      const { rows, next } = cut(BY_NAME, found.rows, limit);
      return { items: rows.map(policyOf), next, ...(await countUpTo(db, sql`from policies`)) };
    },

    get: (id) => byId(db, id),

    create: (id, spec, by, now) =>
      db.transaction().execute(async (trx) => {
        noteAudit({ subject: id });
        await refuseTaken(trx, spec.name, null);
        await sql`insert into policies (id, name, spec, updated_at, updated_by)
          values (${id}, ${spec.name}, ${json(spec)}, ${iso(now)}, ${by})`.execute(trx);
        await noteVersion(trx, id, by, now);
        return (await byId(trx, id))!;
      }),

    update: (id, spec, by, now) =>
      db.transaction().execute(async (trx) => {
        const row = await first(sql`select 1 from policies where id = ${id} for update`, trx);
        if (row === null) return null;
        await refuseTaken(trx, spec.name, id);
        await sql`update policies set name = ${spec.name}, spec = ${json(spec)}, version = version + 1,
          updated_at = ${iso(now)}, updated_by = ${by} where id = ${id}`.execute(trx);
        await noteVersion(trx, id, by, now);
        return byId(trx, id);
      }),

    remove: (id) =>
      db.transaction().execute(async (trx) => {
        const gone = await first(sql`delete from policies where id = ${id} returning 1`, trx);
        if (gone === null) return false;
        await bump(trx);
        return true;
      }),

    versions: async (id, { limit, cursor }) => {
      const mine = sql`policy_id = ${id}`;
      const where = allOf(cursor === undefined ? [mine] : [mine, after(NEWEST, cursor)]);
      const found = await sql<{ version: number; spec: PolicySpec; at: Date; by: string }>`select version, spec, at, by
        from policy_versions where ${where} order by ${orderBy(NEWEST)} limit ${limit + 1}`.execute(db);
      const { rows, next } = cut(NEWEST, found.rows, limit);
      if (rows.length === 0 && cursor === undefined) return null;
      const items = rows.map((row): PolicyVersion => ({ ...row, at: iso(row.at) }));
      return { items, next, ...(await countUpTo(db, sql`from policy_versions where ${mine}`)) };
    },

    current: () => currentOf(db),
    facts: (digests, now) => policyFacts(db, digests, now),

    digests: async (after_, limit) => {
      const found = await sql<{ digest: string }>`select i.digest from images i where i.digest > ${after_}
        and exists (select from tags t where t.digest = i.digest and t.presence <> 'retired')
        order by i.digest limit ${limit}`.execute(db);
      return found.rows.map(({ digest }) => digest);
    },

    examples: async (digests) => {
      const found = await sql<PolicyExample>`select distinct on (t.digest) t.digest, t.repository_id as "repositoryId",
          r.name as repository, t.name as tag
        from tags t join repositories r on r.id = t.repository_id
        where t.digest = any(${[...digests]}::text[]) and t.presence <> 'retired'
        order by t.digest, t.sort_key desc, t.name desc`.execute(db);
      return found.rows;
    },

    settle: (version, now, limit) => settle(db, version, now, limit),
    ...policyExceptionsOf(db),
  };
}

async function currentOf(db: Db): Promise<{ version: number; policies: PolicyToRun[] }> {
  // One statement, so that the policies are those of this version.
  const found = await sql<{ count: number; row: PolicyRow | null }>`select s.version as count, to_jsonb(p) as row
    from policy_state s left join policies p on (p.spec ->> 'enabled')::boolean order by p.name`.execute(db);
  const policies = found.rows.flatMap(({ row }) =>
    row === null ? [] : [{ ...row.spec, id: row.id, version: row.version }],
  );
  return { version: found.rows[0]?.count ?? 0, policies };
}

async function dueOf(db: Db, version: number, limit: number, now: Date): Promise<string[]> {
  const found = await sql<{ digest: string }>`
    (select digest from policy_checks where version < ${version} order by version, digest limit ${limit})
    union (select digest from policy_checks where due_at <= ${iso(now)}::timestamptz order by due_at limit ${limit})
    limit ${limit}`.execute(db);
  return found.rows.map(({ digest }) => digest);
}

/**
 * Evaluates some of what is due, keeps the results, and decides. Each image in a transaction of its own with its row locked, so that replicas
 * do not do it twice and one refusal stops no other.
 */
async function settle(
  db: Db,
  version: number,
  now: Date,
  limit: number,
): Promise<{ evaluated: number; decided: number }> {
  const { version: current, policies } = await currentOf(db);
  if (current !== version) return { evaluated: 0, decided: 0 };
  const digests = await dueOf(db, version, limit, now);
  const facts = await policyFacts(db, digests, now);
  const excepted = await exceptedOf(db, digests, now);
  const verdicts = facts.map((each) => ({ facts: each, verdicts: evaluatePolicies(policies, each, now) }));
  const acting = verdicts.flatMap(({ facts: { digest, state }, verdicts: said }) => {
    const decision = decideByPolicies(said, excepted.get(digest)!);
    return decision.action !== null && state === 'pending' ? [{ digest, decision }] : [];
  });
  await db.transaction().execute(async (trx) => {
    await keepResults(
      trx,
      digests,
      verdicts.map(({ facts: { digest }, verdicts: said }) => ({ digest, said })),
      now,
    );
    // What the clock changes, and places that came and went, are looked at again within a day.
    const dueAt = iso(new Date(now.getTime() + DAY_MS));
    await sql`update policy_checks set version = ${version}, due_at = ${dueAt}
      where digest = any(${[...digests].sort()}::text[])`.execute(trx);
  });
  let decided = 0;
  for (const { digest, decision } of acting) decided += await act(db, digest, decision, now);
  return { evaluated: digests.length, decided };
}

async function act(db: Db, digest: string, { action, because }: PolicyDecision, now: Date): Promise<number> {
  const names = because.map(({ policy, version }) => `"${policy}" (version ${version})`).join(' and ');
  const reason =
    action === 'approve'
      ? `It meets every requirement of ${names}.`
      : `It does not meet ${names}: ${whyNot(because[0]!)}`;
  try {
    await db.transaction().execute(async (trx) => {
      await decideAll(
        trx,
        [
          {
            digest,
            state: action === 'approve' ? 'approved' : 'rejected',
            reason: reason.slice(0, 2000),
            actor: because
              .map(({ policy }) => policy)
              .join(', ')
              .slice(0, 200),
            actorKind: 'policy',
            policyId: because[0]!.policyId,
            detail: { policies: because.map(({ policyId, version }) => ({ policyId, version })) },
          },
        ],
        now,
      );
    });
    return 1;
  } catch (error) {
    // A person decided meanwhile, or two people are needed: then it stays as it is.
    if (error instanceof StoreError) return 0;
    throw error;
  }
}

async function keepResults(
  trx: Db,
  digests: readonly string[],
  results: readonly { digest: string; said: readonly PolicyVerdict[] }[],
  now: Date,
): Promise<void> {
  await sql`delete from policy_results where digest = any(${[...digests]}::text[])`.execute(trx);
  const rows = results.flatMap(({ digest, said }) =>
    said.map(({ policyId, version, outcome, requirements }) => ({
      digest,
      policy_id: policyId,
      version,
      outcome,
      requirements,
    })),
  );
  // A policy that was deleted meanwhile has no results.
  await sql`insert into policy_results (policy_id, digest, version, outcome, requirements, evaluated_at)
    select n.policy_id, n.digest, n.version, n.outcome, n.requirements, ${iso(now)}::timestamptz
    from jsonb_to_recordset(${jsonText(rows)}::jsonb) as n(policy_id uuid, digest text, version integer, outcome text, requirements jsonb)
      join policies p on p.id = n.policy_id`.execute(trx);
}

/**
 * Throws `policy-blocks` where an enforced requirement forbids the approval, by whomever. With the image's row locked by the caller, from
 * what is stored at that moment.
 */
export async function assertApprovable(trx: Db, digest: string, now: Date): Promise<void> {
  const refusal = (await policyRefusals(trx, [digest], now)).get(digest);
  if (refusal !== undefined) throw refusal;
}

/** Which approvals enforced requirements forbid, and how each is refused. The policies are read once for all of them. */
export async function policyRefusals(db: Db, digests: readonly string[], now: Date): Promise<Map<string, StoreError>> {
  const refusals = new Map<string, StoreError>();
  if (digests.length === 0) return refusals;
  const { policies } = await currentOf(db);
  if (!policies.some(({ effect, mode }) => effect === 'require' && mode === 'enforce')) return refusals;
  for (const batch of batches([...new Set(digests)], LOOKED_AT_ONCE)) {
    const facts = await policyFacts(db, batch, now);
    const excepted = await exceptedOf(db, batch, now);
    for (const each of facts) {
      const { blockedBy } = decideByPolicies(evaluatePolicies(policies, each, now), excepted.get(each.digest)!);
      if (blockedBy.length > 0) refusals.set(each.digest, refusalBy(blockedBy));
    }
  }
  return refusals;
}

function refusalBy(blockedBy: readonly PolicyVerdict[]): StoreError {
  const [only, second] = blockedBy as [PolicyVerdict, PolicyVerdict?];
  const others = second === undefined ? '' : ` ${blockedBy.length - 1} more policies forbid it too.`;
  return new StoreError(
    'policy-blocks',
    `The policy "${only.policy}" forbids its approval: ${whyNot(only)}${others}`,
    second === undefined
      ? 'Bring the evidence that it asks for, or ask for an exception that another person confirms.'
      : 'Bring the evidence that they ask for: an exception helps against one policy only.',
  );
}

/** Everything is evaluated again. */
async function bump(trx: Db): Promise<void> {
  await sql`update policy_state set version = version + 1`.execute(trx);
}

async function noteVersion(trx: Db, id: string, by: string, now: Date): Promise<void> {
  await sql`insert into policy_versions (policy_id, version, spec, at, by)
    select id, version, spec, ${iso(now)}, ${by} from policies where id = ${id}`.execute(trx);
  await bump(trx);
}

async function refuseTaken(trx: Db, name: string, own: string | null): Promise<void> {
  const taken = await first(sql`select 1 from policies where name = ${name} and id is distinct from ${own}::uuid`, trx);
  if (taken !== null)
    throw new StoreError('name-taken', `There is a policy named "${name}" already.`, 'Choose another name.');
}

async function byId(db: Db, id: string): Promise<Policy | null> {
  const row = await first(sql<PolicyRow>`${SELECT} where p.id = ${id}`, db);
  return row && policyOf(row);
}

function policyOf(row: PolicyRow): Policy {
  return {
    ...row.spec,
    id: row.id,
    version: row.version,
    updatedAt: iso(row.updated_at),
    updatedBy: row.updated_by,
    results: { pass: 0, fail: 0, unknown: 0, ...row.results },
  };
}
