/** HCP tags, words about repositories, favourites and saved views, by the API. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { type RouteName, routePath, routes } from '@pharos/contract';
import { type Answer, makeAgent, startTestServer, type TestServer } from './testing.ts';
import { digestOf, storeScan, teamRegistry } from './testing-registry.ts';

let it: TestServer;
let repositoryId = '';
let cookie = '';

before(async () => {
  it = await startTestServer();
  const agent = makeAgent(it, 'here');
  await agent.hello();
  const { id: registryId } = await it.store.registries.create(teamRegistry('here'), new Date());
  const tags = { '17.4': digestOf('17.4'), '17.5': digestOf('17.5') };
  const { agentId } = agent;
  await storeScan(it.store, { agentId, registryId, repository: 'postgresql', tags, images: [], at: new Date() });
  repositoryId = (await it.call('listRepositories')).body.items[0].id;
  const token = it.server.setupLink?.split('?token=')[1];
  const body = { token, username: 'ada', password: 'correct horse battery' };
  const set = await it.call('setup', { body }, { token: null });
  cookie = set.headers.get('set-cookie')?.split(';')[0] ?? '';
});
after(() => it.stop());

/** As the person who signed in. */
function asAda(name: RouteName, input: { params?: object; query?: object; body?: unknown } = {}): Promise<Answer> {
  return it.send(routes[name].method, routePath(name, input), {
    headers: {
      cookie,
      origin: it.server.url,
      ...(input.body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(input.body === undefined ? {} : { body: JSON.stringify(input.body) }),
  });
}

test('an HCP tag is made, put on many things at once, filtered by, and its author is noted', async () => {
  const made = await asAda('createHcpTag', { body: { name: ' Team AI ', color: 'teal' } });
  assert.deepEqual([made.status, made.body.name, made.body.createdBy], [201, 'Team AI', 'ada'], made.text);
  const taken = await asAda('createHcpTag', { body: { name: 'team ai' } });
  assert.deepEqual([taken.status, taken.body.code], [409, 'name-taken']);
  const wanted = { add: [made.body.id], repositories: [repositoryId], images: [digestOf('17.4'), digestOf('17.5')] };
  const done = await it.call('assignHcpTags', { body: wanted });
  assert.deepEqual(done.body, { added: 3, removed: 0, unchanged: 0 }, done.text);
  const listed = await it.call('listTags', { query: { hcpTag: 'TEAM AI' } });
  assert.deepEqual(listed.body.items[0].hcpTags, [{ id: made.body.id, name: 'Team AI', color: 'teal' }]);
  assert.equal(listed.body.total, 2);
  assert.equal((await it.call('listRepositories', { query: { hcpTag: 'team ai,other' } })).body.total, 0);
  assert.equal((await it.call('listRepositories', { query: { hcpTag: 'team ai' } })).body.total, 1);
  const changes = (await it.call('listHcpTagChanges', { query: { hcpTagId: made.body.id } })).body.items;
  assert.deepEqual(
    changes.map((change: { by: string; action: string }) => [change.by, change.action]),
    [
      ['PHAROS_ADMIN_TOKEN', 'apply'],
      ['ada', 'create'],
    ],
  );
});

test('assignments are bounded and whole: an unknown image, too many, and nothing at all are refused', async () => {
  const { body: tag } = await it.call('createHcpTag', { body: { name: 'bounded' } });
  const assign = (body: object) => it.call('assignHcpTags', { body });
  const unknown = await assign({ add: [tag.id], repositories: [repositoryId], images: [digestOf('none')] });
  assert.deepEqual([unknown.status, unknown.body.code], [404, 'not-found']);
  assert.equal((await it.call('getHcpTag', { params: { id: tag.id } })).body.repositoryCount, 0);
  const images = Array.from({ length: 1001 }, (_, n) => digestOf(`n${n}`));
  for (const body of [
    { add: [tag.id], images },
    { add: [tag.id] },
    { repositories: [repositoryId] },
    { add: [tag.id], remove: [tag.id], repositories: [repositoryId] },
    { add: ['Team AI'], repositories: [repositoryId] },
  ]) {
    const answer = await assign(body);
    assert.deepEqual([answer.status, answer.body.code], [400, 'invalid-input'], answer.text);
  }
});

test('a name that would hide or break a list is refused', async () => {
  for (const name of ['', '   ', 'a,b', 'a"b', 'a\u202eb', 'a\nb', 'x'.repeat(64)]) {
    const answer = await it.call('createHcpTag', { body: { name } });
    assert.deepEqual([answer.status, answer.body.code], [400, 'invalid-input'], JSON.stringify(name));
  }
  assert.equal((await it.call('createHcpTag', { body: { name: 'x', color: '#ff0000' } })).status, 400);
});

test('a viewer reads HCP tags and may change nothing of them', async () => {
  const token = await it.tokenOf('viewer');
  assert.equal((await it.call('listHcpTags', {}, { token })).status, 200);
  const input = { body: { name: 'mine' } };
  assert.equal((await it.call('createHcpTag', input, { token })).body.code, 'forbidden');
  const write = { params: { id: repositoryId }, body: { readme: 'x' } };
  assert.equal((await it.call('updateRepository', write, { token })).body.code, 'forbidden');
});

test('the second editor of a README is told who was first, and nothing is lost', async () => {
  const params = { id: repositoryId };
  const first = await asAda('updateRepository', { params, body: { readme: 'One', readmeRevision: 0 } });
  assert.deepEqual([first.status, first.body.readme, first.body.readmeRevision], [200, 'One', 1], first.text);
  const second = await it.call('updateRepository', { params, body: { readme: 'Two', readmeRevision: 0 } });
  assert.deepEqual([second.status, second.body.code], [409, 'conflict']);
  assert.match(second.body.detail, /changed by ada/);
  assert.equal((await it.call('getRepository', { params })).body.readme, 'One');
  assert.equal((await it.call('updateRepository', { params, body: { readmeRevision: 1 } })).status, 400);
});

test('favourites and views are a person’s: a token is refused with what to do', async () => {
  for (const name of ['getFavourites', 'listSavedViews'] as const) {
    const { status, body } = await it.call(name);
    assert.deepEqual([status, body.code], [403, 'user-needed']);
    assert.match(body.hint, /Sign in/);
  }
  const byToken = await it.call('listRepositories', { query: { favourite: true } });
  assert.equal(byToken.body.code, 'user-needed');
  const starred = await asAda('addFavourite', { body: { repositoryId } });
  assert.deepEqual([starred.status, starred.body], [200, { repositories: [repositoryId] }], starred.text);
  assert.equal((await asAda('listRepositories', { query: { favourite: true } })).body.total, 1);
  assert.equal((await asAda('removeFavourite', { params: { repositoryId } })).status, 204);
  assert.equal((await asAda('listRepositories', { query: { favourite: true } })).body.total, 0);
  assert.equal((await asAda('addFavourite', { body: { repositoryId: randomUUID() } })).status, 404);
});

test('a saved view keeps filters and sort, and not the place in the list', async () => {
  const body = { page: 'tags', name: 'EPAS 17', query: 'engine=epas&major=17&cursor=abc&page=3', isDefault: true };
  const made = await asAda('createSavedView', { body });
  assert.deepEqual([made.status, made.body.query, made.body.isDefault], [201, 'engine=epas&major=17', true], made.text);
  assert.equal((await asAda('createSavedView', { body })).body.code, 'name-taken');
  for (const query of ['?a=b', 'a=b#c', 'a=b c', 'a=\u0000']) {
    assert.equal((await asAda('createSavedView', { body: { ...body, name: 'x', query } })).status, 400, query);
  }
  const params = { id: made.body.id };
  assert.equal((await asAda('updateSavedView', { params, body: { name: 'Advanced' } })).body.name, 'Advanced');
  assert.equal((await asAda('listSavedViews', { query: { page: 'tags' } })).body.total, 1);
  assert.equal((await asAda('deleteSavedView', { params })).status, 204);
  assert.equal((await asAda('deleteSavedView', { params })).status, 404);
});
