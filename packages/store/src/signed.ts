/** Which images a signature hangs on, as far as the listings and the referrers of their repository tell. */
import { sql } from 'kysely';
import type { Db } from './database.ts';
import { reprofileSigned } from './tag-profiles.ts';

/** Cosign's and Notary's artifact types, as the library's attachments are recognised. */
const SIGNATURE_TYPE = String.raw`^application/vnd\.(dev\.cosign\.(simplesigning|artifact\.sig)\.|cncf\.notary\.signature$)`;

/** Digests with a signature in a repository: referrers of a signature's type, and cosign's tags. */
export async function signedDigests(trx: Db, repositoryId: string): Promise<ReadonlySet<string>> {
  const found = await sql<{ digest: string }>`
    select subject as digest from referrers
      where repository_id = ${repositoryId} and artifact_type ~ ${SIGNATURE_TYPE}
    union select digest from signature_tags where repository_id = ${repositoryId}`.execute(trx);
  return new Set(found.rows.map(({ digest }) => digest));
}

/** Makes the tags of a repository say what is signed now. Answers whether anything changed. */
export async function markSigned(trx: Db, repositoryId: string, signed: ReadonlySet<string>): Promise<boolean> {
  const had = await sql`select from repository_profiles r join tag_profiles p on p.id = r.profile_id
    where r.repository_id = ${repositoryId} and p.signed limit 1`.execute(trx);
  // Most repositories have no signatures, and then their tags are not looked at.
  if (signed.size === 0 && had.rows.length === 0) return false;
  const digests = sql`${[...signed]}::text[]`;
  const on = await sql`update tags set signed = true
    where repository_id = ${repositoryId} and not signed and digest = any(${digests})`.execute(trx);
  const off = await sql`update tags set signed = false
    where repository_id = ${repositoryId} and signed and not digest = any(${digests})`.execute(trx);
  if (on.numAffectedRows) await reprofileSigned(trx, repositoryId, true);
  if (off.numAffectedRows) await reprofileSigned(trx, repositoryId, false);
  return Boolean(on.numAffectedRows || off.numAffectedRows);
}
