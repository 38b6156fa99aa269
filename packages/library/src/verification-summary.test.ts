import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Evidence, VerificationResult } from '@pharos/contract';
import { isSignatureType, summariseVerification, type VerificationQuestion } from './verification-summary.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const PLATFORM = `sha256:${'cd'.repeat(32)}`;
const NOW = new Date('2026-11-25T12:00:00Z');
const SIGNATURE = { artifactType: 'application/vnd.dev.cosign.artifact.sig.v1+json', subject: DIGEST };

const result = (more: Partial<VerificationResult> = {}): VerificationResult => ({
  trustId: '00000000-0000-4000-8000-000000000001',
  trust: 'release',
  outcome: 'verified',
  reason: 'The key signed it.',
  what: 'signature',
  predicateType: null,
  signer: 'fingerprint',
  signedAt: null,
  validUntil: null,
  verifiedAt: NOW.toISOString(),
  ...more,
});

const evidence = (results: VerificationResult[], more: Partial<Evidence> = {}): Evidence => ({
  subject: DIGEST,
  digest: `sha256:${'ef'.repeat(32)}`,
  position: 0,
  form: 'cosign-simple',
  mediaType: '',
  size: 3,
  problem: null,
  repositoryId: '00000000-0000-4000-8000-000000000002',
  repository: 'pg',
  host: 'host',
  fetchedAt: NOW.toISOString(),
  checked: true,
  results,
  ...more,
});

const summary = (list: Evidence[], more: Partial<VerificationQuestion> = {}) =>
  summariseVerification({ digest: DIGEST, platforms: [], evidence: list, referrers: [], now: NOW, ...more });

test('only a verified signature of this very digest is a pass', () => {
  assert.equal(summary([evidence([result()])]).state, 'verified');
  const others: [string, Evidence[], Partial<VerificationQuestion>?][] = [
    ['none', []],
    ['checking', [], { referrers: [SIGNATURE] }],
    ['none', [], { referrers: [{ ...SIGNATURE, artifactType: 'application/spdx+json' }] }],
    ['checking', [evidence([], { checked: false })]],
    ['untrusted', [evidence([])]],
    ['unsupported', [evidence([], { form: 'notation-cose' })]],
    ['unsupported', [evidence([], { problem: 'too-large' })]],
    ['failed', [evidence([result({ outcome: 'failed' })])]],
    ['failed', [evidence([result({ outcome: 'failed' }), result({ outcome: 'unsupported' })])]],
    ['unsupported', [evidence([result({ outcome: 'unsupported' })])]],
    ['none', [evidence([result({ what: 'attestation' })])]],
    ['failed', [evidence([result({ validUntil: NOW.toISOString() })])]],
    ['none', [evidence([result()], { subject: PLATFORM })]],
    ['none', [evidence([result({ what: 'attestation' })], { form: 'cosign-dsse' })]],
    ['none', [evidence([result({ outcome: 'failed' })], { form: 'cosign-dsse' })]],
    [
      'failed',
      [evidence([result({ outcome: 'failed' })]), evidence([result({ what: 'attestation' })], { form: 'cosign-dsse' })],
    ],
  ];
  for (const [state, list, more] of others) {
    const told = summary(list, more);
    assert.equal(told.state, state, JSON.stringify(list));
    assert.deepEqual(told.verifiedBy, []);
    assert.match(told.sentence, /\.$/);
  }
});

test('one pass among failures is a pass, and an expired one beside it is not told as one', () => {
  const list = [
    evidence([result({ outcome: 'failed' })]),
    evidence([result(), result({ trust: 'old', validUntil: '2026-01-01T00:00:00.000Z' })]),
  ];
  assert.deepEqual(
    summary(list).verifiedBy.map(({ trust }) => trust),
    ['release'],
  );
});

test('signed platforms under an unsigned index are named, and are no pass', () => {
  const platforms = [
    { digest: PLATFORM, os: 'linux', architecture: 'arm64', variant: 'v8' },
    { digest: `sha256:${'00'.repeat(32)}`, os: 'linux', architecture: 'amd64', variant: null },
  ];
  const told = summary([evidence([result()], { subject: PLATFORM })], { platforms });
  assert.deepEqual([told.state, told.verifiedBy], ['partial', []]);
  assert.match(told.sentence, /linux\/arm64\/v8/);
});

test('types that hold signatures', () => {
  for (const [type, isOne] of [
    ['application/vnd.dev.sigstore.bundle.v0.3+json', true],
    ['application/vnd.cncf.notary.signature', true],
    ['application/vnd.cncf.notary.signature.x', false],
    ['application/vnd.dev.cosign.artifact.sbom.v1+json', false],
    ['application/vnd.in-toto+json', false],
  ] as const) {
    assert.equal(isSignatureType(type), isOne, type);
  }
});
