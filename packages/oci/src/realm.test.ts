import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkRealm, checkRedirect, type Home } from './realm.ts';

const home = (origin: string, inside = false, tokenHosts: string[] = []): Home => ({ origin, inside, tokenHosts });

test('realms that may have the credentials', () => {
  const cases: [string, Home, string][] = [
    ['https://r.example/token', home('https://r.example'), 'any'],
    ['https://r.example:8443/token', home('https://r.example'), 'any'],
    ['https://auth.docker.io/token', home('https://registry-1.docker.io'), 'public'],
    ['https://gitlab.com/jwt/auth', home('https://registry.gitlab.com'), 'public'],
    ['https://authn.nvidia.com/token', home('https://nvcr.io'), 'public'],
    ['https://auth.corp.example/token', home('https://registry.corp.example', true), 'any'],
    ['http://10.0.0.5:5001/token', home('http://10.0.0.5', true), 'any'],
    ['http://10.0.0.6/token', home('http://10.0.0.5', true, ['10.0.0.6']), 'any'],
    ['https://token.other.example/', home('https://10.0.0.5', true), 'inside'],
    ['https://other.example/', home('https://r.example', false, ['other.example']), 'any'],
    ['https://10.0.0.9:99/', home('https://r.example', false, ['10.0.0.9:99']), 'any'],
  ];
  for (const [realm, registry, reach] of cases) assert.equal(checkRealm(realm, registry).reach, reach, realm);
});

test('realms that may not', () => {
  const registry = home('https://r.example');
  const cases: [string, Home][] = [
    ['/token', registry],
    ['', registry],
    ['ftp://r.example/', registry],
    ['http://r.example/token', registry],
    ['https://user:pw@r.example/', registry],
    ['https://evil.test/token', registry],
    ['https://r.example.evil.test/token', registry],
    ['https://127.0.0.1/token', registry],
    ['https://10.0.0.1/token', registry],
    ['https://[::1]/token', registry],
    ['https://169.254.169.254/latest', registry],
    ['http://169.254.169.254/latest', home('http://127.0.0.1:5000', true, ['169.254.169.254'])],
    ['http://0.0.0.0/token', home('http://127.0.0.1:5000', true)],
    ['https://8.8.8.8/token', home('https://10.0.0.1', true)],
    ['https://127.0.0.1:8443/token', home('https://10.0.0.1', true)],
    ['https://10.0.0.2/token', home('https://10.0.0.1', true)],
    ['http://127.0.0.2:5001/token', home('http://127.0.0.1:5000', true)],
    ['https://evil.azurecr.io/token', home('https://victim.azurecr.io')],
    ['https://evil.jfrog.io/token', home('https://victim.jfrog.io')],
    ['https://evil.co.uk/token', home('https://registry.co.uk')],
    ['https://other.example:444/', home('https://r.test', false, ['other.example:443'])],
  ];
  for (const [realm, from] of cases) {
    assert.throws(
      () => checkRealm(realm, from),
      (error: Error & { code?: string; hint?: string }) =>
        error.code === 'token-realm-refused' && /token_hosts/.test(error.hint ?? '') && !/pw/.test(error.message),
      realm,
    );
  }
});

test('redirects', () => {
  const from = 'https://r.example/v2/a/blobs/x';
  assert.equal(checkRedirect('/v2/y', from, home('https://r.example')).reach, 'any');
  assert.equal(
    checkRedirect('https://bucket.s3.amazonaws.com/x?sig=1', from, home('https://r.example')).reach,
    'public',
  );
  assert.equal(checkRedirect('https://minio.corp:9000/x', from, home('https://r.example', true)).reach, 'any');
  const bad = [
    'http://r.example/x',
    'http://s3.example/x',
    'https://u:p@s3.example/',
    'https://10.0.0.1/',
    'https://localhost.:1/x'.replace('localhost.', '127.0.0.1'),
    'https://[fe80::1]/',
    'file:///etc/passwd',
    'https://[x',
  ];
  for (const location of bad)
    assert.throws(
      () => checkRedirect(location, from, home('https://r.example')),
      { code: 'redirect-refused' },
      location,
    );
  assert.throws(() => checkRedirect('http://169.254.169.254/', from, home('http://127.0.0.1', true)), {
    code: 'redirect-refused',
  });
});
