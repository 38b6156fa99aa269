import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ImageVulnerabilityReports } from '@pharos/contract';
import { answerProbe, makeAgent, startTestServer, type TestServer } from './testing.ts';
import { reportScan } from './testing-registry.ts';
import {
  DSSE_TYPE,
  IN_TOTO,
  KEYS,
  OTHER,
  pemOf,
  preAuth,
  SUBJECT,
  sha256,
  signBytes,
  simplePayload,
  trustInput,
} from './verification/testing.ts';

const location = 'eu-west';
const HOST = 'registry.example.com';
const REPOSITORY = 'team/postgresql';
const TAGS = { '17.4': SUBJECT, '16.8': OTHER };
let it: TestServer;
let agent: ReturnType<typeof makeAgent>;
let scanId = '';
const [release, other] = [KEYS['ECDSA P-256'](), KEYS.Ed25519()];

before(async () => {
  it = await startTestServer();
  agent = makeAgent(it, location);
  await agent.hello();
  const body = { name: 'Team registry', url: HOST, locationId: location };
  const [created] = await Promise.all([it.call('createRegistry', { body }), answerProbe(agent)]);
  ({ scanId } = await reportScan(agent, { registryId: created.body.id, repository: REPOSITORY, tags: TAGS }));
});
after(() => it.stop());

function evidence(subject: string, pair = release, more: object = {}) {
  const payload = simplePayload(SUBJECT, `${HOST}/team/postgresql`);
  return {
    subject,
    digest: sha256(Buffer.from(`${subject} ${more ? JSON.stringify(more) : ''}`)),
    position: 0,
    form: 'cosign-simple',
    mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json',
    annotations: { 'dev.cosignproject.cosign/signature': signBytes(pair.privateKey, payload).toString('base64') },
    payloadDigest: sha256(payload),
    payload: payload.toString('base64'),
    subjectManifest: null,
    problem: null,
    ...more,
  };
}

const send = (...list: object[]) =>
  agent.call('agentScanEvidence', { params: { id: scanId }, body: { evidence: list } });

/** The verification of an image, once there is nothing left to do. */
async function settled(digest = SUBJECT) {
  for (let tries = 0; tries < 200; tries += 1) {
    const { body, text, status } = await it.call('getImageVerification', { params: { digest }, query: {} });
    assert.equal(status, 200, text);
    if (body.state !== 'checking') return body;
    await sleep(10);
  }
  throw new Error('it is being verified for ever');
}

/** The names that a query of tags finds, once they are these: lists follow in the background. */
async function listed(q: string, names: string): Promise<void> {
  let last = '';
  for (let tries = 0; tries < 200; tries += 1) {
    const { body } = await it.call('listTags', { query: { q, sort: 'name' } });
    last = body.items.map(({ name }: { name: string }) => name).join();
    if (last === names) return;
    await sleep(10);
  }
  assert.equal(last, names, q);
}

test('a signature is verified when it comes, and again when trust does; the other image has none of it', async () => {
  assert.equal((await settled()).state, 'none');
  assert.equal((await send(evidence(SUBJECT))).status, 204);
  assert.equal((await settled()).state, 'untrusted');
  const body = { name: 'release', kind: 'key', key: pemOf(release.publicKey), scope: `${HOST}/team/**` };
  const created = await it.call('createTrust', { body });
  assert.equal(created.status, 201, created.text);
  assert.deepEqual([created.body.keys[0].algorithm, created.body.createdBy], ['ECDSA P-256', 'PHAROS_ADMIN_TOKEN']);
  const verified = await settled();
  assert.deepEqual([verified.state, verified.verifiedBy[0].trust], ['verified', 'release']);
  await listed('signed:verified', '17.4');
  await listed('-signed:yes', '16.8');
  const image = await it.call('getImage', { params: { digest: SUBJECT } });
  assert.equal(image.body.verification.state, 'verified');

  // The very same signature under another image.
  assert.equal((await send(evidence(OTHER))).status, 204);
  const moved = await settled(OTHER);
  assert.equal(moved.state, 'failed');
  assert.match(moved.sentence, /another image/);

  const { id } = created.body;
  await it.call('updateTrust', { params: { id }, body: { enabled: false } });
  assert.notEqual((await settled()).state, 'verified');
  await listed('signed:verified', '');
  await it.call('updateTrust', { params: { id }, body: { enabled: true, requireReference: true } });
  assert.equal((await settled()).state, 'verified');
  await listed('signed:verified', '17.4');
  await it.call('deleteTrust', { params: { id } });
  assert.equal((await settled()).state, 'untrusted');
  await listed('signed:verified', '');
  const changes = await it.call('listTrustChanges', { query: { trustId: id } });
  assert.deepEqual(
    changes.body.items.map(({ action, actor }: { action: string; actor: string }) => `${action} ${actor}`),
    ['delete', 'update', 'update', 'create'].map((action) => `${action} PHAROS_ADMIN_TOKEN`),
  );
});

test('a trial says what would be verified, and why the rest would not; nothing is kept', async () => {
  const input = { name: 'trial', kind: 'key', key: pemOf(release.publicKey) };
  const { body } = await it.call('checkTrust', { body: input });
  assert.deepEqual([body.images, body.signatures, body.complete], [1, 2, true]);
  assert.deepEqual(body.examples, [{ digest: SUBJECT, repository: `${HOST}/team/postgresql` }]);
  assert.match(body.reasons[0].reason, /another image/);
  const none = await it.call('checkTrust', { body: { ...input, key: pemOf(other.publicKey) } });
  assert.equal(none.body.images, 0);
  assert.equal((await it.call('listTrust', { query: {} })).body.total, 0);
});

test('only who may write trust does; everybody who reads the library sees it', async () => {
  const body = { name: 'mine', kind: 'key', key: pemOf(other.publicKey) };
  const token = await it.tokenOf('viewer');
  for (const [name, input] of [
    ['createTrust', { body }],
    ['checkTrust', { body }],
    ['updateTrust', { params: { id: randomUUID() }, body: { enabled: false } }],
    ['deleteTrust', { params: { id: randomUUID() } }],
  ] as const) {
    assert.equal((await it.call(name, input, { token })).status, 403, name);
    assert.equal((await it.call(name, input, { token: agent.token })).status, 403, name);
    assert.equal((await it.call(name, input, { token: null })).status, 401, name);
  }
  assert.equal((await it.call('listTrust', { query: {} }, { token })).status, 200);
  assert.equal((await it.call('listTrustChanges', { query: {} }, { token })).status, 200);
  const report = await it.call(
    'agentScanEvidence',
    { params: { id: scanId }, body: { evidence: [evidence(SUBJECT)] } },
    { token },
  );
  assert.equal(report.status, 403);
});

test('a private key that is pasted is refused, and stands in no answer and no log', async () => {
  const key = release.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const secret = key.split('\n')[1]!;
  for (const name of ['createTrust', 'checkTrust'] as const) {
    const refused = await it.call(name, { body: { name: 'oops', kind: 'key', key } });
    assert.deepEqual([refused.status, refused.body.code], [400, 'invalid-input']);
    assert.match(refused.body.detail, /private key/);
    assert.ok(!refused.text.includes(secret));
  }
  assert.ok(!it.log.join('').includes(secret));
});

test('what cannot work is refused with a next step', async () => {
  const good = { name: 'x', kind: 'key', key: pemOf(other.publicKey) };
  const bad: object[] = [
    { ...good, key: null },
    { ...good, key: 'no key' },
    { ...good, scope: 're:(' },
    { ...good, kind: 'keyless' },
    { ...good, kind: 'x509' },
    { ...good, identities: [{ subject: '**' }] },
    { ...good, unknown: true },
  ];
  for (const body of bad) {
    const { status, body: answer } = await it.call('createTrust', { body });
    assert.equal(status, 400, JSON.stringify(body));
    assert.ok(answer.hint, JSON.stringify(body));
  }
  const created = await it.call('createTrust', { body: good });
  assert.equal((await it.call('createTrust', { body: good })).body.code, 'name-taken');
  const { id } = created.body;
  assert.equal((await it.call('updateTrust', { params: { id }, body: { scope: 're:(' } })).status, 400);
  assert.equal((await it.call('updateTrust', { params: { id }, body: { key: 'another' } })).status, 400);
  assert.equal((await it.call('getTrust', { params: { id } })).body.scope, '**');
  await it.call('deleteTrust', { params: { id } });
  assert.equal((await it.call('deleteTrust', { params: { id } })).status, 404);
});

test('evidence out of bounds is refused, of an unknown scan too', async () => {
  const huge = Buffer.alloc(1024 * 1024 + 10).toString('base64');
  assert.equal((await send({ ...evidence(SUBJECT), payload: huge })).status, 400);
  assert.equal((await send({ ...evidence(SUBJECT), payload: 'not base64!' })).status, 400);
  assert.equal((await send(...Array.from({ length: 101 }, () => evidence(SUBJECT)))).status, 400);
  const unknown = await agent.call('agentScanEvidence', {
    params: { id: randomUUID() },
    body: { evidence: [evidence(SUBJECT)] },
  });
  assert.equal(unknown.status, 404);
});

test('vulnerability reports of a registry’s scanner are shown with who made them; bounds hold, and unknown scans are refused', async () => {
  const none = { total: 0, fixable: 0 };
  const counts = { critical: { total: 1, fixable: 1 }, high: none, medium: none, low: none, unknown: none };
  const report = {
    subject: SUBJECT,
    source: 'registry',
    document: OTHER,
    scanner: 'Trivy 0.61',
    scannedAt: '2026-11-20T00:00:00.000Z',
    counts,
    problem: null,
  };
  const put = (reports: object[], id = scanId) => agent.call('agentScanReports', { params: { id }, body: { reports } });
  assert.equal((await put([report])).status, 204);
  assert.equal((await put([report])).status, 204, 'twice is once');
  const { body, status } = await it.call('listImageVulnerabilityReports', { params: { digest: SUBJECT } });
  assert.equal(status, 200);
  assert.deepEqual(
    (body as ImageVulnerabilityReports).reports.map(({ source, trust, scanner, counts: found, repository }) => [
      source,
      trust,
      scanner,
      found?.critical.total,
      repository,
    ]),
    [['registry', null, 'Trivy 0.61', 1, 'team/postgresql']],
  );
  assert.equal((await put([{ ...report, source: 'signed' }])).status, 400, 'an agent vouches for nothing');
  assert.equal((await put([{ ...report, counts: { ...counts, high: { total: -1, fixable: 0 } } }])).status, 400);
  assert.equal((await put([report], randomUUID())).status, 404);
});

test('a signed report stands beside it with the name of the entry that verified it', async () => {
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    predicateType: 'https://cosign.sigstore.dev/attestation/vuln/v1',
    subject: [{ digest: { sha256: SUBJECT.slice(7) } }],
    predicate: {
      scanner: { uri: 'pkg:grype', result: { matches: [] } },
      metadata: { scanFinishedOn: '2026-11-24T00:00:00.000Z' },
    },
  };
  const payload = Buffer.from(JSON.stringify(statement));
  const sig = signBytes(release.privateKey, preAuth(IN_TOTO, payload)).toString('base64');
  const envelope = { payloadType: IN_TOTO, payload: payload.toString('base64'), signatures: [{ keyid: '', sig }] };
  const bytes = Buffer.from(JSON.stringify(envelope));
  const attached = {
    form: 'cosign-dsse',
    mediaType: DSSE_TYPE,
    annotations: {},
    payloadDigest: sha256(bytes),
    payload: bytes.toString('base64'),
  };
  const key = pemOf(release.publicKey);
  const made = await it.call('createTrust', { body: trustInput('key', { name: 'reports key', key }) as never });
  assert.equal(made.status, 201, made.text);
  assert.equal((await send(evidence(SUBJECT, release, attached))).status, 204);
  let found: unknown[] = [];
  for (let tries = 0; tries < 200 && found.length === 0; tries += 1) {
    await sleep(10);
    const { body } = await it.call('listImageVulnerabilityReports', { params: { digest: SUBJECT } });
    found = (body as ImageVulnerabilityReports).reports.filter(({ source }) => source === 'signed');
  }
  const [first] = found as { trust: string; scanner: string; scannedAt: string }[];
  assert.deepEqual([first?.scanner, first?.scannedAt], ['pkg:grype', '2026-11-24T00:00:00.000Z']);
  assert.ok(first?.trust);
});

/** A signed attestation with a list of packages of some megabytes and one finding, in its parts. */
function largeAttestation(subject: string, more: { size?: number; change?: (bytes: Buffer) => void } = {}) {
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    predicateType: 'https://cyclonedx.org/bom',
    subject: [{ digest: { sha256: subject.slice(7) } }],
    predicate: {
      bomFormat: 'CycloneDX',
      metadata: { timestamp: '2026-11-24T00:00:00.000Z' },
      components: Array.from({ length: 20_000 }, (_, n) => ({
        type: 'library',
        name: `package-${n}`,
        version: `1.${n}`,
      })),
      vulnerabilities: [{ id: 'CVE-2026-1', ratings: [{ severity: 'high' }] }],
    },
  };
  const payload = Buffer.from(JSON.stringify(statement));
  const sig = signBytes(release.privateKey, preAuth(IN_TOTO, payload)).toString('base64');
  const envelope = { payloadType: IN_TOTO, payload: payload.toString('base64'), signatures: [{ keyid: '', sig }] };
  const bytes = Buffer.from(JSON.stringify(envelope));
  const payloadDigest = sha256(bytes);
  more.change?.(bytes);
  const head = {
    subject,
    digest: sha256(Buffer.from(`large ${subject} ${payloadDigest}`)),
    position: 0,
    form: 'cosign-dsse',
    mediaType: DSSE_TYPE,
    annotations: {},
    payloadDigest,
    payload: null,
    subjectManifest: null,
    problem: null,
  };
  return Array.from({ length: Math.ceil(bytes.length / MIB) }, (_, part) => ({
    evidence: head,
    size: more.size ?? bytes.length,
    part,
    bytes: bytes.subarray(part * MIB, (part + 1) * MIB).toString('base64'),
  }));
}

const MIB = 1024 * 1024;
const sendPart = (body: object, id = scanId) => agent.call('agentScanEvidencePart', { params: { id }, body });

async function largeOf(digest: string) {
  for (let tries = 0; tries < 400; tries += 1) {
    const { body } = await it.call('getImageVerification', { params: { digest }, query: {} });
    const found = (
      body.evidence as { size: number; checked: boolean; results: { outcome: string; reason: string }[] }[]
    ).find(({ size }) => size > 256 * 1024);
    if (found?.checked) return found;
    await sleep(20);
  }
  throw new Error('it is never verified');
}

test('a large attestation is verified when all of its parts are there, and what it states counts; bytes are not read again', async () => {
  const parts = largeAttestation(OTHER);
  assert.ok(parts.length > 1);
  for (const part of parts.slice(0, -1)) assert.equal((await sendPart(part)).status, 204);
  const { body } = await it.call('getImageVerification', { params: { digest: OTHER }, query: {} });
  assert.deepEqual(
    body.evidence
      .filter(({ size }: { size: number }) => size > MIB)
      .map(({ checked }: { checked: boolean }) => checked),
    [false],
    'a part is missing',
  );
  assert.equal((await sendPart(parts[0]!)).status, 204, 'twice is once');
  assert.equal((await sendPart(parts.at(-1)!)).status, 204);
  const found = await largeOf(OTHER);
  assert.ok(found.results.some(({ outcome }) => outcome === 'verified'));
  const reports = await it.call('listImageVulnerabilityReports', { params: { digest: OTHER } });
  const [signed] = (reports.body as ImageVulnerabilityReports).reports.filter(({ source }) => source === 'signed');
  assert.equal(signed?.counts?.high.total, 1);
});

test('a large attestation with one byte changed verifies nothing, one out of bounds is refused, and an unknown scan too', async () => {
  const third = `sha256:${'ef'.repeat(32)}`;
  const registryId = (await it.call('listRegistries', { query: {} })).body.items[0].id;
  const tags = { ...TAGS, '15.1': third };
  ({ scanId } = await reportScan(agent, { registryId, repository: REPOSITORY, tags }));
  for (const part of largeAttestation(third, { change: (bytes) => (bytes[MIB + 5]! ^= 1) })) {
    assert.equal((await sendPart(part)).status, 204);
  }
  const found = await largeOf(third);
  assert.ok(found.results.length > 0);
  assert.deepEqual([...new Set(found.results.map(({ outcome }) => outcome))], ['failed']);
  assert.match(found.results[0]!.reason, /digest/);
  const [first] = largeAttestation(third, { size: 16 * MIB + 1 });
  assert.equal((await sendPart(first!)).status, 400);
  const [fine] = largeAttestation(third);
  assert.equal((await sendPart({ ...fine!, bytes: Buffer.alloc(MIB + 3).toString('base64') })).status, 400);
  assert.equal((await sendPart(fine!, randomUUID())).status, 404);
});
