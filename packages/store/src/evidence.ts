/** Signatures that agents fetched, in bytes, and what was verified with them. */
import type { Evidence, ReportedEvidence, VerificationResult } from '@pharos/contract';
import { sql } from 'kysely';
import { type Db, first, iso, jsonText } from './database.ts';
import { askAgain } from './evidence-again.ts';
import { keepPart, MOST_OF_SUBJECT, payloadOf } from './evidence-parts.ts';
import { withIndexes } from './platform-images.ts';
import type { EvidenceStore, NewVerification, StoredEvidence } from './trust-port.ts';
import { lookAgain, markVerified } from './verified.ts';

/** Bytes that are read at once to be verified: one of the largest, or many small ones. */
const MOST_BYTES_AT_ONCE = 16 * 1024 * 1024;
const MOST_SHOWN = 200;

interface EvidenceRow {
  id: number;
  subject: string;
  form: StoredEvidence['form'];
  media_type: string;
  annotations: Record<string, string>;
  payload_digest: string;
  payload: Uint8Array | null;
  subject_manifest: Uint8Array | null;
  problem: StoredEvidence['problem'];
  parts: number | null;
  host: string;
  repository: string;
}

interface ShownRow
  extends Pick<EvidenceRow, 'id' | 'subject' | 'form' | 'media_type' | 'problem' | 'host' | 'repository'> {
  digest: string;
  position: number;
  size: number | null;
  repository_id: string;
  fetched_at: Date;
  checked: boolean;
  results: VerificationResult[] | null;
}

const SELECT = sql`select e.id, e.subject, e.form, e.media_type, e.annotations, e.payload_digest, e.payload,
    e.subject_manifest, e.problem, e.parts, g.url as host, r.name as repository
  from evidence e join repositories r on r.id = e.repository_id join registries g on g.id = r.registry_id`;

/** @param space see `keepPart` */
export function evidenceOf(db: Db, space: number): EvidenceStore {
  return {
    put: (scanId, evidence, now) => ofScan(db, scanId, (trx, id) => insert(trx, id, evidence, now)),

    putPart: (scanId, part, now) => ofScan(db, scanId, (trx, id) => keepPart(trx, id, part, space, now)),

    askAgain: (scanId, now) => askAgain(db, scanId, space, now),

    due: async (version, limit) => {
      const sized = await sql<{ id: number; size: number }>`
        select e.id, coalesce(e.size, octet_length(e.payload), 0) as size from evidence e
        where e.checked_at_version < ${version} and e.is_whole
        order by e.checked_at_version, e.id limit ${limit}`.execute(db);
      let bytes = 0;
      const ids = sized.rows.flatMap(({ id, size }, at) => {
        bytes += size;
        return at === 0 || bytes <= MOST_BYTES_AT_ONCE ? [id] : [];
      });
      const found = await sql<EvidenceRow>`${SELECT} where e.id = any(${ids}::bigint[]) order by e.id`.execute(db);
      const stored: StoredEvidence[] = [];
      for (const row of found.rows) {
        stored.push(storedOf(row.parts === null ? row : { ...row, payload: await payloadOf(db, row.id) }));
      }
      return stored;
    },

    settle: (ids, version, results, now) =>
      db.transaction().execute(async (trx) => {
        if (ids.length === 0) return [];
        const settled = await sql<{ id: number; subject: string }>`
          update evidence set checked_at_version = ${version}
          where id = any(${[...ids]}::bigint[]) and checked_at_version < ${version} returning id, subject`.execute(trx);
        const mine = new Set(settled.rows.map(({ id }) => id));
        await sql`delete from verifications where evidence_id = any(${[...mine]}::bigint[])`.execute(trx);
        await keep(
          trx,
          results.filter(({ evidenceId }) => mine.has(evidenceId)),
          now,
        );
        const subjects = [...new Set(settled.rows.map(({ subject }) => subject))];
        // What is verified of an image changes what policies say of it, and of the indexes that hold it.
        const judged = await withIndexes(trx, subjects);
        await sql`update policy_checks set version = 0 where digest = any(${judged}::text[])`.execute(trx);
        await lookAgain(trx, subjects);
        return subjects;
      }),

    markVerified: (limit, now) => markVerified(db, limit, now),

    newest: async (below, limit) => {
      // Large ones are attestations, and a trial counts images that are signed.
      const found =
        await sql<EvidenceRow>`${SELECT} where e.parts is null and ${below === null ? sql`true` : sql`e.id < ${below}`}
        order by e.id desc limit ${limit}`.execute(db);
      return found.rows.map(storedOf);
    },

    ofSubjects: (subjects, repositoryId) => shown(db, subjects, repositoryId),
  };
}

/** Answers false where there is no such scan, or it is not of a repository. */
function ofScan(db: Db, scanId: string, keep: (trx: Db, repositoryId: string) => Promise<void>): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    const scan = await first(
      sql<{ repository_id: string | null }>`
        select repository_id from scans where id = ${scanId} and agent_id is not null`,
      trx,
    );
    if (scan === null || scan.repository_id === null) return false;
    await keep(trx, scan.repository_id);
    return true;
  });
}

/**
 * A signature that could not be fetched before and can be now replaces what was kept of it; one that was fetched stays, for
 * its digest names the same bytes for ever.
 */
async function insert(trx: Db, repositoryId: string, evidence: readonly ReportedEvidence[], now: Date): Promise<void> {
  const rows = [...evidence]
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
    .map((each) => ({
      subject: each.subject,
      digest: each.digest,
      position: each.position,
      form: each.form,
      media_type: each.mediaType,
      annotations: each.annotations,
      payload_digest: each.payloadDigest,
      payload: each.payload,
      subject_manifest: each.subjectManifest,
      problem: each.problem,
    }));
  await sql`
    insert into evidence as e (subject, repository_id, digest, position, form, media_type, annotations, payload_digest,
      payload, subject_manifest, problem, fetched_at)
    select distinct on (n.subject, n.digest, n.position) n.subject, ${repositoryId}::uuid, n.digest, n.position, n.form,
      n.media_type, n.annotations, n.payload_digest, decode(n.payload, 'base64'), decode(n.subject_manifest, 'base64'),
      n.problem, ${iso(now)}::timestamptz
    from jsonb_to_recordset(${jsonText(rows)}::jsonb) as n(subject text, digest text, position integer, form text,
      media_type text, annotations jsonb, payload_digest text, payload text, subject_manifest text, problem text)
    where (select count(*) from (select 1 from evidence x where x.subject = n.subject
      and x.repository_id = ${repositoryId}::uuid limit ${MOST_OF_SUBJECT}) bounded) < ${MOST_OF_SUBJECT}
    order by n.subject, n.digest, n.position
    on conflict (subject, repository_id, digest, position) do update set form = excluded.form,
      media_type = excluded.media_type, annotations = excluded.annotations, payload_digest = excluded.payload_digest,
      payload = excluded.payload, subject_manifest = excluded.subject_manifest, problem = excluded.problem,
      fetched_at = excluded.fetched_at, checked_at_version = 0
    where e.payload is null and e.parts is null and excluded.payload is not null`.execute(trx);
}

function keyOf({ subject, digest, position }: ReportedEvidence): string {
  return `${subject} ${digest} ${position}`;
}

async function keep(trx: Db, results: readonly NewVerification[], now: Date): Promise<void> {
  if (results.length === 0) return;
  const rows = results.map((each) => ({
    evidence_id: each.evidenceId,
    trust_id: each.trustId,
    trust_revision: each.trustRevision,
    outcome: each.outcome,
    reason: each.reason.slice(0, 2000),
    what: each.what,
    predicate_type: each.predicateType,
    signer: each.signer,
    signed_at: each.signedAt?.toISOString() ?? null,
    valid_until: each.validUntil?.toISOString() ?? null,
    stated: each.stated ?? null,
  }));
  // An entry that was deleted meanwhile has no results.
  await sql`
    insert into verifications (evidence_id, trust_id, trust_revision, outcome, reason, what, predicate_type, signer,
      signed_at, valid_until, stated, verified_at)
    select n.evidence_id, n.trust_id, n.trust_revision, n.outcome, n.reason, n.what, n.predicate_type, n.signer,
      n.signed_at, n.valid_until, nullif(n.stated, 'null'::jsonb), ${iso(now)}::timestamptz
    from jsonb_to_recordset(${jsonText(rows)}::jsonb) as n(evidence_id bigint, trust_id uuid, trust_revision integer,
      outcome text, reason text, what text, predicate_type text, signer text, signed_at timestamptz,
      valid_until timestamptz, stated jsonb)
    join trust_entries t on t.id = n.trust_id`.execute(trx);
}

/** Results of entries that were changed or switched off since are left out: they are verified again. */
export async function shown(
  db: Db,
  subjects: readonly string[],
  repositoryId?: string,
  most = MOST_SHOWN,
): Promise<Evidence[]> {
  if (subjects.length === 0) return [];
  const found = await sql<ShownRow>`
    select e.id, e.subject, e.digest, e.position, e.form, e.media_type, coalesce(e.size, octet_length(e.payload)) as size, e.problem,
      e.repository_id, r.name as repository, g.url as host, e.fetched_at, e.checked_at_version >= s.version as checked,
      (select jsonb_agg(jsonb_build_object('trustId', t.id, 'trust', t.name, 'outcome', v.outcome, 'reason', v.reason,
          'what', v.what, 'predicateType', v.predicate_type, 'signer', v.signer, 'signedAt', v.signed_at,
          'validUntil', v.valid_until, 'verifiedAt', v.verified_at) order by t.name)
        from verifications v join trust_entries t on t.id = v.trust_id and t.revision = v.trust_revision and t.enabled
        where v.evidence_id = e.id) as results
    from evidence e join repositories r on r.id = e.repository_id join registries g on g.id = r.registry_id
      cross join trust_state s
    where e.subject = any(${[...subjects]}::text[])
      ${repositoryId === undefined ? sql`` : sql`and e.repository_id = ${repositoryId}::uuid`}
    order by not exists (select 1 from verifications v where v.evidence_id = e.id and v.outcome = 'verified'),
      e.subject, e.id limit ${most}`.execute(db);
  return found.rows.map(shownOf);
}

function storedOf(row: EvidenceRow): StoredEvidence {
  return {
    id: row.id,
    subject: row.subject,
    form: row.form,
    mediaType: row.media_type,
    annotations: row.annotations,
    payloadDigest: row.payload_digest,
    payload: row.payload,
    subjectManifest: row.subject_manifest,
    problem: row.problem,
    host: row.host,
    repository: row.repository,
  };
}

function shownOf(row: ShownRow): Evidence {
  return {
    subject: row.subject,
    digest: row.digest,
    position: row.position,
    form: row.form,
    mediaType: row.media_type,
    size: row.size,
    problem: row.problem,
    repositoryId: row.repository_id,
    repository: row.repository,
    host: row.host,
    fetchedAt: iso(row.fetched_at),
    checked: row.checked,
    results: (row.results ?? []).map((result) => ({
      ...result,
      signedAt: iso(result.signedAt),
      validUntil: iso(result.validUntil),
      verifiedAt: iso(result.verifiedAt),
    })),
  };
}
