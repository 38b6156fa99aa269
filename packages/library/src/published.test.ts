import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RuleSpec } from '@pharos/contract';
import { explainTag } from './explain.ts';
import { previewRule } from './preview.ts';
import { CNPG_TAGS, CURRENT_CNPG, CURRENT_DOCKER, DOCKER_TAGS, ODD_TAGS } from './published-fixture.ts';
import { compileRule } from './rule.ts';
import { evaluateTags } from './tag-evaluation.ts';
import { knownFacts, type TagFacts } from './tag-facts.ts';

const REGISTRY = '019ab000-0000-7000-8000-000000000001';
const RULE_ID = '019ab000-0000-7000-8000-00000000000a';

/** "Newest build of every supported major and flavour". */
const newestOf = (range: string, more: object = {}) =>
  RuleSpec.parse({
    name: 'current',
    kind: 'postgres',
    repositories: { include: ['**'] },
    tags: [
      {
        version: { scheme: 'pg', range, prerelease: 'exclude', floating: 'exclude', parsedOnly: true },
        groupBy: ['major', 'compatibility'],
        keep: 1,
        ...more,
      },
    ],
  });

const taken = (spec: RuleSpec, tags: readonly string[]) =>
  evaluateTags(compileRule(spec), 'postgresql', tags).included.toSorted();

test('CloudNativePG: the rule gives what its catalogs name', () => {
  const stamped = { include: ['re:\\d+\\.\\d+-\\d{12}-.+'] };
  assert.deepEqual(taken(newestOf('>=13', stamped), CNPG_TAGS), CURRENT_CNPG.toSorted());
  const supported = CURRENT_CNPG.filter((tag) => !tag.startsWith('13.'));
  assert.deepEqual(taken(newestOf('>=14', stamped), CNPG_TAGS.toReversed()), supported.toSorted());
});

test('Docker Hub: the rule gives the release tags of the official file', () => {
  assert.deepEqual(taken(newestOf('>=9.4'), DOCKER_TAGS), CURRENT_DOCKER.toSorted());
  assert.deepEqual(taken(newestOf('>=9.4'), DOCKER_TAGS.toReversed()), CURRENT_DOCKER.toSorted());
});

const MIXED = [...new Set([...CNPG_TAGS, ...DOCKER_TAGS, ...ODD_TAGS])];
const NOW = Date.parse('2026-11-25T00:00:00Z');

/** Facts of all kinds, different from tag to tag and the same in every run. */
const FACTS = knownFacts(
  MIXED.flatMap((tag, index) => {
    const facts: TagFacts = {
      mediaType: 'application/vnd.oci.image.index.v1+json',
      artifactType: index % 23 === 0 ? 'application/vnd.cncf.model.manifest.v1+json' : null,
      configMediaType: 'application/vnd.oci.image.config.v1+json',
      platforms: [
        { os: 'linux', architecture: 'amd64' },
        ...(index % 5 === 0 ? [] : [{ os: 'linux', architecture: 'arm64' }]),
      ],
      annotations: index % 7 === 0 ? {} : { vendor: 'v' },
      createdAt:
        index % 11 === 0
          ? null
          : new Date(NOW - (index % 17 === 0 ? 1 : (index * 13) % 900) * 86_400_000).toISOString(),
      pushedAt: null,
      firstSeenAt: null,
    };
    return index % 29 === 0 ? [] : [{ tag, facts: index % 31 === 0 ? 'unreadable' : facts }];
  }),
  NOW,
);

const RULES: readonly RuleSpec[] = [
  newestOf('>=14'),
  newestOf('>=9.4 <12', { exclude: ['*-alpine', '*-dev'], include: ['9*', '1*'] }),
  {
    ...newestOf('*', { keep: 3, groupBy: ['major'], include: ['1*', 're:\\d.*'], exclude: ['*-bullseye'] }),
    platforms: { require: ['linux/arm64'], mode: 'all' },
    annotations: [{ key: 'vendor', equals: 'v' }],
    artifacts: { mediaTypes: [], artifactTypes: ['*image.config*'], exclude: 'default' },
    age: { min: '72h', max: '730d' },
  },
  RuleSpec.parse({ name: 'two', repositories: { include: ['post*'] }, tags: [{ include: ['17*'] }, { keep: 9 }] }),
  RuleSpec.parse({ name: 'aged', repositories: { include: ['post*'] }, age: { min: '72h', max: '2y' } }),
  RuleSpec.parse({ name: 'all', repositories: { include: ['post*'] } }),
  RuleSpec.parse({ name: 'other', repositories: { include: ['mysql'] } }),
  RuleSpec.parse({ name: 'not', repositories: { include: ['**'], exclude: ['postgre*'] } }),
];

/** The rule without one clause. */
function without(spec: RuleSpec, path: string): RuleSpec {
  const copy = structuredClone(spec) as unknown as Record<string, unknown>;
  if (path === 'artifacts.exclude')
    return { ...spec, artifacts: { mediaTypes: [], artifactTypes: [], exclude: 'none' } };
  if (path === 'repositories.include') return { ...spec, repositories: { ...spec.repositories, include: ['**'] } };
  const parts = path.split('.');
  const last = parts.pop()!;
  const parent = parts.reduce<Record<string, unknown>>((at, part) => at[part] as Record<string, unknown>, copy);
  if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else if (parts[0] === 'platforms') delete copy.platforms;
  else if (Array.isArray(parent[last])) parent[last] = [];
  else delete parent[last];
  return copy as unknown as RuleSpec;
}

test('for every tag explain names the deciding clause, and without that clause the answer is another', () => {
  const seen = new Set<string>();
  for (const spec of RULES) {
    for (const tag of MIXED) {
      const [told] = explainTag([compileRule({ ...spec, id: RULE_ID })], REGISTRY, 'postgresql', tag, MIXED, FACTS);
      assert.ok(told?.clause, `${spec.name}: ${tag} has no clause`);
      seen.add(told.code!);
      const changed = without(spec, told.clause);
      if (changed.repositories.include.length === 0) continue;
      const rule = compileRule({ ...changed, id: RULE_ID });
      const [other] = explainTag([rule], REGISTRY, 'postgresql', tag, MIXED, FACTS);
      assert.notDeepEqual(
        [other!.code, other!.clause, other!.text],
        [told.code, told.clause, told.text],
        `${spec.name}: ${tag} is decided by ${told.clause}, and without it too`,
      );
    }
  }
  assert.ok(MIXED.length > 250, String(MIXED.length));
  for (const reason of ['included', 'over-keep', 'out-of-range', 'prerelease', 'floating', 'unread', 'unreadable']) {
    assert.ok(seen.has(reason), `no tag is ${reason}`);
  }
  for (const reason of ['platform-missing', 'annotation', 'too-young', 'too-old', 'age-unknown', 'artifact-type']) {
    assert.ok(seen.has(reason), `no tag is ${reason}`);
  }
});

test('preview and explain say the same of every tag', () => {
  for (const spec of RULES) {
    const known = {
      registryId: REGISTRY,
      registry: 'r',
      repositories: [{ name: 'postgresql', tags: MIXED }],
      facts: () => FACTS,
    };
    const { included, excluded } = previewRule(spec, [known], { limit: 1000, offset: 0 });
    const out = new Map(excluded.map((each) => [each.tag, [each.reason, each.clause, each.text]]));
    assert.equal(included.length + excluded.length, MIXED.length);
    for (const tag of MIXED) {
      const [told] = explainTag([compileRule(spec)], REGISTRY, 'postgresql', tag, MIXED, FACTS);
      assert.equal(told!.included, !out.has(tag));
      if (out.has(tag)) assert.deepEqual([told!.code, told!.clause, told!.text], out.get(tag));
    }
  }
});
