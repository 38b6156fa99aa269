import assert from 'node:assert/strict';
import { test } from 'node:test';
import { platformName } from './platform.ts';

test('platforms have one name', () => {
  assert.equal(platformName({ os: 'linux', architecture: 'arm64', variant: 'v8' }), 'linux/arm64/v8');
  assert.equal(platformName({ os: 'linux', architecture: 'amd64', variant: null }), 'linux/amd64');
  assert.equal(platformName({ os: 'linux', architecture: 'amd64' }), 'linux/amd64');
});
