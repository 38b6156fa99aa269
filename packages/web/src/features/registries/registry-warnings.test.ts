import assert from 'node:assert/strict';
import { test } from 'node:test';
import { registryWarnings } from './registry-warnings.ts';

const tls = { caCerts: '', skipVerify: true, plainHttp: true };

test('each danger is told once, in words', () => {
  const warnings = ['skip_verify', 'plain_http', 'Certificate ends soon'];
  assert.deepEqual(registryWarnings({ tls, warnings, isSample: false }), [
    'Certificate not checked',
    'No TLS',
    'Certificate ends soon',
  ]);
});

test('the sample on loopback needs no warning of plain HTTP', () => {
  assert.deepEqual(
    registryWarnings({ tls: { ...tls, skipVerify: false }, warnings: ['plain_http'], isSample: true }),
    [],
  );
});
