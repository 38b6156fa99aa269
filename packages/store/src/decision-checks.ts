/** What a decision is held against before it is made: the image, its state, its places, and the rules for approvals. */
import {
  type Approver,
  covers,
  type PeopleRule,
  peopleNeeded,
  peopleOf,
  refusalToApprove,
  statesAfter,
} from '@pharos/library';
import { sql } from 'kysely';
import { type Db, first } from './database.ts';
import type { NewDecision } from './decision-port.ts';
import { type StateRow, stateNow, UNDECIDED } from './decision-row.ts';
import { StoreError } from './errors.ts';
import { assertApprovable } from './policies.ts';

export interface Stand {
  readonly repository_id: string;
  readonly repository: string;
  readonly registry_id: string;
  readonly registry: string;
  readonly location_id: string;
  /** Its highest tag there. */
  readonly name: string;
  readonly tags: number;
}

/** What stands behind an approval. */
export interface Approval {
  /** The strictest rule that it passes. */
  readonly people: 0 | 1 | 2;
  /** Id of the person who approved; null: a program or a policy. */
  readonly person: string | null;
}

/** The repositories in which an image stands now. */
export async function standsOf(db: Db, digest: string): Promise<Stand[]> {
  const found = await sql<Stand>`select t.repository_id, r.name as repository, t.registry_id, g.name as registry,
      g.location_id, (array_agg(t.name order by t.sort_key desc, t.name desc))[1] as name, count(*)::int as tags
    from tags t join repositories r on r.id = t.repository_id join registries g on g.id = r.registry_id
    where t.digest = ${digest} and t.presence <> 'retired'
    group by t.repository_id, r.name, t.registry_id, g.name, g.location_id order by r.name, t.repository_id`.execute(
    db,
  );
  return found.rows;
}

/**
 * Whether a decision may be made: the state before it and where the image stands, or the refusal. `byPolicies` are refusals that were
 * read for many at once; without them they are read here.
 */
export async function checked(
  db: Db,
  decision: NewDecision,
  now: Date,
  byPolicies?: ReadonlyMap<string, StoreError>,
): Promise<{ before: StateRow['state']; stands: Stand[]; approval: Approval | null }> {
  const { digest, state } = decision;
  const image = await first(sql`select 1 from images where digest = ${digest}`, db);
  if (image === null) {
    throw new StoreError(
      'not-found',
      `The library holds no image ${digest}.`,
      'Scan the repository that holds it first.',
    );
  }
  const stands = await standsOf(db, digest);
  refuseForeign(decision, stands);
  const row = await first(sql<StateRow>`select * from image_states where digest = ${digest}`, db);
  const before = row === null ? UNDECIDED.state : stateNow(row, now).state;
  if (!statesAfter(before).includes(state)) {
    const ways = statesAfter(before).join(', ');
    throw new StoreError(
      'conflict',
      `The image is ${before} and cannot become ${state}.`,
      `From ${before} it can become: ${ways}.`,
    );
  }
  await refuseSuccessor(db, decision);
  if (state !== 'approved') return { before, stands, approval: null };
  const approval = await approvalOf(db, decision, stands);
  const refusal = byPolicies?.get(digest);
  if (refusal !== undefined) throw refusal;
  if (byPolicies === undefined) await assertApprovable(db, digest, now);
  return { before, stands, approval };
}

/** An image is one thing wherever it stands: whoever decides of it must be allowed to in every place. */
function refuseForeign({ held = 'everywhere', digest }: NewDecision, stands: readonly Stand[]): void {
  if (held === 'everywhere') return;
  const isHeld =
    stands.length > 0 &&
    stands.every(({ location_id, repository }) => covers(held, { locationId: location_id, repository }));
  if (isHeld) return;
  throw new StoreError(
    'decision-elsewhere',
    `The image ${digest} also stands where you may not decide.`,
    'Ask somebody who may decide in every place where it stands.',
  );
}

async function refuseSuccessor(db: Db, { digest, state, successor = null }: NewDecision): Promise<void> {
  if (successor === null) return;
  const isKnown = (await first(sql`select 1 from images where digest = ${successor}`, db)) !== null;
  const isOfState = state !== 'approved' && state !== 'pending';
  if (isKnown && isOfState && successor !== digest) return;
  const message = !isOfState
    ? `An image that becomes ${state} has no successor.`
    : isKnown
      ? 'An image cannot be its own successor.'
      : `The library holds no image ${successor}.`;
  throw new StoreError('conflict', message, 'Name another image of the library, or none.');
}

async function approvalOf(db: Db, decision: NewDecision, stands: readonly Stand[]): Promise<Approval> {
  const rules = await sql<PeopleRule>`select pattern, people from approval_rules`.execute(db);
  const repositories = stands.map(({ repository }) => repository);
  const asked = await sql<{ person: string | null; isOpen: boolean }>`
    select person, state = 'open' as "isOpen" from approval_requests where digest = ${decision.digest}`.execute(db);
  const approver = await approverOf(db, decision);
  const refusal = refusalToApprove(peopleNeeded(rules.rows, repositories), approver, asked.rows);
  if (refusal !== null) throw new StoreError('second-person-needed', ...refusal);
  return { people: peopleOf(approver, asked.rows), person: approver.kind === 'person' ? approver.id : null };
}

async function approverOf(db: Db, { actorKind, person = null }: NewDecision): Promise<Approver> {
  if (actorKind === 'policy') return { kind: 'policy' };
  if (person === null) return { kind: 'program' };
  return (await isPerson(db, person)) ? { kind: 'person', id: person } : { kind: 'program' };
}

/** Robots and users that are gone are no people. */
export async function isPerson(db: Db, userId: string): Promise<boolean> {
  const user = await first(sql`select 1 from users where id::text = ${userId} and kind = 'person'`, db);
  return user !== null;
}
