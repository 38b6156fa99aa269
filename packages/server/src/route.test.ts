import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { ROLE_PERMISSIONS, type Role, type Route, type RouteName, roleMay, routes } from '@pharos/contract';
import Fastify from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { type Handlers, mountRoutes, type RouteContext } from './route.ts';
import { Running } from './running.ts';
import { API, startTestServer, type TestServer } from './testing.ts';

const table = Object.entries(routes) as [RouteName, Route][];
let it: TestServer;
before(async () => {
  it = await startTestServer();
});
after(() => it.stop());

/** Parameters that are well-formed and name nothing. */
function paramsOf(route: Route): object {
  const values: Record<string, string> = {
    id: randomUUID(),
    deliveryId: randomUUID(),
    name: 'latest',
    n: '0',
    seq: '999999999',
    digest: `sha256:${'0'.repeat(64)}`,
    secret: 'guessed',
  };
  return Object.fromEntries(Object.keys(route.params?.shape ?? {}).map((key) => [key, values[key]]));
}

/** What a read cannot do without: a time, another image. */
function queryOf(route: Route): object {
  const values: Record<string, string> = {
    repository: 'a',
    tag: 'b',
    time: '2026-03-03',
    location: 'local',
    from: `sha256:${'0'.repeat(64)}`,
  };
  const needed = Object.entries(route.query?.shape ?? {}).filter(([, type]) => !type.safeParse(undefined).success);
  return Object.fromEntries(needed.map(([key]) => [key, values[key]]));
}

/** An empty JSON body where one is taken: enough to pass the permission, mostly not enough to do anything. */
function emptyInput(route: Route) {
  return { params: paramsOf(route), ...(route.body ? { body: {} } : {}) };
}

/** They ask for a link, a password, or an identity provider's word. */
const PROVE_THEMSELVES = new Set<RouteName>(['setup', 'signIn', 'signInByLink', 'finishOidc']);

function isStream(route: Route): boolean {
  return route.produces === 'text/event-stream';
}

test('nobody gets past a permission: 401 without an identity, on every route that is not public', async () => {
  for (const [name, route] of table) {
    const { status, body } = await it.call(name, emptyInput(route), { token: null });
    if (route.permission === 'public') assert.ok(status !== 401 || body.code !== 'unauthenticated', name);
    else assert.deepEqual([status, body.code], [401, 'unauthenticated'], name);
    const wrong = await it.call(name, emptyInput(route), { token: `pharos_${'0'.repeat(49)}` });
    if (route.permission !== 'public')
      assert.deepEqual([wrong.status, wrong.body.code], [401, 'unauthenticated'], name);
  }
});

for (const role of Object.keys(ROLE_PERMISSIONS) as Role[]) {
  test(`the role ${role} gets what its permissions say, and 403 for the rest`, async () => {
    const token = await it.tokenOf(role);
    for (const [name, route] of table) {
      if (roleMay(role, route.permission)) {
        // These ask for something else than a role: a link, a password, or the secret of a receiver.
        if (isStream(route) || PROVE_THEMSELVES.has(name) || route.raw) continue;
        const { status, body } = await it.call(name, emptyInput(route), { token });
        // What belongs to a person is refused to every token, whatever its role.
        const isRefused = status === 403 && body.code !== 'user-needed';
        assert.ok(status !== 401 && !isRefused && status !== 500, `${role} ${name}: ${status}`);
      } else {
        const { status, body } = await it.call(name, emptyInput(route), { token });
        assert.deepEqual([status, body.code], [403, 'forbidden'], `${role} ${name}`);
      }
    }
  });
}

test('a route that takes bytes proves its caller itself: no role, session or token opens it', async () => {
  const raw = table.filter(([, route]) => route.raw);
  assert.deepEqual(raw.map(([name]) => name).sort(), ['notify', 'notifySecretly']);
  for (const [name, route] of raw) {
    assert.deepEqual(
      [route.permission, route.method, route.body, route.audit],
      ['public', 'POST', undefined, null],
      name,
    );
    assert.ok((route.bodyLimit ?? Number.POSITIVE_INFINITY) <= 256 * 1024, name);
    for (const token of [
      null,
      undefined,
      ...(await Promise.all((['admin', 'viewer', 'agent'] as const).map(it.tokenOf))),
    ]) {
      const { status, body } = await it.call(name, emptyInput(route), token === undefined ? {} : { token });
      assert.deepEqual([status, body.code], [401, 'delivery-refused'], name);
    }
  }
});

test('unknown keys are refused in every query and every body of people, and agents may say more than is known', async () => {
  const agent = await it.tokenOf('agent');
  for (const [name, route] of table) {
    const isAgents = route.permission === 'agents:report';
    for (const part of ['query', 'body'] as const) {
      if (!route[part]) continue;
      const input = { ...emptyInput(route), [part]: { __odd: '1' } };
      const { status, body, text } = await it.call(name, input, isAgents ? { token: agent } : {});
      if (isAgents) {
        assert.ok(!text.includes('__odd'), `${name} ${part}: ${text}`);
        continue;
      }
      assert.deepEqual([status, body.code], [400, 'invalid-input'], `${name} ${part}`);
      assert.ok(body.errors.length > 0, name);
    }
  }
});

test('a read that answers has the shape of the table', async () => {
  for (const [name, route] of table) {
    if (route.method !== 'GET' || !route.response || route.permission === 'agents:report') continue;
    const { status, body, headers } = await it.call(name, { ...emptyInput(route), query: queryOf(route) });
    assert.ok(headers.get('x-request-id'), name);
    if (status >= 400) {
      if (body.code !== 'user-needed') assert.equal(status, 404, `${name}: ${JSON.stringify(body)}`);
      continue;
    }
    assert.equal(status, route.status, name);
    assert.equal(route.response.safeParse(body).success, true, name);
  }
});

test('every error is a problem with code, sentence, hint and request id', async () => {
  const json = { authorization: 'Bearer admin-token-of-the-tests-0123456789', 'content-type': 'application/json' };
  const cases: [what: string, method: string, path: string, init: RequestInit, status: number, code: string][] = [
    ['unknown API path', 'GET', `${API}/nothing`, {}, 404, 'not-found'],
    ['unknown method', 'DELETE', `${API}/statistics`, {}, 405, 'method-not-allowed'],
    ['missing row', 'GET', `${API}/rules/${randomUUID()}`, { headers: json }, 404, 'not-found'],
    ['id that is none', 'GET', `${API}/rules/1`, { headers: json }, 400, 'invalid-input'],
    ['limit too high', 'GET', `${API}/tags?limit=1001`, { headers: json }, 400, 'invalid-input'],
    ['sort that is none', 'GET', `${API}/tags?sort=password`, { headers: json }, 400, 'invalid-input'],
    ['cursor that is none', 'GET', `${API}/registries?cursor=nonsense`, { headers: json }, 400, 'invalid-cursor'],
    ['broken JSON', 'POST', `${API}/rules`, { headers: json, body: '{' }, 400, 'invalid-input'],
    ['no body', 'POST', `${API}/rules`, { headers: json, body: '' }, 400, 'invalid-input'],
    ['huge body', 'POST', `${API}/rules`, { headers: json, body: `"${'x'.repeat(1024 * 1024)}"` }, 413, 'too-large'],
    ['bad escape', 'GET', `${API}/images/%zz`, { headers: json }, 400, 'invalid-input'],
  ];
  for (const [what, method, path, init, status, code] of cases) {
    const answer = await it.send(method, path, init);
    assert.deepEqual([answer.status, answer.body?.code], [status, code], `${what}: ${answer.text}`);
    assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/, what);
    for (const key of ['type', 'title', 'detail', 'hint', 'requestId'])
      assert.ok(answer.body[key], `${what} has no ${key}`);
    assert.equal(answer.body.requestId, answer.headers.get('x-request-id'));
  }
  assert.match((await it.send('DELETE', `${API}/statistics`)).headers.get('allow') ?? '', /GET/);
});

test('only application/json is a body: variants that slipped past other validators do not', async () => {
  for (const type of [
    'text/plain',
    'application/json\t',
    'application/jsonp',
    'application/json; charset=utf-16',
    '',
  ]) {
    const body = new Blob(['{"name":"x"}'], { type: '' });
    const headers = {
      authorization: 'Bearer admin-token-of-the-tests-0123456789',
      ...(type ? { 'content-type': type } : {}),
    };
    const answer = await it.send('POST', `${API}/rules`, { headers, body });
    const passed = type.trim() === 'application/json';
    assert.deepEqual(answer.body.code, passed ? 'invalid-input' : 'unsupported-media-type', JSON.stringify(type));
  }
});

test('a validation error names the fields', async () => {
  const { body } = await it.call('createRule', { body: { name: '', repositories: { include: [7] } } });
  const paths = body.errors.map((error: { path: string }) => error.path).sort();
  assert.deepEqual(paths, ['name', 'repositories.include.0']);
});

function tinyApp() {
  const app = Fastify();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.decorateRequest('principal', null);
  const context = { running: new Running(), stopping: new AbortController().signal } as unknown as RouteContext;
  return { app, context };
}

const line = {
  method: 'GET',
  path: '/x',
  permission: 'public',
  audit: null,
  group: 'test',
  summary: 'test',
  status: 200,
  response: z.object({ shown: z.string() }),
} as const satisfies Route;

test('a table with a line without permission, or without handler, does not start', () => {
  const { app, context } = tinyApp();
  const handlers = { x: async () => ({ shown: '' }) };
  const broken = { x: { ...line, permission: undefined as never } };
  assert.throws(() => mountRoutes(app, context, broken, handlers), { code: 'route-incomplete' });
  const misspelt = { x: { ...line, permission: 'library:raed' as never } };
  assert.throws(() => mountRoutes(app, context, misspelt, handlers), { code: 'route-incomplete' });
  const rowless = { ...line, permission: 'rules:write', row: 'nonsense' as never } as const;
  assert.throws(() => mountRoutes(app, context, { x: rowless }, handlers), { code: 'route-incomplete' });
  const unheld = { ...line, permission: 'users:manage', row: 'registry' } as const;
  assert.throws(() => mountRoutes(app, context, { x: unheld }, handlers), { code: 'route-incomplete' });
  assert.throws(() => mountRoutes(app, context, { x: line }, {} as Handlers<{ x: typeof line }>), {
    code: 'route-incomplete',
  });
});

test('what the schema does not name is not sent, and what does not fit it is an error', async () => {
  const { app, context } = tinyApp();
  const answers = [{ shown: 'a', passwordHash: 'secret' }, { shown: 7 }] as unknown as { shown: string }[];
  mountRoutes(app, context, { x: line }, { x: async () => answers.shift() as { shown: string } });
  assert.deepEqual((await app.inject(`${API}/x`)).json(), { shown: 'a' });
  const second = await app.inject(`${API}/x`);
  assert.equal(second.statusCode, 500);
  await app.close();
});
