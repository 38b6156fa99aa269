import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CANARY,
  CONFIG,
  collect,
  type Fake,
  fail,
  type Handler,
  holdsCanary,
  json,
  type Opening,
  open,
  type Seen,
  serve,
  sha256,
} from './testing.ts';

/** A registry that lets `canary-user` in by Basic and then does what `api` does; everything else on it needs no thought. */
function signedIn(api: Handler): Handler {
  return (request, response) => {
    if (request.authorization === undefined)
      fail(response, 401, 'UNAUTHORIZED', { 'www-authenticate': 'Basic realm="r"' });
    else api(request, response);
  };
}

const evil = () => serve((_, response) => response.writeHead(200, { 'set-cookie': 'canary=1' }).end(CONFIG));
const opening: Opening = { authentication: CANARY };
const readConfig = (registry: ReturnType<typeof open>) =>
  registry.getConfig('x', { digest: sha256(CONFIG), size: CONFIG.length });
const clean = (fake: Fake) => assert.ok(!holdsCanary(fake.seen), 'a credential reached the foreign origin');

test('redirects to another origin go without credentials, for every kind of request', async () => {
  await using foreign = await evil();
  for (const status of [301, 302, 303, 307, 308]) {
    await using server = await serve(
      signedIn(({ url }, response) => response.writeHead(status, { location: foreign.origin + url }).end()),
    );
    await using registry = open(server.host, opening);
    await readConfig(registry);
    await registry.getManifest('x', 't').catch(() => {});
    await registry.headManifest('x', 't').catch(() => {});
    await collect(registry.listTags('x')).catch(() => {});
    await collect(registry.listRepositories()).catch(() => {});
    await registry.ping().catch(() => {});
  }
  assert.equal(foreign.seen.length, 5 * 7);
  assert.ok(foreign.seen.every(({ headers }) => headers.authorization === undefined && headers.cookie === undefined));
  clean(foreign);
});

test('same host with another port is another origin; another name of the same address too', async () => {
  await using foreign = await evil();
  await using server = await serve(
    signedIn((_, response) =>
      response.writeHead(307, { location: `${foreign.origin.replace('127.0.0.1', 'localhost')}/x` }).end(),
    ),
  );
  await using registry = open(server.host, opening);
  await readConfig(registry);
  assert.equal(foreign.seen.length, 1);
  clean(foreign);
});

test('credentials stay off when the way leads back, and stay on within the origin', async () => {
  const seenBack: (string | undefined)[] = [];
  await using foreign: Fake = await serve((_, response) =>
    response.writeHead(307, { location: `${server.origin}/back` }).end(),
  );
  await using server: Fake = await serve((request, response) => {
    if (request.url === '/back') {
      seenBack.push(request.authorization);
      return response.end(CONFIG);
    }
    signedIn(({ url }, answer) => {
      if (url === '/inner') answer.end(CONFIG);
      else answer.writeHead(307, { location: url.includes('/within/') ? '/inner' : `${foreign.origin}/away` }).end();
    })(request, response);
  });
  await using registry = open(server.host, opening);
  await readConfig(registry);
  assert.deepEqual(seenBack, [undefined]);
  await registry.getConfig('within/y', { digest: sha256(CONFIG) });
  assert.ok(server.seen.at(-1)?.authorization?.startsWith('Basic '));
  clean(foreign);
});

test('a 401 from where a redirect leads gets no credentials', async () => {
  await using foreign = await serve((_, response) =>
    fail(response, 401, 'UNAUTHORIZED', { 'www-authenticate': 'Basic realm="give me"' }),
  );
  await using server = await serve(
    signedIn((_, response) => response.writeHead(307, { location: `${foreign.origin}/x` }).end()),
  );
  await using registry = open(server.host, opening);
  await assert.rejects(readConfig(registry), { code: 'unauthorized' });
  assert.equal(foreign.seen.length, 1);
  clean(foreign);
});

test('a token realm that a foreign origin names is never asked', async () => {
  await using foreign: Fake = await serve(({ url }, response) => {
    if (url.startsWith('/token')) json(response, { token: 't' });
    else fail(response, 401, 'UNAUTHORIZED', { 'www-authenticate': `Bearer realm="${foreign.origin}/token"` });
  });
  await using server = await serve((_, response) => response.writeHead(307, { location: `${foreign.origin}/x` }).end());
  await using registry = open(server.host, opening);
  await assert.rejects(readConfig(registry), { code: 'unauthorized' });
  assert.equal(foreign.seen.length, 1);
  clean(foreign);
});

test('redirects that go nowhere good', async () => {
  const targets = [
    'http://169.254.169.254/latest/meta-data',
    'http://[fe80::1]/',
    'http://0.0.0.0:1/',
    'http://u:p@127.0.0.1/',
    'file:///etc/passwd',
    'gopher://127.0.0.1:1/',
    'http://2852039166/',
    'http://[::ffff:a9fe:a9fe]/',
  ];
  for (const location of targets) {
    await using server = await serve(signedIn((_, response) => response.writeHead(307, { location }).end()));
    await using registry = open(server.host, opening);
    await assert.rejects(readConfig(registry), { code: 'redirect-refused' }, location);
    assert.equal(registry.requests, 2, location);
  }
  await using loop = await serve(
    signedIn(({ url }, response) => response.writeHead(307, { location: `${url}x` }).end()),
  );
  await using registry = open(loop.host, opening);
  await assert.rejects(readConfig(registry), { code: 'redirect-refused' });
  assert.equal(loop.seen.length, 1 + 4);
});

test('links that lead away are not followed', async () => {
  await using foreign = await evil();
  const targets = [
    `${foreign.origin}/v2/x/tags/list?last=a`,
    `//${foreign.host}/v2/x`,
    `http://canary-user:canary-password@${foreign.host}/v2/x`,
    'http://169.254.169.254/v2/x',
    '/admin',
  ];
  for (const target of targets) {
    await using server = await serve(
      signedIn((_, response) => json(response, { name: 'x', tags: ['a'] }, 200, { link: `<${target}>; rel="next"` })),
    );
    await using registry = open(server.host, opening);
    await assert.rejects(collect(registry.listTags('x')), { code: 'link-refused' }, target);
    assert.equal(server.seen.length, 2);
  }
  assert.equal(foreign.seen.length, 0);
});

test('pages that a redirect took elsewhere do not go on there', async () => {
  await using foreign = await serve((_, response) =>
    json(response, { name: 'x', tags: ['a'] }, 200, { link: '</v2/x/tags/list?last=a>; rel="next"' }),
  );
  await using server = await serve(
    signedIn(({ url }, response) => response.writeHead(307, { location: foreign.origin + url }).end()),
  );
  await using registry = open(server.host, opening);
  await assert.rejects(collect(registry.listTags('x')), { code: 'link-refused' });
  assert.equal(foreign.seen.length, 1);
  clean(foreign);
});

test('realms that may not have the password', async () => {
  await using foreign = await evil();
  const realms = [
    'http://169.254.169.254/token',
    'http://0.0.0.0:1/token',
    'http://8.8.8.8/token',
    `http://x:y@${foreign.host}/token`,
    '/token',
    'ftp://127.0.0.1/token',
    'https://auth.evil.invalid/token',
    'http://[::ffff:169.254.169.254]/token',
  ];
  for (const realm of realms) {
    await using server = await serve((_, response) =>
      fail(response, 401, 'UNAUTHORIZED', { 'www-authenticate': `Bearer realm="${realm}",service="s"` }),
    );
    await using registry = open(server.host, opening);
    await assert.rejects(registry.ping(), (error: Error & { code?: string; hint?: string }) => {
      assert.equal(error.code, 'token-realm-refused', realm);
      return !holdsCanary({ ...error, message: error.message });
    });
    assert.equal(server.seen.length, 1);
    clean(server);
  }
  assert.equal(foreign.seen.length, 0);
});

test('a token service that redirects gets no second request', async () => {
  await using foreign = await evil();
  await using server: Fake = await serve(({ url }, response) => {
    if (url.startsWith('/token')) response.writeHead(307, { location: `${foreign.origin}/token` }).end();
    else
      fail(response, 401, 'UNAUTHORIZED', { 'www-authenticate': `Bearer realm="${server.origin}/token",service="s"` });
  });
  await using registry = open(server.host, opening);
  await assert.rejects(registry.ping(), { code: 'token-failed' });
  assert.equal(foreign.seen.length, 0);
});

test('tokens are for the registry alone', async () => {
  await using foreign = await evil();
  await using server: Fake = await serve(({ url, authorization }: Seen, response) => {
    if (url.startsWith('/token')) json(response, { token: 'canary-token' });
    else if (authorization !== 'Bearer canary-token')
      fail(response, 401, 'UNAUTHORIZED', { 'www-authenticate': `Bearer realm="${server.origin}/token"` });
    else response.writeHead(307, { location: `${foreign.origin}/x` }).end();
  });
  await using registry = open(server.host, opening);
  await readConfig(registry);
  assert.equal(foreign.seen.length, 1);
  clean(foreign);
});

test('a registry that echoes the password does not bring it into an error', async () => {
  await using server = await serve(({ authorization, url }, response) => {
    const echo = `${authorization} canary-user canary-password ${Buffer.from(authorization?.slice(6) ?? '', 'base64')}`;
    const headers = {
      'www-authenticate': 'Basic realm="r"',
      'docker-content-digest': echo,
      location: `http://127.0.0.1:1/?${encodeURIComponent(echo)}`,
    };
    if (authorization === undefined)
      fail(response, 401, 'UNAUTHORIZED', { 'www-authenticate': headers['www-authenticate'] });
    else
      json(
        response,
        { errors: [{ code: echo, message: echo, detail: echo }] },
        url.includes('away') ? 307 : 403,
        headers,
      );
  });
  await using registry = open(server.host, opening);
  for (const tag of ['t', 'away']) {
    await assert.rejects(
      registry.getManifest('x', tag),
      (error: Error) =>
        !holdsCanary({ ...error, message: error.message, stack: error.stack, cause: String(error.cause) }),
    );
  }
  assert.ok(!holdsCanary(registry));
});
