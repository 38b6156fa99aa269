import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { ACCEPT_MANIFESTS, OCI_INDEX } from '../media-type.ts';
import { CONFIG, fail, json, MANIFEST_TYPE, manifestText, open, serve, sha256 } from '../testing.ts';

const TEXT = manifestText();
const DIGEST = sha256(TEXT);

test('a manifest is hashed as it came, trailing newline and all', async () => {
  const text = `${TEXT}\n`;
  await using server = await serve((_, response) =>
    json(response, text, 200, { 'content-type': `${MANIFEST_TYPE}; charset=utf-8` }),
  );
  await using registry = open(server.host);
  const content = await registry.getManifest('a/b', '17.4');
  assert.equal(content.digest, sha256(text));
  assert.equal(content.size, text.length);
  assert.equal(content.mediaType, MANIFEST_TYPE);
  assert.equal(Buffer.from(content.bytes).toString(), text);
  const [request] = server.seen;
  assert.equal(request?.url, '/v2/a/b/manifests/17.4');
  assert.equal(request?.headers.accept, ACCEPT_MANIFESTS);
  assert.equal(ACCEPT_MANIFESTS.split(', ').length, 7);
  assert.equal(request?.headers['accept-encoding'], 'identity');
});

test('a digest that is not that of the bytes is refused', async () => {
  await using server = await serve(({ url }, response) =>
    json(response, TEXT, 200, {
      'content-type': MANIFEST_TYPE,
      ...(url.endsWith('lie') ? { 'docker-content-digest': sha256('lie') } : {}),
    }),
  );
  await using registry = open(server.host);
  await assert.rejects(registry.getManifest('x', 'lie'), { code: 'digest-mismatch' });
  await assert.rejects(registry.getManifest('x', sha256('other')), { code: 'digest-mismatch', transient: false });
  assert.equal((await registry.getManifest('x', DIGEST)).digest, DIGEST);
  const sha512 = `sha512:${createHash('sha512').update(TEXT).digest('hex')}`;
  assert.equal((await registry.getManifest('x', sha512)).digest, sha512);
  for (const bad of ['', 'a b', '../x', 'md5:abc', `sha256:${'A'.repeat(64)}`, 'a?b']) {
    await assert.rejects(registry.getManifest('x', bad), { code: 'reference-invalid' }, bad);
  }
});

test('what is no manifest says so', async () => {
  const cases: [string, string, string][] = [
    ['<!DOCTYPE html><title>login</title>', 'text/html', 'not-a-registry'],
    ['{"schemaVersion":1}', 'application/vnd.docker.distribution.manifest.v1+prettyjws', 'manifest-invalid'],
    ['', MANIFEST_TYPE, 'manifest-invalid'],
    ['{"schemaVersion":2', MANIFEST_TYPE, 'manifest-invalid'],
    [TEXT, OCI_INDEX, 'manifest-invalid'],
    ['{"schemaVersion":2,"manifests":[],"layers":[]}', OCI_INDEX, 'manifest-ambiguous'],
  ];
  for (const [body, type, code] of cases) {
    await using server = await serve((_, response) => json(response, body, 200, { 'content-type': type }));
    await using registry = open(server.host);
    await assert.rejects(registry.getManifest('x', 't'), { code }, `${type} ${body}`);
  }
});

test('errors of the registry keep their meaning', async () => {
  const cases: [number, string, string, string, boolean][] = [
    [404, 'MANIFEST_UNKNOWN', 'manifest-not-found', 'tag', false],
    [404, 'NAME_UNKNOWN', 'repository-not-found', 'repository', false],
    [404, 'whatever', 'manifest-not-found', 'no', true],
    [401, 'UNAUTHORIZED', 'unauthorized', 'no', false],
    [403, 'DENIED', 'forbidden', 'no', false],
    [412, 'PROJECTPOLICYVIOLATION', 'policy-blocked', 'no', false],
    [429, 'TOOMANYREQUESTS', 'rate-limited', 'no', true],
    [500, 'UNKNOWN', 'registry-failed', 'no', true],
    [503, 'NAME_UNKNOWN', 'registry-failed', 'no', true],
    [400, 'MANIFEST_INVALID', 'request-refused', 'no', false],
    [418, 'UNKNOWN', 'request-refused', 'no', false],
  ];
  for (const [status, body, code, absence, transient] of cases) {
    await using server = await serve((_, response) => fail(response, status, body));
    await using registry = open(server.host);
    for (const call of [() => registry.getManifest('x', 't'), () => registry.headManifest('x', 't')]) {
      await assert.rejects(call, (error: Error & { hint?: string }) => {
        assert.partialDeepStrictEqual({ ...error }, { code, absence, transient, status });
        assert.ok(error.hint);
        assert.ok(!error.message.includes('canary'), 'free text of the registry is not taken over');
        return true;
      });
    }
  }
});

test('HEAD keeps its connection and tells digest, type and size', async () => {
  await using server = await serve(({ method }, response) => {
    response.writeHead(200, {
      'content-type': MANIFEST_TYPE,
      'content-length': TEXT.length,
      'docker-content-digest': DIGEST,
    });
    response.end(method === 'HEAD' ? undefined : TEXT);
  });
  await using registry = open(server.host);
  for (let i = 0; i < 50; i += 1) {
    assert.deepEqual(await registry.headManifest('x', `t${i}`), {
      digest: DIGEST,
      mediaType: MANIFEST_TYPE,
      size: TEXT.length,
    });
  }
  // undici opens a second one while the first is being set up; without `reset: false` it would be fifty.
  assert.ok(server.connections <= 2, `${server.connections} connections`);
  assert.ok(server.seen.every(({ method }) => method === 'HEAD'));
  await assert.rejects(registry.headManifest('x', sha256('other')), { code: 'digest-mismatch' });
});

test('a HEAD that is refused or tells no digest falls back to GET, once per registry', async () => {
  for (const status of [405, 501, 200]) {
    await using server = await serve(({ method }, response) => {
      if (method === 'HEAD') response.writeHead(status, { 'content-type': MANIFEST_TYPE, 'content-length': 999 }).end();
      else json(response, TEXT, 200, { 'content-type': MANIFEST_TYPE });
    });
    await using registry = open(server.host);
    assert.equal((await registry.headManifest('x', 'a')).digest, DIGEST);
    assert.equal((await registry.headManifest('x', 'b')).digest, DIGEST);
    assert.deepEqual(
      server.seen.map(({ method }) => method),
      ['HEAD', 'GET', 'GET'],
    );
  }
});

test('blobs are bounded, verified, and parsed as config', async () => {
  const big = 'x'.repeat(1000);
  await using server = await serve(({ url }, response) => {
    if (url.endsWith(sha256(big))) response.end(big);
    else if (url.endsWith(sha256('missing'))) fail(response, 404, 'BLOB_UNKNOWN');
    else response.end(CONFIG);
  });
  await using registry = open(server.host);
  assert.deepEqual(
    (await registry.getConfig('x', { digest: sha256(CONFIG), size: CONFIG.length })).json,
    JSON.parse(CONFIG),
  );
  await assert.rejects(registry.getConfig('x', { digest: sha256('other') }), { code: 'digest-mismatch' });
  await assert.rejects(registry.getConfig('x', { digest: sha256(big) }), {
    code: 'response-invalid',
    transient: false,
  });
  await assert.rejects(registry.getConfig('x', { digest: sha256('missing') }), {
    code: 'blob-not-found',
    absence: 'no',
  });
  await assert.rejects(registry.getBlob('x', { digest: sha256(big) }, { maxBytes: 999 }), { code: 'body-too-large' });
  await assert.rejects(registry.getBlob('x', { digest: sha256(big), size: 10 }, { maxBytes: 5000 }), {
    code: 'body-too-large',
  });
  const before = server.seen.length;
  await assert.rejects(registry.getBlob('x', { digest: sha256(big), size: 1e12 }, { maxBytes: 5000 }), {
    code: 'body-too-large',
  });
  await assert.rejects(registry.getBlob('x', { digest: '../../x' }, { maxBytes: 5000 }), { code: 'reference-invalid' });
  assert.equal(server.seen.length, before);
  assert.equal((await registry.getBlob('x', { digest: sha256(big), size: 1000 }, { maxBytes: 1000 })).length, 1000);
});

test('a compressing proxy is survived, a bomb is not swallowed', async () => {
  await using server = await serve(({ url }, response) => {
    const encoding = url.endsWith('br') ? 'br' : url.endsWith('chain') ? 'gzip, gzip' : 'gzip';
    const body = gzipSync(url.endsWith('bomb') ? Buffer.alloc(50_000_000) : TEXT);
    response.writeHead(200, { 'content-type': MANIFEST_TYPE, 'content-encoding': encoding }).end(body);
  });
  await using registry = open(server.host, { limits: { manifestBytes: 100_000 } });
  assert.equal((await registry.getManifest('x', 'good')).digest, DIGEST);
  await assert.rejects(registry.getManifest('x', 'bomb'), { code: 'body-too-large' });
  await assert.rejects(registry.getManifest('x', 'br'), { code: 'response-invalid' });
  await assert.rejects(registry.getManifest('x', 'chain'), { code: 'response-invalid' });
});
