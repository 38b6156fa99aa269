import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PolicyRequirements } from '@pharos/contract';
import type { PlatformFacts, PolicyFacts } from './facts.ts';
import { judge } from './requirements.ts';
import { attestation, facts, NOW } from './testing.ts';

const VULN = 'https://cosign.sigstore.dev/attestation/vuln/v1';
const OPENVEX = 'https://openvex.dev/ns/v0.2.0';
const CYCLONEDX = 'https://cyclonedx.org/bom';
const { digest } = facts();
const LIBSSL = 'pkg:deb/debian/libssl3@3.0.1';

interface Found {
  id: string;
  severity?: string;
  purl?: string;
}

function report(found: Found[], at = '2026-11-20T00:00:00Z') {
  const Vulnerabilities = found.map(({ id, severity = 'HIGH', purl }) => ({
    VulnerabilityID: id,
    Severity: severity,
    PkgIdentifier: { PURL: purl },
  }));
  return attestation(VULN, {
    scanner: { uri: 'trivy', result: { Results: [{ Vulnerabilities }] } },
    metadata: { scanFinishedOn: at },
  });
}

const openVex = (statements: object[], more: object = {}) =>
  attestation(OPENVEX, { timestamp: '2026-11-21T00:00:00Z', statements }, more);
const harmless = (name: string, more: object = {}) => ({
  vulnerability: { name },
  status: 'not_affected',
  justification: 'vulnerable_code_not_present',
  ...more,
});

function say(more: Partial<PolicyFacts>, wanted: Partial<NonNullable<PolicyRequirements['vulnerabilities']>> = {}) {
  const vulnerabilities = { above: 'high' as const, onlyFixable: false, maxAgeDays: 30, vex: true, ...wanted };
  const [said] = judge({ vulnerabilities }, facts(more), NOW);
  return said!;
}

test('a signed statement takes its vulnerability out where the policy says so, with its reason; nowhere else', () => {
  const evidence = [report([{ id: 'CVE-1' }]), openVex([harmless('CVE-1')])];
  const said = say({ evidence });
  assert.equal(said.outcome, 'pass');
  assert.match(said.sentence, /CVE-1 \(not_affected, vulnerable_code_not_present\)/);
  assert.equal(say({ evidence }, { vex: false }).outcome, 'fail');
  assert.equal(say({ evidence }, { vex: undefined }).outcome, 'fail');
  assert.equal(say({ evidence: [report([{ id: 'CVE-1' }, { id: 'CVE-2' }]), evidence[1]!] }).outcome, 'fail');
  assert.equal(
    say({
      evidence: [
        evidence[0]!,
        openVex([harmless('GHSA-1', { vulnerability: { name: 'GHSA-1', aliases: ['cve-1'] } })]),
      ],
    }).outcome,
    'pass',
  );
  assert.equal(
    say({ evidence: [evidence[0]!, openVex([{ vulnerability: 'CVE-1', status: 'fixed' }])] }).outcome,
    'pass',
  );
});

test('what never helps: no reason, another image, other versions, no time, a time to come, expired, affected', () => {
  const never: [string, object, object?][] = [
    ['no reason', harmless('CVE-1', { justification: undefined })],
    ['another image', harmless('CVE-1', { products: [{ '@id': `pkg:oci/pg@sha256%3A${'b'.repeat(64)}` }] })],
    ['every version there ever was', harmless('CVE-1', { products: [{ '@id': 'pkg:oci/pg' }] })],
    ['a time to come', harmless('CVE-1', { timestamp: '2027-01-01T00:00:00Z' })],
    ['expired', harmless('CVE-1'), { validUntil: '2026-11-25T00:00:00.000Z' }],
    ['affected', { vulnerability: 'CVE-1', status: 'affected' }],
    ['under investigation', { vulnerability: 'CVE-1', status: 'under_investigation' }],
    ['an unknown state', harmless('CVE-1', { status: 'harmless' })],
    [
      'a part that the report does not name',
      harmless('CVE-1', { products: [{ '@id': `pkg:oci/pg@${digest}`, subcomponents: [{ '@id': LIBSSL }] }] }),
    ],
  ];
  for (const [why, statement, more] of never) {
    assert.equal(say({ evidence: [report([{ id: 'CVE-1' }]), openVex([statement], more)] }).outcome, 'fail', why);
  }
  const undated = attestation(OPENVEX, { statements: [harmless('CVE-1')] });
  assert.equal(say({ evidence: [report([{ id: 'CVE-1' }]), undated] }).outcome, 'fail');
});

test('the newest statement counts, and of two as new the one that helps less; a part is a part', () => {
  const affected = (at: string) => ({ vulnerability: 'CVE-1', status: 'affected', timestamp: at });
  const found = report([{ id: 'CVE-1', purl: `${LIBSSL}?arch=amd64` }]);
  const outcome = (...statements: object[]) => say({ evidence: [found, openVex(statements)] }).outcome;
  assert.equal(outcome(harmless('CVE-1'), affected('2026-11-22T00:00:00Z')), 'fail');
  assert.equal(outcome(harmless('CVE-1'), affected('2026-11-21T00:00:00Z')), 'fail');
  assert.equal(outcome(harmless('CVE-1'), affected('2026-11-20T00:00:00Z')), 'pass');
  const part = (purl: string) =>
    harmless('CVE-1', { products: [{ '@id': `pkg:oci/pg@${digest}`, subcomponents: [{ '@id': purl }] }] });
  assert.equal(outcome(part(LIBSSL)), 'pass');
  assert.equal(outcome(part('pkg:deb/debian/libssl3')), 'pass', 'of every version');
  assert.equal(outcome(part('pkg:deb/debian/libssl3@3.0.2')), 'fail');
  assert.equal(outcome(part('pkg:deb/debian/libc6')), 'fail');
});

test('CycloneDX says it of its own findings; a list of harmless ones takes the place of no report', () => {
  const bom = (state: string, detail?: string) =>
    attestation(CYCLONEDX, {
      metadata: { timestamp: '2026-11-23T00:00:00Z' },
      vulnerabilities: [{ id: 'CVE-1', ratings: [{ severity: 'high' }], analysis: { state, detail } }],
    });
  assert.equal(say({ evidence: [bom('not_affected', 'not compiled in')] }).outcome, 'pass');
  assert.equal(say({ evidence: [bom('false_positive')] }).outcome, 'pass');
  assert.equal(say({ evidence: [bom('resolved')] }).outcome, 'pass');
  assert.equal(say({ evidence: [bom('not_affected')] }).outcome, 'fail', 'no reason');
  for (const state of ['exploitable', 'in_triage', 'constructor', '']) {
    assert.equal(say({ evidence: [bom(state, 'x')] }).outcome, 'fail', state);
  }
  assert.equal(say({ evidence: [bom('not_affected', 'x')] }, { vex: false }).outcome, 'fail');
  // Newer than the scanner's report, and about one of its two findings.
  const both = report([{ id: 'CVE-1' }, { id: 'CVE-2' }], '2026-11-20T00:00:00Z');
  assert.equal(say({ evidence: [both, bom('not_affected', 'x')] }).outcome, 'fail');
});

test('a scanner that names its findings can be answered; one that only counts them cannot', () => {
  const counts = facts().reports;
  assert.deepEqual(counts, []);
  const none = { total: 0, fixable: 0 };
  const of = (findings: PolicyFacts['reports'][number]['findings']): PolicyFacts['reports'][number] => ({
    source: 'registry',
    repository: 'r',
    scanner: 'Trivy',
    scannedAt: '2026-11-20T00:00:00.000Z',
    counts: { critical: none, high: { total: 1, fixable: 0 }, medium: none, low: none, unknown: none },
    findings,
  });
  const evidence = [openVex([harmless('CVE-1')])];
  const named = of([{ id: 'CVE-1', severity: 'high', isFixable: false, packages: [] }]);
  assert.equal(say({ evidence, reports: [named] }).outcome, 'pass');
  const said = say({ evidence, reports: [of(null)] });
  assert.equal(said.outcome, 'fail');
  assert.match(said.sentence, /not known one by one/);
});

const platform = (name: string, ...evidence: PlatformFacts['evidence']): PlatformFacts => ({
  platform: name,
  evidence,
  reports: [],
});

test('reports of single platforms count for their index: the worst decides, and one without a report is named', () => {
  const clean = report([]);
  const bad = report([{ id: 'CVE-1' }]);
  const wanted = { vex: undefined };
  const all = say({ platformFacts: [platform('linux/amd64', clean), platform('linux/arm64', clean)] }, wanted);
  assert.equal(all.outcome, 'pass');
  const worst = say({ platformFacts: [platform('linux/amd64', clean), platform('linux/arm64', bad)] }, wanted);
  assert.equal(worst.outcome, 'fail');
  assert.match(worst.sentence, /For linux\/arm64: .*1 of severity high/);
  const missing = say({ platformFacts: [platform('linux/amd64', clean), platform('linux/arm64')] }, wanted);
  assert.equal(missing.outcome, 'unknown');
  assert.match(missing.sentence, /for linux\/arm64/);
  assert.doesNotMatch(missing.sentence, /amd64/);
  const old = report([], '2026-01-01T00:00:00Z');
  assert.equal(
    say({ platformFacts: [platform('linux/amd64', clean), platform('linux/arm64', old)] }).outcome,
    'unknown',
  );
  assert.equal(say({ evidence: [clean], platformFacts: [platform('linux/amd64')] }, wanted).outcome, 'pass');
  assert.equal(say({ evidence: [clean], platformFacts: [platform('linux/amd64', bad)] }, wanted).outcome, 'fail');
  assert.equal(say({ evidence: [bad], platformFacts: [platform('linux/amd64', clean)] }, wanted).outcome, 'fail');
});

test('VEX of the index is about each of its platforms; that of one platform is about no other', () => {
  const bad = report([{ id: 'CVE-1' }]);
  const vex = openVex([harmless('CVE-1')]);
  const both = (...more: PlatformFacts['evidence']) => [
    platform('linux/amd64', bad, ...more),
    platform('linux/arm64', bad),
  ];
  assert.equal(say({ evidence: [vex], platformFacts: both() }).outcome, 'pass');
  assert.equal(say({ platformFacts: both(vex) }).outcome, 'fail');
});

test('attestations of single platforms count for their index when each has one', () => {
  const type = 'https://slsa.dev/provenance/v1';
  const by = (id: string) => attestation(type, { runDetails: { builder: { id } } });
  const ask = (more: Partial<PolicyFacts>, builder?: string) =>
    judge(
      { attestations: [{ predicateType: type, ...(builder === undefined ? {} : { builder }) }] },
      facts(more),
      NOW,
    )[0]!;
  const [amd64, arm64] = [platform('linux/amd64', by('a')), platform('linux/arm64', by('b'))];
  assert.equal(ask({ platformFacts: [amd64, arm64] }).outcome, 'pass');
  const missing = ask({ platformFacts: [amd64, platform('linux/arm64')] });
  assert.equal(missing.outcome, 'unknown');
  assert.match(missing.sentence, /for linux\/arm64\.$/);
  assert.equal(ask({ platformFacts: [amd64, arm64] }, 'a').outcome, 'fail');
  assert.equal(ask({ evidence: [by('a')], platformFacts: [platform('linux/arm64', by('b'))] }, 'a').outcome, 'pass');
});

/** A number generator that draws the same in every run. */
function drawing(seed: number) {
  let state = seed;
  const next = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  return {
    next,
    one: <T>(all: readonly T[]): T => all[next(all.length)]!,
  };
}

const rank = (outcome: string) => ['fail', 'unknown', 'pass'].indexOf(outcome);

test('without the field VEX changes nothing; with it, what is said not to help takes nothing out', () => {
  const { next, one } = drawing(2026);
  const names = ['CVE-1', 'CVE-2', 'CVE-3'];
  let helped = 0;
  for (let run = 0; run < 500; run += 1) {
    const found = Array.from({ length: next(4) }, () => ({
      id: one(names),
      severity: one(['HIGH', 'LOW', 'UNKNOWN']),
    }));
    const statements = Array.from({ length: next(6) }, () => ({
      vulnerability: { name: one(names) },
      status: one(['not_affected', 'not_affected', 'fixed', 'affected', 'under_investigation', 'x']),
      justification: one(['component_not_present', undefined]),
      timestamp: one(['2026-11-20T00:00:00Z', '2026-11-24T00:00:00Z', undefined]),
    }));
    const [only, vex] = [report(found), openVex(statements)];
    const before = say({ evidence: [only] }, { vex: undefined });
    assert.deepEqual(say({ evidence: [only, vex] }, { vex: undefined }), before);
    assert.deepEqual(say({ evidence: [only, vex] }, { vex: false }), before);
    const hurting = statements.filter(({ status }) => status !== 'not_affected' && status !== 'fixed');
    assert.deepEqual(say({ evidence: [only, openVex(hurting)] }), before);
    const after = say({ evidence: [only, vex] });
    if (after.outcome !== before.outcome) helped += 1;
    // One more that says "affected" never lets more through.
    const worse = openVex([...statements, { vulnerability: { name: one(names) }, status: 'affected' }]);
    assert.ok(rank(say({ evidence: [only, worse] }).outcome) <= rank(after.outcome));
  }
  assert.ok(helped > 20, 'the draws hold such that help');
});
