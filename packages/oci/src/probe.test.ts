import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ProbeResult, probe } from './probe.ts';
import {
  CANARY,
  connectionTo,
  fail,
  type Handler,
  holdsCanary,
  json,
  MANIFEST_TYPE,
  manifestText,
  open,
  serve,
} from './testing.ts';

const states = (result: ProbeResult) => Object.fromEntries(result.checks.map(({ id, state }) => [id, state]));
const REACHED = {
  address: 'ok',
  reachable: 'ok',
  tls: 'warning',
  api: 'ok',
  clock: 'ok',
  'sign-in': 'ok',
  dialect: 'ok',
};
const UNTOLD = { bulk: 'skipped', referrers: 'skipped', quota: 'skipped' };

const good: Handler = ({ url }, response) => {
  if (url.includes('_catalog')) json(response, { repositories: ['a/b'] });
  else if (url.includes('/tags/')) json(response, { name: 'a/b', tags: ['sha256-x.sig', '1'] });
  else if (url.includes('/manifests/1')) json(response, manifestText(), 200, { 'content-type': MANIFEST_TYPE });
  else json(response, {});
};

test('a good registry: everything is tried with five requests', async () => {
  await using server = await serve(good);
  const result = await probe(connectionTo(server.host));
  assert.deepEqual(states(result), { ...REACHED, ...UNTOLD, catalog: 'ok', tags: 'ok', manifest: 'ok' });
  assert.equal(result.state, 'warning');
  assert.match(result.message, /plain_http/);
  assert.equal(result.requests, 5);
  await using registry = open(server.host);
  assert.equal((await probe(registry)).requests, 5);
  await registry.ping();
});

test('each fault stands at its step with cause and cure', async () => {
  const answers: [Handler, string, string][] = [
    [(_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'), 'api', 'not-a-registry'],
    [(_, response) => response.writeHead(404).end('nothing'), 'api', 'not-a-registry'],
    [(_, response) => fail(response, 500, 'UNKNOWN'), 'api', 'registry-failed'],
    [(_, response) => fail(response, 429, 'TOOMANYREQUESTS'), 'api', 'rate-limited'],
    [
      (_, response) => fail(response, 401, 'UNAUTHORIZED', { 'www-authenticate': 'Basic realm="x"' }),
      'sign-in',
      'unauthorized',
    ],
    [(_, response) => fail(response, 403, 'DENIED'), 'sign-in', 'forbidden'],
    [
      (_, response) => fail(response, 401, 'X', { 'www-authenticate': 'Bearer realm="http://169.254.169.254/"' }),
      'sign-in',
      'token-realm-refused',
    ],
  ];
  for (const [answer, id, code] of answers) {
    await using server = await serve(answer);
    const result = await probe(connectionTo(server.host, { authentication: CANARY }));
    const check = result.checks.find((each) => each.state === 'error');
    assert.equal(result.checks.length, 8);
    assert.deepEqual([check?.id, check?.code, result.state], [id, code, 'error']);
    assert.ok(check?.cause && check.cure && check.evidence && result.message === check.message);
    assert.equal(states(result).manifest, 'skipped');
    assert.equal(states(result).reachable, 'ok');
    assert.ok(!holdsCanary(result));
  }
  const descriptions: [Parameters<typeof connectionTo>, string, string][] = [
    [['ftp://x'], 'address', 'registry-url-invalid'],
    [['169.254.169.254'], 'address', 'address-refused'],
    [['127.0.0.1:1'], 'reachable', 'connection-refused'],
    [['no-such-host.invalid'], 'reachable', 'dns-failed'],
    [['localhost', { tls: { caCerts: 'x' } }], 'tls', 'ca-certs-invalid'],
    [['localhost', { authentication: { type: 'docker_config', config: '{' } }], 'sign-in', 'docker-config-invalid'],
  ];
  for (const [connection, id, code] of descriptions) {
    const result = await probe(connectionTo(...connection));
    const check = result.checks.find((each) => each.state === 'error');
    assert.deepEqual([check?.id, check?.code, result.requests <= 1], [id, code, true], connection[0]);
  }
});

test('no catalog is a warning, and a named repository is tried all the same', async () => {
  await using server = await serve((request, response) =>
    request.url.includes('_catalog') ? fail(response, 403, 'DENIED') : good(request, response),
  );
  assert.deepEqual(states(await probe(connectionTo(server.host), { repository: 'a/b' })), {
    ...REACHED,
    ...UNTOLD,
    catalog: 'warning',
    tags: 'ok',
    manifest: 'ok',
  });
  const unnamed = await probe(connectionTo(server.host));
  assert.deepEqual(states(unnamed), {
    ...REACHED,
    ...UNTOLD,
    catalog: 'warning',
    tags: 'skipped',
    manifest: 'skipped',
  });
  assert.equal(unnamed.checks.find(({ id }) => id === 'catalog')?.code, 'catalog-unavailable');
});

test('an empty catalog, a repository that lost its tags, one that is not there, a bad manifest', async () => {
  await using server = await serve((request, response) => {
    if (request.url.includes('/tags/') && request.url.includes('a/b')) fail(response, 404, 'NAME_UNKNOWN');
    else if (request.url.includes('/tags/') && request.url.includes('bad'))
      json(response, { name: 'bad', tags: ['x'] });
    else if (request.url.includes('/tags/')) json(response, { name: 'empty', tags: null });
    else good(request, response);
  });
  const stateOf = async (id: string, repository?: string) =>
    states(await probe(connectionTo(server.host), { repository }))[id];
  assert.equal(await stateOf('tags'), 'warning');
  assert.equal(await stateOf('tags', 'a/b'), 'error');
  assert.equal(await stateOf('tags', 'empty'), 'warning');
  assert.equal(await stateOf('manifest', 'bad'), 'warning');
  await using bare = await serve((_, response) => json(response, { repositories: [] }));
  assert.equal(states(await probe(connectionTo(bare.host))).catalog, 'warning');
});
