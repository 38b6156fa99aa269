/** What a translated rule takes is asked of the engine that runs it: the same names in, the same names out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RuleSpec } from '@pharos/contract';
import { compilePattern, compileRule, evaluateTags } from '@pharos/library';
import { parse, parseAllDocuments } from 'yaml';
import { runIn } from '../testing.ts';
import { type Translation, translate } from './index.ts';
import { searchPattern } from './search-pattern.ts';

const docs = (text: string) => parseAllDocuments(text).map((each) => (each as { toJS(): unknown }).toJS());

function only(text: string, from?: string): Translation {
  const { translated, untranslated } = translate(docs(text), from);
  assert.deepEqual(untranslated, []);
  assert.equal(translated.length, 1);
  return translated[0]!;
}

/** The tags of the rule's one repository that it takes by their names; platforms are known only of what was read. */
function taken({ rule }: Translation, tags: readonly string[]): string[] {
  const spec = RuleSpec.parse({ ...rule, platforms: undefined, registryId: null });
  return evaluateTags(compileRule(spec), rule.repositories.include[0]!, tags).included;
}

const fluxOf = (policy: string, filter = '') => `
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata: { name: podinfo, namespace: apps }
spec: { image: ghcr.io/stefanprodan/podinfo, interval: 1m0s }
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: { name: podinfo, namespace: apps }
spec:
  imageRepositoryRef: { name: podinfo }
  policy: ${policy}
  ${filter}
`;

test('Flux: a semver range takes the newest exact version in it, and no pre-release', () => {
  const found = only(fluxOf('{ semver: { range: ">=5.0.0 <6.0.0" } }'));
  assert.deepEqual([found.registry, found.rule.repositories.include], ['ghcr.io', ['stefanprodan/podinfo']]);
  assert.deepEqual(taken(found, ['5.0.0', '5.10.1', '5.9.9', '6.0.0', '5.11.0-rc.1', '5.12', 'latest']), ['5.10.1']);
  assert.deepEqual(found.rule.schedule, { every: '1m' });
  assert.match(found.notes.join('\n'), /every 1m,/);
});

test('Flux: a range with a pre-release takes pre-releases', () => {
  const found = only(fluxOf('{ semver: { range: ">=1.0.0-0" } }'));
  assert.deepEqual(taken(found, ['1.0.0', '1.1.0-rc.1']), ['1.1.0-rc.1']);
});

test('Flux: a number taken out of the tag orders the tags that hold one', () => {
  const filter = "filterTags: { pattern: '^main-[a-f0-9]+-(?P<ts>[0-9]+)', extract: '$ts' }";
  const found = only(fluxOf('{ numerical: { order: asc } }', filter));
  const tags = ['main-abc-1606234201', 'main-fff-1606234202', 'main-000-99', 'dev-aaa-9999999999', 'main-latest'];
  assert.deepEqual(taken(found, tags), ['main-fff-1606234202']);
  const descending = only(fluxOf('{ numerical: { order: desc } }', filter));
  assert.deepEqual(taken(descending, tags), ['main-000-99']);
});

test('Flux: a version taken out of the tag is compared as one', () => {
  const filter = "filterTags: { pattern: '^v(?P<version>.*)-alpine$', extract: '$version' }";
  const found = only(fluxOf('{ semver: { range: "1.x" } }', filter));
  assert.deepEqual(taken(found, ['v1.2.0-alpine', 'v1.10.0-alpine', 'v2.0.0-alpine', 'v1.11.0']), ['v1.10.0-alpine']);
});

test('Flux: alphabetical ascending chooses the last letter, descending the first', () => {
  const tags = ['a', 'c', 'b'];
  assert.deepEqual(taken(only(fluxOf('{ alphabetical: {} }')), tags), ['c']);
  assert.deepEqual(taken(only(fluxOf('{ alphabetical: { order: desc } }')), tags), ['a']);
});

test('Flux: what has no counterpart is named, and hinders nothing else', () => {
  const filter = "filterTags: { pattern: '(?P<y>[0-9]+)-(?P<m>[0-9]+)', extract: '$y.$m' }";
  const { translated, untranslated } = translate(
    docs(`${fluxOf('{ semver: { range: "*" } }', filter)}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: { name: alone }
spec: { imageRepositoryRef: { name: elsewhere }, policy: { alphabetical: {} } }
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata: { name: all }
spec: { image: "registry.example.com:5000/team/app", exclusionList: ["^dev-", "-debug$"], suspend: true }
`),
  );
  assert.deepEqual(
    untranslated.map(({ from }) => from),
    ['ImagePolicy apps/podinfo', 'ImagePolicy alone'],
  );
  assert.match(untranslated[0]!.reason, /several parts/);
  assert.match(untranslated[1]!.reason, /"elsewhere"/);
  const [all] = translated;
  assert.equal(all!.registry, 'registry.example.com:5000');
  assert.equal(all!.rule.enabled, false);
  assert.deepEqual(taken({ ...all!, rule: { ...all!.rule, enabled: true } }, ['dev-1', '1', '1-debug']), ['1']);
});

const kargoOf = (image: string) => `
apiVersion: kargo.akuity.io/v1alpha1
kind: Warehouse
metadata: { name: guestbook, namespace: kargo-demo }
spec:
  interval: 1h30m0s
  subscriptions:
    - git: { repoURL: https://git.example.com/x.git }
    - image: ${image}
`;

test('Kargo: SemVer is strict unless said otherwise, and reads as many as its limit', () => {
  const tags = ['1.0.0', '1.1.0', '1.2', '2.0.0', '17.4-2503310734'];
  const strict = only(kargoOf('{ repoURL: nginx, constraint: ^1.0.0, discoveryLimit: 5 }'));
  assert.deepEqual([strict.registry, strict.rule.repositories.include], ['docker.io', ['library/nginx']]);
  assert.deepEqual(taken(strict, tags), ['1.0.0', '1.1.0']);
  assert.deepEqual(strict.rule.schedule, { every: '1h30m' });
  const loose = only(kargoOf('{ repoURL: nginx, strictSemvers: false, constraint: ">=1.0.0 <2.0.0" }'));
  assert.deepEqual(taken(loose, tags), ['1.0.0', '1.1.0', '1.2']);
});

test('Kargo: allowed and ignored tags search; Lexical, NewestBuild and Digest keep their meaning', () => {
  const lexical = only(
    kargoOf(
      '{ repoURL: a/b, imageSelectionStrategy: Lexical, allowTagsRegexes: ["^nightly-"], ignoreTags: ["nightly-3"], discoveryLimit: 1 }',
    ),
  );
  assert.deepEqual(taken(lexical, ['nightly-1', 'nightly-2', 'nightly-3', 'x-nightly-9']), ['nightly-2']);
  const newest = only(kargoOf('{ repoURL: a/b, imageSelectionStrategy: NewestBuild, platform: linux/arm64 }'));
  assert.deepEqual([newest.rule.tags![0]!.order, newest.rule.tags![0]!.keep], ['created', 20]);
  assert.deepEqual(newest.rule.platforms, { require: ['linux/arm64'], mode: 'all' });
  const digest = only(kargoOf('{ repoURL: a/b, imageSelectionStrategy: Digest, constraint: stable }'));
  assert.deepEqual(taken(digest, ['stable', 'unstable']), ['stable']);
  assert.match(
    translate(docs(kargoOf('{ repoURL: a/b, imageSelectionStrategy: Odd }'))).untranslated[0]!.reason,
    /Odd/,
  );
});

test('Argo CD Image Updater: annotations, by alias and for all images', () => {
  const { translated } = translate(
    docs(`
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: shop
  annotations:
    argocd-image-updater.argoproj.io/image-list: web=ghcr.io/shop/web:~1.26, quay.io/shop/db:latest
    argocd-image-updater.argoproj.io/web.allow-tags: regexp:^1\\.[0-9]+\\.[0-9]+$
    argocd-image-updater.argoproj.io/web.platforms: linux/amd64,linux/arm64
    argocd-image-updater.argoproj.io/web.update-strategy: semver
    argocd-image-updater.argoproj.io/update-strategy: digest
    argocd-image-updater.argoproj.io/ignore-tags: "*-debug, edge"
`),
  );
  const [web, db] = translated;
  assert.deepEqual([web!.rule.name, db!.rule.name], ['shop-web', 'shop-db']);
  assert.deepEqual(taken(web!, ['1.26.0', '1.26.3', '1.27.0', '1.26.9-debug', 'edge']), ['1.26.3']);
  assert.deepEqual(web!.rule.platforms, { require: ['linux/amd64', 'linux/arm64'], mode: 'any' });
  assert.deepEqual([db!.registry, taken(db!, ['latest', 'edge'])], ['quay.io', ['latest']]);
});

test('Argo CD Image Updater: its own object, where the nearest setting wins', () => {
  const found = only(`
apiVersion: argocd-image-updater.argoproj.io/v1alpha1
kind: ImageUpdater
metadata: { name: u }
spec:
  commonUpdateSettings: { updateStrategy: alphabetical, ignoreTags: ["z*"] }
  applicationRefs:
    - namePattern: "*"
      images: [{ alias: app, imageName: "registry.example.com/app" }]
`);
  assert.deepEqual(taken(found, ['a', 'b', 'zz']), ['b']);
});

test('the incumbent: both of its forms; what is not anchored is told', () => {
  const { translated } = translate(
    docs(`
repositoryRules:
  - { repositoryNameRegex: "^edb-postgres-advanced-.*$", rules: ["^latest$", "17"] }
  - { repositoryName: ml/llm, tagFilter: { type: prefix, value: release- }, enabled: false }
  - { repositoryName: all }
`),
  );
  const [regex, prefix, all] = translated;
  const rule = compileRule(RuleSpec.parse({ ...regex!.rule, registryId: null }));
  const tags = ['latest', 'my-latest', '17.4', '2017-x', '16'];
  assert.deepEqual(evaluateTags(rule, 'edb-postgres-advanced-custom', tags).included, ['latest', '17.4', '2017-x']);
  assert.match(regex!.notes.join(), /"17"/);
  assert.deepEqual([prefix!.rule.enabled, prefix!.rule.tags], [false, [{ include: ['release-*'] }]]);
  assert.equal(all!.rule.tags, undefined);
});

test('an expression that searches and its pattern that matches whole names take the same names', () => {
  const expressions = [
    'latest',
    '^latest$',
    '^v\\d+',
    '-rc$',
    '^a|b$',
    '(a|b)',
    '[|]',
    '^(?:x|y)-\\d$',
    '\\$',
    'a\\\\$',
    '^17\\.4',
    '.*',
  ];
  const names = [
    'latest',
    'my-latest-2',
    'v1',
    'xv1',
    '1-rc',
    '1-rcx',
    'a',
    'ab',
    'b',
    'cb',
    '|',
    'x-1',
    'zx-1',
    '17.4-1',
    '17x4',
    '$',
    'a\\',
  ];
  for (const expression of expressions) {
    const searching = new RegExp(expression);
    const pattern = compilePattern(searchPattern(expression));
    for (const name of names) assert.equal(pattern.test(name), searching.test(name), `${expression} on ${name}`);
  }
});

test('names are made unique, and a List is looked into', () => {
  const item = parse(kargoOf('{ repoURL: a/b }'));
  const { translated } = translate([{ kind: 'List', apiVersion: 'v1', items: [item, item, 7] }, null, 'text']);
  assert.deepEqual(
    translated.map(({ rule }) => rule.name),
    ['guestbook-b', 'guestbook-b-2'],
  );
});

test('pharos rules import prints what pharos apply reads; what is left out ends it with another code', async () => {
  const stdin = `${kargoOf('{ repoURL: ghcr.io/a/b, constraint: ^1 }')}---\n${kargoOf('{ repoURL: UPPER }')}`;
  const ran = await runIn({ stdin }, 'rules', 'import', '-', '--registry', 'production');
  assert.equal(ran.code, 6, ran.stderr);
  assert.match(ran.stderr, /UPPER/);
  const again = parse(ran.stdout) as { rules: { name: string; registry: string }[] };
  assert.deepEqual(
    again.rules.map(({ name, registry }) => [name, registry]),
    [['guestbook-b', 'production']],
  );
  assert.match(ran.stdout, /# From Warehouse kargo-demo\/guestbook/);
  const json = await runIn({ stdin }, 'rules', 'import', '-', '--json');
  assert.equal(JSON.parse(json.stdout).items[0].registry, 'ghcr.io');
  const none = await runIn({ stdin: 'kind: Deployment' }, 'rules', 'import', '-');
  assert.match(none.stderr, /nothing-to-import/);
});

test('an expression that cannot be run is named, and never printed as a rule', async () => {
  const stdin = `repositoryRules:
  - { repositoryNameRegex: ^db-.*$, rules: ["^latest$", "17(?=x)"] }
  - { repositoryName: a, tagFilter: { type: regex, value: "(" } }
  - { repositoryName: b, tagFilter: { type: regex, value: "(?i)^v[[:digit:]]+$" } }
`;
  const ran = await runIn({ stdin }, 'rules', 'import', '-');
  assert.equal(ran.code, 6, ran.stderr);
  assert.deepEqual(
    (parse(ran.stdout) as { rules: { name: string }[] }).rules.map(({ name }) => name),
    ['b'],
  );
  assert.match(ran.stderr, /repositoryRules\[0\]: "\.\*17\(\?=x\)\.\*" is no expression that RE2 runs/);
  assert.match(ran.stderr, /repositoryRules\[1\]: .*missing closing \)/);
});

test('a file that is no YAML is told by its line and column', async () => {
  const { code, stderr } = await runIn({ stdin: 'a: [' }, 'rules', 'import', '-');
  assert.equal(code, 2);
  assert.match(stderr, /stdin: .* at line 1, column 5[.:]? \(file-invalid\)/);
});
