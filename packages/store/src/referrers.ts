/** What hangs on images: signatures, SBOMs, attestations, scan reports. Found by agents, listed with their subject. */
import type { Referrer, ScanChunk } from '@pharos/contract';
import { sql } from 'kysely';
import { type Db, iso, jsonText } from './database.ts';

/** Keeps what was found, whichever order subject and referrer come in. Found again it is the same. */
export async function storeReferrers(
  trx: Db,
  repositoryId: string,
  found: ScanChunk['referrers'],
  now: Date,
): Promise<void> {
  const rows = found
    .filter(({ digest }) => digest !== null)
    .sort((a, b) => (`${a.subject} ${a.digest}` < `${b.subject} ${b.digest}` ? -1 : 1))
    .map(({ subject, digest, artifactType, source, tag }) => ({
      subject,
      digest,
      artifact_type: artifactType,
      source,
      tag,
    }));
  if (rows.length === 0) return;
  await sql`
    insert into referrers as f (subject, repository_id, digest, artifact_type, source, tag, first_seen_at)
    select distinct on (n.subject, n.digest) n.subject, ${repositoryId}::uuid, n.digest, n.artifact_type, n.source, n.tag,
      ${iso(now)}::timestamptz
    from jsonb_to_recordset(${jsonText(rows)}::jsonb)
      as n(subject text, digest text, artifact_type text, source text, tag text)
    order by n.subject, n.digest
    on conflict (subject, repository_id, digest) do update set artifact_type = excluded.artifact_type,
      source = excluded.source, tag = excluded.tag
    where (f.artifact_type, f.source, f.tag) is distinct from (excluded.artifact_type, excluded.source, excluded.tag)`.execute(
    trx,
  );
}

/** What hangs on any of these digests, each once. */
export async function referrersOf(db: Db, subjects: readonly string[]): Promise<Referrer[]> {
  const found = await sql<Referrer>`
    select distinct on (subject, digest) digest, artifact_type as "artifactType", source, tag, subject from referrers
    where subject = any(${[...subjects]}::text[]) order by subject, digest, source limit 500`.execute(db);
  return found.rows;
}

/** cosign's tag of a signature: `sha256-<hex>.sig`. */
const SIGNATURE_TAG = /^(sha256-[a-f0-9]{64}|sha512-[a-f0-9]{128})\.sig$/;

/** Notes which digests have a signature by its tag, so that lists need not look through all names of a repository. */
export async function storeSignatureTags(
  trx: Db,
  repositoryId: string,
  names: readonly string[],
  isWholeList: boolean,
): Promise<void> {
  const digests = names.flatMap((name) => SIGNATURE_TAG.exec(name)?.[1]?.replace('-', ':') ?? []);
  if (isWholeList) {
    await sql`delete from signature_tags where repository_id = ${repositoryId}
      and not digest = any(${digests}::text[])`.execute(trx);
  }
  if (digests.length === 0) return;
  await sql`insert into signature_tags (digest, repository_id)
    select distinct n.digest collate "C", ${repositoryId}::uuid from unnest(${digests}::text[]) n(digest)
    where not exists (select from signature_tags s where s.digest = n.digest collate "C"
      and s.repository_id = ${repositoryId})
    order by 1 on conflict do nothing`.execute(trx);
}
