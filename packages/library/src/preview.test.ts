import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Preview, RuleSpec } from '@pharos/contract';
import { PatternError } from './pattern.ts';
import { GrowingPreview, type KnownRegistry, previewRule, previewSteps } from './preview.ts';
import { drain } from './tag-evaluation.ts';

const REGISTRY = '019ab000-0000-7000-8000-000000000001';
const OTHER = '019ab000-0000-7000-8000-000000000002';
const ALL = { limit: 100, offset: 0 };

const spec = (rest: object) => RuleSpec.parse({ name: 'r', repositories: { include: ['**'] }, ...rest });

const KNOWN: KnownRegistry[] = [
  {
    registryId: REGISTRY,
    registry: 'main',
    repositories: [
      { name: 'other', tags: ['1', '2'] },
      {
        name: 'postgresql',
        tags: ['17.4-2503310734', '17.5-2506091630-full', '17', 'latest', `sha256-${'a'.repeat(64)}.sig`],
      },
    ],
    inLibrary: (repository, tag) => repository === 'postgresql' && tag === '17',
    heldByRule: (_, tag) => tag === 'latest',
  },
  { registryId: OTHER, registry: 'second', repositories: [{ name: 'postgresql', tags: ['18.1'] }] },
];

test('a preview says what comes in, what stays out and why, and what it costs', () => {
  const preview = previewRule(
    spec({
      kind: 'postgres',
      registryId: REGISTRY,
      repositories: { include: ['postgresql'] },
      tags: [{ exclude: ['latest'] }],
    }),
    KNOWN,
    ALL,
  );
  assert.deepEqual(
    preview.included.map(({ tag }) => tag),
    ['17.4-2503310734', '17.5-2506091630-full', '17'],
  );
  assert.deepEqual(preview.counts, {
    repositories: 1,
    included: 3,
    excluded: 4,
    reasons: { 'tag-excluded': 1, 'artifact-tag': 1, 'repository-not-included': 2 },
    unread: 0,
    new: 2,
    leaving: 1,
  });
  assert.deepEqual(
    preview.new.map(({ tag }) => tag),
    ['17.4-2503310734', '17.5-2506091630-full'],
  );
  assert.deepEqual(
    preview.leaving.map(({ tag, clause }) => [tag, clause]),
    [['latest', 'tags.0.exclude.0']],
  );
  // One list, manifest + config of two new images, and the known tag that may move; later one list and that tag.
  assert.deepEqual(preview.cost, { requests: 6, toDecide: 0, perScan: 2 });
  assert.deepEqual(
    preview.excluded.map(({ repository, tag, reason, clause, text }) => [
      repository,
      tag.slice(0, 7),
      reason,
      clause,
      text,
    ]),
    [
      ['postgresql', 'latest', 'tag-excluded', 'tags.0.exclude.0', 'latest'],
      ['postgresql', 'sha256-', 'artifact-tag', 'artifacts.exclude', 'default'],
      ['other', '1', 'repository-not-included', 'repositories.include', null],
      ['other', '2', 'repository-not-included', 'repositories.include', null],
    ],
  );
  assert.deepEqual(preview.messages, ['1 tag leaves the library with this change.']);
  assert.doesNotThrow(() => Preview.parse({ ...preview, known: [] }));
});

test('names that come in pieces give the same answer', () => {
  for (const repositories of [['**'], ['postgres*'], ['other']]) {
    const rule = spec({ repositories: { include: repositories }, tags: [{ exclude: ['latest'] }] });
    const slice = { limit: 3, offset: 1 };
    const growing = new GrowingPreview(rule, slice);
    for (const registry of KNOWN) {
      for (const repository of registry.repositories) drain(growing.add({ ...registry, repositories: [repository] }));
    }
    assert.deepEqual(drain(growing.finish()), previewRule(rule, KNOWN, slice));
  }
});

test('slices do not change the counts', () => {
  const whole = previewRule(spec({}), KNOWN, ALL);
  const slice = previewRule(spec({}), KNOWN, { limit: 2, offset: 3 });
  assert.deepEqual(slice.included, whole.included.slice(3, 5));
  assert.deepEqual(slice.counts, whole.counts);
});

test('a rule that needs the catalog pays for it', () => {
  const literal = previewRule(spec({ repositories: { include: ['postgresql'] } }), KNOWN, ALL);
  const glob = previewRule(spec({ repositories: { include: ['postgres*'] } }), KNOWN, ALL);
  assert.equal(glob.cost.requests, literal.cost.requests + 2);
});

/** What a rule is told. */
const MESSAGES: [string, object, RegExp][] = [
  ['everything', {}, /catches everything/],
  ['no repository', { repositories: { include: ['mysql'] } }, /catches nothing: no known repository matches\. Names/],
  ['a star that does not cross', { repositories: { include: ['x*'] } }, /"\*\*" crosses/],
  [
    'no tag',
    { repositories: { include: ['postgresql'] }, tags: [{ include: ['99*'] }] },
    /catches nothing: No tag matches/,
  ],
  ['only excluded', { repositories: { include: ['postgresql'] }, tags: [{ exclude: ['*'] }] }, /exclude patterns/],
  ['switched off', { enabled: false }, /switched off/],
];
for (const [name, rest, message] of MESSAGES) {
  test(`messages: ${name}`, () => {
    const { messages } = previewRule(
      spec(rest),
      [{ ...KNOWN[0]!, repositories: [{ name: 'postgresql', tags: ['17.4', '18.1'] }] }],
      ALL,
    );
    assert.match(messages.join('\n'), message);
  });
}

test('nothing known yet is said', () => {
  assert.match(
    previewRule(spec({ repositories: { include: ['a'] } }), [], ALL).messages.join(),
    /no name of the registry is known yet/,
  );
});

test('a pattern that cannot be run is refused', () => {
  assert.throws(() => previewRule(spec({ repositories: { include: ['re:('] } }), KNOWN, ALL), PatternError);
});

test('a big registry is gone through in steps', () => {
  const tags = Array.from({ length: 30_000 }, (_, index) => `17.${index % 40}-${index}`);
  const known = [
    {
      registryId: REGISTRY,
      registry: 'big',
      repositories: [
        { name: 'a', tags },
        { name: 'b', tags },
      ],
    },
  ];
  const steps = previewSteps(
    spec({ repositories: { include: ['a'] }, tags: [{ include: ['*-?'], keep: 5 }] }),
    known,
    ALL,
  );
  let yields = 0;
  let step = steps.next();
  for (; !step.done; step = steps.next()) yields += 1;
  assert.ok(yields > 50, String(yields));
  assert.equal(step.value.counts.included, 5);
  assert.equal(step.value.counts.excluded, 59_995);
});
