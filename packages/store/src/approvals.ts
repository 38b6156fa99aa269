/** Requests for approval: who asked, who is assigned, what was said. */
import { activityDraft, statesAfter } from '@pharos/library';
import { type RawBuilder, sql } from 'kysely';
import { tell } from './activity.ts';
import type { ApprovalActor, Approvals } from './approval-port.ts';
import { listApprovals } from './approval-queue.ts';
import { reviewOf } from './approval-review.ts';
import { noteAudit } from './audit-context.ts';
import { type Db, first, iso, storableText } from './database.ts';
import { isPerson, standsOf } from './decision-checks.ts';
import { type StateRow, stateNow, UNDECIDED } from './decision-row.ts';
import { StoreError } from './errors.ts';

const MOST_COMMENTS = 1000;
const MOST_REQUESTS = 1000;

export function approvalsOf(db: Db): Approvals {
  return {
    list: (query, now) => listApprovals(db, query, now),
    get: (digest, now) => reviewOf(db, digest, now),

    request: (digest, reason, actor, now) =>
      db.transaction().execute(async (trx) => {
        noteAudit({ subject: digest });
        await lockImage(trx, digest);
        const row = await first(sql<StateRow>`select * from image_states where digest = ${digest}`, trx);
        const { state } = row === null ? UNDECIDED : stateNow(row, now);
        if (!statesAfter(state).includes('approved')) {
          const hint = state === 'approved' ? 'It can be used as it is.' : 'Ask an approver to put it back to pending.';
          throw new StoreError('conflict', `The image is ${state} and cannot become approved.`, hint);
        }
        if ((await openRequest(trx, digest, actor)) !== null) {
          throw new StoreError('conflict', 'You have asked for this already.', 'Add a comment, or withdraw it first.');
        }
        await refuseMany(trx, sql`approval_requests`, digest, MOST_REQUESTS);
        await sql`insert into approval_requests (digest, person, requested_by, reason, at)
          values (${digest}, ${await personOf(trx, actor)}, ${storableText(actor.name)}, ${storableText(reason)},
            ${iso(now)})`.execute(trx);
        await tellRequest(trx, digest, reason, actor, now);
      }),

    withdraw: (digest, actor, now) =>
      db.transaction().execute(async (trx) => {
        await lockImage(trx, digest);
        const open = await openRequest(trx, digest, actor);
        if (open === null) {
          throw new StoreError('not-found', 'You have asked for nothing that is open here.', 'Look at its requests.');
        }
        await sql`update approval_requests set state = 'withdrawn', closed_at = ${iso(now)}
          where id = ${open}`.execute(trx);
      }),

    comment: (digest, text, { name }, now) =>
      db.transaction().execute(async (trx) => {
        await lockImage(trx, digest);
        await refuseMany(trx, sql`approval_comments`, digest, MOST_COMMENTS);
        await sql`insert into approval_comments (digest, author, text, at)
          values (${digest}, ${storableText(name)}, ${storableText(text)}, ${iso(now)})`.execute(trx);
      }),

    assign: (digest, assignee, { name }, now) =>
      db.transaction().execute(async (trx) => {
        await lockImage(trx, digest);
        if (assignee === null) {
          await sql`delete from approval_assignees where digest = ${digest}`.execute(trx);
          return;
        }
        const user = await first(
          sql<{ id: string }>`select id from users where lower(name) = lower(${storableText(assignee)})
            and kind = 'person' and disabled_at is null`,
          trx,
        );
        if (user === null) {
          throw new StoreError('not-found', `There is no person named ${assignee}.`, 'Give the name of a user.');
        }
        await sql`insert into approval_assignees (digest, user_id, assigned_by, at)
          values (${digest}, ${user.id}, ${name}, ${iso(now)})
          on conflict (digest) do update set user_id = excluded.user_id, assigned_by = excluded.assigned_by,
            at = excluded.at`.execute(trx);
      }),
  };
}

/** Decisions lock the same row: what is asked and what is decided of one image come one after the other. */
async function lockImage(trx: Db, digest: string): Promise<void> {
  const image = await first(sql`select 1 from images where digest = ${digest} for update`, trx);
  if (image !== null) return;
  throw new StoreError(
    'not-found',
    `The library holds no image ${digest}.`,
    'Scan the repository that holds it first.',
  );
}

/** One's own request: of the person behind, or of the token's name where there is nobody. */
async function openRequest(trx: Db, digest: string, actor: ApprovalActor): Promise<number | null> {
  const person = await personOf(trx, actor);
  const mine = person === null ? sql`person is null and requested_by = ${actor.name}` : sql`person = ${person}`;
  const row = await first(
    sql<{ id: number }>`select id from approval_requests where digest = ${digest} and state = 'open' and ${mine}`,
    trx,
  );
  return row?.id ?? null;
}

/** Robots are no people: what they ask counts as nobody's. */
async function personOf(trx: Db, { person }: ApprovalActor): Promise<string | null> {
  return person !== null && (await isPerson(trx, person)) ? person : null;
}

async function refuseMany(trx: Db, table: RawBuilder<unknown>, digest: string, most: number): Promise<void> {
  const row = await first(sql<{ n: number }>`select count(*)::int as n from ${table} where digest = ${digest}`, trx);
  if ((row?.n ?? 0) < most) return;
  throw new StoreError('limit-reached', `There are ${most} of these for one image.`, 'Decide about the image.');
}

async function tellRequest(trx: Db, digest: string, reason: string, { name }: ApprovalActor, now: Date): Promise<void> {
  const [stand] = await standsOf(trx, digest);
  const what = stand === undefined ? digest : `${stand.repository}:${stand.name}`;
  const draft = activityDraft('approval.requested', `${name} asks for ${what} to be approved: ${reason}`, {
    registryId: stand?.registry_id ?? null,
    registry: stand?.registry ?? null,
    repositoryId: stand?.repository_id ?? null,
    repository: stand?.repository ?? null,
    items: [{ name: stand?.name ?? digest, digest, message: reason.slice(0, 500) }],
  });
  await tell(trx, [draft], now);
}
