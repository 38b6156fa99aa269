/**
 * The requirement on vulnerabilities. Of every source the newest report counts, and the worst of them decides: a report that nobody
 * signed never outweighs one that somebody did, and what one registry says does not hide what another one found. What hangs on the manifests
 * of single platforms counts for their index: the worst of them decides, and one without a report leaves it unknown.
 */
import {
  type PolicyOutcome,
  type PolicyRequirements,
  type ReportTrust,
  SEVERITIES,
  type VulnerabilityCounts,
} from '@pharos/contract';
import type {
  Finding,
  PlatformFacts,
  PolicyEvidence,
  PolicyFacts,
  StatedReport,
  VexStatement,
  VulnerabilityReport,
} from './facts.ts';
import { withoutVex } from './vex.ts';
import { countsOf } from './vulnerability-report.ts';
import { isValid, names } from './words.ts';

type Wanted = NonNullable<PolicyRequirements['vulnerabilities']>;
type Said = readonly [PolicyOutcome, string];

interface Sourced extends VulnerabilityReport {
  /** Reports of one source take each other's place. */
  readonly source: string;
  /** How a sentence names it, before "of 2026-11-03". */
  readonly words: string;
  /** null: not known one by one, so that nothing can be taken out. */
  readonly findings: readonly Finding[] | null;
}

/** What hangs on one manifest. */
type Holder = Pick<PlatformFacts, 'evidence' | 'reports'>;

/** `isKnown`: a report that counts was read, whatever it says. */
interface Judged {
  readonly said: Said;
  readonly isKnown: boolean;
}

const DAY_MS = 86_400_000;
const MOST_REASONS = 5;
const MOST_SENTENCE = 1_500;
const DEFAULT: ReportTrust = 'signed-or-registry';
const MISSING: Readonly<Record<ReportTrust, string>> = {
  signed: 'There is no vulnerability report that a trusted key signed and that can be read.',
  'signed-or-registry':
    'There is no vulnerability report that a trusted key signed or the registry’s own scanner made, and that can be read.',
  any: 'There is no vulnerability report that can be read.',
};

export function judgeVulnerabilities(wanted: Wanted, facts: PolicyFacts, now: Date): Said {
  const vex = wanted.vex === true ? statementsOf(facts.evidence, now) : [];
  const own = judgeHolder(facts, wanted, vex, now);
  const platforms = facts.platformFacts.map((each) => {
    // What is said of the index is said of each of its platforms; what is said of one is not said of another.
    const all = wanted.vex === true ? [...vex, ...statementsOf(each.evidence, now)] : [];
    return { platform: each.platform, ...judgeHolder(each, wanted, all, now) };
  });
  const known = platforms.filter(({ isKnown }) => isKnown);
  const bad = known.find(({ said: [outcome] }) => outcome === 'fail');
  if (own.said[0] === 'fail' || (known.length === 0 && own.said[0] !== 'pass')) return own.said;
  if (bad !== undefined) return ['fail', `For ${bad.platform}: ${bad.said[1]}`];
  if (own.isKnown && own.said[0] === 'unknown') return own.said;
  if (!own.isKnown && known.length < platforms.length) {
    const missing = platforms.filter(({ isKnown }) => !isKnown);
    return [
      'unknown',
      `There is no vulnerability report that counts for ${names(missing.map(({ platform }) => platform))}.`,
    ];
  }
  const unsure = known.find(({ said: [outcome] }) => outcome === 'unknown');
  if (unsure !== undefined) return ['unknown', `For ${unsure.platform}: ${unsure.said[1]}`];
  if (own.isKnown) return own.said;
  return [
    'pass',
    known
      .map(({ platform, said }) => `For ${platform}: ${said[1]}`)
      .join(' ')
      .slice(0, MOST_SENTENCE),
  ];
}

function judgeHolder(holder: Holder, wanted: Wanted, vex: readonly VexStatement[], now: Date): Judged {
  const trust = wanted.reports ?? DEFAULT;
  const unknown = (sentence: string): Judged => ({ said: ['unknown', sentence], isKnown: false });
  const all = [...signedReports(holder.evidence, wanted.vex === true, now), ...unsignedReports(holder)];
  const counted = all.filter(({ source }) => counts(source, trust));
  if (counted.length === 0) {
    const others = all.length === 0 ? '' : ' Others are there, which the policy does not count.';
    return unknown(MISSING[trust] + others);
  }
  const dated = newestOfEach(counted, now);
  const [newest] = dated;
  if (newest === undefined) return unknown('The vulnerability report does not say when it was made.');
  const fresh = dated.filter(({ scannedAt }) => now.getTime() - Date.parse(scannedAt!) <= wanted.maxAgeDays * DAY_MS);
  if (fresh.length === 0) {
    const day = newest.scannedAt!.slice(0, 10);
    return unknown(`The newest vulnerability report is of ${day}, older than ${wanted.maxAgeDays} days.`);
  }
  const said = fresh.map((report) => ofReport(report, wanted, vex, now));
  const worst =
    said.find(([outcome]) => outcome === 'fail') ?? said.find(([outcome]) => outcome === 'unknown') ?? said[0]!;
  return { said: worst, isKnown: true };
}

/** The report in something that a trusted key signed; null: it holds none that can be read, or its signature has expired. */
export function signedReport(evidence: PolicyEvidence, now: Date): StatedReport | null {
  return isValid(evidence, now) ? (evidence.stated?.report ?? null) : null;
}

/** What signed documents that hold now say of single vulnerabilities. */
function statementsOf(evidence: readonly PolicyEvidence[], now: Date): VexStatement[] {
  return evidence.flatMap((each) => (isValid(each, now) ? (each.stated?.vex ?? []) : []));
}

/** With VEX, what judges its own findings takes the place of no other report: it may be a list of those that do no harm. */
function signedReports(evidence: readonly PolicyEvidence[], withVex: boolean, now: Date): Sourced[] {
  return evidence
    .flatMap((each) => signedReport(each, now) ?? [])
    .map((report) => ({
      ...report,
      source: withVex && report.isAnalysed ? 'signed analysis' : 'signed',
      words: 'The report',
    }));
}

function unsignedReports({ reports }: Holder): Sourced[] {
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
  if (source.startsWith('signed') || trust === 'any') return true;
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

function ofReport(report: Sourced, { above, onlyFixable }: Wanted, vex: readonly VexStatement[], now: Date): Said {
  const { left, note } = takeOut(report, vex, now);
  const which = `${report.words} of ${report.scannedAt!.slice(0, 10)}`;
  const counted = ({ total, fixable }: { total: number; fixable: number }) => (onlyFixable ? fixable : total);
  const worse = SEVERITIES.slice(SEVERITIES.indexOf(above));
  const bad = worse.reduce((sum, severity) => sum + counted(left[severity]), 0);
  const fix = onlyFixable ? ' with a fix' : '';
  if (bad > 0) return ['fail', `${which} has ${bad} of severity ${above} or worse${fix}.${note}`];
  const unrated = counted(left.unknown);
  if (unrated > 0) return ['unknown', `${which} has ${unrated} that nobody rated.${note}`];
  return ['pass', `${which} has none of severity ${above} or worse${fix}.${note}`];
}

/** Without what signed statements take out, and the sentence that says so. Only what is known one by one can be taken out. */
function takeOut(
  report: Sourced,
  vex: readonly VexStatement[],
  now: Date,
): { left: VulnerabilityCounts; note: string } {
  if (vex.length === 0) return { left: report.counts, note: '' };
  if (report.findings === null) {
    return {
      left: report.counts,
      note: ' Its findings are not known one by one, so signed VEX took none of them out.',
    };
  }
  const { left, taken } = withoutVex(report.findings, vex, now);
  if (taken.length === 0) return { left: report.counts, note: '' };
  const reasons = new Map(
    taken.map(({ finding, statement }) => [finding.id, `${statement.status}, ${statement.justification}`]),
  );
  const first = [...reasons].slice(0, MOST_REASONS).map(([id, why]) => `${id} (${why.slice(0, 160)})`);
  const more = reasons.size > first.length ? ` and ${reasons.size - first.length} more` : '';
  return { left: countsOf(left), note: ` Signed VEX took out ${taken.length}: ${first.join('; ')}${more}.` };
}
