import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RuleSpec } from '@pharos/contract';
import { compileRule, rulePatternProblems } from './rule.ts';
import { decideTags, evaluateTags, mutabilityOf, takesByName } from './tag-evaluation.ts';
import { knownFacts, type TagFacts } from './tag-facts.ts';

const NOW = Date.parse('2026-11-25T00:00:00Z');
const FACTS: TagFacts = {
  mediaType: 'application/vnd.oci.image.index.v1+json',
  artifactType: null,
  configMediaType: 'application/vnd.oci.image.config.v1+json',
  platforms: [
    { os: 'linux', architecture: 'amd64', variant: null },
    { os: 'linux', architecture: 'arm64', variant: 'v8' },
  ],
  annotations: { vendor: 'EDB' },
  createdAt: '2026-11-01T00:00:00.000Z',
  pushedAt: null,
  firstSeenAt: '2026-11-02T00:00:00.000Z',
};

type Input = Partial<Omit<(typeof RuleSpec)['_zod']['input'], 'repositories' | 'name'>>;
const rule = (rest: Input) => compileRule(RuleSpec.parse({ name: 'r', repositories: { include: ['**'] }, ...rest }));

function taken(rest: Input, tags: string[], facts: Record<string, Partial<TagFacts> | 'unreadable'> = {}) {
  const known = Object.entries(facts).map(([tag, one]) => ({
    tag,
    facts: one === 'unreadable' ? one : { ...FACTS, ...one },
  }));
  const { included, decisions } = evaluateTags(rule(rest), 'pg', tags, undefined, knownFacts(known, NOW));
  return { included, reasons: Object.fromEntries(decisions.map(({ tag, reason, clause }) => [tag, [reason, clause]])) };
}

const everyOrder = <T>(list: T[]): T[][] =>
  list.length < 2 ? [list] : list.flatMap((one, at) => everyOrder(list.toSpliced(at, 1)).map((rest) => [one, ...rest]));

test('pitfall: text order puts 1.0.9 above 1.0.63', () => {
  const tags = ['1.0.9', '1.0.63', '1.0.10'];
  assert.deepEqual(taken({ tags: [{ keep: 1, version: { scheme: 'semver' } }] }, tags).included, ['1.0.63']);
  assert.deepEqual(taken({ tags: [{ keep: 1, order: 'natural' }] }, tags).included, ['1.0.63']);
  assert.deepEqual(taken({ tags: [{ keep: 1, order: 'lexical' }] }, tags).included, ['1.0.9']);
});

test('pitfall: a build stamp is a build and no pre-release, whatever its length', () => {
  const tags = ['17.4-2503300000', '17.4-2503310734', '17.4-202503310735', '16.1-9', '16.1-18'];
  const set = {
    version: { scheme: 'pg' as const, prerelease: 'exclude' as const },
    groupBy: ['minor' as const],
    keep: 1,
  };
  assert.deepEqual(taken({ tags: [set] }, tags).included, ['17.4-202503310735', '16.1-18']);
});

test('pitfall: CalVer beats SemVer when both are read as the same', () => {
  const { included, reasons } = taken({ tags: [{ version: { scheme: 'calver', parsedOnly: true }, keep: 1 }] }, [
    '1.20.3',
    '2024.06',
    '24.10',
    '2024.6-2',
  ]);
  assert.deepEqual(included, ['24.10']);
  assert.equal(reasons['1.20.3']![0], 'version-unparsed');
});

test('pitfall: one tag that is no number does not spoil a numeric order', () => {
  assert.deepEqual(taken({ tags: [{ order: 'numeric', keep: 2 }] }, ['9', 'x', '100', '20']).included, ['100', '20']);
});

test('pitfall: equal keys flap; here the same tag wins in every order of the input', () => {
  for (const tags of everyOrder(['v17.4', '17.4', '17.4-a', '17.4-b'])) {
    const { included } = taken({ kind: 'postgres', tags: [{ keep: 1 }] }, tags);
    assert.deepEqual(included, ['v17.4']);
  }
  const same = { createdAt: '2026-11-01T00:00:00.000Z' };
  for (const tags of everyOrder(['a', 'b', 'c'])) {
    const { included } = taken({ tags: [{ order: 'created', keep: 1 }] }, tags, { a: same, b: same, c: same });
    assert.deepEqual(included, ['c']);
  }
});

test('pitfall: one bad tag fails alone, and the next best comes in', () => {
  const rest: Input = { kind: 'postgres', platforms: { require: ['linux/arm64'] }, tags: [{ keep: 1 }] };
  const { included, reasons } = taken(rest, ['17.5', '17.4'], { '17.5': 'unreadable', '17.4': {} });
  assert.deepEqual(included, ['17.4']);
  assert.deepEqual(reasons['17.5'], ['unreadable', 'platforms.require']);
});

test('pitfall: a downgrade on a partial set: what was not read holds its place', () => {
  const rest: Input = { kind: 'postgres', platforms: { require: ['linux/arm64'] }, tags: [{ keep: 1 }] };
  const { included, reasons } = taken(rest, ['17.5', '17.4'], { '17.4': {} });
  assert.deepEqual(included, []);
  assert.deepEqual(reasons, { '17.5': ['unread', 'platforms.require'], '17.4': ['over-keep', 'tags.0.keep'] });
});

test('pitfall: a time that nobody tells is not 1970', () => {
  const none = { createdAt: null, pushedAt: null, firstSeenAt: null };
  assert.deepEqual(taken({ age: { min: '72h' } }, ['a'], { a: none }).reasons.a, ['age-unknown', 'age.min']);
  const order = taken({ tags: [{ order: 'created', direction: 'desc', keep: 1 }] }, ['a', 'b'], { a: none, b: {} });
  assert.deepEqual(order.included, ['b']);
});

test('pitfall: arm64/v8 is arm64, single-platform images have their platform, attestations have none', () => {
  const arm: Input = { platforms: { require: ['linux/arm64/v8'] } };
  const only = (variant: string | null) => ({ platforms: [{ os: 'linux', architecture: 'arm64', variant }] });
  assert.deepEqual(taken(arm, ['a', 'b', 'c'], { a: only(null), b: only('v8'), c: only('v9') }).included, ['a', 'b']);
  const both = ['linux/amd64', 'linux/arm64'];
  assert.deepEqual(taken({ platforms: { require: both } }, ['a', 'b'], { a: {}, b: only('v8') }).included, ['a']);
  assert.deepEqual(taken({ platforms: { require: both, mode: 'any' } }, ['b'], { b: only('v8') }).included, ['b']);
});

test('age: push time before creation before first seen; too young waits, too old stays out', () => {
  const times = {
    young: { pushedAt: '2026-11-24T12:00:00.000Z' },
    right: {},
    old: { createdAt: '2023-01-01T00:00:00.000Z' },
    seen: { createdAt: null },
  };
  const { included, reasons } = taken({ age: { min: '72h', max: '730d' } }, Object.keys(times), times);
  assert.deepEqual(included, ['right', 'seen']);
  assert.deepEqual([reasons.young![0], reasons.old![0]], ['too-young', 'too-old']);
});

test('annotations: equals, matches, exists, absent', () => {
  const one = (predicate: NonNullable<Input['annotations']>[number]) =>
    taken({ annotations: [predicate] }, ['a', 'b'], { a: {}, b: { annotations: {} } }).included;
  assert.deepEqual(one({ key: 'vendor', equals: 'EDB' }), ['a']);
  assert.deepEqual(one({ key: 'vendor', matches: 'E*' }), ['a']);
  assert.deepEqual(one({ key: 'vendor', matches: 're:[A-Z]+' }), ['a']);
  assert.deepEqual(one({ key: 'vendor', exists: true }), ['a']);
  assert.deepEqual(one({ key: 'vendor', exists: false }), ['b']);
  assert.deepEqual(one({ key: 'constructor', exists: true }), []);
});

test('artifacts: media types and artifact types', () => {
  const model = {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    artifactType: 'application/vnd.cncf.model.manifest.v1+json',
  };
  const facts = { image: {}, model };
  assert.deepEqual(taken({ artifacts: { mediaTypes: ['index'] } }, ['image', 'model'], facts).included, ['image']);
  const types = { artifactTypes: ['application/vnd.cncf.model.*'] };
  assert.deepEqual(taken({ artifacts: types }, ['image', 'model'], facts).included, ['model']);
});

test('the regex scheme reads named groups', () => {
  const pattern = '^(?<compatibility>[a-z]+)-r(?<major>\\d+)\\.(?<minor>\\d+)_(?<build>\\d+)\\+?(?<prerelease>rc)?$';
  const set = {
    version: { scheme: 'regex' as const, pattern, parsedOnly: true },
    groupBy: ['compatibility' as const],
    keep: 1,
  };
  const tags = ['app-r1.9_1', 'app-r1.10_1', 'app-r1.10_2', 'db-r0.1_9', 'other'];
  assert.deepEqual(taken({ tags: [set] }, tags).included, ['app-r1.10_2', 'db-r0.1_9']);
});

test('floating tags alone, or none of them; the lowest of each group', () => {
  const tags = ['17', '17.4', '17.5', '18.0', 'latest'];
  const pg = (version: object, more: object = {}) =>
    taken({ kind: 'postgres', tags: [{ version: { scheme: 'pg', ...version }, ...more }] }, tags).included;
  assert.deepEqual(pg({ floating: 'only' }), ['17', 'latest']);
  assert.deepEqual(pg({ floating: 'exclude' }, { keep: 1, groupBy: ['major'] }), ['17.5', '18.0']);
  assert.deepEqual(pg({ floating: 'exclude' }, { keep: 1, direction: 'asc' }), ['17.4']);
});

test('only what keep needs is asked for, newest first', () => {
  const compiled = rule({ kind: 'postgres', platforms: { require: ['linux/s390x'] }, tags: [{ keep: 1 }] });
  const tags = ['17.1', '17.2', '17.3', '17.4', '17.5'];
  const read = new Map<string, TagFacts>();
  const asked: string[] = [];
  const steps = evaluateSteps(compiled, tags, read);
  for (let step = steps.next(); !step.done; step = steps.next()) {
    for (const tag of step.value ?? []) {
      asked.push(tag);
      const platforms = tag === '17.3' ? [{ os: 'linux', architecture: 's390x' }] : [];
      read.set(tag, { ...FACTS, platforms });
    }
  }
  assert.deepEqual(asked, ['17.5', '17.4', '17.3']);
});

function* evaluateSteps(compiled: ReturnType<typeof rule>, tags: string[], read: Map<string, TagFacts>) {
  return yield* decideTags(compiled, 'pg', tags, undefined, { now: NOW, of: (tag) => read.get(tag) ?? null });
}

test('mutability: of the set, else of the rule', () => {
  const compiled = rule({
    mutability: 'immutable',
    tags: [{ include: ['1*'], mutability: 'mutable' }, { include: ['2*'] }],
  });
  const { decisions } = evaluateTags(compiled, 'pg', ['1.0', '2.0']);
  assert.deepEqual(
    decisions.map((decision) => mutabilityOf(compiled, decision)),
    ['mutable', 'immutable'],
  );
  assert.equal(takesByName(compiled, 'pg', '3.0'), false);
  assert.equal(takesByName(compiled, 'pg', '2.7'), true);
});

test('every pattern and range that cannot be run is told with its path', () => {
  const spec = RuleSpec.parse({
    name: 'r',
    repositories: { include: ['re:('] },
    tags: [
      { version: { range: '>=x <' } },
      { version: { scheme: 'regex', pattern: '(?=a)' } },
      { version: { scheme: 'regex' } },
    ],
    annotations: [{ key: 'a', matches: 're:[' }],
  });
  assert.deepEqual(
    rulePatternProblems(spec).map(({ path }) => path),
    [
      'repositories.include.0',
      'tags.0.version.range',
      'tags.1.version.pattern',
      'tags.2.version.pattern',
      'annotations.0.matches',
    ],
  );
});
