import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileRule } from '@pharos/library';
import { Turns } from './turns.ts';

const rule = (name: string, include: string) =>
  compileRule({
    name,
    enabled: true,
    registryId: null,
    kind: null,
    description: '',
    repositories: { include: [include], exclude: [] },
    tags: [],
  });

test('a rule whose repositories take for ever keeps no other rule waiting', () => {
  const huge = Array.from({ length: 50 }, (_, n) => `huge/${n}`);
  const small = Array.from({ length: 5 }, (_, n) => `small/${n}`);
  const turns = new Turns([...huge, ...small], [rule('huge', 'huge/*'), rule('small', 'small/*')]);
  const running = Array.from({ length: turns.atOnce }, () => turns.next()!);
  assert.equal(turns.atOnce, 4);
  assert.deepEqual(
    running.map(({ repository }) => repository),
    ['huge/0', 'small/0', 'huge/1', 'small/1'],
  );
  // Nothing of the first rule ever ends.
  const read: string[] = [];
  for (let turn = running.find(({ repository }) => repository.startsWith('small/')); turn; ) {
    read.push(turn.repository);
    turn.done();
    const next = turns.next();
    turn = next?.repository.startsWith('small/') ? next : undefined;
  }
  assert.deepEqual(read, ['small/0', 'small/2', 'small/3', 'small/4']);
});

test('every repository once, in order within its rule, and one that no rule takes too', () => {
  const turns = new Turns(['b/1', 'a/1', 'c', 'a/2'], [rule('a', 'a/*'), rule('b', 'b/*')]);
  const all: string[] = [];
  for (let turn = turns.next(); turn !== null; turn = turns.next()) {
    all.push(turn.repository);
    turn.done();
  }
  assert.deepEqual([...all].sort(), ['a/1', 'a/2', 'b/1', 'c']);
  assert.ok(all.indexOf('a/1') < all.indexOf('a/2'));
});
