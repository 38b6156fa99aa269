import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RuleSpec } from '@pharos/contract';
import { combine } from './combine.ts';
import { PatternError } from './pattern.ts';
import {
  compileRule,
  decideRepository,
  declaredKind,
  needsCatalog,
  repositoryLiterals,
  ruleApplies,
  rulePatternProblems,
} from './rule.ts';
import { decideTags, evaluateTags, isArtifactTag } from './tag-evaluation.ts';

const REGISTRY = '019ab000-0000-7000-8000-000000000001';
const OTHER = '019ab000-0000-7000-8000-000000000002';
const ids = { a: '019ab000-0000-7000-8000-00000000000a', b: '019ab000-0000-7000-8000-00000000000b' };

type Input = Partial<Omit<(typeof RuleSpec)['_zod']['input'], 'repositories'>> & {
  include?: string[];
  exclude?: string[];
  id?: string;
};

function rule({ include = ['**'], exclude = [], id, ...rest }: Input = {}) {
  const spec = RuleSpec.parse({ name: 'r', repositories: { include, exclude }, ...rest });
  return compileRule(id === undefined ? spec : { ...spec, id });
}

function reasons(compiled: ReturnType<typeof rule>, tags: string[], repository = 'postgresql') {
  const { decisions } = evaluateTags(compiled, repository, tags);
  return Object.fromEntries(decisions.map(({ tag, reason, clause, text }) => [tag, [reason, clause, text]]));
}

const CNPG = [
  '18.4-202607270910-minimal-trixie',
  '18.4-202607200910-minimal-trixie',
  '18.4-202607270910-standard-trixie',
  '18.4-minimal-trixie',
  '18-minimal-trixie',
  '17.11-202607270910-minimal-trixie',
  '19beta3-202607270910-minimal-trixie',
  '17',
];

test('repositories: exclude goes before include, and the deciding clause is named', () => {
  const r = rule({ include: ['postgresql', 'edb-*'], exclude: ['*-dev', 'edb-secret'] });
  assert.deepEqual(decideRepository(r, 'edb-pg'), {
    included: true,
    reason: 'included',
    clause: 'repositories.include.1',
    text: 'edb-*',
  });
  assert.deepEqual(decideRepository(r, 'edb-pg-dev'), {
    included: false,
    reason: 'repository-excluded',
    clause: 'repositories.exclude.0',
    text: '*-dev',
  });
  assert.deepEqual(decideRepository(r, 'Postgresql'), {
    included: false,
    reason: 'repository-not-included',
    clause: 'repositories.include',
    text: null,
  });
});

test('a rule without tag sets takes every tag but artifacts', () => {
  const hex = 'ab'.repeat(32);
  const tags = [
    '17.4',
    'latest',
    `sha256-${hex}`,
    `sha256-${hex}.sig`,
    `sha256-${hex}.att`,
    `sha256-${hex}.sbom`,
    `sha256-${hex}.txt`,
    'sha256-1',
  ];
  const { included } = evaluateTags(rule({ include: ['postgresql'] }), 'postgresql', tags);
  assert.deepEqual(included, ['17.4', 'latest', `sha256-${hex}.txt`, 'sha256-1']);
  assert.deepEqual(reasons(rule({ include: ['postgresql'] }), tags)['17.4'], [
    'included',
    'repositories.include.0',
    'postgresql',
  ]);
  assert.equal(isArtifactTag(`sha256-${hex}.sig`), true);
  assert.deepEqual(reasons(rule(), tags)[`sha256-${hex}.sig`], ['artifact-tag', 'artifacts.exclude', 'default']);
  const all = rule({ artifacts: { exclude: 'none' } });
  assert.equal(reasons(all, tags)[`sha256-${hex}.sig`]![0], 'included');
});

test('an artifact tag stays out even when a pattern names it', () => {
  const tag = `sha256-${'0'.repeat(64)}.sig`;
  assert.equal(reasons(rule({ tags: [{ include: ['sha256-*'] }] }), [tag])[tag]![0], 'artifact-tag');
});

test('tags of a repository that is not taken carry its reason', () => {
  assert.deepEqual(reasons(rule({ include: ['a'] }), ['17.4'], 'b')['17.4'], [
    'repository-not-included',
    'repositories.include',
    null,
  ]);
});

test('the order is exclude, include, pre-release and parsed only, keep', () => {
  const r = rule({
    kind: 'postgres',
    tags: [
      {
        include: ['17*', '18*', 'x*'],
        exclude: ['re:.*-dev'],
        version: { scheme: 'pg', prerelease: 'exclude', parsedOnly: true },
        keep: 1,
      },
    ],
  });
  assert.deepEqual(reasons(r, ['18rc1-dev', '16.1', '18rc1', 'xyz', '17.4', '18.0', '18']), {
    '18rc1-dev': ['tag-excluded', 'tags.0.exclude.0', 're:.*-dev'],
    '16.1': ['tag-not-included', 'tags.0.include', null],
    '18rc1': ['prerelease', 'tags.0.version.prerelease', 'exclude'],
    xyz: ['version-unparsed', 'tags.0.version.parsedOnly', 'pg'],
    '17.4': ['over-keep', 'tags.0.keep', '1'],
    '18.0': ['included', 'tags.0.include.1', '18*'],
    '18': ['included', 'tags.0.include.1', '18*'],
  });
});

test('only pre-releases', () => {
  const r = rule({ tags: [{ version: { prerelease: 'only' } }] });
  assert.deepEqual(evaluateTags(r, 'postgresql', CNPG).included, ['19beta3-202607270910-minimal-trixie']);
  assert.deepEqual(reasons(r, ['17.4'])['17.4'], ['release', 'tags.0.version.prerelease', 'only']);
});

test('keep counts exact versions, newest first; floating tags stay in outside the count', () => {
  const r = rule({ kind: 'postgres', tags: [{ keep: 2 }] });
  const { included } = evaluateTags(r, 'postgresql', [...CNPG, 'latest', 'junk']);
  assert.deepEqual(included, [
    '18.4-202607270910-standard-trixie',
    '18-minimal-trixie',
    '19beta3-202607270910-minimal-trixie',
    '17',
    'latest',
  ]);
  const stable = rule({
    kind: 'postgres',
    tags: [{ keep: 2, exclude: ['17', '*-minimal-*'], version: { prerelease: 'exclude', parsedOnly: true } }],
  });
  assert.deepEqual(evaluateTags(stable, 'postgresql', [...CNPG, 'latest']).included, [
    '18.4-202607270910-standard-trixie',
  ]);
});

test('keep never falls back to text order, and does not depend on the order of arrival', () => {
  const tags = ['9.6.24', '10.1', '17.9', '17.10', '17.4-2503310734', '17.4-202503310735'];
  for (const list of [tags, [...tags].reverse()]) {
    const kept = evaluateTags(rule({ kind: 'postgres', tags: [{ keep: 3 }] }), 'p', list).included;
    assert.deepEqual([...kept].sort(), ['17.10', '17.4-202503310735', '17.9']);
  }
  const unparsed = evaluateTags(rule({ kind: 'postgres', tags: [{ keep: 2 }] }), 'p', ['zzz', 'aaa', '17.4']).included;
  assert.deepEqual(unparsed, ['zzz', '17.4']);
});

test('keep by name counts every tag, the last in text order being the newest', () => {
  const r = rule({ tags: [{ order: 'name', keep: 2 }] });
  assert.deepEqual(evaluateTags(r, 'p', ['latest', '2025-01', '2025-02', '17']).included, ['latest', '2025-02']);
});

test('keep agrees with a sort over many tags', () => {
  const tags = Array.from(
    { length: 5_000 },
    (_, index) => `17.${(index * 7) % 100}-${2_501_010_000 + ((index * 37) % 24) * 100}-f${index}`,
  );
  const newest = [...tags].sort((a, b) => key(b) - key(a) || (a < b ? 1 : -1)).slice(0, 40);
  const kept = evaluateTags(rule({ kind: 'postgres', tags: [{ keep: 40 }] }), 'p', tags).included;
  assert.deepEqual([...kept].sort(), newest.sort());

  function key(tag: string): number {
    const [, minor, stamp] = /^17\.(\d+)-(\d+)/.exec(tag)!;
    return Number(minor) * 1e11 + Number(stamp);
  }
});

test('a tag is in if any set takes it; else the reason of the set in which it came furthest', () => {
  const r = rule({
    kind: 'postgres',
    tags: [{ include: ['18.*'], keep: 1 }, { include: ['latest'] }, { include: ['17.*'], exclude: ['*-dev'] }],
  });
  assert.deepEqual(reasons(r, ['18.1', '18.2', 'latest', '17.1-dev', '17.1', '16.1']), {
    '18.1': ['over-keep', 'tags.0.keep', '1'],
    '18.2': ['included', 'tags.0.include.0', '18.*'],
    latest: ['included', 'tags.1.include.0', 'latest'],
    '17.1-dev': ['tag-not-included', 'tags.0.include', null],
    '17.1': ['included', 'tags.2.include.0', '17.*'],
    '16.1': ['tag-not-included', 'tags.0.include', null],
  });
});

test('the scheme follows the declared kind, else the repository, else semver', () => {
  const newest = (spec: Input, repository: string, tags: string[]) =>
    evaluateTags(rule({ ...spec, tags: [{ keep: 1 }] }), repository, tags).included;
  const pg = ['18rc1-system-trixie', '17.4-2503310734'];
  assert.deepEqual(newest({ kind: 'postgres' }, 'x', pg), ['18rc1-system-trixie']);
  assert.deepEqual(newest({}, 'mirror/edb-postgres-advanced-custom', pg), ['18rc1-system-trixie']);
  assert.deepEqual(newest({}, 'nim/meta/llama', ['1.8.5', '1.10.0']), ['1.10.0']);
  assert.deepEqual(newest({}, 'unknown', ['17.4-2503310734', '17.4-2503300000']), ['17.4-2503310734']);
});

test('steps yield so that a caller can breathe, and end with the same answer', () => {
  const tags = Array.from({ length: 10_000 }, (_, index) => `17.${index % 50}-${index}`);
  const compiled = rule({ kind: 'postgres', tags: [{ keep: 10 }] });
  const steps = decideTags(compiled, 'p', tags);
  let yields = 0;
  let step = steps.next();
  for (; !step.done; step = steps.next()) yields += 1;
  assert.ok(yields >= 10, String(yields));
  assert.deepEqual(
    step.value.map(({ included }) => included),
    evaluateTags(compiled, 'p', tags).decisions.map(({ included }) => included),
  );
});

test('several rules: their union, and which rule took each tag', () => {
  const a = rule({ id: ids.a, tags: [{ include: ['17*'] }] });
  const b = rule({ id: ids.b, tags: [{ include: ['*.1'] }] });
  const { included, takenBy } = combine([a, b], 'p', ['16.2', '16.1', '17.1', '17.2']);
  assert.deepEqual(included, ['16.1', '17.1', '17.2']);
  assert.deepEqual([...takenBy].map(([tag, rules]) => [tag, rules.map(({ id }) => id)]).sort(), [
    ['16.1', [ids.b]],
    ['17.1', [ids.a, ids.b]],
    ['17.2', [ids.a]],
  ]);
  assert.deepEqual(combine([], 'p', ['1']).included, []);
});

test('which rules have a say, and the kind they declare', () => {
  const general = rule({ include: ['a', 'b'] });
  const here = rule({ include: ['a'], kind: 'model', registryId: REGISTRY });
  const off = rule({ include: ['**'], kind: 'postgres', enabled: false });
  assert.equal(ruleApplies(general, OTHER), true);
  assert.equal(ruleApplies(here, OTHER), false);
  assert.equal(ruleApplies(off, REGISTRY), false);
  assert.equal(declaredKind([off, general, here], REGISTRY, 'a'), 'model');
  assert.equal(declaredKind([off, general, here], REGISTRY, 'b'), null);
  assert.equal(declaredKind([off, general, here], OTHER, 'a'), null);
});

test('literals need no catalog', () => {
  const spec = (include: string[], exclude: string[] = []) =>
    RuleSpec.parse({ name: 'r', repositories: { include, exclude } });
  assert.deepEqual(repositoryLiterals(spec(['a', 'b', 'a', 're:^c$', 'd*'], ['b'])), ['a', 'c']);
  assert.equal(needsCatalog(spec(['a', 're:^c$'])), false);
  assert.equal(needsCatalog(spec(['a', 'd*'])), true);
  assert.equal(needsCatalog(spec(['^a$'])), true);
});

test('every pattern that cannot be run is named with its path and position', () => {
  const spec = RuleSpec.parse({
    name: 'r',
    repositories: { include: ['ok', 're:a(?=b)'], exclude: ['a['] },
    tags: [{}, { include: ['17*'], exclude: ['^x'] }],
  });
  assert.deepEqual(
    rulePatternProblems(spec).map(({ path, position }) => [path, position]),
    [
      ['repositories.include.1', 4],
      ['repositories.exclude.0', 1],
      ['tags.1.exclude.0', 0],
    ],
  );
  assert.throws(() => compileRule(spec), PatternError);
  assert.deepEqual(rulePatternProblems(RuleSpec.parse({ name: 'r', repositories: { include: ['**'] } })), []);
});
