import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toldOf } from './audit-words.ts';
import { auditSearch, fromOf } from './search.ts';

test('a change is told field by field, with what was there before', () => {
  const detail = JSON.stringify({ asked: { name: 'b', tags: [1] }, before: { name: '' }, change: 'x → y' });
  assert.deepEqual(toldOf({ detail }), {
    fields: [
      { field: 'name', before: '(empty)', after: 'b' },
      { field: 'tags', before: null, after: '[1]' },
    ],
    more: [['change', 'x → y']],
    isChange: true,
  });
});

test('what was deleted, and what cannot be read, is told as well', () => {
  const gone = toldOf({ detail: JSON.stringify({ before: { name: 'gone', id: null } }) });
  assert.deepEqual([gone.isChange, gone.fields.map(({ after }) => after)], [false, ['gone', '(none)']]);
  assert.deepEqual(toldOf({ detail: '{' }).more, [['Detail', '{']]);
  assert.deepEqual(toldOf({ detail: '{"__proto__":"x"}' }).fields, []);
  assert.deepEqual(toldOf({ detail: '{"asked":"(too long)"}' }).more, [['asked', '(too long)']]);
});

test('what is no filter is left out of the address', () => {
  const search = auditSearch({ outcome: 'nonsense', period: 'year', entry: 'x', action: 'rule.update' });
  const said = Object.entries(search).filter(([, value]) => value !== undefined);
  assert.deepEqual(
    said.filter(([key]) => key !== 'entry'),
    [['action', 'rule.update']],
  );
  assert.equal(fromOf('day', Date.parse('2026-03-10T15:30:12Z')), '2026-03-09T15:00:00.000Z');
});
