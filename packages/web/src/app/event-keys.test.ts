import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Scan } from '@pharos/contract';
import { keysOf } from './event-keys.ts';

const id = '018f0000-0000-7000-8000-000000000000';

test('progress of a scan asks for nothing again; its end does', () => {
  assert.deepEqual(keysOf({ type: 'scan', scan: { status: 'running' } as Scan }), []);
  const ended = keysOf({ type: 'scan', scan: { status: 'partial' } as Scan });
  for (const noun of ['repositories', 'registries', 'statistics', 'tags', 'models']) {
    assert.ok(
      ended.some((key) => key[0] === noun),
      noun,
    );
  }
});

test('one image makes one image old', () => {
  assert.deepEqual(keysOf({ type: 'image', digest: 'sha256:ab' })[0], ['images', 'sha256:ab']);
});

test('a notification makes receivers and their deliveries old, and nothing of the library', () => {
  assert.deepEqual(keysOf({ type: 'receiver', id }), [['receivers']]);
});

test('an entry of the feed makes the feed and the home page old; a delivery only webhooks', () => {
  assert.deepEqual(keysOf({ type: 'activity' }), [['activity'], ['history', 'overview']]);
  assert.deepEqual(keysOf({ type: 'webhook', id }), [['webhooks']]);
});

test('an edited model makes models old and nothing else', () => {
  assert.deepEqual(keysOf({ type: 'model', id }), [['models']]);
});

test('a reset reads everything again', () => {
  assert.deepEqual(keysOf({ type: 'reset' }), [[]]);
  assert.deepEqual(keysOf({ type: 'rule', id }), [['rules']]);
});
