import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { routes } from '@pharos/contract';
import { newToken, sha256 } from '../identity/secret.ts';
import { expireApprovals } from '../library-watch.ts';
import { startTestServer, type TestServer } from '../testing.ts';
import { digestOf, readObservation, storeScan, teamRegistry } from '../testing-registry.ts';

let it: TestServer;
const clock = { ms: 0 };
const now = () => new Date(Date.now() + clock.ms);
const registryIds: string[] = [];
const SHARED = digestOf('shared');

before(async () => {
  it = await startTestServer({ now });
  const agentId = randomUUID();
  const agent = { agentId, epoch: 1, name: 'agent', locationId: 'here', version: '0', embedded: false };
  const more = { publicKey: 'key', configPath: null, registries: [], rules: [], clock: now().toISOString() };
  await it.store.agents.hello({ ...agent, ...more }, now());
  const { id } = await it.store.registries.create(teamRegistry('here'), now());
  registryIds.push(id, agentId);
  await scan('own/postgresql', {
    '17.4': digestOf('17.4'),
    '17.5': digestOf('17.5'),
    '16.9': digestOf('16.9'),
    shared: SHARED,
  });
  await scan('foreign/postgresql', { shared: SHARED, '17.9': digestOf('foreign') });
  await scan('prod/postgresql', { '17.4': digestOf('prod') });
});
after(() => it.stop());

async function scan(repository: string, tags: Record<string, string>): Promise<void> {
  const [registryId, agentId] = registryIds as [string, string];
  const images = Object.values(tags).map((digest) => readObservation(digest));
  await storeScan(it.store, { agentId, registryId, repository, tags, images, at: now() });
}

interface Person {
  readonly browser: { token: null; headers: Record<string, string> };
  readonly token: string;
}

async function join(name: string, role: string, scope = 'everywhere'): Promise<Person> {
  const made = await it.call('createUser', { body: { name, grants: [{ role, scope }], kind: 'person' } });
  assert.equal(made.status, 201, made.text);
  const token = made.body.link.url.split('?token=')[1];
  const answer = await it.call('signInByLink', { body: { token, password: 'correct horse battery' } }, { token: null });
  const cookie = (answer.headers.getSetCookie()[0] ?? '').split(';')[0] as string;
  const browser = { token: null, headers: { cookie, 'sec-fetch-site': 'same-origin' } };
  const own = newToken();
  const kept = { id: randomUUID(), name: `${name} ci`, role: null, scopes: [], prefix: 'p', sha256: sha256(own) };
  await it.store.tokens.create({ ...kept, ownerId: made.body.user.id, createdBy: name, expiresAt: null }, now());
  return { browser, token: own };
}

const decide = (digest: string, body: object, as?: object) =>
  it.call('decideImage', { params: { digest }, body: { reason: 'checked', ...body } }, as as never);

test('a decision answers what it wrote, and every way out of the library tells it', async () => {
  const digest = digestOf('17.4');
  const approver = await join('ann', 'approver');
  const answer = await decide(digest, { state: 'approved' }, approver.browser);
  assert.equal(answer.status, 201, answer.text);
  assert.deepEqual(
    [answer.body.state, answer.body.previousState, answer.body.actor, answer.body.actorKind],
    ['approved', 'pending', 'ann', 'session'],
  );
  const image = await it.call('getImage', { params: { digest } });
  assert.deepEqual([image.body.state, image.body.decisions.length], ['approved', 1]);
  const tags = await it.call('listTags', { query: { q: 'state:approved' } });
  assert.deepEqual(
    tags.body.items.map((tag: { digest: string }) => tag.digest),
    [digest],
  );
  assert.equal((await decide(digest, { state: 'rejected' }, approver.browser)).body.code, 'conflict');
  assert.equal((await decide(digest, { state: 'revoked', reason: ' ' }, approver.browser)).status, 400);
  for (const body of [
    { state: 'revoked', expiresAt: '2099-01-01T00:00:00Z' },
    { state: 'approved', expiresAt: '2001-01-01T00:00:00Z' },
  ]) {
    assert.equal((await decide(digest, body, approver.browser)).body.errors?.[0]?.path, 'expiresAt');
  }
  const viewer = await join('vic', 'viewer');
  assert.equal((await decide(digest, { state: 'revoked' }, viewer.browser)).status, 403);
});

test('an approval ends by the clock, and the upkeep writes it down', async () => {
  const digest = digestOf('16.9');
  await decide(digest, { state: 'approved', expiresAt: new Date(now().getTime() + 3_600_000).toISOString() });
  clock.ms += 2 * 3_600_000;
  const state = async () => (await it.call('getImage', { params: { digest } })).body;
  assert.equal((await state()).state, 'pending');
  assert.equal((await state()).decisions.length, 1);
  await expireApprovals({ store: it.store, now, stopping: new AbortController().signal });
  assert.deepEqual([(await state()).decisions.length, (await state()).decisions[0].actorKind], [2, 'system']);
});

test('whoever decides of an image decides for every place where it stands', async () => {
  const part = await join('pat', 'approver', 'repositories:own/*');
  const both = await join('bo', 'approver', 'repositories:{own,foreign}/*');
  const refused = await decide(SHARED, { state: 'approved' }, part.browser);
  assert.equal(refused.status, 403, refused.text);
  const bulk = { digests: [digestOf('17.5'), SHARED], state: 'approved', reason: 'x' };
  assert.equal((await it.call('decideImages', { body: bulk }, part.browser)).status, 403);
  assert.equal((await decide(digestOf('foreign'), { state: 'approved' }, part.browser)).status, 404);
  assert.equal((await it.call('getImage', { params: { digest: digestOf('17.5') } })).body.state, 'pending');
  const review = await it.call('getApproval', { params: { digest: SHARED } }, part.browser);
  assert.equal(review.body.refusal.code, 'decision-elsewhere');
  assert.ok(!review.text.includes('foreign'));
  const asked = await it.call('requestApproval', { body: { digest: SHARED, reason: 'for us' } }, part.browser);
  assert.equal(asked.status, 201, asked.text);
  assert.ok(!asked.text.includes('foreign/'), 'the answer to a change shows no more than a read');
  assert.equal((await decide(SHARED, { state: 'approved' }, both.browser)).status, 201);
});

test('a summary comes first, and then all or nothing is decided', async () => {
  const digests = [digestOf('17.5'), digestOf('17.4')];
  const body = { digests, state: 'rejected', reason: 'old' };
  const written = async () => (await it.store.audit.head()).seq;
  const before = await written();
  const summary = await it.call('decideImages', { body: { ...body, dryRun: true } });
  assert.equal(summary.status, 200, summary.text);
  assert.equal(await written(), before, 'a question leaves no entry in the audit log');
  assert.deepEqual(summary.body.changes, [{ from: 'pending', to: 'rejected', count: 1 }]);
  assert.deepEqual(
    summary.body.refused.map((one: { digest: string }) => one.digest),
    [digestOf('17.4')],
  );
  assert.equal((await it.call('decideImages', { body })).status, 409);
  assert.equal((await it.call('getImage', { params: { digest: digestOf('17.5') } })).body.state, 'pending');
  const whole = await written();
  assert.equal((await it.call('decideImages', { body: { ...body, digests: [digestOf('17.5')] } })).status, 200);
  assert.ok((await written()) > whole, 'the decision itself does');
});

test('two people are two people: a token counts as its owner, and tokens of nobody as none', async () => {
  const digest = digestOf('prod');
  const dan = await join('dan', 'approver');
  const eve = await join('eve', 'approver');
  const rule = await it.call('createApprovalRule', { body: { pattern: 'prod/*' } });
  assert.deepEqual([rule.status, rule.body.people], [201, 2]);
  assert.equal((await it.call('createApprovalRule', { body: { pattern: 'prod/*' } })).body.code, 'name-taken');
  assert.equal((await it.call('createApprovalRule', { body: { pattern: '{' } })).body.code, 'invalid-pattern');
  assert.equal((await it.call('createApprovalRule', { body: { pattern: 'x' } }, dan.browser)).status, 403);
  const approve = (as?: object) => decide(digest, { state: 'approved' }, as);
  const asked = await it.call('requestApproval', { body: { digest, reason: 'release' } }, dan.browser);
  assert.deepEqual([asked.status, asked.body.people, asked.body.refusal.code], [201, 2, 'second-person-needed']);
  assert.equal((await approve(dan.browser)).body.code, 'second-person-needed');
  assert.equal((await approve({ token: dan.token })).body.code, 'second-person-needed');
  assert.equal((await approve()).body.code, 'second-person-needed', 'the administrator token is nobody');
  assert.equal((await it.call('withdrawApproval', { params: { digest } }, dan.browser)).status, 200);
  assert.equal((await approve(eve.browser)).body.code, 'second-person-needed');
  await it.call('requestApproval', { body: { digest, reason: 'release' } }, { token: dan.token });
  const seen = await it.call('getApproval', { params: { digest } }, eve.browser);
  assert.equal(seen.body.refusal, null);
  assert.equal((await approve({ token: eve.token })).status, 201);
  assert.equal((await it.call('deleteApprovalRule', { params: { id: rule.body.id } })).status, 204);
});

test('the queue answers pages, comments and assignments, and webhooks may choose its events', async () => {
  const body = { digest: digestOf('16.9'), reason: 'needed by payments' };
  assert.equal((await it.call('requestApproval', { body })).status, 201);
  const params = { digest: digestOf('16.9') };
  assert.equal((await it.call('commentApproval', { params, body: { text: 'scan it' } })).body.comments.length, 1);
  assert.equal((await it.call('assignApproval', { params, body: { assignee: 'ann' } })).body.assignee, 'ann');
  assert.equal((await it.call('assignApproval', { params, body: { assignee: 'nobody' } })).status, 404);
  const page = await it.call('listApprovals', { query: { limit: 1 } });
  assert.deepEqual([page.body.items[0].why, page.body.items[0].assignee], ['requested', 'ann']);
  const next = await it.call('listApprovals', { query: { limit: 10, cursor: page.body.next } });
  assert.ok(next.body.items.every((item: { why: string }) => item.why !== 'requested'));
  assert.equal((await it.call('listApprovals', { query: { cursor: 'x' } })).body.code, 'invalid-cursor');
  const types = ['image.state-changed', 'approval.requested'];
  const hook = { name: 'chat', url: 'https://chat.example/hook', events: types };
  assert.equal((await it.call('createWebhook', { body: hook })).status, 201);
  for (const type of types) {
    const { body: told } = await it.call('listActivity', { query: { type } });
    assert.ok(told.total > 0, type);
  }
  assert.equal(routes.decideImage.audit, 'image.decide');
});
