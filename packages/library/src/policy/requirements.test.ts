import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PolicyOutcome, PolicyRequirements } from '@pharos/contract';
import { parseVersion } from '../version.ts';
import type { PolicyFacts } from './facts.ts';
import { judge } from './requirements.ts';
import { attestation, facts, NOW, REGISTRY, RULE, signature, TRUST } from './testing.ts';

const OTHER = '00000000-0000-4000-8000-0000000000ff';
const VULN = 'https://cosign.sigstore.dev/attestation/vuln/v1';
const SLSA = 'https://slsa.dev/provenance/v1';
const past = '2026-11-25T00:00:00.000Z';
const report = (vulnerabilities: object[], on = '2026-11-20T00:00:00Z') => ({
  scanner: {
    uri: 'pkg:github/aquasecurity/trivy',
    result: { Results: [{ Target: 'debian', Vulnerabilities: vulnerabilities }] },
  },
  metadata: { scanFinishedOn: on },
});
const HIGH = { Severity: 'HIGH', FixedVersion: '1.2' };
const limit = { above: 'high', onlyFixable: false, maxAgeDays: 30 } as const;
const version = (text: string) => parseVersion('pg', text);

const CASES: readonly [PolicyRequirements, Partial<PolicyFacts>, PolicyOutcome, RegExp][] = [
  [{ registries: [REGISTRY] }, {}, 'pass', /stands in team/],
  [{ registries: [OTHER] }, {}, 'fail', /none of those/],
  [{ registries: [REGISTRY] }, { places: [] }, 'unknown', /stands nowhere/],
  [{ rules: [RULE] }, {}, 'pass', /let it in/],
  [{ rules: [OTHER] }, {}, 'fail', /None of the rules/],
  [{ signedBy: 'any' }, { evidence: [signature()] }, 'pass', /"team key" verified/],
  [{ signedBy: [TRUST] }, { evidence: [signature()] }, 'pass', /team key/],
  [{ signedBy: [OTHER] }, { evidence: [signature()] }, 'unknown', /None of the trust entries/],
  [{ signedBy: 'any' }, {}, 'unknown', /No trusted key/],
  [{ signedBy: 'any' }, { evidence: [signature({ validUntil: past })] }, 'unknown', /has expired/],
  [{ signedBy: 'any' }, { isBeingVerified: true }, 'unknown', /still being verified/],
  [{ signedBy: 'any' }, { evidence: [attestation(SLSA, {})] }, 'unknown', /No trusted key/],
  [
    { attestations: [{ predicateType: SLSA }] },
    { evidence: [attestation(SLSA, {})] },
    'pass',
    /signed by a trusted key/,
  ],
  [{ attestations: [{ predicateType: SLSA }] }, {}, 'unknown', /No trusted key signed an attestation/],
  [
    { attestations: [{ predicateType: SLSA, builder: 'https://github.com/**' }] },
    { evidence: [attestation(SLSA, { runDetails: { builder: { id: 'https://github.com/actions/runner' } } })] },
    'pass',
    /signed by/,
  ],
  [
    { attestations: [{ predicateType: SLSA, builder: 'https://github.com/**' }] },
    { evidence: [attestation(SLSA, { builder: { id: 'https://evil.example/github.com/x' } })] },
    'fail',
    /built by https:\/\/evil/,
  ],
  [
    { attestations: [{ predicateType: SLSA, builder: '**' }] },
    { evidence: [attestation(SLSA, { builder: { id: 7 } })] },
    'unknown',
    /names no builder/,
  ],
  [{ sbom: true }, {}, 'pass', /packages was read/],
  [{ sbom: true }, { hasPackages: false }, 'unknown', /No list/],
  [{ vulnerabilities: limit }, { evidence: [attestation(VULN, report([]))] }, 'pass', /none of severity high/],
  [{ vulnerabilities: limit }, { evidence: [attestation(VULN, report([HIGH]))] }, 'fail', /has 1 of severity high/],
  [
    { vulnerabilities: { ...limit, onlyFixable: true } },
    { evidence: [attestation(VULN, report([{ Severity: 'CRITICAL' }]))] },
    'pass',
    /with a fix/,
  ],
  [
    { vulnerabilities: limit },
    { evidence: [attestation(VULN, report([{ Severity: '?' }]))] },
    'unknown',
    /nobody rated/,
  ],
  [
    { vulnerabilities: limit },
    { evidence: [attestation(VULN, report([], '2026-09-01'))] },
    'unknown',
    /older than 30 days/,
  ],
  [
    { vulnerabilities: limit },
    { evidence: [attestation(VULN, report([], 'yesterday'))] },
    'unknown',
    /does not say when/,
  ],
  [
    { vulnerabilities: limit },
    { evidence: [attestation(VULN, report([], '2036-01-01'))] },
    'unknown',
    /does not say when/,
  ],
  [
    { vulnerabilities: limit },
    { evidence: [attestation(VULN, { scanner: { result: {} } })] },
    'unknown',
    /can be read/,
  ],
  [
    { vulnerabilities: limit },
    { evidence: [attestation(VULN, report([]), { validUntil: past })] },
    'unknown',
    /no vulner/,
  ],
  [{ minAgeDays: 7 }, {}, 'pass', /since 2026-11-01/],
  [{ minAgeDays: 60 }, {}, 'fail', /not for 60 days/],
  [{ supported: true }, { version: version('17.4') }, 'pass', /maintained until/],
  [{ supported: true }, { version: version('11.4') }, 'fail', /past its end of life/],
  [{ supported: true }, { version: version('17.4'), os: 'buster' }, 'fail', /base buster/],
  [{ supported: true }, {}, 'unknown', /No end of life/],
  [{ platforms: ['linux/amd64'] }, {}, 'pass', /there for linux\/amd64/],
  [{ platforms: ['linux/amd64', 'linux/arm64'] }, {}, 'fail', /not there for linux\/arm64/],
  [{ platforms: ['linux/amd64'] }, { platforms: [] }, 'unknown', /not known/],
  [{ baseImages: ['docker.io/library/debian:*'] }, {}, 'pass', /built on docker/],
  [{ baseImages: ['registry.access.redhat.com/**'] }, {}, 'fail', /none of those/],
  [{ baseImages: ['**'] }, { baseImage: null }, 'unknown', /does not say/],
  [{ licences: ['PostgreSQL'] }, {}, 'pass', /licence is PostgreSQL/],
  [{ licences: ['MIT'] }, {}, 'fail', /none of those/],
  [{ licences: ['**'] }, { licence: null }, 'unknown', /does not name/],
  [{ extensions: { deny: ['plperlu'] } }, {}, 'pass', /against the policy/],
  [{ extensions: { deny: ['vector'] } }, {}, 'fail', /vector, which the policy denies/],
  [{ extensions: { allow: ['postgis'] } }, {}, 'fail', /does not allow/],
  [{ extensions: { allow: ['vector', 'postgis'] } }, {}, 'pass', /1 extensions/],
  [{ extensions: { deny: [] } }, { extensions: null }, 'unknown', /not known/],
  [{ kindAsDeclared: true }, {}, 'pass', /postgres/],
  [{ kindAsDeclared: true }, { kind: 'model' }, 'fail', /says postgres, and it is model/],
  [{ kindAsDeclared: true }, { declaredKind: null }, 'unknown', /No rule says/],
];

describe('requirements of policies', () => {
  for (const [requirements, more, outcome, sentence] of CASES) {
    test(`${JSON.stringify(requirements)} ${JSON.stringify(more).slice(0, 80)}: ${outcome}`, () => {
      const [result, second] = judge(requirements, facts(more), NOW);
      assert.equal(second, undefined);
      assert.equal(result?.outcome, outcome, result?.sentence);
      assert.match(result!.sentence, sentence);
    });
  }

  test('every requirement has a case that passes, and one that does not', () => {
    const names = new Set(CASES.flatMap(([requirements]) => Object.keys(requirements)));
    for (const name of names) {
      const outcomes = CASES.filter(([requirements]) => name in requirements).map(([, , outcome]) => outcome);
      assert.ok(outcomes.includes('pass') && outcomes.some((outcome) => outcome !== 'pass'), name);
    }
    assert.equal(names.size, 13);
  });

  const counted = (more: object = {}) => {
    const zero = { total: 0, fixable: 0 };
    return { critical: zero, high: zero, medium: zero, low: zero, unknown: zero, ...more };
  };
  const unsigned = (source: 'registry' | 'attached', more: object = {}) => ({
    source,
    repository: 'pg',
    scanner: 'Trivy 0.60',
    scannedAt: '2026-11-20T00:00:00.000Z',
    counts: counted(),
    ...more,
  });
  const ofReports = (reports: unknown[], wanted: object = {}, evidence: unknown[] = []) =>
    judge(
      { vulnerabilities: { ...limit, ...wanted } },
      facts({ reports: reports as never, evidence: evidence as never }),
      NOW,
    )[0]!;

  test('the registry’s own report counts unless only signed ones do; an unsigned one counts only where the policy says so', () => {
    const cases: ['registry' | 'attached', string | undefined, string][] = [
      ['registry', undefined, 'pass'],
      ['registry', 'signed-or-registry', 'pass'],
      ['registry', 'signed', 'unknown'],
      ['registry', 'any', 'pass'],
      ['attached', undefined, 'unknown'],
      ['attached', 'signed-or-registry', 'unknown'],
      ['attached', 'signed', 'unknown'],
      ['attached', 'any', 'pass'],
    ];
    for (const [source, reports, outcome] of cases) {
      const result = ofReports([unsigned(source)], { reports });
      assert.equal(result.outcome, outcome, `${source} ${reports}: ${result.sentence}`);
      if (outcome === 'unknown') assert.match(result.sentence, /does not count/);
    }
    assert.match(ofReports([unsigned('registry')]).sentence, /registry’s scanner \(Trivy 0.60\) of 2026-11-20/);
    assert.match(ofReports([unsigned('attached')], { reports: 'any' }).sentence, /unsigned/);
  });

  test('the worst of the sources decides: no newer report of another source hides a finding', () => {
    const bad = { counts: counted({ critical: { total: 2, fixable: 1 } }), scannedAt: '2026-11-10T00:00:00.000Z' };
    const signed = attestation(VULN, report([HIGH], '2026-11-01'));
    assert.equal(ofReports([unsigned('registry', bad), unsigned('attached')], { reports: 'any' }).outcome, 'fail');
    assert.equal(ofReports([unsigned('attached')], { reports: 'any' }, [signed]).outcome, 'fail');
    assert.equal(
      ofReports([unsigned('registry', bad), unsigned('registry')]).outcome,
      'pass',
      'newer of the same source',
    );
    assert.equal(ofReports([unsigned('registry', bad), unsigned('registry', { repository: 'other' })]).outcome, 'fail');
    assert.match(ofReports([unsigned('registry', bad)], { onlyFixable: true }).sentence, /has 1 of severity high/);
  });

  test('an old, undated or unrated report of the registry is no pass', () => {
    const unrated = counted({ unknown: { total: 1, fixable: 0 } });
    assert.match(
      ofReports([unsigned('registry', { scannedAt: '2026-09-01T00:00:00.000Z' })]).sentence,
      /older than 30/,
    );
    assert.match(ofReports([unsigned('registry', { scannedAt: null })]).sentence, /does not say when/);
    assert.match(ofReports([unsigned('registry', { counts: unrated })]).sentence, /nobody rated/);
    for (const more of [{ scannedAt: null }, { scannedAt: '2026-09-01T00:00:00.000Z' }, { counts: unrated }])
      assert.equal(ofReports([unsigned('registry', more)]).outcome, 'unknown');
  });

  test('reports of Grype, SARIF, CycloneDX and in-toto are read, and what is none of them is not "no vulnerabilities"', () => {
    const by = (result: unknown) =>
      judge(
        { vulnerabilities: limit },
        facts({ evidence: [attestation(VULN, { scanner: { result }, metadata: { scanFinishedOn: past } })] }),
        NOW,
      )[0]!;
    const grype = { matches: [{ vulnerability: { severity: 'High', fix: { state: 'fixed' } } }] };
    const sarif = {
      runs: [
        {
          tool: { driver: { rules: [{ id: 'CVE-1', properties: { 'security-severity': '9.1' } }] } },
          results: [{ ruleId: 'CVE-1', message: { text: 'x' } }],
        },
      ],
    };
    const cyclone = { vulnerabilities: [{ ratings: [{ severity: 'low' }, { severity: 'critical' }] }] };
    const inToto = [{ id: 'CVE-1', severity: [{ method: 'CVSSv3', score: '7.5' }] }];
    for (const result of [grype, sarif, cyclone, inToto, JSON.stringify(grype)]) {
      assert.match(by(result).sentence, /has 1 of severity high/, JSON.stringify(result));
    }
    for (const result of [null, {}, 'text', { Results: [] }, { components: [] }, 7]) {
      assert.equal(by(result).outcome, 'unknown', JSON.stringify(result));
    }
  });
});
