import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RULE_CLAUSES, type Rule, RuleSpec, TagSet } from '@pharos/contract';
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

const FULL: RuleSpec = {
  name: 'Full',
  enabled: true,
  registryId: null,
  kind: null,
  description: '',
  repositories: { include: ['postgresql'], exclude: [] },
  tags: [
    {
      include: [],
      exclude: [],
      version: {
        scheme: 'regex',
        pattern: '(?<major>\\d+)-(?<build>\\d+)',
        range: '>=17 <18',
        prerelease: 'only',
        floating: 'exclude',
        parsedOnly: true,
      },
      order: 'pushed',
      direction: 'asc',
      groupBy: ['major', 'compatibility'],
      keep: 2,
      mutability: 'auto',
    },
    { include: ['a'], exclude: ['b'], order: 'natural', mutability: 'immutable' },
  ],
  mutability: 'mutable',
  platforms: { require: ['linux/amd64', 'linux/arm64/v8'], mode: 'any' },
  artifacts: { mediaTypes: ['index'], artifactTypes: ['application/vnd.*', 're:a,b'], exclude: 'none' },
  annotations: [
    { key: 'a', equals: '' },
    { key: 'b', matches: 're:x+' },
    { key: 'c', exists: true },
    { key: 'd', exists: false },
  ],
  age: { min: '72h', max: '2y' },
  hcpTags: ['Stable', 'Team A'],
  headBudget: 200,
  schedule: { cron: '0 3 * * *', zone: 'Europe/Berlin' },
  onVanish: 'keep',
};

test('every clause of the vocabulary goes through the editor and back unchanged', () => {
  // A clause that is added to the vocabulary has to be added here, and so to the editor.
  assert.deepEqual(
    RULE_CLAUSES.filter((key) => FULL[key] === undefined),
    [],
  );
  assert.deepEqual(
    Object.keys(TagSet.shape).filter((key) => !(key in FULL.tags[0]!)),
    [],
  );
  assert.deepEqual(RuleSpec.parse(FULL), FULL);
  assert.deepEqual(specOf(draftOf(FULL as Rule)), FULL);
});

test('each clause alone stays alone', () => {
  for (const key of RULE_CLAUSES) {
    const rule = { ...specOf({ ...emptyDraft(null), name: 'x', include: ['a'] }), [key]: FULL[key] } as RuleSpec;
    assert.deepEqual(specOf(draftOf(rule as Rule)), rule, key);
  }
});

test('what goes without saying is not said', () => {
  const spec = specOf({ ...emptyDraft(null), name: 'x', include: ['a'] });
  assert.deepEqual(
    RULE_CLAUSES.filter((key) => key in spec),
    [],
  );
  const blank = { key: ' ', test: 'equals', value: 'x' } as const;
  const half = {
    ...emptyDraft(null),
    name: 'x',
    include: ['a'],
    platforms: [' '],
    hcpTags: [''],
    annotations: [blank],
  };
  assert.deepEqual(specOf(half), spec);
});

test('a number that is wrong is sent, so that the answer can say so', () => {
  const draft = { ...emptyDraft(null), name: 'x', include: ['a'], headBudget: '0' };
  assert.equal(RuleSpec.safeParse(specOf(draft)).error?.issues[0]?.path.join('.'), 'headBudget');
  const set = { ...draft, headBudget: '', tags: [{ ...EMPTY_TAG_SET, keep: '-1' }] };
  assert.equal(RuleSpec.safeParse(specOf(set)).error?.issues[0]?.path.join('.'), 'tags.0.keep');
});
