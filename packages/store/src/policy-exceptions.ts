/** Exceptions from policies: one digest, one policy, a reason, an end, and two people. */
import type { PolicyException } from '@pharos/contract';
import { sql } from 'kysely';
import { noteAudit } from './audit-context.ts';
import { after, cut, type Order, orderBy } from './cursor.ts';
import { allOf, countUpTo, type Db, first, iso, storableText } from './database.ts';
import { isPerson } from './decision-checks.ts';
import { StoreError } from './errors.ts';
import type { Policies } from './policy-port.ts';

interface ExceptionRow {
  id: string;
  digest: string;
  places: string[];
  policy_id: string;
  policy: string;
  reason: string;
  expires_at: Date;
  requested_by: string;
  requested_person: string | null;
  requested_at: Date;
  confirmed_by: string | null;
  confirmed_at: Date | null;
  revoked_at: Date | null;
}

type ExceptionMethods = Pick<
  Policies,
  'exceptions' | 'getException' | 'askException' | 'confirmException' | 'revokeException' | 'excepted'
>;

/** Whom a page shows the image as. */
const PLACES = sql`array(select r.name || ':' || t.name from tags t join repositories r on r.id = t.repository_id
  where t.digest = x.digest and t.presence <> 'retired' order by t.sort_key desc, r.name, t.name limit 3)`;

const SELECT = sql`select x.*, p.name as policy, ${PLACES} as places
  from policy_exceptions x join policies p on p.id = x.policy_id`;

const NEWEST: Order<ExceptionRow> = {
  name: 'policy-exceptions',
  descending: true,
  keys: [
    { column: sql`x.requested_at`, type: 'time', read: (row) => iso(row.requested_at) },
    { column: sql`x.id`, type: 'id', read: (row) => row.id },
  ],
};

export function policyExceptionsOf(db: Db): ExceptionMethods {
  return {
    exceptions: async ({ limit, cursor, digest, policyId }, now) => {
      const filters = [
        ...(digest === undefined ? [] : [sql`x.digest = ${digest}`]),
        ...(policyId === undefined ? [] : [sql`x.policy_id = ${policyId}`]),
      ];
      const where = allOf(cursor === undefined ? filters : [...filters, after(NEWEST, cursor)]);
      const found =
        await sql<ExceptionRow>`${SELECT} where ${where} order by ${orderBy(NEWEST)} limit ${limit + 1}`.execute(db);
      const { rows, next } = cut(NEWEST, found.rows, limit);
      const total = await countUpTo(db, sql`from policy_exceptions x where ${allOf(filters)}`);
      return { items: rows.map((row) => exceptionOf(row, now)), next, ...total };
    },

    getException: (id, now) => byId(db, id, now),

    askException: (id, { digest, policyId, reason, expiresAt }, by, now) =>
      db.transaction().execute(async (trx) => {
        noteAudit({ subject: id });
        const known = await first(
          sql`select 1 from images i cross join policies p where i.digest = ${digest} and p.id = ${policyId}`,
          trx,
        );
        if (known === null) {
          throw new StoreError(
            'not-found',
            'There is no such image or policy.',
            'Look at the policies of the image first.',
          );
        }
        await sql`insert into policy_exceptions (id, digest, policy_id, reason, expires_at, requested_by, requested_person, requested_at)
          values (${id}, ${digest}, ${policyId}, ${storableText(reason)}, ${expiresAt}, ${by.name}, ${by.person}, ${iso(now)})`.execute(
          trx,
        );
        return (await byId(trx, id, now))!;
      }),

    confirmException: (id, by, now) =>
      db.transaction().execute(async (trx) => {
        const row = await first(sql<ExceptionRow>`${SELECT} where x.id = ${id} for update of x`, trx);
        if (row === null) return null;
        if (row.confirmed_at !== null || row.revoked_at !== null || row.expires_at <= now) {
          throw new StoreError(
            'conflict',
            'The exception holds already, or has ended.',
            'Ask for a new one if it is still needed.',
          );
        }
        // Two people, at this very moment: the row is locked. A program confirms nothing, and neither does who asked.
        const isSecond = by.person !== null && by.person !== row.requested_person && (await isPerson(trx, by.person));
        if (!isSecond) {
          throw new StoreError(
            'second-person-needed',
            'An exception is confirmed by another person than the one who asked for it.',
            'Ask another approver to confirm it.',
          );
        }
        await sql`update policy_exceptions set confirmed_by = ${by.name}, confirmed_at = ${iso(now)} where id = ${id}`.execute(
          trx,
        );
        await recheck(trx, row.digest);
        return byId(trx, id, now);
      }),

    revokeException: (id, by, now) =>
      db.transaction().execute(async (trx) => {
        const row = await first(
          sql<{
            digest: string;
          }>`update policy_exceptions set revoked_by = ${by}, revoked_at = coalesce(revoked_at, ${iso(now)})
            where id = ${id} returning digest`,
          trx,
        );
        if (row === null) return null;
        await recheck(trx, row.digest);
        return byId(trx, id, now);
      }),

    excepted: (digests, now) => exceptedOf(db, digests, now),
  };
}

/** Confirmed, not revoked, not over. */
export async function exceptedOf(db: Db, digests: readonly string[], now: Date): Promise<Map<string, Set<string>>> {
  const found = await sql<{ digest: string; policy_id: string }>`select digest, policy_id from policy_exceptions
    where digest = any(${[...digests]}::text[]) and confirmed_at is not null and revoked_at is null
      and expires_at > ${iso(now)}::timestamptz`.execute(db);
  const excepted = new Map(digests.map((digest) => [digest, new Set<string>()]));
  for (const { digest, policy_id } of found.rows) {
    excepted.get(digest)!.add(policy_id);
  }
  return excepted;
}

async function recheck(trx: Db, digest: string): Promise<void> {
  await sql`update policy_checks set version = 0 where digest = ${digest}`.execute(trx);
}

async function byId(db: Db, id: string, now: Date): Promise<PolicyException | null> {
  const row = await first(sql<ExceptionRow>`${SELECT} where x.id = ${id}`, db);
  return row && exceptionOf(row, now);
}

function exceptionOf(row: ExceptionRow, now: Date): PolicyException {
  const isOver = row.expires_at <= now;
  return {
    id: row.id,
    digest: row.digest,
    places: row.places,
    policyId: row.policy_id,
    policy: row.policy,
    reason: row.reason,
    state: row.revoked_at !== null ? 'revoked' : isOver ? 'expired' : row.confirmed_at === null ? 'asked' : 'holds',
    expiresAt: iso(row.expires_at),
    requestedBy: row.requested_by,
    requestedAt: iso(row.requested_at),
    confirmedBy: row.confirmed_by,
    confirmedAt: iso(row.confirmed_at),
  };
}
