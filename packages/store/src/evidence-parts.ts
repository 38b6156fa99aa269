/** Attestations that come in parts, each within a row of its own; what is put together is hashed and verified as a whole. */
import {
  EVIDENCE_PART_BYTES,
  type EvidencePart,
  MAX_LARGE_EVIDENCE_BYTES_OF_SUBJECT,
  type ReportedEvidence,
} from '@pharos/contract';
import { sql } from 'kysely';
import { type Db, first, iso, json } from './database.ts';

/** Signatures kept of one digest in one repository: agents fetch fewer, and one that lies fills no disk. */
export const MOST_OF_SUBJECT = 100;

interface HeadRow {
  id: number;
  parts: number | null;
  size: number | null;
  payload_digest: string;
  is_whole: boolean;
}

/**
 * Keeps one part. The evidence counts from the moment when the last one is there.
 *
 * @param space bytes of large attestations that are kept of one registry, so that one that makes them up fills no disk
 */
export async function keepPart(
  trx: Db,
  repositoryId: string,
  part: EvidencePart,
  space: number,
  now: Date,
): Promise<void> {
  const { evidence, size } = part;
  const head = (await headOf(trx, repositoryId, evidence)) ?? (await begin(trx, repositoryId, part, space, now));
  // Too many of this image, whole already, or other bytes than those that were begun, which the digest of the manifest rules out.
  if (head === null || head.parts === null || head.is_whole) return;
  if (head.size !== size || head.payload_digest !== evidence.payloadDigest || part.part >= head.parts) return;
  await sql`insert into evidence_parts (evidence_id, part, bytes)
    values (${head.id}, ${part.part}, decode(${part.bytes}, 'base64')) on conflict do nothing`.execute(trx);
  await sql`update evidence set is_whole = true, checked_at_version = 0 where id = ${head.id}
    and (select count(*) from evidence_parts where evidence_id = ${head.id}) = parts`.execute(trx);
}

/** Locks it, so that parts sent twice at once come one after the other. What could not be read before is begun anew. */
function headOf(trx: Db, repositoryId: string, { subject, digest, position }: ReportedEvidence) {
  return first(
    sql<HeadRow>`select id, parts, size, payload_digest, is_whole from evidence
      where subject = ${subject} and repository_id = ${repositoryId}::uuid and digest = ${digest}
        and position = ${position} and (parts is not null or payload is not null) for update`,
    trx,
  );
}

async function begin(
  trx: Db,
  repositoryId: string,
  part: EvidencePart,
  space: number,
  now: Date,
): Promise<HeadRow | null> {
  const { evidence: each, size } = part;
  const kept = await first(
    sql<{ n: number; bytes: number }>`
      select count(*)::int as n, coalesce(sum(size) filter (where parts is not null), 0)::int as bytes from evidence
      where subject = ${each.subject} and repository_id = ${repositoryId}::uuid
        and (digest, position) <> (${each.digest}, ${each.position}::integer)`,
    trx,
  );
  if (kept!.n >= MOST_OF_SUBJECT) return null;
  const problem =
    kept!.bytes + size > MAX_LARGE_EVIDENCE_BYTES_OF_SUBJECT
      ? 'too-large'
      : size > (await roomOfRegistry(trx, repositoryId, space))
        ? 'no-room'
        : null;
  const parts = problem === null ? Math.ceil(size / EVIDENCE_PART_BYTES) : null;
  return first(
    sql<HeadRow>`insert into evidence as e (subject, repository_id, digest, position, form, media_type, annotations,
        payload_digest, problem, fetched_at, size, parts, is_whole)
      values (${each.subject}, ${repositoryId}::uuid, ${each.digest}, ${each.position}, ${each.form}, ${each.mediaType},
        ${json(each.annotations)}, ${each.payloadDigest}, ${problem}::text, ${iso(now)}::timestamptz, ${size}, ${parts}::integer,
        ${problem !== null})
      on conflict (subject, repository_id, digest, position) do update set form = excluded.form,
        media_type = excluded.media_type, annotations = excluded.annotations, payload_digest = excluded.payload_digest,
        problem = excluded.problem, fetched_at = excluded.fetched_at, size = excluded.size, parts = excluded.parts,
        is_whole = excluded.is_whole, checked_at_version = 0
      where e.payload is null and e.parts is null
      returning id, parts, size, payload_digest, is_whole`,
    trx,
  );
}

/** Bytes of large attestations that the registry of a repository has room for; below 0 when less is kept than before. */
export async function roomOfRegistry(trx: Db, repositoryId: string, space: number): Promise<number> {
  const kept = await first(
    sql<{ bytes: number }>`select coalesce(sum(e.size), 0)::float8 as bytes
      from repositories of join repositories r on r.registry_id = of.registry_id
        join evidence e on e.repository_id = r.id and e.parts is not null
      where of.id = ${repositoryId}::uuid`,
    trx,
  );
  return space - kept!.bytes;
}

/** The bytes of one that came in parts, in their order. */
export async function payloadOf(db: Db, evidenceId: number): Promise<Uint8Array> {
  const found = await sql<{ bytes: Uint8Array }>`
    select bytes from evidence_parts where evidence_id = ${evidenceId} order by part`.execute(db);
  return Buffer.concat(found.rows.map(({ bytes }) => bytes));
}
