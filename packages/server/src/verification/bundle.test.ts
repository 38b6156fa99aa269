import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  BUNDLE_TYPE,
  bundle,
  dsseBundle,
  IN_TOTO,
  judge,
  KEYS,
  keyTrust,
  OTHER,
  passes,
  SUBJECT,
  sha256,
  signBytes,
  statement,
} from './testing.ts';
import type { EvidenceBytes } from './verdict.ts';

for (const [name, make] of Object.entries(KEYS)) {
  test(`a cosign 3 bundle by an ${name} key verifies`, () => {
    const pair = make();
    const verdict = judge(bundle(dsseBundle(pair)), keyTrust(pair.publicKey))!;
    assert.equal(verdict.outcome, 'verified', verdict.reason);
    assert.equal(verdict.what, 'signature');
  });
}

const pair = KEYS['ECDSA P-256']();
const trust = keyTrust(pair.publicKey);

test('a single changed letter of statement or signature in a bundle never verifies', () => {
  const good = dsseBundle(pair);
  assert.ok(passes(bundle(good), trust));
  for (const field of ['payload', 'sig'] as const) {
    const text = field === 'payload' ? good.dsseEnvelope.payload : good.dsseEnvelope.signatures[0]!.sig;
    for (let at = 0; at < text.length; at += 1) {
      for (const letter of ['A', 'Q', '=', '-']) {
        if (text[at] === letter) continue;
        const changed = text.slice(0, at) + letter + text.slice(at + 1);
        const json = structuredClone(good);
        if (field === 'payload') json.dsseEnvelope.payload = changed;
        else json.dsseEnvelope.signatures[0]!.sig = changed;
        assert.ok(!passes(bundle(json), trust), `${field} at ${at}`);
      }
    }
  }
});

const good = dsseBundle(pair);
const TAMPERED: Record<string, [EvidenceBytes, RegExp]> = {
  'the signature of another key': [bundle(dsseBundle(KEYS['ECDSA P-256']())), /did not make/],
  'a statement about another image': [bundle(dsseBundle(pair, { payload: statement({}, OTHER) })), /another image/],
  'another image under the bundle': [bundle(good, { subject: OTHER }), /another image/],
  'a statement without subjects': [bundle(dsseBundle(pair, { payload: statement({ subject: [] }) })), /another image/],
  'a subject that is no object': [
    bundle(dsseBundle(pair, { payload: statement({ subject: ['x'] }) })),
    /another image/,
  ],
  'the digest under another algorithm': [
    bundle(dsseBundle(pair, { payload: statement({ subject: [{ digest: { sha512: SUBJECT.slice(7) } }] }) })),
    /another image/,
  ],
  'a payload type that was not signed': [
    bundle({ ...good, dsseEnvelope: { ...good.dsseEnvelope, payloadType: 'application/vnd.other' } }),
    /did not make/,
  ],
  'a payload type that is no statement': [
    bundle(dsseBundle(pair, { payloadType: 'application/vnd.other' })),
    /no in-toto statement/,
  ],
  'a payload type with another length in front': [
    bundle(dsseBundle(pair, { payloadType: `${IN_TOTO} `, signedType: IN_TOTO })),
    /did not make/,
  ],
  'another statement type': [bundle(dsseBundle(pair, { payload: statement({ _type: 'x' }) })), /no in-toto statement/],
  'a statement that states nothing': [
    bundle(dsseBundle(pair, { payload: statement({ predicateType: undefined }) })),
    /does not say/,
  ],
  'no signature in the envelope': [
    bundle({ ...good, dsseEnvelope: { ...good.dsseEnvelope, signatures: [] } }),
    /cannot be read/,
  ],
  'a good signature beside a bad one': [
    bundle({
      ...good,
      dsseEnvelope: {
        ...good.dsseEnvelope,
        signatures: [...good.dsseEnvelope.signatures, { sig: 'AAAA', keyid: '' }],
      },
    }),
    /cannot be read/,
  ],
  'a truncated bundle': [bundle(JSON.stringify(good).slice(0, -20)), /not JSON/],
  'an empty bundle': [bundle({}), /cannot be read/],
  'a bundle of a version that nobody knows': [bundle({ ...good, mediaType: 'application/json' }), /cannot be read/],
  'another media type': [bundle(good, { mediaType: 'application/json' }), /form/],
};

for (const [name, [what, reason]] of Object.entries(TAMPERED)) {
  test(`tampered bundle, and no pass: ${name}`, () => {
    const verdict = judge(what, trust)!;
    assert.notEqual(verdict.outcome, 'verified');
    assert.match(verdict.reason, reason);
  });
}

test('a signed attestation is told apart from a signature', () => {
  const payload = statement({ predicateType: 'https://slsa.dev/provenance/v1' });
  const verdict = judge(bundle(dsseBundle(pair, { payload })), trust)!;
  assert.deepEqual(
    [verdict.outcome, verdict.what, verdict.predicateType],
    ['verified', 'attestation', 'https://slsa.dev/provenance/v1'],
  );
});

test('log entries that a key cannot check do not make its signature worse', () => {
  const json = { ...good, verificationMaterial: { ...good.verificationMaterial, tlogEntries: undefined } };
  assert.ok(passes(bundle(json), trust));
});

test('a signature over the bytes of the manifest needs these bytes, and both digests', () => {
  const manifest = Buffer.from('{"schemaVersion":2}');
  const subject = sha256(manifest);
  const digest = Buffer.from(subject.slice(7), 'hex').toString('base64');
  const make = (named = digest, signed: Buffer = manifest) =>
    bundle(
      {
        mediaType: BUNDLE_TYPE,
        verificationMaterial: { publicKey: { hint: 'x' }, tlogEntries: [] },
        messageSignature: {
          messageDigest: { algorithm: 'SHA2_256', digest: named },
          signature: signBytes(pair.privateKey, signed).toString('base64'),
        },
      },
      { subject, subjectManifest: manifest },
    );
  assert.equal(judge(make(), trust)?.outcome, 'verified');
  assert.equal(judge({ ...make(), subjectManifest: null }, trust)?.outcome, 'unsupported');
  assert.equal(judge({ ...make(), subject: OTHER }, trust)?.outcome, 'unsupported');
  assert.match(judge(make(Buffer.alloc(32).toString('base64')), trust)!.reason, /another image/);
  assert.match(judge(make(digest, Buffer.from('{}')), trust)!.reason, /did not make/);
});
