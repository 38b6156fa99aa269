/** Decisions about images, and the state that follows from them. */
import type { ImageState } from '@pharos/contract';
import { stateAt, statesAfter } from '@pharos/library';
import { type RawBuilder, sql } from 'kysely';
import { noteChanged } from './audit-context.ts';
import { type Db, first, iso, json, storableText } from './database.ts';
import type { Decisions, ImageStateNow, NewDecision } from './decision-port.ts';
import { StoreError } from './errors.ts';

interface StateRow {
  digest: string;
  state: ImageState;
  expires_at: Date | null;
  successor: string | null;
  decided_at: Date;
}

const UNDECIDED: ImageStateNow = { state: 'pending', expiresAt: null, successor: null, decidedAt: null };

/** SQL for the state of a digest that counts now: the same rule as `stateAt` of the library. */
export function stateSql(digest: RawBuilder<unknown>, now: Date): RawBuilder<ImageState> {
  return sql<ImageState>`coalesce((select case when s.state = 'approved' and s.expires_at <= ${iso(now)}::timestamptz then 'pending'
    else s.state end from image_states s where s.digest = ${digest}), 'pending')`;
}

export function decisionsOf(db: Db): Decisions {
  return {
    decide: (decisions, now) =>
      db.transaction().execute(async (trx) => {
        // One order for all, so that two bulk decisions never wait for each other in a circle.
        const ordered = decisions.toSorted((one, other) => (one.digest < other.digest ? -1 : 1));
        for (const decision of ordered) await decide(trx, decision, now);
      }),

    statesOf: async (digests, now) => {
      const found = await sql<StateRow>`select digest, state, expires_at, successor, decided_at from image_states
        where digest = any(${[...digests]}::text[])`.execute(db);
      const states = new Map(digests.map((digest) => [digest, UNDECIDED]));
      for (const row of found.rows) states.set(row.digest, stateNow(row, now));
      return states;
    },
  };
}

function stateNow(row: StateRow, now: Date): ImageStateNow {
  const expiresAt = iso(row.expires_at);
  const state = stateAt({ state: row.state, expiresAt }, now);
  return { state, expiresAt, successor: row.successor, decidedAt: iso(row.decided_at) };
}

/** One decision, in the transaction of the caller. */
export async function decide(trx: Db, decision: NewDecision, now: Date): Promise<void> {
  const { digest, state, policyId = null, expiresAt = null, successor = null, detail = {} } = decision;
  // The image's row is the lock: it is there before any state is.
  const image = await first(sql`select 1 from images where digest = ${digest} for update`, trx);
  if (image === null) {
    throw new StoreError(
      'not-found',
      `The library holds no image ${digest}.`,
      'Scan the repository that holds it first.',
    );
  }
  const row = await first(sql<StateRow>`select * from image_states where digest = ${digest}`, trx);
  const before = row === null ? UNDECIDED.state : stateNow(row, now).state;
  if (!statesAfter(before).includes(state)) {
    const ways = statesAfter(before).join(', ');
    throw new StoreError(
      'conflict',
      `The image is ${before} and cannot become ${state}.`,
      `From ${before} it can become: ${ways}.`,
    );
  }
  noteChanged(digest, before, state);
  const kept = await sql<{ id: number }>`
    insert into decisions (digest, state, previous_state, reason, actor, actor_kind, policy_id, successor, expires_at, at, detail)
    values (${digest}, ${state}, ${before}, ${storableText(decision.reason)}, ${storableText(decision.actor)},
      ${decision.actorKind}, ${policyId}, ${successor}, ${iso(expiresAt)}, ${iso(now)}, ${json(detail)})
    returning id`.execute(trx);
  await sql`insert into image_states (digest, state, decision_id, successor, expires_at, decided_at)
    values (${digest}, ${state}, ${kept.rows[0]!.id}, ${successor}, ${iso(expiresAt)}, ${iso(now)})
    on conflict (digest) do update set state = excluded.state, decision_id = excluded.decision_id,
      successor = excluded.successor, expires_at = excluded.expires_at, decided_at = excluded.decided_at`.execute(trx);
}
