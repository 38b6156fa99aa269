/**
 * The requirement on vulnerabilities. Of every source the newest report counts, and the worst of them decides: a report that nobody
 * signed never outweighs one that somebody did, and what one registry says does not hide what another one found.
 */
import { type PolicyOutcome, type PolicyRequirements, type ReportTrust, SEVERITIES } from '@pharos/contract';
import type { PolicyEvidence, PolicyFacts, VulnerabilityReport } from './facts.ts';
import { readVulnerabilityReport, VULNERABILITY_PREDICATES } from './vulnerability-report.ts';

type Wanted = NonNullable<PolicyRequirements['vulnerabilities']>;
type Said = readonly [PolicyOutcome, string];

interface Sourced extends VulnerabilityReport {
  /** Reports of one source take each other's place. */
  readonly source: string;
  /** How a sentence names it, before "of 2026-11-03". */
  readonly words: string;
}

const DAY_MS = 86_400_000;
const DEFAULT: ReportTrust = 'signed-or-registry';
const MISSING: Readonly<Record<ReportTrust, string>> = {
  signed: 'There is no vulnerability report that a trusted key signed and that can be read.',
  'signed-or-registry':
    'There is no vulnerability report that a trusted key signed or the registry’s own scanner made, and that can be read.',
  any: 'There is no vulnerability report that can be read.',
};

export function judgeVulnerabilities(wanted: Wanted, facts: PolicyFacts, now: Date): Said {
  const trust = wanted.reports ?? DEFAULT;
  const all = [...signedReports(facts.evidence, now), ...unsignedReports(facts)];
  const counted = all.filter(({ source }) => counts(source, trust));
  if (counted.length === 0) {
    const others = all.length === 0 ? '' : ' Others are there, which the policy does not count.';
    return ['unknown', MISSING[trust] + others];
  }
  const dated = newestOfEach(counted, now);
  const [newest] = dated;
  if (newest === undefined) return ['unknown', 'The vulnerability report does not say when it was made.'];
  const fresh = dated.filter(({ scannedAt }) => now.getTime() - Date.parse(scannedAt!) <= wanted.maxAgeDays * DAY_MS);
  if (fresh.length === 0) {
    const day = newest.scannedAt!.slice(0, 10);
    return ['unknown', `The newest vulnerability report is of ${day}, older than ${wanted.maxAgeDays} days.`];
  }
  const said = fresh.map((report) => ofReport(report, wanted));
  return said.find(([outcome]) => outcome === 'fail') ?? said.find(([outcome]) => outcome === 'unknown') ?? said[0]!;
}

/** The report in something that a trusted key signed; null: it holds none that can be read, or its signature has expired. */
export function signedReport(
  { predicateType, predicate, validUntil }: PolicyEvidence,
  now: Date,
): VulnerabilityReport | null {
  if (!VULNERABILITY_PREDICATES.has(predicateType ?? '')) return null;
  if (validUntil !== null && Date.parse(validUntil) <= now.getTime()) return null;
  return readVulnerabilityReport(predicate);
}

function signedReports(evidence: readonly PolicyEvidence[], now: Date): Sourced[] {
  return evidence
    .flatMap((each) => signedReport(each, now) ?? [])
    .map((report) => ({ ...report, source: 'signed', words: 'The report' }));
}

function unsignedReports({ reports }: PolicyFacts): Sourced[] {
  return reports.map((report) => ({
    ...report,
    source: `${report.source} ${report.repository}`,
    words:
      report.source === 'registry'
        ? `The report of the registry’s scanner${report.scanner === null ? '' : ` (${report.scanner})`}`
        : 'The report that is attached unsigned,',
  }));
}

function counts(source: string, trust: ReportTrust): boolean {
  if (source === 'signed' || trust === 'any') return true;
  return trust === 'signed-or-registry' && source.startsWith('registry ');
}

/** One that does not say when it was made, or says a time to come, is of no age and counts for nothing. */
function newestOfEach(reports: readonly Sourced[], now: Date): Sourced[] {
  const newest = new Map<string, Sourced>();
  for (const report of reports) {
    const at = report.scannedAt;
    if (at === null || Date.parse(at) > now.getTime() + DAY_MS) continue;
    const before = newest.get(report.source)?.scannedAt ?? '';
    if (at > before) newest.set(report.source, report);
  }
  return [...newest.values()].toSorted((a, b) => b.scannedAt!.localeCompare(a.scannedAt!));
}

function ofReport({ words, scannedAt, counts: found }: Sourced, { above, onlyFixable }: Wanted): Said {
  const report = `${words} of ${scannedAt!.slice(0, 10)}`;
  const counted = ({ total, fixable }: { total: number; fixable: number }) => (onlyFixable ? fixable : total);
  const worse = SEVERITIES.slice(SEVERITIES.indexOf(above));
  const bad = worse.reduce((sum, severity) => sum + counted(found[severity]), 0);
  const fix = onlyFixable ? ' with a fix' : '';
  if (bad > 0) return ['fail', `${report} has ${bad} of severity ${above} or worse${fix}.`];
  const unrated = counted(found.unknown);
  if (unrated > 0) return ['unknown', `${report} has ${unrated} that nobody rated.`];
  return ['pass', `${report} has none of severity ${above} or worse${fix}.`];
}
