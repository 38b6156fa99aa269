import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Rule, RuleSpec } from '@pharos/contract';
import { draftOf, EMPTY_TAG_SET, emptyDraft, placeOf, specOf } from './rule-draft.ts';

test('blank rows are no patterns, and a set that says nothing is no set', () => {
  const spec = specOf({ ...emptyDraft(null), name: ' Ours ', include: ['postgresql', '', ' team/* '] });
  assert.equal(spec.name, 'Ours');
  assert.deepEqual(spec.repositories.include, ['postgresql', 'team/*']);
  assert.deepEqual(spec.tags, []);
  assert.ok(RuleSpec.safeParse(spec).success);
});

test('every part of a rule goes through the editor and back unchanged', () => {
  const rule: RuleSpec = {
    name: 'Releases',
    enabled: false,
    registryId: null,
    kind: 'postgres',
    description: 'Community builds',
    repositories: { include: ['postgresql'], exclude: ['*-dev'] },
    tags: [
      {
        include: ['17*'],
        exclude: ['*-debug'],
        order: 'version',
        version: { scheme: 'semver', prerelease: 'exclude', parsedOnly: true },
        keep: 5,
      },
      { include: ['latest'], exclude: [], order: 'name' },
    ],
  };
  assert.deepEqual(specOf(draftOf(rule as Rule)), rule);
});

test('a second set that says nothing stays: it takes every tag', () => {
  const draft = {
    ...emptyDraft(null),
    name: 'x',
    include: ['a'],
    tags: [{ ...EMPTY_TAG_SET, keep: '3' }, EMPTY_TAG_SET],
  };
  assert.equal(specOf(draft).tags.length, 2);
});

test('an error names the place in the rule, not the row on the screen', () => {
  const rows = ['', 'a', ' ', 'b'];
  assert.deepEqual(
    rows.map((_, row) => placeOf(rows, row)),
    [null, 0, null, 1],
  );
});
