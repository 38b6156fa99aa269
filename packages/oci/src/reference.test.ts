import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf, isDigest, matchesDigest } from './digest.ts';
import {
  apiHost,
  formatReference,
  isRepositoryName,
  isTagName,
  parseReference,
  parseRegistryUrl,
} from './reference.ts';

const HEX = 'a'.repeat(64);

test('references are taken apart as docker does', () => {
  const cases: [string, string, string, string | null, string | null][] = [
    ['postgres', 'docker.io', 'library/postgres', null, null],
    ['postgres:17', 'docker.io', 'library/postgres', '17', null],
    ['docker.io/postgres:17', 'docker.io', 'library/postgres', '17', null],
    ['index.docker.io/grafana/grafana', 'docker.io', 'grafana/grafana', null, null],
    ['localhost/pg', 'localhost', 'pg', null, null],
    ['localhost:5000/a/b/c:1', 'localhost:5000', 'a/b/c', '1', null],
    ['Registry.Example.COM:443/pg', 'registry.example.com:443', 'pg', null, null],
    [`ghcr.io/x/y:V1@sha256:${HEX}`, 'ghcr.io', 'x/y', 'V1', `sha256:${HEX}`],
    [
      `nvcr.io/nim/meta/llama-3.1-8b-instruct@sha256:${HEX}`,
      'nvcr.io',
      'nim/meta/llama-3.1-8b-instruct',
      null,
      `sha256:${HEX}`,
    ],
    ['[::1]:5000/pg:1', '[::1]:5000', 'pg', '1', null],
  ];
  for (const [text, registry, repository, tag, digest] of cases) {
    const reference = parseReference(text);
    assert.deepEqual(reference, { registry, repository, tag, digest }, text);
    assert.deepEqual(parseReference(formatReference(reference)), reference, text);
  }
});

test('what is no reference is refused by name', () => {
  const bad = [
    '',
    'UPPER/x',
    'a//b',
    'x:',
    'x:tag with space',
    'x@sha256:abc',
    `x@md5:${HEX}`,
    'a/../b',
    '-a.b/x',
    'x.y/',
    `${'a'.repeat(256)}`,
    'x:y/z w',
  ];
  for (const text of bad) assert.throws(() => parseReference(text), { code: 'reference-invalid' }, text);
});

test('addresses of registries', () => {
  const cases: [string, string, string][] = [
    ['registry.example.com', 'https://registry.example.com', ''],
    [' Registry.Example.com/ ', 'https://registry.example.com', ''],
    ['registry.example.com:5000', 'https://registry.example.com:5000', ''],
    ['https://docker.enterprisedb.com/pgai-platform/', 'https://docker.enterprisedb.com', 'pgai-platform'],
    ['host/a/b//', 'https://host', 'a/b'],
    ['https://host:443/v2/', 'https://host', ''],
    ['[::1]:5000', 'https://[::1]:5000', ''],
  ];
  for (const [text, origin, prefix] of cases) {
    assert.deepEqual(parseRegistryUrl(text), { origin, host: new URL(origin).host, prefix }, text);
  }
  assert.equal(parseRegistryUrl('host:5000', { plainHttp: true }).origin, 'http://host:5000');
  assert.equal(parseRegistryUrl('http://host', { plainHttp: true }).origin, 'http://host');
  assert.equal(parseRegistryUrl('https://host', { plainHttp: true }).origin, 'https://host');
});

test('addresses that are none, or hide something', () => {
  const bad = [
    '',
    'ftp://x',
    'https://u:canary@x',
    'u@x',
    'x?y',
    'x#y',
    'x y',
    'x\\y',
    'x/UP',
    'x/../y',
    'x/%2e',
    'x:99999',
    'x:0',
    'x:port',
    'rég.example',
    '://x',
    'https://',
    '-x',
  ];
  for (const text of bad) {
    assert.throws(
      () => parseRegistryUrl(text),
      (error: Error & { code?: string; hint?: string }) =>
        error.code === 'registry-url-invalid' && !error.message.includes('canary') && !!error.hint,
      text,
    );
  }
  assert.throws(() => parseRegistryUrl('http://host'), { code: 'registry-url-invalid', hint: /tls\.plain_http/ });
});

test('names, digests and Docker Hub', () => {
  assert.ok(isTagName('17.4-2503310734') && isTagName('_x') && isTagName('a'.repeat(128)));
  assert.ok(
    !isTagName('a'.repeat(129)) && !isTagName('.x') && !isTagName('a/b') && !isTagName('x\n') && !isTagName(null),
  );
  assert.ok(
    isRepositoryName('a__b/c-d/e.f') && !isRepositoryName('a/') && !isRepositoryName('a..b') && !isRepositoryName('A'),
  );
  assert.equal(apiHost('docker.io'), 'registry-1.docker.io');
  assert.equal(apiHost('ghcr.io'), 'ghcr.io');
  const empty = 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
  assert.equal(digestOf(new Uint8Array()), empty);
  assert.ok(matchesDigest(new Uint8Array(), digestOf(new Uint8Array(), 'sha512')));
  assert.ok(!matchesDigest(Buffer.from('\n'), empty));
  assert.ok(isDigest(empty) && !isDigest(empty.toUpperCase()) && !isDigest(`${empty}0`) && !isDigest('sha256:'));
});
