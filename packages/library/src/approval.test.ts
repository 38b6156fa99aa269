import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ImageState } from '@pharos/contract';
import { peopleNeeded, peopleOf, refusalToApprove } from './approval.ts';
import { stateAt, statesAfter } from './state.ts';

test('the ways between states are these and no others', () => {
  const ways = ImageState.options.map((state) => `${state} → ${statesAfter(state).join(', ')}`);
  assert.deepEqual(ways, [
    'pending → approved, rejected',
    'approved → deprecated, revoked, pending',
    'rejected → pending, approved',
    'deprecated → revoked, approved',
    'revoked → pending',
  ]);
  // What was revoked is never approved in one step, and nothing is decided twice.
  for (const state of ImageState.options) assert.ok(!statesAfter(state).includes(state));
});

test('only an approval ends by the clock', () => {
  const expiresAt = '2026-05-01T00:00:00.000Z';
  const at = (state: ImageState, time: string) => stateAt({ state, expiresAt }, new Date(time));
  assert.equal(stateAt(null, new Date()), 'pending');
  assert.equal(at('approved', '2026-04-30T23:59:59.999Z'), 'approved');
  assert.equal(at('approved', expiresAt), 'pending');
  assert.equal(at('revoked', '2027-01-01T00:00:00Z'), 'revoked');
});

test('the strictest rule of any place counts, and what stands nowhere is under every rule', () => {
  const rules = [
    { pattern: 'prod/**', people: 2 },
    { pattern: '*/postgres*', people: 1 },
  ] as const;
  assert.equal(peopleNeeded(rules, ['dev/redis']), 0);
  assert.equal(peopleNeeded(rules, ['dev/postgresql']), 1);
  assert.equal(peopleNeeded(rules, ['dev/postgresql', 'prod/a/b']), 2);
  assert.equal(peopleNeeded(rules, []), 2);
  assert.equal(peopleNeeded([], []), 0);
  assert.equal(peopleNeeded([{ pattern: '{', people: 2 }], ['x']), 2, 'a pattern that cannot be run holds everywhere');
});

test('who asks never approves, and programs are no people', () => {
  const ann = { kind: 'person', id: 'ann' } as const;
  const may = (
    people: 0 | 1 | 2,
    approver: Parameters<typeof refusalToApprove>[1],
    ...asked: [string | null, boolean][]
  ) =>
    refusalToApprove(
      people,
      approver,
      asked.map(([person, isOpen]) => ({ person, isOpen })),
    ) === null;
  assert.ok(may(0, ann, ['ann', true]));
  assert.ok(may(1, ann));
  assert.ok(may(1, ann, ['bob', false]));
  assert.ok(!may(1, ann, ['ann', false]), 'a withdrawal forgets nothing');
  assert.ok(may(1, { kind: 'policy' }));
  assert.ok(!may(1, { kind: 'program' }));
  assert.ok(!may(2, ann));
  assert.ok(!may(2, ann, ['bob', false]));
  assert.ok(!may(2, ann, [null, true]));
  assert.ok(may(2, ann, ['bob', true]));
  assert.ok(!may(2, ann, ['bob', true], ['ann', false]));
  assert.ok(!may(2, { kind: 'policy' }, ['bob', true]));
});

test('an approval is worth the strictest rule that it passes', () => {
  const ann = { kind: 'person', id: 'ann' } as const;
  const by = (person: string | null, isOpen = true) => ({ person, isOpen });
  assert.equal(peopleOf(ann, [by('bob')]), 2);
  assert.equal(peopleOf(ann, [by('bob', false)]), 1, 'a request that is closed is no second person');
  assert.equal(peopleOf(ann, [by(null)]), 1, 'a program neither');
  assert.equal(peopleOf(ann, []), 1);
  assert.equal(peopleOf(ann, [by('bob'), by('ann', false)]), 0, 'who asked once');
  assert.equal(peopleOf({ kind: 'policy' }, [by('bob')]), 1);
  assert.equal(peopleOf({ kind: 'program' }, [by('bob')]), 0);
});
