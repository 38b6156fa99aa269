/**
 * Which images a trusted key signed, as lists and counts ask for it: `verified_images`, and the profiles of the tags that point to
 * them. What changes it (a verification, another trust entry, evidence that goes, a new tag) puts the image in `verified_due`; the
 * background looks again, some at a time. The image's own page and policies look at the evidence itself and never wait for this.
 */
import { sql } from 'kysely';
import { type Db, iso } from './database.ts';
import { countProfiles, reprofileVerified } from './tag-profiles.ts';

/** The images among these that are marked as verified. */
export async function verifiedAmong(db: Db, digests: readonly string[]): Promise<ReadonlySet<string>> {
  const found = await sql<{ digest: string }>`
    select digest from verified_images where digest = any(${[...new Set(digests)]}::text[])`.execute(db);
  return new Set(found.rows.map(({ digest }) => digest));
}

/**
 * Has these images looked at again once the caller's transaction is written. One that waits already is locked, so that nobody takes it
 * from the queue before.
 */
export async function lookAgain(trx: Db, digests: readonly string[]): Promise<void> {
  if (digests.length === 0) return;
  await sql`insert into verified_due select unnest(${[...new Set(digests)].toSorted()}::text[])
    on conflict (digest) do update set digest = excluded.digest`.execute(trx);
}

/** The same for those of which there is evidence: tags that were written while it was verified, which its verifier did not see. */
export async function lookAgainAtTags(trx: Db, digests: readonly string[]): Promise<void> {
  await sql`insert into verified_due select distinct subject from evidence
      where subject = any(${[...new Set(digests)]}::text[]) order by 1
    on conflict (digest) do update set digest = excluded.digest`.execute(trx);
}

/** What an entry verified counts no more, or goes with it. */
export async function lookAgainAtTrust(trx: Db, trustId: string): Promise<void> {
  await sql`insert into verified_due select distinct e.subject from verifications v join evidence e on e.id = v.evidence_id
      where v.trust_id = ${trustId} and v.outcome = 'verified' and v.what = 'signature' order by 1
    on conflict (digest) do update set digest = excluded.digest`.execute(trx);
}

/**
 * Marks up to `limit` images that wait, and as many whose last signature has expired. Answers which are marked otherwise now, and
 * whether more may wait.
 */
export function markVerified(db: Db, limit: number, now: Date): Promise<{ changed: string[]; more: boolean }> {
  return db.transaction().execute(async (trx) => {
    const waiting = await sql<{ digest: string }>`
      delete from verified_due where digest in (
        select digest from verified_due order by digest limit ${limit} for update skip locked)
      returning digest`.execute(trx);
    const expired = await sql<{ digest: string }>`
      select digest from verified_images where valid_until <= ${iso(now)}::timestamptz
      order by valid_until limit ${limit} for update skip locked`.execute(trx);
    const digests = [...new Set([...waiting.rows, ...expired.rows].map(({ digest }) => digest))];
    if (digests.length === 0) return { changed: [], more: false };
    const changed = await settle(trx, digests, now);
    const repositories = await reprofileVerified(trx, digests);
    if (repositories.length > 0) await countProfiles(trx, repositories);
    return { changed, more: waiting.rows.length === limit || expired.rows.length === limit };
  });
}

/** The same condition as that of the image's page: the entry's present revision verified a signature of this very digest, and it counts. */
async function settle(trx: Db, digests: readonly string[], now: Date): Promise<string[]> {
  const found = await sql<{ digest: string }>`
    with asked as (select unnest(${[...digests]}::text[]) collate "C" as digest),
    passes as materialized (
      select e.subject as digest, case when bool_or(v.valid_until is null) then null else max(v.valid_until) end as valid_until
      from asked a join evidence e on e.subject = a.digest join verifications v on v.evidence_id = e.id
        join trust_entries t on t.id = v.trust_id and t.revision = v.trust_revision and t.enabled
      where v.outcome = 'verified' and v.what = 'signature'
        and (v.valid_until is null or v.valid_until > ${iso(now)}::timestamptz)
      group by 1),
    gone as (
      delete from verified_images i using asked a
      where i.digest = a.digest and not exists (select from passes p where p.digest = i.digest) returning i.digest),
    come as (
      insert into verified_images as i (digest, valid_until) select digest, valid_until from passes order by digest
      on conflict (digest) do update set valid_until = excluded.valid_until
        where i.valid_until is distinct from excluded.valid_until
      returning digest, xmax = 0 as is_new)
    select digest from gone union all select digest from come where is_new`.execute(trx);
  return found.rows.map(({ digest }) => digest);
}
