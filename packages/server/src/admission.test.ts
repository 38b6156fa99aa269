import assert from 'node:assert/strict';
import { createHash, createPublicKey, randomUUID, verify } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { type AdmissionSnapshot, SnapshotHeader, signedSnapshotText } from '@pharos/contract';
import { SnapshotIndex } from '@pharos/library';
import { openTestStore } from '@pharos/store/testing';
import { openKeyring } from './keyring.ts';
import { answerProbe, makeAgent, startTestServer, type TestServer } from './testing.ts';
import { digestOf, reportScan } from './testing-registry.ts';

const LOCATION = 'eu-west';
const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const [GOOD, BAD] = [digestOf('good'), digestOf('bad')];
let it: TestServer;
let agent: ReturnType<typeof makeAgent>;

before(async () => {
  it = await startTestServer();
  agent = makeAgent(it, LOCATION);
  await agent.hello();
  const body = { name: 'Team registry', url: 'registry.example.com', locationId: LOCATION };
  const [created] = await Promise.all([it.call('createRegistry', { body }), answerProbe(agent)]);
  const tags = { '17': GOOD, '16': BAD };
  await reportScan(agent, { registryId: created.body.id, repository: 'team/pg', tags });
});
after(() => it.stop());

const decide = (digest: string, state: 'approved' | 'rejected' | 'revoked') =>
  it.store.decisions.decide([{ digest, state, reason: 'test', actor: 'alice', actorKind: 'session' }], new Date());

async function fetchSnapshot(more: object = {}): Promise<{ answer: AdmissionSnapshot; header: SnapshotHeader }> {
  const { body, status, text } = await agent.call('agentAdmissionSnapshot', {
    query: { agentId: agent.agentId, ...more },
  });
  assert.equal(status, 200, text);
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: body.publicKey }, format: 'jwk' });
  const signed = Buffer.from(signedSnapshotText(body.header));
  assert.ok(verify(null, signed, key, Buffer.from(body.signature, 'base64url')), 'the signature fits');
  return { answer: body, header: SnapshotHeader.parse(JSON.parse(body.header)) };
}

function indexOf({ content }: AdmissionSnapshot, header: SnapshotHeader): SnapshotIndex {
  const text = gunzipSync(Buffer.from(content!, 'base64')).toString();
  assert.equal(hash(text), header.contentSha256);
  const index = new SnapshotIndex();
  for (const line of text.trimEnd().split('\n')) index.add(line);
  assert.ok(index.isWhole);
  return index;
}

const pod = (image: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  spec: { containers: [{ name: 'c', image }] },
});

test('an agent gets what its location may run, signed; a decision makes a new generation, and nothing else does', async () => {
  const none = await fetchSnapshot();
  assert.equal(indexOf(none.answer, none.header).standingOf(GOOD, new Date()), null);
  await decide(GOOD, 'approved');
  const some = await fetchSnapshot();
  assert.ok(some.header.generation > none.header.generation);
  const index = indexOf(some.answer, some.header);
  assert.deepEqual(
    [
      index.standingOf(GOOD, new Date())?.state,
      index.digestOf('registry.example.com/team/pg', '17'),
      some.header.locationId,
    ],
    ['approved', GOOD, LOCATION],
  );
  const { contentSha256, generation } = some.header;
  const same = await fetchSnapshot({ generation, contentSha256 });
  assert.deepEqual([same.answer.content, same.header.generation], [null, generation]);
  await decide(GOOD, 'revoked');
  const revoked = await fetchSnapshot({ generation, contentSha256 });
  assert.ok(revoked.header.generation > generation);
  assert.equal(indexOf(revoked.answer, revoked.header).standingOf(GOOD, new Date())?.state, 'revoked');
  const restored = await fetchSnapshot({ generation: revoked.header.generation + 1 });
  assert.ok(restored.header.generation > revoked.header.generation, 'an agent that had more is answered with more');
});

test('the key that signs is the same after a restart, rests sealed, and is not replaced when it cannot be opened', async () => {
  const store = await openTestStore();
  const keyOf = async (key: Buffer) => {
    const server = await startTestServer({ store, key });
    const one = makeAgent(server, LOCATION);
    await one.hello();
    const { body, status } = await one.call('agentAdmissionSnapshot', { query: { agentId: one.agentId } });
    await server.stop();
    return { status, publicKey: body.publicKey };
  };
  const first = await keyOf(Buffer.alloc(32, 1));
  assert.equal(first.status, 200);
  assert.deepEqual(await keyOf(Buffer.alloc(32, 1)), first);
  assert.match((await store.settings.get('admission-signing-key'))!, /^v2\./);
  assert.equal((await keyOf(Buffer.alloc(32, 2))).status, 500);
  assert.deepEqual(await keyOf(Buffer.alloc(32, 1)), first);
  await store.close();
});

test('the key that signs goes along when the key of secrets is changed', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'pharos-admission-key-'));
  const store = await openTestStore();
  const publicKeyOf = async (work: (server: TestServer) => Promise<void> = async () => {}) => {
    const server = await startTestServer({ store, key: await openKeyring({ dataDir }) });
    await work(server);
    const one = makeAgent(server, LOCATION);
    await one.hello();
    const { body } = await one.call('agentAdmissionSnapshot', { query: { agentId: one.agentId } });
    await server.stop();
    return body.publicKey;
  };
  const first = await publicKeyOf();
  await publicKeyOf(async (server) => {
    const rotated = await server.call('rotateEncryptionKey');
    assert.deepEqual(
      rotated.body.keys.map((key: { sealed: number }) => key.sealed),
      [1, 0],
    );
    assert.equal((await server.call('forgetEncryptionKeys')).body.keys.length, 1);
  });
  assert.equal(await publicKeyOf(), first);
  await store.close();
  await rm(dataDir, { recursive: true, force: true });
});

test('what would be decided can be asked before it is applied, of a location that one may see', async () => {
  const digest = `sha256:${hash('good')}`;
  const body = {
    locationId: LOCATION,
    objects: [pod(`registry.example.com/team/pg:17@${digest}`), pod('nginx'), { apiVersion: 'v1', kind: 'Service' }],
  };
  const answer = await it.call('checkAdmission', { body }, { token: await it.tokenOf('viewer') });
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(
    answer.body.items.map(({ outcome }: { outcome: string }) => outcome),
    ['refused', 'refused', 'not-looked-at'],
  );
  assert.match(answer.body.items[0].message, /revoked/);
  const elsewhere = await it.call('checkAdmission', { body: { ...body, locationId: 'nowhere' } });
  assert.equal(elsewhere.status, 404);
  assert.equal((await it.call('checkAdmission', { body: { ...body, objects: [] } })).status, 400);
});

test('a report is shown with its agent, and news reaches the activity', async () => {
  const at = new Date().toISOString();
  const refusal = {
    ...{ operation: 'CREATE', namespace: 'team', kind: 'Pod', name: 'web-', user: 'alice', image: 'nginx' },
    ...{
      path: 'spec.containers[0].image',
      digest: null,
      state: 'unknown',
      code: 'unknown',
      message: 'nginx is unknown.',
    },
    ...{ mode: 'enforce', count: 2, firstAt: at, lastAt: at },
  };
  const body = {
    ...{ agentId: agent.agentId, reportId: randomUUID(), mode: 'enforce', state: 'ok', message: '', generation: 3 },
    ...{ issuedAt: at, images: 1, maxAgeSeconds: 60, pinTags: true, exemptNamespaces: [], startedAt: at },
    ...{ admitted: 1, warned: 0, refused: 2, audited: 0, exempted: 0, refusals: [refusal], dropped: 0 },
  };
  assert.equal((await agent.call('agentAdmissionReport', { body })).status, 204);
  assert.equal((await agent.call('agentAdmissionReport', { body: { ...body, agentId: randomUUID() } })).status, 404);
  const token = await it.tokenOf('viewer');
  const list = await it.call('listAdmission', { query: {} }, { token });
  assert.deepEqual([list.body.items[0].agent, list.body.items[0].refused], ['test agent', 2]);
  const refusals = await it.call('listAdmissionRefusals', { query: { locationId: LOCATION } }, { token });
  assert.deepEqual([refusals.body.total, refusals.body.items[0].count], [1, 2]);
  const activity = await it.call('listActivity', { query: { type: 'admission.refused' } }, { token });
  assert.match(activity.body.items[0].message, /refused Pod team\/web-/);
  // People may not speak for an agent.
  assert.equal((await it.call('agentAdmissionReport', { body }, { token })).status, 403);
  assert.equal((await it.call('agentAdmissionSnapshot', { query: { agentId: agent.agentId } }, { token })).status, 403);
});
