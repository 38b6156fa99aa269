/** Vulnerability reports that nobody signed: of registries' own scanners, and attached ones. */
import type { ImageVulnerabilityReport, ReportedVulnerabilities } from '@pharos/contract';
import type { UnsignedReport } from '@pharos/library';
import { sql } from 'kysely';
import { type Db, first, iso, jsonText } from './database.ts';
import { withIndexes } from './platform-images.ts';
import type { ReportStore } from './report-port.ts';

/** Attached reports kept of one digest in one repository: whoever can push can attach a thousand. */
const MOST_OF_SUBJECT = 20;
const MOST_SHOWN = 100;

interface ReportRow {
  source: UnsignedReport['source'];
  scanner: string | null;
  scanned_at: Date | null;
  counts: UnsignedReport['counts'] | null;
  problem: ImageVulnerabilityReport['problem'];
  repository_id: string;
  repository: string;
  fetched_at: Date;
}

export function reportsOf(db: Db): ReportStore {
  return {
    put: (scanId, reports, now) =>
      db.transaction().execute(async (trx) => {
        const scan = await first(
          sql<{ repository_id: string | null }>`
            select repository_id from scans where id = ${scanId} and agent_id is not null`,
          trx,
        );
        if (scan === null || scan.repository_id === null) return false;
        await insert(trx, scan.repository_id, reports, now);
        const subjects = [...new Set(reports.map(({ subject }) => subject))].toSorted();
        const judged = await withIndexes(trx, subjects);
        await sql`update policy_checks set version = 0 where digest = any(${judged}::text[])`.execute(trx);
        return true;
      }),

    ofImage: async (digest) => {
      const found = await sql<ReportRow>`
        select v.source, v.scanner, v.scanned_at, v.counts, v.problem, v.repository_id, r.name as repository, v.fetched_at
        from vulnerability_reports v join repositories r on r.id = v.repository_id
        where v.subject = ${digest}
        order by v.scanned_at desc nulls last, v.fetched_at desc, v.document limit ${MOST_SHOWN}`.execute(db);
      return found.rows.map((row) => ({
        source: row.source,
        trust: null,
        scanner: row.scanner,
        scannedAt: iso(row.scanned_at),
        counts: row.counts,
        problem: row.problem,
        repositoryId: row.repository_id,
        repository: row.repository,
        fetchedAt: iso(row.fetched_at),
      }));
    },
  };
}

async function insert(trx: Db, repositoryId: string, reports: readonly ReportedVulnerabilities[], now: Date) {
  const rows = reports.map((each) => ({
    subject: each.subject,
    source: each.source,
    document: each.document,
    scanner: each.scanner,
    scanned_at: each.scannedAt,
    counts: each.counts,
    findings: each.findings ?? null,
    problem: each.problem,
  }));
  const ofRegistry = [...new Set(rows.filter(({ source }) => source === 'registry').map(({ subject }) => subject))];
  await sql`delete from vulnerability_reports where source = 'registry' and repository_id = ${repositoryId}::uuid
    and subject = any(${ofRegistry}::text[])`.execute(trx);
  await sql`
    insert into vulnerability_reports as v (subject, repository_id, source, document, scanner, scanned_at, counts, findings, problem, fetched_at)
    select distinct on (n.subject, n.source, n.document) n.subject, ${repositoryId}::uuid, n.source, n.document, n.scanner,
      n.scanned_at, nullif(n.counts, 'null'::jsonb), nullif(n.findings, 'null'::jsonb), n.problem, ${iso(now)}::timestamptz
    from jsonb_to_recordset(${jsonText(rows)}::jsonb) as n(subject text, source text, document text, scanner text,
      scanned_at timestamptz, counts jsonb, findings jsonb, problem text)
    where n.source = 'registry' or (select count(*) from (select 1 from vulnerability_reports x where x.subject = n.subject
      and x.repository_id = ${repositoryId}::uuid limit ${MOST_OF_SUBJECT}) bounded) < ${MOST_OF_SUBJECT}
    order by n.subject, n.source, n.document
    on conflict (subject, repository_id, source, document) do update set scanner = excluded.scanner,
      scanned_at = excluded.scanned_at, counts = excluded.counts, findings = excluded.findings, problem = excluded.problem,
      fetched_at = excluded.fetched_at`.execute(trx);
}

interface CountedRow extends Pick<ReportRow, 'source' | 'scanner' | 'scanned_at' | 'repository_id'> {
  subject: string;
  counts: UnsignedReport['counts'];
  findings: UnsignedReport['findings'];
}

/** Those that could be read, as policies look at them. */
export async function readableReports(db: Db, digests: readonly string[]): Promise<Map<string, UnsignedReport[]>> {
  const found = await sql<CountedRow>`
    select v.subject, v.source, v.scanner, v.scanned_at, v.counts, v.findings, v.repository_id from vulnerability_reports v
    where v.subject = any(${[...digests]}::text[]) and v.counts is not null`.execute(db);
  const bySubject = Map.groupBy(found.rows, ({ subject }) => subject);
  return new Map([...bySubject].map(([subject, rows]) => [subject, rows.map(reportOf)]));
}

function reportOf({ source, scanner, scanned_at, counts, findings, repository_id }: CountedRow): UnsignedReport {
  return { source, scanner, scannedAt: iso(scanned_at), counts, findings, repository: repository_id };
}
