import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseVersion } from '../version.ts';
import { versionSortKey } from '../version-order.ts';
import { completeFields, completeValues, completionContext, knownValues } from './complete.ts';
import { FIELDS } from './fields.ts';
import { matchesText } from './match-text.ts';
import { parseQuery, type QuerySubject } from './parse.ts';
import { profileFits, type TagProfile } from './profile.ts';
import type { QueryError } from './query-error.ts';
import { withSignedWords } from './signed.ts';
import { toggleValue, withoutField, writeValue } from './write.ts';

const PROFILE: TagProfile = {
  id: 1,
  registryId: '11111111-1111-4111-8111-111111111111',
  registryName: 'Team registry',
  registryUrl: 'registry.example',
  locationId: 'eu-west',
  kind: 'postgres',
  engine: 'epas',
  major: 17,
  flavour: 'standard',
  floating: false,
  signed: true,
  verified: true,
  platforms: ['linux/amd64', 'linux/arm64/v8'],
  extensions: ['vector', 'postgis'],
  varies: [],
};

const fits = (text: string, profile: TagProfile = PROFILE) =>
  parseQuery(text).terms.every((term) => profileFits(profile, term) === true);

test('reads terms: fields, plain words, phrases, negation, alternatives', () => {
  const { terms } = parseQuery('engine:epas,PGE  -state:revoked 17.4-full -"a b" label:"vendor=EDB Inc" sha256:4f2a');
  assert.deepEqual(
    terms.map(({ field, negated, values }) => [
      field,
      negated,
      values.map((value) => ('text' in value ? value.text : value)),
    ]),
    [
      ['engine', false, ['epas', 'pge']],
      ['state', true, ['revoked']],
      [null, false, ['17.4-full']],
      [null, true, ['a b']],
      ['label', false, [{ type: 'pair', key: 'vendor', value: 'EDB Inc' }]],
      [null, false, ['sha256:4f2a']],
    ],
  );
  assert.deepEqual(parseQuery('  ').terms, []);
});

test('every field reads its own example', () => {
  for (const field of Object.values(FIELDS)) {
    assert.equal(parseQuery(field.example).terms[0]?.field, field.name);
    const ask = (subject: QuerySubject) => parseQuery(field.example, subject);
    if (field.ofRepositories) assert.equal(ask('repositories').terms.length, 1);
    else assert.throws(() => ask('repositories'), { code: 'field-not-here' });
  }
});

test('an error points at the character and says how to mend it', () => {
  for (const [text, code, position, hint] of [
    ['kind:model enigne:epas', 'unknown-field', 11, /Did you mean engine\?/],
    ['-majr:17', 'unknown-field', 1, /Did you mean major/],
    ['qqqqqqq:17', 'unknown-field', 0, /Fields: kind, engine/],
    ['engine:epsa', 'unknown-value', 7, /Did you mean epas\?.*postgresql, epas, pge/],
    ['engine:epas,', 'value-missing', 12, /without a blank/],
    ['major: 17', 'value-missing', 6, /major:>=16/],
    ['major:>', 'value-missing', 7, /without a blank/],
    ['major:seventeen', 'wrong-value', 6, /major:>=16/],
    ['major:13..x', 'wrong-value', 10, /major/],
    ['engine:>epas', 'no-comparison', 7, /Comparisons:/],
    ['a "b c', 'unclosed-quote', 2, /Add a "/],
    ['17 - 18', 'value-missing', 3, /directly after it/],
    ['signed:perhaps', 'unknown-value', 7, /verified, attached, no, yes/],
    ['age:<30', 'wrong-value', 5, /age:<30d/],
    ['size:>1XB', 'wrong-value', 6, /size:>1GiB/],
    ['created:2026-02-30', 'wrong-value', 8, /2026-03/],
    ['version:>=latest', 'wrong-value', 10, /tag:latest/],
    ['label:=x', 'wrong-value', 6, /key=value/],
    ['a '.repeat(31), 'too-much', 60, /less/],
    ['a'.repeat(501), 'too-much', 500, /less/],
  ] as const) {
    assert.throws(
      () => parseQuery(text),
      (error: QueryError) => {
        assert.deepEqual([error.code, error.position], [code, position], text);
        assert.match(error.hint, hint);
        return true;
      },
    );
  }
});

test('reads comparisons, ranges, units and dates', () => {
  const value = (text: string) => parseQuery(text).terms[0]!.values[0];
  const bound = (number: number, inclusive = true) => ({ value: number, inclusive });
  assert.deepEqual(value('major:17'), { type: 'range', from: bound(17), to: bound(17) });
  assert.deepEqual(value('major:<16'), { type: 'range', from: null, to: bound(16, false) });
  assert.deepEqual(value('major:13..15'), { type: 'range', from: bound(13), to: bound(15) });
  assert.deepEqual(value('major:13..'), { type: 'range', from: bound(13), to: null });
  assert.deepEqual(value('size:>1.5GiB'), { type: 'range', from: bound(1.5 * 2 ** 30, false), to: null });
  assert.deepEqual(value('age:<=1w2d'), { type: 'range', from: null, to: bound(9 * 86_400) });
  assert.deepEqual(value('created:2026-02'), {
    type: 'time',
    from: '2026-02-01T00:00:00.000Z',
    to: '2026-03-01T00:00:00.000Z',
  });
  assert.deepEqual(value('created:>2026-01-31'), { type: 'time', from: '2026-02-01T00:00:00.000Z', to: null });
  assert.deepEqual(value('pushed:2025..2026'), {
    type: 'time',
    from: '2025-01-01T00:00:00.000Z',
    to: '2027-01-01T00:00:00.000Z',
  });
  assert.deepEqual(value('moved:yes'), { type: 'flag', yes: true });
  assert.deepEqual(value('moved:<7d'), { type: 'range', from: null, to: bound(7 * 86_400, false) });
});

test('version bounds hold in the order of sort keys', () => {
  const tags = ['9.6.24', '16.9', '17.4-2503310734', '17.4', '17.10', '18.0', '17beta1'];
  const found = (text: string) => {
    const [value] = parseQuery(text).terms[0]!.values;
    assert.ok(value?.type === 'version');
    return tags.filter((tag) => {
      const key = versionSortKey(parseVersion('pg', tag));
      return (value.from === null || key >= value.from) && (value.to === null || key < value.to);
    });
  };
  assert.deepEqual(found('version:17.4'), ['17.4-2503310734', '17.4']);
  assert.deepEqual(found('version:17'), ['17.4-2503310734', '17.4', '17.10', '17beta1']);
  assert.deepEqual(found('version:>17.4'), ['17.10', '18.0']);
  assert.deepEqual(found('version:>=17.4'), ['17.4-2503310734', '17.4', '17.10', '18.0']);
  assert.deepEqual(found('version:16..17.4'), ['16.9', '17.4-2503310734', '17.4', '17beta1']);
  assert.deepEqual(found('version:<16'), ['9.6.24']);
});

test('signed tells a verified signature from one that is only attached, and yes means what can be known', () => {
  const attached = { ...PROFILE, verified: false };
  const none = { ...attached, signed: false };
  const which = (text: string, hasTrust: boolean) =>
    [PROFILE, attached, none].map((profile) =>
      withSignedWords(parseQuery(text).terms, hasTrust).every((term) => profileFits(profile, term)),
    );
  for (const hasTrust of [true, false]) {
    assert.deepEqual(which('signed:verified', hasTrust), [true, false, false]);
    assert.deepEqual(which('signed:attached', hasTrust), [false, true, false]);
    assert.deepEqual(which('signed:no', hasTrust), [false, false, true]);
    assert.deepEqual(which('signed:attached,no', hasTrust), [false, true, true]);
  }
  for (const yes of ['signed:yes', 'signed:TRUE', 'signed:1']) {
    assert.deepEqual(which(yes, true), [true, false, false]);
    assert.deepEqual(which(yes, false), [true, true, false]);
  }
  assert.deepEqual(which('-signed:yes', true), [false, true, true]);
  assert.deepEqual(which('-signed:yes', false), [false, false, true]);
  // Evidence of the digest, where this repository holds no signature.
  assert.ok(fits('signed:verified', { ...none, verified: true }));
});

test('a profile fits the terms that its tags fit', () => {
  assert.ok(fits('engine:epas major:>=16 extension:pgvector platform:arm64 signed:yes'));
  assert.ok(fits('extension:post* registry:"team registry" location:eu-west flavour:STANDARD kind:postgres'));
  assert.ok(fits('platform:linux/arm64 platform:aarch64 platform:linux/x86_64 floating:no'));
  for (const text of ['-engine:epas', 'major:16', 'major:>17', 'extension:post', 'platform:arm']) {
    assert.ok(!fits(text), text);
  }
  // A state is decided by digest, and tags of one profile have many.
  assert.equal(profileFits(PROFILE, parseQuery('state:approved').terms[0]!), null);
  const varying: TagProfile = { ...PROFILE, major: null, varies: ['major'] };
  const [term] = parseQuery('-major:17').terms;
  assert.equal(profileFits(varying, term!), null);
});

test('wildcards match the whole text', () => {
  const is = (pattern: string, text: string) => matchesText({ text: pattern, pattern: true }, text);
  assert.ok(is('edb-*', 'edb-postgres') && is('*', '') && is('a*b*c', 'axxbyyc') && is('?b', 'ab') && is('A*', 'abc'));
  assert.ok(!is('edb-*', 'x-edb-y') && !is('?', '') && !is('a*b', 'abc') && !is('a?', 'a'));
  assert.ok(!is(`${'*a'.repeat(200)}b`, 'a'.repeat(5000)));
});

test('facets write the query that they make, and leave the rest as it was typed', () => {
  assert.equal(toggleValue('', 'engine', 'epas'), 'engine:epas');
  assert.equal(toggleValue('full  major:>=16', 'engine', 'epas'), 'full  major:>=16 engine:epas');
  assert.equal(toggleValue('engine:epas full', 'engine', 'pge'), 'engine:epas,pge full');
  assert.equal(toggleValue('engine:epas,pge full', 'engine', 'epas'), 'engine:pge full');
  assert.equal(toggleValue('engine:epas full', 'engine', 'epas'), 'full');
  assert.equal(toggleValue('-engine:epas', 'engine', 'epas'), '-engine:epas engine:epas');
  assert.equal(toggleValue('age:<7d "a b"', 'age', '<30d', true), 'age:<30d "a b"');
  assert.equal(toggleValue('', 'registry', 'Team registry, west'), 'registry:"Team registry, west"');
  assert.equal(withoutField('engine:epas -engine:pge full', 'engine'), 'full');
  for (const value of ['a b', 'a,b', 'say "x"', 'back\\slash x', '>1', '*', '']) {
    const [term] = parseQuery(`flavour:${writeValue(value)}`).terms;
    assert.deepEqual(term!.values, [{ type: 'text', text: value, pattern: false }]);
  }
});

test('completion knows what is typed at the caret', () => {
  const at = (marked: string) => {
    const caret = marked.indexOf('|');
    const { field, typed, from, to } = completionContext(marked.replace('|', ''), caret);
    return [field?.name ?? null, typed, from, to];
  };
  assert.deepEqual(at('|'), [null, '', 0, 0]);
  assert.deepEqual(at('full -en|gi x'), [null, 'en', 6, 10]);
  assert.deepEqual(at('engine:ep|'), ['engine', 'ep', 7, 9]);
  assert.deepEqual(at('-engine:epas,p| x'), ['engine', 'p', 13, 15]);
  assert.deepEqual(at('registry:"Team r|'), ['registry', 'Team r', 9, 16]);
  assert.deepEqual(at('age:<3|'), ['age', '3', 5, 6]);
  const fields = completeFields('e', () => true).map(({ text }) => text);
  assert.deepEqual(fields, ['engine:', 'extension:']);
  assert.deepEqual(knownValues(FIELDS.signed), ['verified', 'attached', 'no', 'yes']);
  const values = ['amcheck', 'vector', 'vec tor'].map((value) => ({ value, detail: '' }));
  assert.deepEqual(
    completeValues('vec', values).map(({ text }) => text),
    ['vector ', '"vec tor" '],
  );
});
