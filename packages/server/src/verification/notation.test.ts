import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { constants, createPrivateKey, type KeyObject, sign, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { evidence, judge, keyTrust, OTHER, passes, SUBJECT, trustInput } from './testing.ts';
import { readTrust, type Trust } from './trust.ts';
import type { EvidenceBytes } from './verdict.ts';

/** A certificate and its key, made by openssl. */
interface Made {
  readonly pem: string;
  readonly key: KeyObject;
  readonly files: { key: string; certificate: string };
}

let folder = '';
let count = 0;

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { stdio: 'pipe' });
}

const CA = 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign';
const LEAF = 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=codeSigning';

function make(
  name: string,
  extensions: string,
  issuer?: Made,
  kind: string[] = ['ec', 'ec_paramgen_curve:P-256'],
  hash = '-sha256',
): Made {
  count += 1;
  const at = (end: string) => join(folder, `${count}.${end}`);
  writeFileSync(at('ext'), extensions);
  openssl(
    'req',
    '-newkey',
    kind[0]!,
    '-pkeyopt',
    kind[1]!,
    '-nodes',
    '-subj',
    `/C=DE/O=Example/CN=${name}`,
    '-keyout',
    at('key'),
    '-out',
    at('csr'),
  );
  const signer = issuer
    ? ['-CA', issuer.files.certificate, '-CAkey', issuer.files.key, '-CAcreateserial']
    : ['-signkey', at('key')];
  openssl('x509', '-req', '-in', at('csr'), ...signer, hash, '-days', '365', '-extfile', at('ext'), '-out', at('crt'));
  return {
    pem: readFileSync(at('crt'), 'utf8'),
    key: createPrivateKey(readFileSync(at('key'), 'utf8')),
    files: { key: at('key'), certificate: at('crt') },
  };
}

interface Options {
  subject?: string;
  header?: Record<string, unknown>;
  alg?: string;
  key?: KeyObject;
  payload?: unknown;
}

const SCHEME = 'io.cncf.notary.signingScheme';
const b64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** An envelope as notation writes it (signature-envelope-jws.md). */
function envelope(chain: readonly Made[], options: Options = {}) {
  const { subject = SUBJECT, header = {}, alg = 'ES256', key = chain[0]!.key } = options;
  const protectedHeader = b64({
    alg,
    cty: 'application/vnd.cncf.notary.payload.v1+json',
    crit: [SCHEME],
    [SCHEME]: 'notary.x509',
    'io.cncf.notary.signingTime': '2026-11-20T10:00:00Z',
    ...header,
  });
  const target = {
    targetArtifact: { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: subject, size: 5 },
  };
  const payload = b64(options.payload ?? target);
  const input = Buffer.from(`${protectedHeader}.${payload}`);
  const how = alg.startsWith('PS')
    ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : { key, dsaEncoding: 'ieee-p1363' as const };
  return {
    payload,
    protected: protectedHeader,
    header: { x5c: chain.map(({ pem }) => new X509Certificate(pem).raw.toString('base64')) },
    signature: sign(`sha${alg.slice(2)}`, input, how).toString('base64url'),
  };
}

function notation(json: unknown, more: Partial<EvidenceBytes> = {}): EvidenceBytes {
  return evidence(Buffer.from(JSON.stringify(json)), {
    form: 'notation-jws',
    mediaType: 'application/jose+json',
    ...more,
  });
}

let root: Made;
let middle: Made;
let leaf: Made;
let trust: Trust;
/** Within the days of the certificates, which openssl begins now. */
const at = new Date(Date.now() + 3600_000);
const trustOf = (roots: string, subjects: string[] = []) =>
  readTrust(trustInput('x509', { roots, identities: subjects.map((subject) => ({ issuer: null, subject })) }));

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'pharos-notation-'));
  root = make('Root', CA);
  middle = make('Intermediate', `${CA},cRLSign\n`.replace('CA:TRUE', 'CA:TRUE,pathlen:0'), root);
  leaf = make('Release', LEAF, middle);
  trust = trustOf(root.pem);
});
after(() => rmSync(folder, { recursive: true, force: true }));

test('a signature through an intermediate to a configured root verifies, until the chain expires', () => {
  const verdict = judge(notation(envelope([leaf, middle, root])), trust, at)!;
  assert.equal(verdict.outcome, 'verified', verdict.reason);
  assert.equal(verdict.signer, 'C=DE, O=Example, CN=Release');
  assert.ok(verdict.validUntil! > at);
  assert.ok(passes(notation(envelope([leaf, middle])), trust, at), 'the root itself need not be sent');
});

test('RSA-PSS and P-384 verify with the algorithm that fits the key, and with no other', () => {
  const rsa = make('RSA', LEAF, root, ['rsa', 'rsa_keygen_bits:3072']);
  assert.ok(passes(notation(envelope([rsa], { alg: 'PS384' })), trust, at));
  assert.match(judge(notation(envelope([rsa], { alg: 'PS256' })), trust, at)!.reason, /another algorithm/);
  const p384 = make('P384', LEAF, root, ['ec', 'ec_paramgen_curve:P-384']);
  assert.ok(passes(notation(envelope([p384], { alg: 'ES384' })), trust, at));
});

test('identities narrow a root down', () => {
  const what = notation(envelope([leaf, middle]));
  assert.ok(passes(what, trustOf(root.pem, ['C=DE, O=Example, CN=Release']), at));
  assert.ok(passes(what, trustOf(root.pem, ['*CN=Release']), at));
  assert.match(judge(what, trustOf(root.pem, ['CN=Release']), at)!.reason, /does not name/);
});

test('a single flipped byte of payload, header or signature never verifies', () => {
  const good = envelope([leaf, middle]);
  for (const field of ['payload', 'protected', 'signature'] as const) {
    const bytes = Buffer.from(good[field], 'base64url');
    for (let index = 0; index < bytes.length; index += 1) {
      const flipped = Buffer.from(bytes);
      flipped[index]! ^= 0x01;
      assert.ok(!passes(notation({ ...good, [field]: flipped.toString('base64url') }), trust, at), `${field} ${index}`);
    }
    for (const text of [`${good[field]}=`, `${good[field]} `, good[field].slice(0, -1)]) {
      assert.ok(!passes(notation({ ...good, [field]: text }), trust, at), text.slice(-3));
    }
  }
});

const CASES: Record<string, [() => [EvidenceBytes, Date?], RegExp]> = {
  'another image': [() => [notation(envelope([leaf, middle], { subject: OTHER }))], /another image/],
  'the signature under another image': [
    () => [notation(envelope([leaf, middle]), { subject: OTHER })],
    /another image/,
  ],
  'a payload without a target': [() => [notation(envelope([leaf, middle], { payload: {} }))], /targetArtifact/],
  'an expired certificate': [
    () => [notation(envelope([leaf, middle])), new Date(Date.now() + 400 * 86_400_000)],
    /expired on/,
  ],
  'a certificate of the future': [() => [notation(envelope([leaf, middle])), new Date(0)], /not valid yet/],
  'an expired signature': [
    () => {
      const header = { crit: [SCHEME, 'io.cncf.notary.expiry'], 'io.cncf.notary.expiry': '2026-11-21T10:00:00Z' };
      return [notation(envelope([leaf, middle], { header }))];
    },
    /signature expired/,
  ],
  'an expiry that is not protected': [
    () => [notation(envelope([leaf, middle], { header: { 'io.cncf.notary.expiry': '2099-11-21T10:00:00Z' } }))],
    /protect its expiry/,
  ],
  'another root': [() => [notation(envelope([make('Foreign', LEAF, make('Evil', CA))]))], /does not come from a root/],
  'a root of the same name': [() => [notation(envelope([make('Foreign', LEAF, make('Root', CA))]))], /does not come/],
  'a missing intermediate': [() => [notation(envelope([leaf]))], /does not come from a root/],
  'an intermediate that issued something else': [
    () => [notation(envelope([leaf, make('Intermediate', CA, root)]))],
    /not issued by the next/,
  ],
  'a signer that plays authority': [
    () => {
      const signer = make('Signer', LEAF, root);
      return [notation(envelope([make('Below', LEAF, signer), signer]))];
    },
    /not issued by the next|may not issue/,
  ],
  'a chain longer than its authority allows': [
    () => {
      const second = make('Second', CA, middle);
      return [notation(envelope([make('Deep', LEAF, second), second, middle]))];
    },
    /so long a chain/,
  ],
  'a certificate for servers': [
    () => [notation(envelope([make('Server', LEAF.replace('codeSigning', 'serverAuth'), root)]))],
    /not for code signing/,
  ],
  'a certificate for everything': [
    () => [
      notation(envelope([make('Any', 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature', root)])),
    ],
    /not for code signing/,
  ],
  'a certificate that may not sign': [
    () => [notation(envelope([make('NoSign', LEAF.replace('digitalSignature', 'keyEncipherment'), root)]))],
    /may not sign/,
  ],
  'limits that nobody here checks': [
    () => {
      const limited = make('Limited', `${CA}\nnameConstraints=critical,permitted;DNS:example.com`, root);
      return [notation(envelope([make('Under', LEAF, limited), limited]))];
    },
    /cannot be checked/,
  ],
  'a certificate that was signed over SHA-1': [
    () => [notation(envelope([make('Old', LEAF, root, undefined, '-sha1')]))],
    /can be forged/,
  ],
  'an intermediate with a short key': [
    () => {
      const weak = make('Weak', CA, root, ['rsa', 'rsa_keygen_bits:1024']);
      return [notation(envelope([make('Under', LEAF, weak), weak]))];
    },
    /1024 bits/,
  ],
  'another key than the certificate has': [
    () => [notation(envelope([leaf, middle], { key: middle.key }))],
    /does not fit/,
  ],
  'no certificate': [() => [notation({ ...envelope([leaf]), header: {} })], /no certificate/],
  'a certificate that is none': [
    () => [notation({ ...envelope([leaf]), header: { x5c: ['AAAA'] } })],
    /cannot be read/,
  ],
  'eleven certificates': [
    () => [notation({ ...envelope([leaf]), header: { x5c: Array.from({ length: 11 }, () => 'AAAA') } })],
    /more than 10/,
  ],
  'another content type': [() => [notation(envelope([leaf, middle], { header: { cty: 'text/plain' } }))], /no payload/],
  'a scheme that is not protected': [
    () => [notation(envelope([leaf, middle], { header: { crit: [] } }))],
    /protect its signing/,
  ],
  'something critical that nobody here knows': [
    () => [notation(envelope([leaf, middle], { header: { crit: [SCHEME, 'com.example.plugin'] } }))],
    /not known here/,
  ],
  'the scheme of signing authorities': [
    () => [notation(envelope([leaf, middle], { header: { [SCHEME]: 'notary.x509.signingAuthority' } }))],
    /cannot be verified here/,
  ],
  'an envelope cut off': [
    () => [
      evidence(Buffer.from(JSON.stringify(envelope([leaf])).slice(0, 99)), {
        form: 'notation-jws',
        mediaType: 'application/jose+json',
      }),
    ],
    /not JSON/,
  ],
  'another media type': [() => [notation(envelope([leaf, middle]), { mediaType: 'application/json' })], /form/],
};

for (const [name, [build, reason]] of Object.entries(CASES)) {
  test(`tampered notation signature, and no pass: ${name}`, () => {
    const [what, when = at] = build();
    const verdict = judge(what, trust, when)!;
    assert.notEqual(verdict.outcome, 'verified');
    assert.match(verdict.reason, reason);
  });
}

test('a signature in COSE form is said to be one that cannot be verified, not an unsigned image', () => {
  const what = evidence(Buffer.from([0xd2]), { form: 'notation-cose', mediaType: 'application/cose' });
  assert.deepEqual(
    [judge(what, trust, at)?.outcome, judge(what, trust, at)?.reason],
    ['unsupported', 'Notary Project signatures in COSE form cannot be verified here.'],
  );
});

test('a key says nothing of a notation signature; roots that are none are refused', () => {
  const publicKey = new X509Certificate(leaf.pem).publicKey;
  assert.equal(judge(notation(envelope([leaf, middle])), keyTrust(publicKey), at), null);
  assert.throws(() => trustOf('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'), /cannot be read/);
  assert.throws(() => trustOf(leaf.key.export({ type: 'pkcs8', format: 'pem' }).toString()), /not certificates/);
});
