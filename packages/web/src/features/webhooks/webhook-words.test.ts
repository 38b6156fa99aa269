import assert from 'node:assert/strict';
import { test } from 'node:test';
import { healthOf, hintOf, readable } from './webhook-words.ts';

test('who switched it off is told apart', () => {
  const on = { enabled: true, disabledReason: null, failingSince: null };
  assert.equal(healthOf(on), 'on');
  assert.equal(healthOf({ ...on, failingSince: '2026-01-01T00:00:00Z' }), 'failing');
  assert.equal(healthOf({ ...on, enabled: false }), 'off');
  assert.equal(healthOf({ ...on, enabled: false, disabledReason: 'Gone.' }), 'switched-off');
});

test('a failed try has its next step, a code of a later version none', () => {
  assert.match(hintOf({ code: 'webhook-refused' }) ?? '', /Look at its answer/);
  assert.equal(hintOf({ code: 'toString' }), null);
  assert.equal(hintOf({ code: null }), null);
});

test('a body is drawn with line breaks where it is JSON', () => {
  assert.equal(readable('{"a":1}'), '{\n  "a": 1\n}');
  assert.equal(readable('<html>'), '<html>');
});
