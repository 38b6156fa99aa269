import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import { before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { initializeCA, initializeCTLog, initializeTLog } from '@sigstore/mock';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import {
  BUNDLE_TYPE,
  bundle,
  envelope,
  evidence,
  IN_TOTO,
  judge,
  keyTrust,
  OTHER,
  passes,
  preAuth,
  signBytes,
  simplePayload,
  statement,
  trustInput,
} from './testing.ts';
import { readTrust, type Trust } from './trust.ts';
import type { EvidenceBytes } from './verdict.ts';

const ISSUER = 'https://token.actions.githubusercontent.com';
const WORKFLOW = 'https://github.com/cloudnative-pg/postgres-containers/.github/workflows/bake.yaml@refs/heads/main';

/** A Fulcio, a certificate log and a Rekor by the Sigstore project's own mock, and the root that names them. */
interface Sigstore {
  readonly root: string;
  certify(key: KeyObject, subject?: string): Promise<Buffer>;
  log(
    entry: object,
  ): Promise<{ body: string; integratedTime: number; logID: string; logIndex: number; set: string; proof: Proof }>;
}

/** Rekor's answer. */
interface Logged {
  body: string;
  integratedTime: number;
  logID: string;
  logIndex: number;
  verification: { inclusionProof: Proof; signedEntryTimestamp: string };
}

interface Proof {
  logIndex: number;
  treeSize: number;
  rootHash: string;
  hashes: string[];
  checkpoint: string;
}

async function sigstore(at?: Date, logAt?: Date): Promise<Sigstore> {
  // Certificates count in seconds, and the root begins when it is made: late in a second it would begin after the others.
  const late = Date.now() % 1000;
  if (late > 700) await sleep(1000 - late);
  const clock = at ?? new Date();
  const logClock = logAt ?? clock;
  const pair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ctlog = await initializeCTLog(pair(), clock);
  const ca = await initializeCA(pair(), ctlog, clock);
  const tlog = await initializeTLog('https://rekor.example', pair(), logClock);
  const start = new Date('2020-01-01T00:00:00Z');
  const publicKey = (rawBytes: Buffer) => ({ rawBytes, keyDetails: 5, validFor: { start, end: undefined } });
  const keyId = (key: Buffer) => ({ keyId: createHash('sha256').update(key).digest() });
  const instance = (name: string, key: Buffer) => ({
    baseUrl: `https://${name}`,
    hashAlgorithm: 1,
    publicKey: publicKey(key),
    logId: keyId(key),
    checkpointKeyId: undefined,
    operator: '',
  });
  const root = TrustedRoot.toJSON({
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: [instance('rekor.example', tlog.publicKey)],
    ctlogs: [instance('ct.example', ctlog.publicKey)],
    certificateAuthorities: [
      {
        subject: { commonName: 'fulcio', organization: 'example' },
        uri: 'https://fulcio.example',
        certChain: { certificates: [{ rawBytes: Buffer.from(ca.rootCertificate.buffer) }] },
        validFor: { start, end: undefined },
        operator: '',
      },
    ],
    timestampAuthorities: [],
  });
  return {
    root: JSON.stringify(root),
    certify: async (key, subject = WORKFLOW) => {
      const spki = key.export({ type: 'spki', format: 'der' });
      const extensions = [{ oid: '1.3.6.1.4.1.57264.1.8', value: ISSUER }];
      const certificate = await ca.issueCertificate({
        publicKey: new Uint8Array(spki),
        subjectAltName: subject,
        extensions,
      });
      return Buffer.from(certificate.buffer);
    },
    log: async (entry) => {
      const [logged] = Object.values(await tlog.log(entry)) as Logged[];
      const { body, integratedTime, logID, logIndex, verification } = logged!;
      const { inclusionProof: proof, signedEntryTimestamp: set } = verification;
      return { body, integratedTime, logID, logIndex, set, proof };
    },
  };
}

const pem = (der: Buffer) => new X509Certificate(der).toString();

/** Signs as cosign 2 does without a key: annotations with certificate and log entry. */
async function signSimple(
  world: Sigstore,
  { subject = WORKFLOW, payload = simplePayload() } = {},
): Promise<EvidenceBytes> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const certificate = pem(await world.certify(publicKey, subject));
  const signature = signBytes(privateKey, payload).toString('base64');
  const entry = await world.log({
    apiVersion: '0.0.1',
    kind: 'hashedrekord',
    spec: {
      data: { hash: { algorithm: 'sha256', value: createHash('sha256').update(payload).digest('hex') } },
      signature: { content: signature, publicKey: { content: Buffer.from(certificate).toString('base64') } },
    },
  });
  const { body, integratedTime, logIndex, logID, set } = entry;
  return evidence(payload, {
    annotations: {
      'dev.cosignproject.cosign/signature': signature,
      'dev.sigstore.cosign/certificate': certificate,
      'dev.sigstore.cosign/bundle': JSON.stringify({
        SignedEntryTimestamp: set,
        Payload: { body, integratedTime, logIndex, logID },
      }),
    },
  });
}

/** Signs as cosign 3 does without a key: a bundle with certificate, log entry and its proof. */
async function signBundle(world: Sigstore, { payload = statement(), subject = WORKFLOW } = {}) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const certificate = await world.certify(publicKey, subject);
  const sig = signBytes(privateKey, preAuth(IN_TOTO, payload)).toString('base64');
  const hash = (bytes: Uint8Array) => ({
    algorithm: 'sha256',
    value: createHash('sha256').update(bytes).digest('hex'),
  });
  const entry = await world.log({
    apiVersion: '0.0.1',
    kind: 'dsse',
    spec: {
      envelopeHash: hash(payload),
      payloadHash: hash(payload),
      signatures: [{ signature: sig, verifier: Buffer.from(pem(certificate)).toString('base64') }],
    },
  });
  return {
    mediaType: BUNDLE_TYPE,
    verificationMaterial: {
      certificate: { rawBytes: certificate.toString('base64') },
      tlogEntries: [
        {
          logIndex: String(entry.logIndex),
          logId: { keyId: Buffer.from(entry.logID, 'hex').toString('base64') },
          kindVersion: { kind: 'dsse', version: '0.0.1' },
          integratedTime: String(entry.integratedTime),
          inclusionPromise: { signedEntryTimestamp: entry.set },
          inclusionProof: {
            logIndex: String(entry.proof.logIndex),
            treeSize: String(entry.proof.treeSize),
            rootHash: Buffer.from(entry.proof.rootHash, 'hex').toString('base64'),
            hashes: [] as string[],
            checkpoint: { envelope: entry.proof.checkpoint },
          },
          canonicalizedBody: entry.body,
        },
      ],
    },
    dsseEnvelope: { payload: payload.toString('base64'), payloadType: IN_TOTO, signatures: [{ sig, keyid: '' }] },
  };
}

function trustOf(world: Sigstore, subject = WORKFLOW, issuer: string | null = ISSUER): Trust {
  return readTrust(trustInput('keyless', { trustedRoot: world.root, identities: [{ issuer, subject }] }));
}

let world: Sigstore;
let trust: Trust;
before(async () => {
  world = await sigstore();
  trust = trustOf(world);
});

test('a cosign 2 signature of an identity verifies offline, with the time that the log proves', async () => {
  const verdict = judge(await signSimple(world), trust)!;
  assert.equal(verdict.outcome, 'verified', verdict.reason);
  assert.match(verdict.signer!, /postgres-containers.*token\.actions/);
  assert.ok(Math.abs(verdict.signedAt!.getTime() - Date.now()) < 120_000);
});

test('a cosign 3 bundle of an identity verifies offline', async () => {
  const verdict = judge(bundle(await signBundle(world)), trust)!;
  assert.equal(verdict.outcome, 'verified', verdict.reason);
});

test('a cosign 2 attestation of an identity verifies offline, by what stands in its annotations', async () => {
  const payload = statement({ predicateType: 'https://slsa.dev/provenance/v1' });
  const json = await signBundle(world, { payload });
  const [entry] = json.verificationMaterial.tlogEntries;
  const der = Buffer.from(json.verificationMaterial.certificate.rawBytes, 'base64');
  const logged = {
    SignedEntryTimestamp: entry!.inclusionPromise.signedEntryTimestamp,
    Payload: {
      body: entry!.canonicalizedBody,
      integratedTime: Number(entry!.integratedTime),
      logIndex: Number(entry!.logIndex),
      logID: Buffer.from(entry!.logId.keyId, 'base64').toString('hex'),
    },
  };
  const annotations = {
    'dev.sigstore.cosign/certificate': pem(der),
    'dev.sigstore.cosign/bundle': JSON.stringify(logged),
  };
  const verdict = judge(envelope(json.dsseEnvelope, { annotations }), trust)!;
  assert.deepEqual([verdict.outcome, verdict.what], ['verified', 'attestation'], verdict.reason);
  const { 'dev.sigstore.cosign/bundle': _, ...bare } = annotations;
  assert.equal(judge(envelope(json.dsseEnvelope, { annotations: bare }), trust)?.outcome, 'failed');
  assert.equal(judge(envelope(json.dsseEnvelope), trust), null, 'without its certificate it is of no identity');
});

test('identities are exact, or patterns that match the whole subject', async () => {
  const what = await signSimple(world);
  const cases: [subject: string, isTrusted: boolean][] = [
    [WORKFLOW, true],
    ['https://github.com/cloudnative-pg/**', true],
    ['https://github.com/cloudnative-pg/*', false],
    ['re:https://github\\.com/cloudnative-pg/postgres-containers/.*', true],
    ['re:cloudnative-pg', false],
    [WORKFLOW.slice(0, -1), false],
  ];
  for (const [subject, isTrusted] of cases) assert.equal(passes(what, trustOf(world, subject)), isTrusted, subject);
  const other = judge(what, trustOf(world, '**', 'https://accounts.google.com'))!;
  assert.match(other.reason, /whom this entry does not name/);
});

test('tampered, and no pass: a certificate for another identity', async () => {
  const what = await signSimple(world, { subject: 'https://github.com/somebody/else/.github/workflows/x.yaml@main' });
  assert.match(judge(what, trust)!.reason, /whom this entry does not name/);
});

test('tampered, and no pass: a certificate of another authority', async () => {
  assert.equal(judge(await signSimple(await sigstore()), trust)?.outcome, 'failed');
  assert.equal(judge(bundle(await signBundle(await sigstore())), trust)?.outcome, 'failed');
});

test('tampered, and no pass: signed after the certificate had expired', async () => {
  const late = await sigstore(new Date(), new Date(Date.now() + 24 * 3600_000));
  const verdict = judge(await signSimple(late), trustOf(late))!;
  assert.match(verdict.reason, /not valid when the signature was made/);
  assert.equal(judge(bundle(await signBundle(late)), trustOf(late))?.outcome, 'failed');
});

test('tampered, and no pass: nothing proves the time', async () => {
  const what = await signSimple(world);
  const { 'dev.sigstore.cosign/bundle': _, ...annotations } = what.annotations;
  assert.match(judge({ ...what, annotations }, trust)!.reason, /nothing proves when/);
  const json = await signBundle(world);
  const entries: unknown[] = [];
  const bare = { ...json, verificationMaterial: { ...json.verificationMaterial, tlogEntries: entries } };
  assert.equal(judge(bundle(bare), trust)?.outcome, 'failed');
});

test('tampered, and no pass: the log entry of another signature', async () => {
  const [one, two] = [await signSimple(world), await signSimple(world)];
  const entry = two.annotations['dev.sigstore.cosign/bundle']!;
  const changed = { ...one, annotations: { ...one.annotations, 'dev.sigstore.cosign/bundle': entry } };
  assert.match(judge(changed, trust)!.reason, /another signature/);
  const [a, b] = [await signBundle(world), await signBundle(world, { payload: statement({ predicate: { x: 1 } }) })];
  const mixed = {
    ...a,
    verificationMaterial: { ...a.verificationMaterial, tlogEntries: b.verificationMaterial.tlogEntries },
  };
  assert.equal(judge(bundle(mixed), trust)?.outcome, 'failed');
});

test('tampered, and no pass: another time in the log entry', async () => {
  const what = await signSimple(world);
  const entry = JSON.parse(what.annotations['dev.sigstore.cosign/bundle']!);
  entry.Payload.integratedTime += 1;
  const annotations = { ...what.annotations, 'dev.sigstore.cosign/bundle': JSON.stringify(entry) };
  assert.match(judge({ ...what, annotations }, trust)!.reason, /promise/);
});

test('tampered, and no pass: a payload or statement of another image', async () => {
  assert.match(judge(await signSimple(world, { payload: simplePayload(OTHER) }), trust)!.reason, /another image/);
  const json = await signBundle(world, { payload: statement({}, OTHER) });
  assert.match(judge(bundle(json), trust)!.reason, /another image/);
});

test('tampered, and no pass: proofs without end, which are refused before they are compared', async () => {
  const json = await signBundle(world);
  const [entry] = json.verificationMaterial.tlogEntries;
  const tlogEntries = Array.from({ length: 200 }, (_, n) => ({ ...entry, logIndex: String(n) }));
  const many = { ...json, verificationMaterial: { ...json.verificationMaterial, tlogEntries } };
  assert.match(judge(bundle(many), trust)!.reason, /more than 10 proofs/);
});

test('a single flipped byte of payload, signature or certificate never verifies', async () => {
  const what = await signSimple(world);
  const flip = (bytes: Uint8Array, at: number) => {
    const flipped = Buffer.from(bytes);
    flipped[at]! ^= 0x01;
    return flipped;
  };
  const payload = what.payload!;
  for (let at = 0; at < payload.length; at += 7) {
    const changed = flip(payload, at);
    const payloadDigest = `sha256:${createHash('sha256').update(changed).digest('hex')}`;
    assert.ok(!passes({ ...what, payload: changed, payloadDigest }, trust), `payload ${at}`);
  }
  const json = await signBundle(world);
  const der = Buffer.from(json.verificationMaterial.certificate.rawBytes, 'base64');
  // What the authority signed: header, then a SEQUENCE with a length of two bytes (RFC 5280 §4.1).
  const signed = 4 + 4 + der.readUInt16BE(6);
  for (let at = 0; at < signed; at += 1) {
    const certificate = { rawBytes: flip(der, at).toString('base64') };
    const changed = { ...json, verificationMaterial: { ...json.verificationMaterial, certificate } };
    assert.ok(!passes(bundle(changed), trust), `certificate ${at}`);
  }
  const sig = Buffer.from(json.dsseEnvelope.signatures[0]!.sig, 'base64');
  for (let at = 0; at < sig.length; at += 1) {
    const signatures = [{ sig: flip(sig, at).toString('base64'), keyid: '' }];
    assert.ok(!passes(bundle({ ...json, dsseEnvelope: { ...json.dsseEnvelope, signatures } }), trust), `sig ${at}`);
  }
});

test('a key says nothing of an identity, nor an identity of a key', async () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  assert.equal(judge(bundle(await signBundle(world)), keyTrust(publicKey)), null);
});

test('roots and identities that would trust everybody are refused', () => {
  const identities = [{ issuer: ISSUER, subject: WORKFLOW }];
  const refused = (more: object, message: RegExp) =>
    assert.throws(() => readTrust(trustInput('keyless', { trustedRoot: world.root, identities, ...more })), message);
  refused({ identities: [] }, /everybody/);
  refused({ identities: [{ issuer: null, subject: '**' }] }, /no issuer/);
  refused({ trustedRoot: null }, /missing/);
  refused({ trustedRoot: '{' }, /cannot be read/);
  refused({ trustedRoot: '{}' }, /no certificate authority/);
  const { tlogs: _, ...noLog } = JSON.parse(world.root);
  refused({ trustedRoot: JSON.stringify(noLog) }, /neither a transparency log/);
});
