import assert from 'node:assert/strict';
import { test } from 'node:test';
import { platformName, runnablePlatforms } from './platform.ts';

test('platforms have one name', () => {
  assert.equal(platformName({ os: 'linux', architecture: 'arm64', variant: 'v8' }), 'linux/arm64/v8');
  assert.equal(platformName({ os: 'linux', architecture: 'amd64', variant: null }), 'linux/amd64');
  assert.equal(platformName({ os: 'linux', architecture: 'amd64' }), 'linux/amd64');
});

test('attestations and children without a platform are no platforms', () => {
  const amd64 = { platform: { os: 'linux', architecture: 'amd64' } };
  const attestation = {
    platform: { os: 'linux', architecture: 'amd64' },
    annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
  };
  const unknown = { platform: { os: 'unknown', architecture: 'unknown' } };
  assert.deepEqual(
    runnablePlatforms([
      amd64,
      attestation,
      unknown,
      {},
      { platform: null },
      { platform: { os: '', architecture: 'amd64' } },
    ]),
    [amd64],
  );
});
