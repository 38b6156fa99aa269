/** Tags that point to a decided image (`decided_tags`, kept by triggers): counted by state, and looked after. */
import { ImageState } from '@pharos/contract';
import type { Term } from '@pharos/library';
import { type RawBuilder, sql } from 'kysely';
import { type Db, EXACT_TOTAL, iso } from './database.ts';

export type Decided = Exclude<ImageState, 'pending'>;

/** Every state that is somebody's decision. */
export const DECIDED: readonly Decided[] = ImageState.options.filter((state) => state !== 'pending');

/** Longer than any commit of a scan takes. */
export const LOOKED_AFTER_MS = 10 * 60_000;

/** Tags of a state, in one repository or in all (null), of some profiles or of all. At most one more than EXACT_TOTAL in all of them. */
export async function countDecided(
  db: Db,
  state: Decided,
  { repositoryId = null, profileIds = null }: { repositoryId?: string | null; profileIds?: readonly number[] | null },
  now: Date,
): Promise<number> {
  const inRepository = repositoryId === null ? sql`` : sql`and d.repository_id = ${repositoryId}`;
  const ofProfile = profileIds === null ? sql`` : sql`and d.profile_id = any(${[...profileIds]}::int[])`;
  const where = sql`d.state = ${state} ${inRepository} ${ofProfile}`;
  const most = repositoryId === null ? sql`limit ${EXACT_TOTAL + 1}` : sql``;
  const found = await sql<{
    n: number;
  }>`select count(*)::int as n from (select 1 from decided_tags d where ${where} ${most}) d`.execute(db);
  const n = found.rows[0]?.n ?? 0;
  if (state !== 'approved' || n === 0 || n > EXACT_TOTAL) return n;
  // What has ended is written down within a minute: until then it is subtracted.
  const over = await sql<{ n: number }>`with over as materialized (select s.digest from image_states s
      where s.expires_at <= ${iso(now)}::timestamptz and s.state = 'approved')
    select count(*)::int as n from over join decided_tags d on d.digest = over.digest where ${where}`.execute(db);
  return n - (over.rows[0]?.n ?? 0);
}

/**
 * A decision and the commit of a scan that change the same tag at the same time do not see each other, and so their triggers miss
 * what the other one does. What was decided lately is put in order here.
 */
export async function tidyDecidedTags(trx: Db, now: Date): Promise<void> {
  const lately = sql`s.decided_at > ${iso(new Date(now.getTime() - LOOKED_AFTER_MS))}::timestamptz`;
  await sql`delete from decided_tags d using image_states s
    where ${lately} and d.digest = s.digest and not exists (select from tags t where t.repository_id = d.repository_id
      and t.name = d.name and t.digest = d.digest and t.presence <> 'retired' and s.state <> 'pending')`.execute(trx);
  await sql`insert into decided_tags as d (repository_id, name, digest, state, floating, major, flavour, sort_key, profile_id,
      effective_at)
    select t.repository_id, t.name, t.digest, s.state, t.floating, coalesce(t.major, -1), coalesce(t.flavour, ''), t.sort_key,
      t.profile_id, t.effective_at
    from image_states s join tags t on t.digest = s.digest
    where ${lately} and s.state <> 'pending' and t.presence <> 'retired' order by t.digest, t.repository_id, t.name
    on conflict (repository_id, name, digest) do update set state = excluded.state
    where d.state <> excluded.state`.execute(trx);
}

/** Takes over what was drawn anew of the tags of some repositories: their profile, and how old they are. */
export async function redrawDecidedTags(trx: Db, repositoryIds: readonly string[]): Promise<void> {
  await sql`update decided_tags d set profile_id = t.profile_id, effective_at = t.effective_at from tags t
    where d.repository_id = any(${[...repositoryIds]}::uuid[]) and t.repository_id = d.repository_id and t.name = d.name
      and t.digest = d.digest
      and (d.profile_id, d.effective_at) is distinct from (t.profile_id, t.effective_at)`.execute(trx);
}

/** The states that a term asks for, where these are all that it asks and each is somebody's decision; else null. */
export function decidedStates(term: Term): Decided[] | null {
  if (term.field !== 'state' || term.negated) return null;
  const states = term.values.map((value) => (value.type === 'text' ? value.text : 'pending'));
  return states.includes('pending') ? null : (states as Decided[]);
}

/** Conditions on `decided_tags t`: of these states now. */
export function decidedNowAs(states: readonly Decided[], now: Date): RawBuilder<unknown>[] {
  return [
    sql`t.state = any(${[...states]}::text[])`,
    sql`not (t.state = 'approved' and t.digest in (select s.digest from image_states s
      where s.expires_at <= ${iso(now)}::timestamptz and s.state = 'approved'))`,
  ];
}
