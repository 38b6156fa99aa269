import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SAMPLE_PUBLIC_KEY } from '@pharos/sample';
import { fingerprintOf } from './public-key.ts';
import {
  evidence,
  judge,
  KEYS,
  keyTrust,
  OTHER,
  PLACE,
  passes,
  pemOf,
  sha256,
  signBytes,
  simple,
  simplePayload,
  trustInput,
} from './testing.ts';
import { readTrust } from './trust.ts';
import type { EvidenceBytes } from './verdict.ts';

const SIGNATURE = 'dev.cosignproject.cosign/signature';

for (const [name, make] of Object.entries(KEYS)) {
  test(`a cosign signature by an ${name} key verifies, and says what was compared`, () => {
    const pair = make();
    const trust = keyTrust(pair.publicKey);
    const verdict = judge(simple(pair), trust);
    assert.equal(verdict?.outcome, 'verified', verdict?.reason);
    assert.equal(verdict?.signer, fingerprintOf(pair.publicKey));
    assert.match(verdict!.reason, /digest of this image/);
    assert.deepEqual([trust.keys[0]?.algorithm, verdict?.what], [name, 'signature']);
  });

  test(`a single flipped byte of payload or signature by an ${name} key never verifies`, () => {
    const pair = make();
    const trust = keyTrust(pair.publicKey);
    const good = simple(pair);
    assert.ok(passes(good, trust));
    for (const bit of [0x01, 0x80]) {
      for (let at = 0; at < good.payload!.length; at += 1) {
        const payload = Buffer.from(good.payload!);
        payload[at]! ^= bit;
        // With a digest that fits, as a registry that lies would give it.
        const changed = { ...good, payload, payloadDigest: sha256(payload) };
        assert.ok(!passes(changed, trust), `payload byte ${at}`);
      }
      const signature = Buffer.from(good.annotations[SIGNATURE]!, 'base64');
      for (let at = 0; at < signature.length; at += 1) {
        const flipped = Buffer.from(signature);
        flipped[at]! ^= bit;
        const changed = { ...good, annotations: { [SIGNATURE]: flipped.toString('base64') } };
        assert.ok(!passes(changed, trust), `signature byte ${at}`);
      }
    }
    const text = good.annotations[SIGNATURE]!;
    for (let at = 0; at < text.length; at += 1) {
      for (const letter of ['A', 'B', '/', '=', ' ', '-']) {
        if (text[at] === letter) continue;
        const changed = { ...good, annotations: { [SIGNATURE]: text.slice(0, at) + letter + text.slice(at + 1) } };
        assert.ok(!passes(changed, trust), `signature text at ${at}`);
      }
    }
  });
}

test('newer tools hash with what fits the curve', () => {
  const pair = KEYS['ECDSA P-384']();
  assert.ok(passes(simple(pair, { hash: 'sha384' }), keyTrust(pair.publicKey)));
  assert.ok(!passes(simple(pair, { hash: 'sha512' }), keyTrust(pair.publicKey)));
});

const pair = KEYS['ECDSA P-256']();
const trust = keyTrust(pair.publicKey);

/** Everything that was tampered with, by name: none may pass, each with its reason. */
const TAMPERED: Record<string, [EvidenceBytes, RegExp]> = {
  'the signature of another key': [simple(KEYS['ECDSA P-256']()), /did not make the signature/],
  'the signature of a key of another kind': [simple(KEYS['RSA 2048']()), /did not make the signature/],
  'a signature of another image': [simple(pair, { payload: simplePayload(OTHER) }), /another image/],
  'another image under the signature': [simple(pair, { subject: OTHER }), /another image/],
  'another critical.type': [
    simple(pair, { payload: simplePayload(undefined, PLACE, 'atomic container signature') }),
    /critical.type/,
  ],
  'the digest under a name with a capital letter': [
    simple(pair, {
      payload: Buffer.from(simplePayload().toString().replace('docker-manifest-digest', 'Docker-manifest-digest')),
    }),
    /another image/,
  ],
  'a payload without a critical part': [simple(pair, { payload: Buffer.from('{"optional":{}}') }), /critical/],
  'a payload that is a list': [simple(pair, { payload: Buffer.from('[]') }), /not an object/],
  'a payload that is no JSON': [simple(pair, { payload: Buffer.from('{"critical":') }), /not JSON/],
  'a payload that is not UTF-8': [simple(pair, { payload: Buffer.from([0x7b, 0xff, 0x7d]) }), /not JSON/],
  'no signature annotation': [simple(pair, { annotations: {} }), /missing/],
  'an empty signature': [simple(pair, { annotations: { [SIGNATURE]: '' } }), /missing/],
  'a signature that is no base64': [simple(pair, { annotations: { [SIGNATURE]: 'not base64!' } }), /not base64/],
  'a truncated signature': [
    simple(pair, {
      annotations: { [SIGNATURE]: signBytes(pair.privateKey, simplePayload()).subarray(0, 40).toString('base64') },
    }),
    /did not make/,
  ],
  'a signature with bytes behind it': [
    simple(pair, {
      annotations: {
        [SIGNATURE]: Buffer.concat([signBytes(pair.privateKey, simplePayload()), Buffer.from('00', 'hex')]).toString(
          'base64',
        ),
      },
    }),
    /did not make/,
  ],
  'a truncated payload': [
    (() => {
      const whole = simple(pair);
      const payload = whole.payload!.subarray(0, -1);
      return { ...whole, payload, payloadDigest: sha256(payload) };
    })(),
    /did not make/,
  ],
  'a payload that has not its digest': [simple(pair, { payloadDigest: OTHER }), /digest any more/],
  'the payload of another layer': [
    { ...simple(pair), payload: simplePayload(OTHER), payloadDigest: sha256(simplePayload(OTHER)) },
    /did not make/,
  ],
  'another media type': [simple(pair, { mediaType: 'application/vnd.oci.image.layer.v1.tar' }), /form/],
  'a signature called a bundle': [simple(pair, { form: 'sigstore-bundle' }), /form/],
  'a form that nobody knows': [simple(pair, { form: 'unknown' }), /form/],
  'a signature that was too large to fetch': [{ ...simple(pair), problem: 'too-large', payload: null }, /256 KiB/],
  'one signature too many': [{ ...simple(pair), problem: 'too-many', payload: null }, /more signatures/],
  'bytes that were not those of the digest': [
    { ...simple(pair), problem: 'digest-mismatch', payload: null },
    /other bytes than the digest/,
  ],
  'a signature without bytes': [evidence(Buffer.alloc(0), { payload: null }), /could not be read/],
};

for (const [name, [what, reason]] of Object.entries(TAMPERED)) {
  test(`tampered, and no pass: ${name}`, () => {
    const verdict = judge(what, trust)!;
    assert.notEqual(verdict.outcome, 'verified');
    assert.match(verdict.reason, reason);
  });
}

test('prototype keys in hostile JSON are no fields', () => {
  const payload = Buffer.from(`{"__proto__": ${simplePayload().toString()}}`);
  assert.equal(judge(simple(pair, { payload }), trust)?.outcome, 'failed');
});

test('the place is compared only where the entry requires it, with tag and digest cut off', () => {
  const elsewhere = simple(pair, { payload: simplePayload(undefined, 'quay.io/other/name') });
  assert.ok(passes(elsewhere, trust));
  const strict = keyTrust(pair.publicKey, { requireReference: true });
  assert.match(judge(elsewhere, strict)!.reason, /another repository/);
  for (const reference of [PLACE, `${PLACE}:17.4`, `${PLACE}@sha256:${'0'.repeat(64)}`]) {
    assert.ok(passes(simple(pair, { payload: simplePayload(undefined, reference) }), strict), reference);
  }
});

test('the names of Docker Hub are one place', () => {
  const strict = keyTrust(pair.publicKey, { requireReference: true });
  const what = (reference: string) =>
    simple(pair, { payload: simplePayload(undefined, reference), place: 'registry-1.docker.io/library/postgres' });
  assert.ok(passes(what('index.docker.io/library/postgres'), strict));
  assert.ok(passes(what('docker.io/library/postgres:17'), strict));
  assert.ok(!passes(what('docker.io.evil.example/library/postgres'), strict));
});

test('out of its scope an entry says nothing', () => {
  const cases: [scope: string, isIn: boolean][] = [
    [PLACE, true],
    ['registry.example:5000/**', true],
    ['registry.example:5000/*', false],
    ['registry.example:5000/team/*', true],
    ['re:registry\\.example:5000/(team|other)/.*', true],
    ['re:team', false],
    ['registry.example:5000/team/postgres', false],
  ];
  for (const [scope, isIn] of cases) {
    assert.equal(judge(simple(pair), keyTrust(pair.publicKey, { scope })) !== null, isIn, scope);
  }
});

test('a key says nothing of what a certificate signed', () => {
  const what = simple(pair);
  const annotations = { ...what.annotations, 'dev.sigstore.cosign/certificate': 'anything' };
  assert.equal(judge({ ...what, annotations }, trust), null);
});

test('what is no trustworthy public key is refused with a next step', () => {
  const cases: [pem: string, message: RegExp][] = [
    [pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), /private key/],
    ['-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----', /cannot be read/],
    ['ssh-ed25519 AAAA', /not one public key/],
    [pemOf(pair.publicKey) + pemOf(pair.publicKey), /not one public key/],
    ['', /missing/],
  ];
  for (const [key, message] of cases) assert.throws(() => readTrust(trustInput('key', { key })), message);
  assert.throws(() => readTrust(trustInput('key', { key: SAMPLE_PUBLIC_KEY, scope: 're:(' })), /scope is no pattern/);
  assert.throws(() => readTrust(trustInput('key', { key: SAMPLE_PUBLIC_KEY, roots: 'x' })), /has no roots/);
});

test('a weak RSA key is refused', async () => {
  const { generateKeyPairSync } = await import('node:crypto');
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });
  assert.throws(() => keyTrust(weak.publicKey), /1024 bits/);
  const curve = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
  assert.throws(() => keyTrust(curve.publicKey), /not supported/);
});
