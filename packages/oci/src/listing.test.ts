import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RegistryError } from './errors.ts';
import { collect, fail, type Handler, json, open, serve } from './testing.ts';

const next = (path: string) => ({ link: `<${path}>; rel="next"` });

/** Serves pages in turn: the first without `last`, then by the number in `last`. */
function paged(pages: { tags: unknown; link?: boolean }[], more: Record<string, string> = {}): Handler {
  return ({ url }, response) => {
    const at = Number(new URL(url, 'http://x').searchParams.get('last') ?? 0);
    const link = pages[at]!.link ?? at + 1 < pages.length;
    json(
      response,
      { name: 'a/b', tags: pages[at]!.tags },
      200,
      link ? next(`/v2/a/b/tags/list?last=${at + 1}&n=2`) : more,
    );
  };
}

test('Link decides, not the length of a page; names come once', async () => {
  await using server = await serve(
    paged([{ tags: ['a', 'b'] }, { tags: ['b'] }, { tags: [] }, { tags: null }, { tags: ['c', 'a', 'd'] }]),
  );
  await using registry = open(server.host);
  assert.deepEqual(await collect(registry.listTags('a/b')), ['a', 'b', 'c', 'd']);
  assert.equal(server.seen.length, 5);
  assert.equal(server.seen[0]?.url, '/v2/a/b/tags/list?n=1000');
  assert.equal(registry.requests, 5);
});

test('a registry that ignores n, null, and a missing list', async () => {
  for (const body of ['{"name":"a/b","tags":null}', '{"name":"a/b"}', '{"tags":[]}']) {
    await using server = await serve((_, response) => json(response, body));
    await using registry = open(server.host);
    assert.deepEqual(await collect(registry.listTags('a/b', { pageSize: 2 })), [], body);
  }
  const all = Array.from({ length: 5000 }, (_, i) => `t${(i * 7919) % 5000}`);
  await using server = await serve((_, response) => json(response, { name: 'a/b', tags: all }));
  await using registry = open(server.host);
  assert.deepEqual(await collect(registry.listTags('a/b', { pageSize: 2 })), all);
  assert.equal(server.seen.length, 1);
});

test('names that are none are left out and counted', async () => {
  await using server = await serve((_, response) =>
    json(response, { name: 'x', tags: ['ok', '../up', 7, null, 'x'.repeat(129), 'V1', 'v1'] }),
  );
  await using registry = open(server.host);
  let skipped = 0;
  const tags = await collect(
    registry.listTags('x', {
      onSkipped: (count) => {
        skipped += count;
      },
    }),
  );
  assert.deepEqual(tags, ['ok', 'V1', 'v1']);
  assert.equal(skipped, 4);
});

test('n over the cap: one retry without it, remembered', async () => {
  for (const [status, code] of [
    [400, 'PAGINATION_NUMBER_INVALID'],
    [405, 'UNSUPPORTED'],
  ] as const) {
    await using server = await serve(({ url }, response) =>
      url.includes('n=') ? fail(response, status, code) : json(response, { name: 'x', tags: ['a'] }),
    );
    await using registry = open(server.host);
    assert.deepEqual(await collect(registry.listTags('x')), ['a']);
    assert.deepEqual(await collect(registry.listTags('y')), ['a']);
    assert.deepEqual(
      server.seen.map(({ url }) => url),
      ['/v2/x/tags/list?n=1000', '/v2/x/tags/list', '/v2/y/tags/list'],
    );
  }
});

test('an incomplete list throws after what came', async () => {
  const endings: [string, Handler][] = [
    ['registry-failed', (_, response) => fail(response, 500, 'UNKNOWN')],
    ['response-invalid', (_, response) => json(response, '{"name":"x","tags":["c"')],
    ['response-invalid', (_, response) => json(response, '{"errors":[{"code":"UNKNOWN"}]}')],
    ['response-invalid', (_, response) => json(response, '{}')],
    ['response-invalid', (_, response) => json(response, '')],
    ['response-invalid', (_, response) => json(response, 'null')],
    [
      'not-a-registry',
      (_, response) => json(response, '<html>login</html>', 200, { 'content-type': 'text/html; charset=utf-8' }),
    ],
    ['link-loop', (_, response) => json(response, { name: 'x', tags: ['c'] }, 200, next('/v2/x/tags/list?last=1'))],
    [
      'link-refused',
      (_, response) => json(response, { name: 'x', tags: ['c'] }, 200, next('https://evil.example/v2/x')),
    ],
    ['rate-limited', (_, response) => fail(response, 429, 'TOOMANYREQUESTS', { 'retry-after': '7' })],
    ['unauthorized', (_, response) => fail(response, 401, 'UNAUTHORIZED')],
  ];
  for (const [code, ending] of endings) {
    await using server = await serve((request, response) => {
      if (request.url.includes('last')) ending(request, response);
      else json(response, { name: 'x', tags: ['a', 'b'] }, 200, next('/v2/x/tags/list?last=1'));
    });
    await using registry = open(server.host);
    const came: string[] = [];
    await assert.rejects(
      async () => {
        for await (const page of registry.listTags('x')) came.push(...page);
      },
      (error) =>
        error instanceof RegistryError &&
        error.code === code &&
        error.absence === 'no' &&
        (code !== 'rate-limited' || error.retryAfterMs === 7000),
      code,
    );
    assert.deepEqual(came.slice(0, 2), ['a', 'b'], code);
    assert.ok(server.seen.length <= 3, `${code} after ${server.seen.length} requests`);
  }
});

test('a list that never ends is ended', async () => {
  let count = 0;
  const endless = (fresh: boolean): Handler => {
    return (_, response) =>
      json(
        response,
        { name: 'x', tags: fresh ? [`t${count}`, `u${count}`] : ['t'] },
        200,
        next(`/v2/x/tags/list?last=${++count}`),
      );
  };
  await using server = await serve(endless(true));
  await using byPages = open(server.host, { limits: { maxPages: 20 } });
  await assert.rejects(collect(byPages.listTags('x')), { code: 'too-many-pages' });
  assert.equal(server.seen.length, 20);
  await using byNames = open(server.host, { limits: { maxTags: 31 } });
  await assert.rejects(collect(byNames.listTags('x')), { code: 'too-many-names' });
  await using same = await serve(endless(false));
  await using barren = open(same.host);
  await assert.rejects(collect(barren.listTags('x')), { code: 'link-loop' });
  assert.ok(same.seen.length < 110);
  await using big = await serve((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{"name":"x","tags":["a"');
    const pump = () => {
      while (!response.destroyed && response.write(',"aaaaaaaaaaaaaaaaaaaaaaaaaaaa"'.repeat(100)));
    };
    response.on('drain', pump);
    pump();
  });
  await using bounded = open(big.host, { limits: { tagPageBytes: 100_000 } });
  await assert.rejects(collect(bounded.listTags('x')), { code: 'body-too-large', transient: false });
});

test('a missing repository, and a 404 that proves nothing', async () => {
  await using server = await serve(({ url }, response) =>
    url.includes('gone') ? fail(response, 404, 'NAME_UNKNOWN') : response.writeHead(404).end('404 page not found'),
  );
  await using registry = open(server.host);
  await assert.rejects(collect(registry.listTags('gone')), {
    code: 'repository-not-found',
    absence: 'repository',
    status: 404,
    transient: false,
  });
  await assert.rejects(collect(registry.listTags('proxy')), {
    code: 'repository-not-found',
    absence: 'no',
    transient: true,
  });
  await assert.rejects(collect(registry.listTags('Bad Name')), { code: 'reference-invalid' });
  assert.equal(server.seen.length, 2);
});

test('the catalog: pages, prefix, and where there is none', async () => {
  await using server = await serve(({ url }, response) => {
    if (url.includes('last')) json(response, { repositories: ['team/c', 'UPPER', 'x'] });
    else json(response, { repositories: ['other', 'team/a/b'] }, 200, next('/v2/_catalog?last=team%2Fa&n=1000'));
  });
  await using whole = open(server.host);
  assert.deepEqual(await collect(whole.listRepositories()), ['other', 'team/a/b', 'team/c', 'x']);
  await using prefixed = open(`${server.host}/team/`);
  assert.deepEqual(await collect(prefixed.listRepositories()), ['a/b', 'c']);
  await collect(prefixed.listTags('a/b')).catch(() => {});
  assert.equal(server.seen.at(-1)?.url, '/v2/team/a/b/tags/list?n=1000');
  for (const status of [401, 403, 404, 405]) {
    await using none = await serve((_, response) => response.writeHead(status).end());
    await using registry = open(none.host);
    await assert.rejects(collect(registry.listRepositories()), { code: 'catalog-unavailable', status });
  }
});
