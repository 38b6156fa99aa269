import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RegistryEvent } from '@pharos/contract';
import { checkName, groupChanges } from './check-words.ts';

const event = (id: number, minute: number, subject: string): RegistryEvent => ({
  id,
  at: `2026-11-23T12:0${minute}:00.000Z`,
  subject,
  from: 'ok',
  to: 'error',
  message: subject,
  code: null,
});

test('checks have names for people, and an unknown one keeps its id', () => {
  assert.equal(checkName('bulk'), 'Digests in lists');
  assert.equal(checkName('of-tomorrow'), 'of-tomorrow');
});

test('what one report told is one group, the registry leading, in the order of the checks', () => {
  const events = [event(5, 2, 'tls'), event(4, 1, 'tags'), event(3, 1, 'tls'), event(2, 1, 'registry')];
  assert.deepEqual(
    groupChanges(events).map(({ lead, others }) => [lead.id, others.map(({ id }) => id)]),
    [
      [5, []],
      [2, [3, 4]],
    ],
  );
  assert.deepEqual(groupChanges([]), []);
});
