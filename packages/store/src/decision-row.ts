/** States and decisions as rows, and as the contract shows them. */
import type { Decision, ImageState } from '@pharos/contract';
import { stateAt } from '@pharos/library';
import { type RawBuilder, sql } from 'kysely';
import { iso } from './database.ts';
import type { ImageStateNow } from './decision-port.ts';

export interface StateRow {
  digest: string;
  state: ImageState;
  expires_at: Date | null;
  successor: string | null;
  decided_at: Date;
}

export interface DecisionRow {
  id: number;
  digest: string;
  state: ImageState;
  previous_state: ImageState;
  reason: string;
  actor: string;
  actor_kind: Decision['actorKind'];
  policy_id: string | null;
  successor: string | null;
  expires_at: Date | null;
  at: Date;
}

export const UNDECIDED: ImageStateNow = { state: 'pending', expiresAt: null, successor: null, decidedAt: null };

/** SQL for the state of a digest that counts now: the same rule as `stateAt` of the library. */
export function stateSql(digest: RawBuilder<unknown>, now: Date): RawBuilder<ImageState> {
  return sql<ImageState>`coalesce((select case when s.state = 'approved' and s.expires_at <= ${iso(now)}::timestamptz then 'pending'
    else s.state end from image_states s where s.digest = ${digest}), 'pending')`;
}

/** SQL: digests whose state that counts now is this one. Pending is what is not there, so nothing answers it but `not in`. */
export function digestsIn(state: Exclude<ImageState, 'pending'>, now: Date): RawBuilder<unknown> {
  const isRunning =
    state === 'approved' ? sql`and (s.expires_at is null or s.expires_at > ${iso(now)}::timestamptz)` : sql``;
  return sql`select s.digest from image_states s where s.state = ${state} ${isRunning}`;
}

/** SQL: the row of `image_states s` decides something now. */
export function decidedNow(now: Date): RawBuilder<unknown> {
  return sql`s.state <> 'pending'
    and not (s.state = 'approved' and s.expires_at is not null and s.expires_at <= ${iso(now)}::timestamptz)`;
}

export function stateNow(row: StateRow, now: Date): ImageStateNow {
  const expiresAt = iso(row.expires_at);
  const state = stateAt({ state: row.state, expiresAt }, now);
  return { state, expiresAt, successor: row.successor, decidedAt: iso(row.decided_at) };
}

export function decisionOf(row: DecisionRow): Decision {
  return {
    id: row.id,
    digest: row.digest,
    state: row.state,
    previousState: row.previous_state,
    reason: row.reason,
    actor: row.actor,
    actorKind: row.actor_kind,
    policyId: row.policy_id,
    successor: row.successor,
    expiresAt: iso(row.expires_at),
    at: iso(row.at),
  };
}
