import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilePattern, literalOf, MAX_PATTERN_LENGTH, PatternError } from './pattern.ts';

/** Pattern → names it matches, names it does not. */
const TABLE: [string, string[], string[]][] = [
  ['postgresql', ['postgresql'], ['postgresql-x', 'x/postgresql', 'Postgresql', 'postgres']],
  ['*', ['a', '17.4'], ['a/b']],
  ['**', ['a', 'a/b/c'], []],
  [
    'edb-postgres-*',
    ['edb-postgres-advanced', 'edb-postgres-'],
    ['edb-postgres', 'x/edb-postgres-a', 'edb-postgres-a/b'],
  ],
  ['*-dev', ['a-dev', '-dev'], ['a/b-dev', 'dev', 'a-dev2']],
  ['k8s/*-full', ['k8s/a-full'], ['k8s/a/b-full', 'k8s/-ful']],
  ['nim/**', ['nim/meta/llama', 'nim/a'], ['nim', 'x/nim/a']],
  ['nim/*/*', ['nim/meta/llama'], ['nim/meta', 'nim/a/b/c']],
  ['**/postgresql', ['postgresql', 'a/postgresql', 'a/b/postgresql'], ['apostgresql', 'postgresql/a']],
  ['a/**/b', ['a/b', 'a/x/b', 'a/x/y/b'], ['ab', 'a/xb']],
  ['a**b', ['ab', 'a/x/b', 'axb'], ['a', 'b']],
  ['17.?', ['17.4'], ['17.10', '17.', '17/4']],
  ['17.[0-4]', ['17.0', '17.4'], ['17.5', '17.']],
  ['17.[!0-4]*', ['17.5', '17.9-x'], ['17.4', '17./x']],
  ['17.*-{minimal,standard}-*', ['17.4-1-minimal-trixie', '17.4-standard-x'], ['17.4-system-trixie']],
  ['{17,18{,rc1}}.*', ['17.1', '18.1', '18rc1.1'], ['19.1']],
  ['a.b', ['a.b'], ['axb']],
  ['ab*ba', ['abba', 'abxba'], ['aba']],
  ['*a*b*', ['ab', 'xaxbx'], ['ba', 'a/b']],
  ['re:17\\.\\d+', ['17.4'], ['17.4-x', 'x17.4']],
  ['re:^17\\..*$', ['17.4', '17.'], ['18.4']],
  ['re:.*-(rc|beta)\\d*', ['18-rc1', '18-beta'], ['18-rc1-x']],
  ['re:(?i)LATEST', ['latest', 'LaTeSt'], ['latest2']],
  ['re:a|bc', ['a', 'bc'], ['ac', 'abc']],
  ['re:^latest$', ['latest'], ['my-latest-2']],
];

for (const [pattern, matches, others] of TABLE) {
  test(`"${pattern}" matches what it should`, () => {
    const compiled = compilePattern(pattern);
    assert.equal(compiled.source, pattern);
    for (const name of matches) assert.equal(compiled.test(name), true, name);
    for (const name of others) assert.equal(compiled.test(name), false, name);
  });
}

/** Pattern → position of the fault, and a word of the message. */
const REFUSED: [string, number, RegExp][] = [
  ['', 0, /empty/],
  ['re:', 3, /nothing after/],
  ['re:17(?=-full)', 5, /[Ll]ook-around/],
  ['re:a(?!b)', 4, /[Ll]ook-around/],
  ['re:(?<=a)b', 3, /[Ll]ook-around/],
  ['re:x(?<!a)b', 4, /[Ll]ook-around/],
  ['re:(a)\\1', 6, /[Bb]ack-reference/],
  ['re:(?P<n>a)\\k<n>', 11, /[Bb]ack-reference/],
  ['re:(?>a)', 3, /[Aa]tomic/],
  ['re:ab(c', 5, /missing closing/],
  ['re:[z-a]', 4, /range/],
  ['re:a**', 4, /repetition/],
  ['re:x\\', 4, /backslash/],
  ['re:a{1001}', 4, /repeat count/],
  [`re:${'a{0,1000}'.repeat(20)}`, 4, /too large/],
  ['^latest$', 0, /never match/],
  ['17\\..*', 2, /never match/],
  ['a(b|c)', 1, /never match/],
  ['docker.io/postgres:17', 18, /never match/],
  ['a b', 1, /never match/],
  ['a[b', 1, /never closed/],
  ['a[]', 1, /empty/],
  ['a[z-a]', 2, /not a range/],
  ['a{b,c', 1, /never closed/],
  ['a}', 1, /never match/],
  ['a'.repeat(MAX_PATTERN_LENGTH + 1), MAX_PATTERN_LENGTH, /at most 512/],
];

for (const [pattern, position, message] of REFUSED) {
  test(`"${pattern.slice(0, 30)}" is refused at ${position}`, () => {
    assert.throws(
      () => compilePattern(pattern),
      (error) => {
        assert.ok(error instanceof PatternError);
        assert.equal(error.code, 'invalid-pattern');
        assert.match(error.message, message);
        assert.equal(error.position, position);
        assert.ok(error.hint.length > 10);
        return true;
      },
    );
  });
}

test('look-around in a character class, or escaped, is text', () => {
  assert.equal(compilePattern('re:[(?=]+').test('(?='), true);
  assert.equal(compilePattern('re:\\(\\?=').test('(?='), true);
  assert.equal(compilePattern('re:[](?!]+').test(']('), true);
});

test('the longest pattern is accepted', () => {
  assert.equal(compilePattern('a'.repeat(MAX_PATTERN_LENGTH)).test('a'.repeat(MAX_PATTERN_LENGTH)), true);
});

// Each of these takes a backtracking engine longer than the age of the universe. Here they end at once or the run hangs.
test('patterns that make other engines hang run to their end', () => {
  const name = 'a'.repeat(255);
  for (const pattern of [
    're:(a+)+b',
    're:(a|a)*b',
    're:(a*)*b',
    `${'*a'.repeat(120)}*b`,
    `${'**a'.repeat(100)}b`,
    `${'{a,aa}'.repeat(80)}b`,
    `${'{'.repeat(200)}a${'}'.repeat(200)}`,
  ]) {
    assert.equal(compilePattern(pattern).test(name), false, pattern.slice(0, 20));
  }
  assert.equal(compilePattern(`${'*a'.repeat(120)}*`).test(name), true);
});

test('literals are known as such', () => {
  for (const text of ['postgresql', 'nim/meta/llama-3.1-8b-instruct', 'a_b']) assert.equal(literalOf(text), text);
  assert.equal(literalOf('re:^postgresql$'), 'postgresql');
  assert.equal(literalOf('re:llama-3\\.1'), 'llama-3.1');
  for (const text of ['post*', 'a?', '[a]', '{a,b}', 're:a.b', 're:a|b', 're:\\d', '^a$', ''])
    assert.equal(literalOf(text), null, text);
  assert.equal(compilePattern('re:^postgresql$').literal, 'postgresql');
  assert.equal(compilePattern('post*').literal, null);
});
