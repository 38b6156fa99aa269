import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import { PackedTags } from './packed-tags.ts';
import type { KnownTag } from './state.ts';

const digest = (text: string) => `sha256:${hash('sha256', text, 'hex')}`;

test('gives back what it was given, whatever the digest and the time look like', () => {
  const tags: [string, KnownTag][] = [
    ['17', { digest: digest('17'), checked: 0, pushedAt: null }],
    ['18', { digest: `sha512:${hash('sha512', '18', 'hex')}`, checked: 5_000_000_000, pushedAt: null }],
    ['a', { digest: '', checked: -1, pushedAt: '2026-07-27T09:10:00.000Z' }],
    ['b', { digest: digest('b').toUpperCase(), checked: 1.5, pushedAt: '2026-07-27T09:10:00Z' }],
    ['c', { digest: digest('c'), checked: 7, pushedAt: 'yesterday' }],
    ['__proto__', { digest: digest('d'), checked: 8, pushedAt: '' }],
  ];
  const packed = new PackedTags(tags);
  assert.deepEqual([...packed], tags);
  assert.deepEqual([...new PackedTags(packed)], tags);
  assert.deepEqual(
    [...packed.names()],
    tags.map(([name]) => name),
  );
  assert.deepEqual(
    [...packed.digests()],
    tags.map(([, tag]) => tag.digest),
  );
  for (const [name, tag] of tags) {
    assert.deepEqual(packed.get(name), tag);
    assert.deepEqual(
      [packed.digestOf(name), packed.checkedOf(name), packed.pushedAtOf(name)],
      [tag.digest, tag.checked, tag.pushedAt],
    );
  }
  assert.deepEqual(
    [packed.has('x'), packed.get('x'), packed.digestOf('x'), packed.pushedAtOf('x')],
    [false, undefined, undefined, null],
  );
});

test('a tag that is set again, removed and set once more is the last one', () => {
  const packed = new PackedTags([['a', { digest: 'odd', checked: 1, pushedAt: 'odd' }]]);
  packed.set('a', digest('a'), 2);
  assert.deepEqual(packed.get('a'), { digest: digest('a'), checked: 2, pushedAt: null });
  packed.set('a', 'odd again', 3, 'odd');
  packed.delete('a');
  packed.delete('never there');
  assert.deepEqual([packed.size, packed.get('a')], [0, undefined]);
  packed.set('a', digest('b'));
  assert.deepEqual([...packed], [['a', { digest: digest('b'), checked: 0, pushedAt: null }]]);
});

test('holds more tags than one block has rows', () => {
  const packed = new PackedTags();
  for (let count = 0; count < 10_000; count += 1) packed.set(String(count), digest(String(count)), count);
  for (const count of [0, 4095, 4096, 8191, 8192, 9999]) {
    assert.deepEqual(packed.get(String(count)), { digest: digest(String(count)), checked: count, pushedAt: null });
  }
});
