/**
 * The twenty pitfalls of reading registries that a client must survive, each against the stand-in with the fault that shows it, through
 * the agent's whole way: from the list to the report that the control plane takes.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import {
  buildArtifact,
  buildImage,
  buildIndex,
  DEFAULT_CREDENTIAL,
  type FaultSetting,
  generateRepository,
  type MisbehavingOptions,
  type MisbehavingRegistry,
  startMisbehaving,
} from '@pharos/testbed';
import { type Committed, FakeControlPlane } from './testing/fake-control-plane.ts';
import { type Context, configFor, folder, rule, runAgent } from './testing/fixtures.ts';

interface Run {
  registry: MisbehavingRegistry;
  fake: FakeControlPlane;
  /** The last report of the repository. */
  last(repository?: string): Committed;
  /** Sweeps once more and answers the last report. */
  again(fault?: FaultSetting | readonly FaultSetting[]): Promise<Committed>;
  /** Tags and digests of the repository as the registry has them, without what is no image. */
  truth(repository?: string): Map<string, string>;
}

interface Opening extends MisbehavingOptions {
  /** What the file says beside address and rules. */
  entry?: Partial<ReturnType<typeof configFor>['registries'][number]>;
  include?: string[];
  tags?: number;
}

async function run(context: Context, opening: Opening = {}): Promise<Run> {
  const { entry = {}, include = ['pg'], tags = 20, ...options } = opening;
  const repositories = options.repositories ?? [generateRepository('pg', tags)];
  const registry = await startMisbehaving({ pageSize: 10, ...options, repositories });
  context.after(() => registry.stop());
  const fake = new FakeControlPlane();
  const plain = configFor(registry.url, [rule('all', include)]);
  const config = { ...plain, registries: plain.registries.map((each) => ({ ...each, ...entry })) };
  await runAgent(context, fake, config, folder());
  const sweeps = () => fake.commits.filter(({ begin }) => begin.repository === null).length;
  await fake.until(() => sweeps() >= 1, 'the first sweep', 15_000);
  const last = (repository = 'pg') => fake.repositoryCommits(repository).at(-1)!;
  return {
    registry,
    fake,
    last,
    again: async (fault) => {
      registry.fault = fault;
      const before = sweeps();
      const scan = { id: randomUUID(), registryId: config.registries[0]!.id, repository: null, scanId: randomUUID() };
      fake.addWork({ kind: 'scan', ...scan, trigger: 'manual' });
      await fake.until(() => sweeps() > before, 'another sweep', 30_000);
      return last();
    },
    truth: (repository = 'pg') =>
      new Map(
        registry.content
          .tags(repository)!
          .filter((tag) => !tag.startsWith('sha256-'))
          .map((tag) => [tag, registry.content.resolve(repository, tag)!]),
      ),
  };
}

const signedIn = {
  authentication: {
    type: 'basic' as const,
    username: DEFAULT_CREDENTIAL.username,
    password: DEFAULT_CREDENTIAL.password,
  },
};
const isWhole = ({ fake, truth }: Run, repository = 'pg') =>
  assert.deepEqual(new Map([...fake.library.get(repository)!].sort()), new Map([...truth(repository)].sort()));

test('pitfall 1: the Link decides what comes next, not the length of a page', async (context) => {
  const it = await run(context, { fault: 'short-page-with-link' });
  assert.equal(it.last().commit.status, 'complete');
  isWhole(it);
});

test('pitfall 2: a Link is relative, absolute, one of two, with parameters', async (context) => {
  for (const fault of ['link-relative', 'link-multi', 'empty-page-with-link'] as const) {
    const it = await run(context, { fault });
    assert.equal(it.last().commit.status, 'complete', fault);
    isWhole(it);
  }
});

test('pitfall 3: a Link that leads elsewhere or round is refused, and nothing is asked there', async (context) => {
  const it = await run(context);
  for (const fault of ['link-absolute-foreign', 'link-metadata', 'link-loop'] as const) {
    const { commit } = await it.again(fault);
    assert.equal(commit.status, 'partial', fault);
    assert.ok(['link-refused', 'link-loop'].includes(commit.code!), commit.code!);
  }
  assert.deepEqual(it.registry.foreignLog, []);
  isWhole(it);
});

test('pitfall 4: an `n` over the cap is refused, clamped or ignored', async (context) => {
  for (const fault of ['n-over-cap-400', 'n-over-cap-405', 'ignores-n'] as const) {
    const it = await run(context, { fault });
    assert.equal(it.last().commit.status, 'complete', fault);
    isWhole(it);
  }
});

test('pitfall 5: tags that are null or missing, doubled, or gone between list and reading', async (context) => {
  const it = await run(context);
  for (const fault of ['tags-null', 'tags-missing', 'list-empty-body'] as const) {
    const { commit } = await it.again(fault);
    assert.ok(commit.listedNames === null || commit.listedNames.length === 0, fault);
  }
  assert.equal((await it.again('duplicate-tags')).commit.status, 'complete');
  isWhole(it);
  it.registry.content.push('pg', 'gone', { name: 'gone' });
  const { commit } = await it.again({ name: 'manifest-unknown', tag: 'gone' });
  assert.deepEqual([commit.status, commit.unresolved, commit.failedCount], ['complete', ['gone'], 1]);
});

test('pitfall 6: a digest header that is missing or wrong; the bytes decide', async (context) => {
  const it = await run(context, { fault: 'no-digest-header' });
  isWhole(it);
  it.registry.content.push('pg', '17', { name: 'moved' });
  const before = it.fake.library.get('pg')!.get('17');
  for (const fault of ['wrong-digest-header', 'wrong-body'] as const) {
    assert.equal((await it.again(fault)).tags.get('17'), undefined, fault);
    assert.equal(it.fake.library.get('pg')!.get('17'), before);
  }
  await it.again();
  isWhole(it);
});

test('pitfall 7: HEAD is refused, or tells another length than GET', async (context) => {
  for (const fault of ['head-unsupported', 'head-length'] as const) {
    const it = await run(context, {
      repositories: [{ name: 'pg', tags: [['latest', buildImage({ name: 'a' })]] }],
      fault,
    });
    it.registry.content.push('pg', 'latest', { name: 'b' });
    await it.again(fault);
    isWhole(it);
  }
});

test('pitfall 8: Accept names the index, and a media type has a parameter', async (context) => {
  const platforms = ['amd64', 'arm64'].map((architecture) => ({ os: 'linux', architecture }));
  const repositories = [
    { name: 'pg', tags: [['17', buildImage({ platforms })] as [string, ReturnType<typeof buildImage>]] },
  ];
  for (const fault of ['accept-converts', 'media-type-parameter'] as const) {
    const it = await run(context, { repositories, fault });
    isWhole(it);
    assert.equal(it.fake.images.get(it.truth().get('17')!)!.platforms.length, 2);
  }
});

test('pitfall 9: an index of unknown platforms, artifacts, nested or missing children, or nothing', async (context) => {
  const attested = buildImage({ platforms: [{ os: 'linux', architecture: 'amd64' }], attested: true });
  const it = await run(context, { repositories: [{ name: 'pg', tags: [['17', attested]] }] });
  const image = it.fake.images.get(attested.digest)!;
  assert.deepEqual(
    image.platforms.map(({ architecture }) => architecture),
    ['amd64'],
  );
  assert.equal(image.referrers.length, 1, 'the attestation hangs on the image');
  for (const fault of ['index-odd', 'index-empty', 'nested-index', 'missing-child'] as const) {
    const odd = await run(context, { repositories: [{ name: 'pg', tags: [['17', attested]] }], fault });
    assert.equal(odd.last().commit.status, 'complete', fault);
    assert.equal(odd.last().tags.size, 1, fault);
  }
});

test('pitfall 10: signature and referrer tags are no images, and are counted', async (context) => {
  const image = buildImage({ name: 'x' });
  const stem = image.digest.replace(':', '-');
  const artifact = buildArtifact({ subject: image });
  const tags: [string, ReturnType<typeof buildImage>][] = [
    ['17', image],
    [`${stem}.sig`, artifact],
    [`${stem}.att`, artifact],
    [stem, buildIndex([{ image: artifact }])],
  ];
  const it = await run(context, { repositories: [{ name: 'pg', tags }] });
  assert.deepEqual([...it.fake.library.get('pg')!.keys()], ['17']);
  assert.equal(it.last().commit.artifactCount, 3);
  assert.equal(it.fake.referrers()[0]!.subject, image.digest);
});

test('pitfall 11: tokens of every shape and life, one for all who wait, resumed in mid-list', async (context) => {
  const expiring = { name: 'token-expires-mid-page', uses: 12 } as const;
  for (const fault of ['token-only-access-token', 'token-no-expiry', expiring] as const) {
    const it = await run(context, { auth: 'token', fault, entry: signedIn });
    assert.equal(it.last().commit.status, 'complete', JSON.stringify(fault));
    isWhole(it);
  }
  const it = await run(context, { auth: 'token', entry: signedIn });
  const tokens = it.registry.log.filter(({ path }) => path.includes('/token?'));
  assert.ok(tokens.length <= 5, `${tokens.length} token requests`);
  const narrow = await run(context, { auth: 'token', fault: 'token-narrow', entry: signedIn });
  assert.equal(narrow.last().commit.status, 'failed', 'granted less than asked, with 200');
});

test('pitfall 12: challenges of every shape; a password goes to no unexpected host', async (context) => {
  const shapes = [
    'challenge-two-schemes',
    'challenge-lower-case',
    'challenge-quoted-comma',
    'realm-own-query',
  ] as const;
  for (const fault of shapes) {
    const it = await run(context, { auth: 'token', fault, entry: signedIn });
    assert.equal(it.last().commit.status, 'complete', fault);
  }
  // A token service on the registry’s own host is its own affair; other hosts are in oci/attacks.test.ts.
  for (const fault of ['realm-metadata', 'realm-relative'] as const) {
    const it = await run(context, { auth: 'token', fault, entry: signedIn });
    assert.equal(it.last().commit.status, 'failed', fault);
    const seen = JSON.stringify(it.registry.foreignLog.map(({ headers, body, path }) => [headers, body, path]));
    const secret = Buffer.from(`${DEFAULT_CREDENTIAL.username}:${DEFAULT_CREDENTIAL.password}`).toString('base64');
    assert.ok(!seen.includes(DEFAULT_CREDENTIAL.password) && !seen.includes(secret), fault);
  }
});

test('pitfall 13: redirects lose the credentials, and lead to no metadata service and in no circle', async (context) => {
  const it = await run(context, { auth: 'basic', fault: 'redirect-foreign', entry: signedIn });
  assert.equal(it.last().commit.status, 'complete');
  assert.ok(it.registry.foreignLog.length > 0, 'followed');
  assert.ok(it.registry.foreignLog.every(({ headers }) => headers.authorization === undefined));
  for (const fault of ['redirect-metadata', 'redirect-loop'] as const) {
    const odd = await run(context, { fault, tags: 3 });
    assert.ok(odd.last().commit.failedCount > 0, fault);
  }
});

test('pitfall 14: rate limits in every dialect pass by themselves, and nothing is lost', async (context) => {
  const limits = ['retry-after-seconds', 'retry-after-date', 'retry-after-in-body', 'status-429-html'] as const;
  for (const name of limits) {
    const it = await run(context, { tags: 4 });
    it.registry.content.push('pg', '17', { name });
    await it.again({ name, times: 2 });
    isWhole(it);
  }
});

test('pitfall 15: a failed sign-in is no deletion, nor is an outage, a login page or half an answer', async (context) => {
  const faults = [
    'status-401',
    'status-403',
    'status-404-no-code',
    'status-500',
    'status-502-html',
    'html-login',
  ] as const;
  const it = await run(context);
  for (const fault of [...faults, 'empty-body', 'list-truncated', 'connection-reset'] as const) {
    const { commit } = await it.again(fault);
    assert.notEqual(commit.status, 'complete', fault);
    assert.equal(commit.absence, 'none', fault);
    isWhole(it);
  }
});

test('pitfall 15: a wrong password is tried a few times at most, for GitLab bans an address after thirty', async (context) => {
  const wrong = { authentication: { type: 'basic' as const, username: 'pharos', password: 'wrong' } };
  const include = Array.from({ length: 40 }, (_, n) => `pg-${n}`);
  const repositories = include.map((name) => generateRepository(name, 1));
  const it = await run(context, { auth: 'basic', entry: wrong, repositories, include });
  const failed = it.registry.signIn.failures;
  assert.ok(failed <= 12, `${failed} failed sign-ins in one sweep of 40 repositories`);
});

test('pitfall 16: a list that breaks in the middle adds and takes nothing away', async (context) => {
  const it = await run(context, { tags: 40 });
  const before = it.truth();
  it.registry.content.push('pg', '00-new', { name: 'new' });
  const { commit, tags } = await it.again({ name: 'status-500', afterRequests: 3 });
  assert.equal(commit.status, 'partial');
  assert.equal(commit.listedNames, null);
  assert.ok(tags.size < before.size);
  for (const [tag, digest] of before) assert.equal(it.fake.library.get('pg')!.get(tag), digest);
});

test('pitfall 17: without a catalog, or with an empty one, named repositories are read', async (context) => {
  for (const fault of ['catalog-401', 'catalog-403', 'catalog-404', 'catalog-405', 'catalog-empty'] as const) {
    const it = await run(context, { fault, include: ['pg', 'other-*'] });
    assert.equal(it.last().commit.status, 'complete', fault);
    isWhole(it);
  }
});

test('pitfall 18: a tag that moves there and back, and one digest under ten tags', async (context) => {
  const [a, b] = [buildImage({ name: 'a' }), buildImage({ name: 'b' })];
  const tags = Array.from({ length: 10 }, (_, n): [string, typeof a] => [`t${n}`, a]);
  const it = await run(context, { repositories: [{ name: 'pg', tags: [['latest', a], ...tags] }] });
  const configs = () => it.registry.log.filter(({ path }) => path.includes('/blobs/')).length;
  assert.equal(configs(), 1, 'one reading for eleven tags');
  for (const image of [b, a, b]) {
    it.registry.content.push('pg', 'latest', image);
    assert.equal((await it.again()).tags.get('latest') ?? it.fake.library.get('pg')!.get('latest'), image.digest);
  }
  assert.equal(configs(), 2, 'and each digest once in a lifetime');
});

test('pitfall 19: numbers and times of every kind, as bulk lists have them', async (context) => {
  for (const dialect of ['acr', 'harbor', 'quay', 'gar', 'dockerhub'] as const) {
    const repositories = [generateRepository('team/pg', 20)];
    const registry = await startMisbehaving({ dialect, repositories, fault: 'odd-values' });
    context.after(() => registry.stop());
    const fake = new FakeControlPlane();
    const plain = configFor(registry.url, [rule('all', ['team/pg'])]);
    const entry = { provider: dialect, apiUrl: registry.apiUrl ?? null };
    const config = { ...plain, registries: plain.registries.map((each) => ({ ...each, ...entry })) };
    await runAgent(context, fake, config, folder());
    await fake.until(() => fake.library.get('team/pg')?.size === 20, dialect);
    for (const { pushedAt } of fake.tags()) {
      const year = pushedAt === null ? 2000 : new Date(pushedAt).getUTCFullYear();
      assert.ok(year >= 1990 && year < 2100, `${dialect}: ${pushedAt}`);
    }
  }
});

test('pitfall 20: nested names, names that only case tells apart, and tags that are hidden', async (context) => {
  const repositories = [
    { name: 'a/b/c', tags: [['V1', buildImage({ name: 'V1' })] as const, ['v1', buildImage({ name: 'v1' })] as const] },
  ];
  const it = await run(context, { repositories: repositories as never, include: ['a/b/c'] });
  isWhole(it, 'a/b/c');
  const hidden = await run(context, { tags: 5 });
  const { commit } = await hidden.again('hidden-tag');
  assert.equal(commit.status, 'complete');
  assert.equal(commit.absence, 'none', 'one hidden tag is counted as missing first, by the control plane');
});

test('and further: a bomb of JSON, a manifest without end, and a tag list without end stay within their bounds', async (context) => {
  const it = await run(context);
  for (const fault of [
    'manifest-huge',
    'manifest-deep',
    'manifest-html',
    'manifest-ambiguous',
    'policy-412',
  ] as const) {
    it.registry.content.push('pg', '99', { name: fault });
    const { commit } = await it.again({ name: fault, tag: '99' });
    assert.deepEqual(commit.unresolved, ['99'], fault);
    assert.equal(it.fake.library.get('pg')!.size, 20, fault);
  }
});
