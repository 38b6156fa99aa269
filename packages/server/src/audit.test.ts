import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { afterEach, beforeEach, test } from 'node:test';
import { type AuditEvent, auditHeadText, checkChain } from '@pharos/contract';
import { openTestStore } from '@pharos/store/testing';
import { pino } from 'pino';
import { createDenials } from './audit/denials.ts';
import { createAuditSigner } from './audit/signer.ts';
import { createAuditWatch, sha256 } from './audit/watch.ts';
import { keyringOf } from './keyring.ts';
import { KEY, startTestServer, type TestServer } from './testing.ts';

let it: TestServer;
const clock = { time: Date.parse('2026-11-20T10:00:00.000Z') };
beforeEach(async () => {
  it = await startTestServer({ now: () => new Date(clock.time) });
});
afterEach(() => it.stop());

const entries = (): Promise<AuditEvent[]> => it.store.audit.after(0, 1000);

/** A refusal is written beside its answer. */
async function denied(count: number): Promise<AuditEvent[]> {
  for (let tries = 0; tries < 200; tries += 1) {
    const found = (await entries()).filter(({ outcome }) => outcome === 'denied');
    if (found.length >= count) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('no refusal was written');
}

test('a refused change, reading and sign-in are entries: who, what, from where', async () => {
  const viewer = await it.tokenOf('viewer');
  const body = { name: 'r', repositories: { include: ['**'] } };
  assert.equal((await it.call('createRule', { body }, { token: viewer })).status, 403);
  assert.equal((await it.call('listUsers', {}, { token: viewer })).status, 403);
  const found = await denied(2);
  assert.deepEqual(
    found.map(({ actor, actorKind, action }) => [actor, actorKind, action]),
    [
      ['viewer token', 'token', 'rule.create'],
      ['viewer token', 'token', 'listUsers'],
    ],
  );
  const { code, address } = JSON.parse(found[0]!.detail);
  assert.deepEqual([code, address], ['forbidden', '127.0.0.1']);

  assert.equal((await it.call('listRules', {}, { token: `pharos_${'0'.repeat(49)}` })).status, 401);
  assert.equal((await denied(3)).at(-1)?.actorKind, 'nobody');
  assert.equal((await it.call('listRules', {}, { token: null })).status, 401);
  const asked = { username: 'hunter2-typed-into-the-wrong-field', password: 'x' };
  assert.equal((await it.call('signIn', { body: asked }, { token: null })).status, 401);
  const last = (await denied(4)).at(-1)!;
  assert.deepEqual([last.action, last.subject], ['session.sign-in', '']);
  assert.ok(
    !(await entries()).some((entry) => JSON.stringify(entry).includes('hunter2')),
    'an unknown name is no entry',
  );
  assert.equal((await denied(4)).length, 4, 'nobody who shows nothing is none either');
});

test('a name that somebody has is written down with the refused sign-in', async () => {
  const token = new URL(it.server.setupLink!).searchParams.get('token');
  await it.call('setup', { body: { token, username: 'ada', password: 'a good long password' } }, { token: null });
  await it.call('signIn', { body: { username: 'ADA', password: 'wrong' } }, { token: null });
  const [entry] = await denied(1);
  assert.deepEqual([entry?.subjectKind, JSON.parse(entry!.detail).user], ['user', 'ada']);
});

test('a foreign row that is told not to be there is a refusal all the same', async () => {
  const { body: robot } = await it.call('createUser', {
    body: { name: 'robot', kind: 'robot', grants: [{ role: 'curator', scope: 'location:elsewhere' }] },
  });
  const { body } = await it.call('createToken', { body: { name: 't', robotId: robot.user.id } });
  const made = await it.call('createRegistry', { body: { name: 'R', url: 'r.example', locationId: 'here' } });
  const spec = { name: 'rule', registryId: made.body.id, repositories: { include: ['**'] } };
  const rule = await it.call('createRule', { body: spec });
  const params = { id: rule.body.id };
  assert.equal((await it.call('deleteRule', { params }, { token: body.token })).status, 404);
  const [entry] = await denied(1);
  assert.deepEqual([entry?.action, entry?.subject, entry?.actor], ['rule.delete', rule.body.id, 'robot/t']);
});

test('a flood of refusals costs one entry and a count a minute; what is nobody\u2019s is bounded altogether', async () => {
  const viewer = await it.tokenOf('viewer');
  for (let count = 0; count < 20; count += 1) await it.call('listUsers', {}, { token: viewer });
  assert.equal((await denied(1)).length, 1);
  clock.time += 61_000;
  await it.call('listUsers', {}, { token: viewer });
  const [, counted, again] = await denied(3);
  assert.equal(JSON.parse(counted!.detail).more, 19);
  assert.equal(JSON.parse(again!.detail).more, undefined);
  clock.time += 61_000;

  const store = await openTestStore();
  const written: Promise<unknown>[] = [];
  const running = { track: (promise: Promise<unknown>) => written.push(promise) } as never;
  const log = pino({ level: 'silent' });
  const denials = createDenials({ store, now: () => new Date(clock.time), running, log });
  for (let address = 0; address < 5_000; address += 1) {
    const request = {
      ...{ id: 'r', ip: `192.0.2.${address}`, principal: null, params: {}, headers: { authorization: 'Bearer x' } },
      routeOptions: { config: { routeName: 'listRules' } },
    };
    denials.note({ status: 401, code: 'unauthenticated', hidesRefusal: false } as never, request as never);
  }
  await Promise.all(written);
  await denials.flush(true);
  const found = await store.audit.after(0, 1000);
  await store.close();
  assert.ok(found.length <= 62, `${found.length} entries of 5,000 addresses`);
  assert.equal(JSON.parse(found.at(-1)!.detail).more, 5_000 - 60);
});

test('the export is the whole log with a head that the public key fits', async () => {
  for (let count = 0; count < 30; count += 1) {
    await it.call('createRule', { body: { name: `r${count}`, repositories: { include: ['**'] } } });
  }
  const answer = await it.call('exportAudit');
  assert.match(answer.headers.get('content-type') ?? '', /x-ndjson/);
  const lines = answer.text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const { head } = lines.pop();
  const check = checkChain(sha256);
  for (const entry of lines) check.take(entry);
  check.end(head);
  assert.deepEqual([check.findings, check.position.seq, head.seq], [[], lines.length, lines.length]);
  const text = Buffer.from(auditHeadText(head));
  const { body } = await it.call('getAuditHead');
  const key = createPublicKey(body.head.publicKey);
  assert.ok(verify(null, text, key, Buffer.from(head.signature, 'base64')));
  assert.ok(
    !verify(
      null,
      Buffer.from(auditHeadText({ ...head, seq: head.seq - 1 })),
      key,
      Buffer.from(head.signature, 'base64'),
    ),
  );
  assert.equal(createAuditSigner(KEY).publicKey, body.head.publicKey, 'the same at the next start');
  assert.notEqual(createAuditSigner(Buffer.alloc(32, 8)).publicKey, body.head.publicKey);
  assert.ok(
    it.log.some((line) => line.includes(head.signature)),
    'told to the log of the server',
  );
  assert.ok(!JSON.stringify(body).includes('PRIVATE'));
});

test('only who may read the log reads it', async () => {
  for (const role of ['viewer', 'consumer', 'curator', 'agent'] as const) {
    const token = await it.tokenOf(role);
    for (const name of ['listAuditEvents', 'getAuditFacets', 'getAuditHead', 'exportAudit'] as const) {
      assert.equal((await it.call(name, {}, { token })).status, 403, `${role} ${name}`);
    }
  }
  assert.equal((await it.call('listAuditEvents', {}, { token: await it.tokenOf('approver') })).status, 200);
});

test('the check in the background goes on from where it was, and tells what is wrong', async () => {
  const log = pino({ level: 'silent' });
  const options = { key: keyringOf(KEY), now: () => new Date(clock.time), log };
  const event = {
    actor: 'a',
    actorKind: 'system',
    action: 'x',
    outcome: 'done',
    subjectKind: '',
    subject: '',
  } as const;
  for (let count = 0; count < 30; count += 1) await it.store.audit.append(event, new Date(clock.time));
  const watch = createAuditWatch({ store: it.store, ...options });
  assert.equal(watch.verified(), null);
  await watch.run();
  assert.deepEqual([watch.verified()?.seq, watch.verified()?.findings], [30, []]);
  await it.store.audit.append(event, new Date(clock.time));
  await watch.run();
  assert.equal(watch.verified()?.seq, 31);

  // The same log with an edited and a missing entry, and cut short behind a signed head.
  const tampered = (edit: (all: AuditEvent[]) => AuditEvent[]) => {
    const { audit } = it.store;
    const after = async (seq: number, limit: number) =>
      edit(await audit.after(0, 1000))
        .filter((entry) => entry.seq > seq)
        .slice(0, limit);
    return { ...it.store, audit: { ...audit, after } };
  };
  const findingsOf = async (edit: (all: AuditEvent[]) => AuditEvent[]) => {
    const other = createAuditWatch({ store: tampered(edit), ...options });
    await other.run();
    await other.run();
    return other.verified()!.findings.map(({ seq, kind }) => [seq, kind]);
  };
  assert.deepEqual(await findingsOf((all) => all.map((each) => (each.seq === 7 ? { ...each, actor: 'eve' } : each))), [
    [7, 'edited'],
  ]);
  assert.deepEqual(await findingsOf((all) => all.filter(({ seq }) => seq !== 12)), [[12, 'missing']]);
  assert.deepEqual((await findingsOf((all) => all.slice(0, 20)))[0], [21, 'truncated']);
});
