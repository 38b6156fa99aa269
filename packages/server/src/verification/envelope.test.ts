import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dsseBundle, envelope, judge, KEYS, keyTrust, OTHER, passes, statement } from './testing.ts';

const PROVENANCE = 'https://slsa.dev/provenance/v1';
const pair = KEYS['ECDSA P-256']();
const trust = keyTrust(pair.publicKey);
const attested = (more: object = {}, subject?: string) =>
  dsseBundle(pair, { payload: statement({ predicateType: PROVENANCE, ...more }, subject) }).dsseEnvelope;

for (const [name, make] of Object.entries(KEYS)) {
  test(`a cosign 2 attestation by an ${name} key verifies, as an attestation`, () => {
    const own = make();
    const { dsseEnvelope } = dsseBundle(own, { payload: statement({ predicateType: PROVENANCE }) });
    const verdict = judge(envelope(dsseEnvelope), keyTrust(own.publicKey))!;
    assert.deepEqual(
      [verdict.outcome, verdict.what, verdict.predicateType],
      ['verified', 'attestation', PROVENANCE],
      verdict.reason,
    );
  });
}

test('a single changed letter of statement or signature in an envelope never verifies', () => {
  const good = attested();
  assert.ok(passes(envelope(good), trust));
  const [signature] = good.signatures;
  for (const field of ['payload', 'sig'] as const) {
    const text = field === 'payload' ? good.payload : signature!.sig;
    for (let at = 0; at < text.length; at += 1) {
      const changed = text.slice(0, at) + (text[at] === 'A' ? 'Q' : 'A') + text.slice(at + 1);
      const json =
        field === 'payload' ? { ...good, payload: changed } : { ...good, signatures: [{ ...signature, sig: changed }] };
      assert.ok(!passes(envelope(json), trust), `${field} at ${at}`);
    }
  }
});

const TAMPERED: Record<string, [unknown, RegExp]> = {
  'the signature of another key': [dsseBundle(KEYS['ECDSA P-256']()).dsseEnvelope, /did not make/],
  'a statement about another image': [attested({}, OTHER), /another image/],
  'no signature at all': [{ ...attested(), signatures: [] }, /did not make|cannot be read/],
  'a second signature that nobody made': [
    { ...attested(), signatures: [...attested().signatures, { keyid: '', sig: 'AAAA' }] },
    /did not make|cannot be read/,
  ],
  'another payload type': [{ ...attested(), payloadType: 'text/plain' }, /did not make/],
  'no envelope': [[], /not an object/],
};

for (const [name, [json, reason]] of Object.entries(TAMPERED)) {
  test(`tampered envelope, and no pass: ${name}`, () => {
    const verdict = judge(envelope(json), trust)!;
    assert.notEqual(verdict.outcome, 'verified');
    assert.match(verdict.reason, reason);
  });
}

test('an envelope under another media type is not looked into', () => {
  assert.match(judge(envelope(attested(), { mediaType: 'application/json' }), trust)!.reason, /form/);
});
