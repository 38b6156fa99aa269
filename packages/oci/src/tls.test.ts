import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { CANARY, json, open, serve, sha256 } from './testing.ts';

interface Pair {
  key: string;
  cert: string;
}

let dir = '';
let ca: Pair;
let good: Pair;
let wrongName: Pair;
let expired: Pair;

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { cwd: dir, stdio: 'pipe' });
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

function authority(name: string): Pair {
  const files = ['-keyout', `${name}.key`, '-out', `${name}.crt`];
  openssl('req', '-x509', ...NEW_KEY, ...files, '-days', '30', '-subj', `/CN=${name}`);
  return read(name);
}

function issue(name: string, san: string, days: number): Pair {
  const request = ['-keyout', `${name}.key`, '-out', `${name}.csr`];
  openssl('req', ...NEW_KEY, ...request, '-subj', `/CN=${name}`, '-addext', `subjectAltName=${san}`);
  const signer = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial'];
  const files = ['-in', `${name}.csr`, '-out', `${name}.crt`];
  openssl('x509', '-req', ...signer, ...files, '-days', String(days), '-copy_extensions', 'copy');
  return read(name);
}

function read(name: string): Pair {
  return { key: readFileSync(join(dir, `${name}.key`), 'utf8'), cert: readFileSync(join(dir, `${name}.crt`), 'utf8') };
}

before(() => {
  dir = mkdtempSync(join(tmpdir(), 'pharos-oci-tls-'));
  ca = authority('ca');
  good = issue('good', 'DNS:localhost,IP:127.0.0.1', 30);
  wrongName = issue('wrong', 'DNS:other.example', 30);
  expired = issue('expired', 'DNS:localhost,IP:127.0.0.1', -1);
});

after(() => rmSync(dir, { recursive: true, force: true }));

test('an own authority is trusted when it is given, and only then', async () => {
  await using server = await serve((_, response) => json(response, {}), good);
  await using trusting = open(server.host, { tls: { caCerts: ca.cert } });
  await trusting.ping();
  assert.deepEqual(trusting.warnings, []);
  await using doubting = open(server.host, { tls: {} });
  await assert.rejects(doubting.ping(), { code: 'tls-untrusted', hint: /ca_certs/, transient: false });
  assert.equal(server.seen.length, 1);
});

test('each fault of a certificate has its own name; skip_verify passes over all of them with a warning', async () => {
  for (const [pair, code] of [
    [wrongName, 'tls-name-mismatch'],
    [expired, 'tls-expired'],
  ] as const) {
    await using server = await serve((_, response) => json(response, {}), pair);
    await using strict = open(server.host, { tls: { caCerts: ca.cert } });
    await assert.rejects(strict.ping(), { code });
    await using lax = open(server.host, { tls: { skipVerify: true } });
    await lax.ping();
    assert.match(lax.warnings[0]!, /^skip_verify is on/);
  }
});

test('http to a TLS server', async () => {
  await using server = await serve((_, response) => json(response, {}), good);
  await using registry = open(server.host, { tls: { plainHttp: true } });
  await assert.rejects(registry.ping(), (error: Error & { code?: string; hint?: string }) => {
    assert.ok(
      ['plain-http-expected-tls', 'registry-unreachable', 'response-invalid'].includes(error.code ?? ''),
      error.code,
    );
    return /plain_http/.test(error.hint ?? '');
  });
  assert.match(registry.warnings[0]!, /^plain_http is on/);
});

test('skip_verify is for the registry, not for where it redirects to; https never falls to http', async () => {
  await using plain = await serve((_, response) => response.end('layer'));
  await using storage = await serve((_, response) => response.end('layer'), good);
  let target = storage.origin.replace('127.0.0.1', 'localhost');
  await using server = await serve(({ authorization }, response) => {
    if (authorization === undefined) json(response, {}, 401, { 'www-authenticate': 'Basic realm="r"' });
    else response.writeHead(307, { location: `${target}/x` }).end();
  }, good);
  await using registry = open(server.host, { tls: { skipVerify: true }, authentication: CANARY });
  const blob = () => registry.getBlob('x', { digest: sha256('layer') }, { maxBytes: 100 });
  await assert.rejects(blob, { code: 'tls-untrusted' });
  target = plain.origin;
  await assert.rejects(blob, { code: 'redirect-refused' });
  assert.equal(plain.seen.length + storage.seen.length, 0);
});

test('what is no certificate is refused before anything is sent', () => {
  for (const caCerts of ['garbage', '-----BEGIN CERTIFICATE-----\nxx\n-----END CERTIFICATE-----', ca.key]) {
    assert.throws(() => open('localhost', { tls: { caCerts } }), { code: 'ca-certs-invalid' });
  }
});
