/** The client against a stand-in of every product: the same tags and digests as by the spec, in fewer requests, and the spec's way where it is refused. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  DEFAULT_API_TOKEN,
  DEFAULT_CREDENTIAL,
  type DialectName,
  generateRepository,
  type LoggedRequest,
  type MisbehavingOptions,
  type MisbehavingRegistry,
  startMisbehaving,
} from '@pharos/testbed';
import type { TagDetail } from '../abilities.ts';
import type { Authentication } from '../connection.ts';
import { RegistryError } from '../errors.ts';
import { createRegistry, type Registry } from '../registry.ts';
import { connectionTo, holdsCanary, json, serve } from '../testing.ts';

const { password } = DEFAULT_CREDENTIAL;
const basic = (username: string): Authentication => ({ type: 'basic', username, password });
const token = (text: string): Authentication => ({ type: 'token', token: text });

interface Product {
  repository: string;
  /** Prefix of the address below which the repository stands. */
  prefix?: string;
  /** What both the registry and the API take. */
  authentication?: Authentication;
  /** Requests to enumerate 1,000 tags with digest and time (issue: ≤ 2, or ≤ 11). */
  most: number;
  /** How the product is recognised without being told; null when only its host shows it. */
  detects: boolean;
}

/** Only what its own API has a bulk list for; `ngc` and `oci` have none. */
const PRODUCTS: Partial<Record<DialectName, Product>> = {
  acr: { repository: 'team/pg', most: 2, detects: false },
  artifactory: { repository: 'team/pg', prefix: '/docker-local', most: 2, detects: true },
  cloudsmith: { repository: 'org/k8s/pg', authentication: token(DEFAULT_API_TOKEN), most: 11, detects: false },
  dockerhub: { repository: 'team/pg', most: 11, detects: false },
  ecr: {
    repository: 'team/pg',
    authentication: { type: 'ecr', region: 'eu-central-1', accessKeyId: 'AKID', secretAccessKey: password },
    most: 2,
    detects: false,
  },
  gar: { repository: 'project/repo/pg', most: 2, detects: false },
  ghcr: { repository: 'team/pg', authentication: basic('pharos'), most: 11, detects: false },
  gitlab: { repository: 'team/project/pg', most: 2, detects: true },
  harbor: { repository: 'team/pg', most: 11, detects: true },
  nexus: { repository: 'team/pg', most: 21, detects: true },
  openshift: { repository: 'team/pg', authentication: token(password), most: 2, detects: true },
  quay: { repository: 'team/pg', most: 11, detects: true },
  zot: { repository: 'team/pg', most: 2, detects: true },
};

interface Opening {
  authentication?: Authentication | undefined;
  provider?: string;
  prefix?: string | undefined;
  tags?: number;
}

async function withProduct(
  name: DialectName,
  { authentication, provider = name, prefix = '', tags = 25, ...options }: Opening & MisbehavingOptions,
  use: (registry: Registry, standIn: MisbehavingRegistry, repository: string) => Promise<void>,
): Promise<void> {
  const repository = PRODUCTS[name]?.repository ?? 'team/pg';
  const standIn = await startMisbehaving({
    dialect: name,
    repositories: [generateRepository(repository, tags)],
    ...options,
  });
  const registry = createRegistry({
    name,
    url: `127.0.0.1:${standIn.port}${prefix}`,
    provider,
    apiUrl: standIn.apiUrl ?? null,
    authentication: authentication ?? { type: 'none' },
    tls: { plainHttp: true },
    limits: { connectMs: 3_000, headersMs: 3_000, bodyMs: 5_000 },
    tokenHosts: standIn.apiUrl === undefined ? [] : [new URL(standIn.apiUrl).host],
  });
  try {
    await use(registry, standIn, repository);
  } finally {
    await registry.close();
    await standIn.stop();
  }
}

async function describeAll(registry: Registry, repository: string): Promise<TagDetail[]> {
  const details: TagDetail[] = [];
  for await (const page of registry.describeTags(repository)) details.push(...page);
  return details;
}

function truth({ content }: MisbehavingRegistry, repository: string): Map<string, string> {
  return new Map(content.tags(repository)!.map((tag) => [tag, content.resolve(repository, tag)!]));
}

const told = (details: readonly TagDetail[]) => new Map(details.map(({ name, digest }) => [name, digest]));
/** Tokens are fetched once for many lists. */
const isListing = ({ path, headers }: LoggedRequest) =>
  !/token|\/auth/.test(path) && !/GetAuthorizationToken/.test(String(headers['x-amz-target'] ?? ''));
const sorted = <V>(map: ReadonlyMap<string, V>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));

for (const [name, product] of Object.entries(PRODUCTS) as [DialectName, Product][]) {
  const { authentication, prefix, most, detects } = product;
  describe(`${name}`, () => {
    test(`1,000 tags with digest and time in at most ${most} requests`, async () => {
      await withProduct(name, { authentication, prefix, tags: 1_000 }, async (registry, standIn, repository) => {
        await registry.dialect();
        standIn.clearLog();
        const details = await describeAll(registry, repository);
        const listed = standIn.log.filter(isListing).length;
        assert.deepEqual(sorted(told(details)), sorted(truth(standIn, repository)));
        assert.ok(listed <= most, `${listed} requests: ${standIn.log.map(({ path }) => path).join(' ')}`);
        assert.ok(details.every(({ pushedAt }) => pushedAt !== null && Date.parse(pushedAt) > 0));
        assert.equal((await registry.dialect()).isBulk, true);
        const [first] = details;
        assert.equal((await registry.getManifest(repository, first!.digest!)).digest, first!.digest);
      });
    });

    test('signed in, and a refused API falls back to the spec and says so', async () => {
      const signedIn = authentication ?? basic(name === 'gar' ? 'oauth2accesstoken' : 'pharos');
      const open = { authentication: name === 'quay' ? token(DEFAULT_API_TOKEN) : signedIn, prefix };
      if (name !== 'quay' && name !== 'cloudsmith') {
        await withProduct(name, { ...open, auth: 'token' }, async (registry, standIn, repository) => {
          const details = await describeAll(registry, repository);
          assert.deepEqual(sorted(told(details)), sorted(truth(standIn, repository)));
        });
      }
      if (name === 'gar') return; // its list is the spec's own
      // With its API closed AWS gives no password either; one that was fetched elsewhere still opens the registry.
      const shut = { authentication: name === 'ecr' ? basic('AWS') : authentication, prefix, apiClosed: true };
      await withProduct(name, shut, async (registry, standIn, repository) => {
        const details = await describeAll(registry, repository);
        assert.deepEqual(details.map(({ name: tag }) => tag).sort(), [...standIn.content.tags(repository)!]);
        assert.ok(details.every(({ digest }) => digest === null));
        const info = await registry.dialect();
        assert.deepEqual([info.isBulk, info.bulkRefusal?.code], [false, 'api-unavailable']);
        const failure = { id: 'bulk' as const, code: 'api-unavailable' as const, status: info.bulkRefusal?.status };
        const advice = registry.advise(failure);
        assert.ok(advice !== null && advice.cure.length > 20, 'cause and cure in the words of the product');
        standIn.clearLog();
        await describeAll(registry, repository);
        assert.equal(standIn.requestCount, 1 + Math.floor(24 / 1000), 'a refusal is remembered');
      });
    });

    if (detects) {
      test('is recognised without being told', async () => {
        // zot shows what it is only to who may read.
        const signedIn = authentication ?? basic('pharos');
        const opening = { authentication: signedIn, prefix, provider: 'auto', auth: 'token' as const };
        await withProduct(name, opening, async (registry) => {
          const info = await registry.dialect();
          assert.equal(info.provider, name);
          assert.ok(info.detectedBy);
        });
      });
    }

    test('a broken, endless or refused list never ends as a complete one', async () => {
      const faults = ['list-truncated', 'rate-limited', 'status-500', 'connection-reset'] as const;
      await withProduct(
        name,
        { authentication, prefix, tags: 250, pageSize: 100 },
        async (registry, standIn, repository) => {
          await registry.dialect();
          for (const fault of faults) {
            standIn.fault = fault;
            await assert.rejects(describeAll(registry, repository), RegistryError, fault);
          }
          standIn.fault = undefined;
          assert.equal((await describeAll(registry, repository)).length, 250);
        },
      );
    });
  });
}

test('products without a bulk list are read by names, and say so', async () => {
  for (const name of ['oci', 'ngc'] as const) {
    await withProduct(name, {}, async (registry, standIn, repository) => {
      const details = await describeAll(registry, repository);
      assert.deepEqual(details.map((detail) => detail.name).sort(), [...standIn.content.tags(repository)!]);
      const info = await registry.dialect();
      assert.deepEqual([info.isBulk, info.bulkRefusal], [false, null]);
    });
  }
});

describe('repositories by the product’s own list', () => {
  const LISTS: Partial<Record<DialectName, { prefix: string; authentication?: Authentication }>> = {
    artifactory: { prefix: '/docker-local' },
    dockerhub: { prefix: '/team' },
    gar: { prefix: '/project/repo' },
    ghcr: { prefix: '/team', authentication: basic('pharos') },
    gitlab: { prefix: '/team', authentication: basic('pharos') },
    harbor: { prefix: '' },
    ngc: { prefix: '/team' },
    openshift: { prefix: '/team', authentication: token(password) },
    quay: { prefix: '/team' },
  };
  for (const [name, { prefix, authentication }] of Object.entries(LISTS) as [
    DialectName,
    { prefix: string; authentication?: Authentication },
  ][]) {
    test(name, async () => {
      await withProduct(name, { prefix, authentication }, async (registry, standIn, repository) => {
        standIn.content.push(repository.replace(/pg$/, 'other'), '1');
        const found: string[] = [];
        for await (const page of registry.listRepositories()) found.push(...page);
        const below = prefix === '/docker-local' ? '' : prefix.slice(1);
        const expected = standIn.content.repositories().map((full) => (below ? full.slice(below.length + 1) : full));
        assert.deepEqual(found.sort(), expected);
      });
    });
  }
});

test('pages that lead elsewhere or go round are refused, whatever the product', async () => {
  for (const [name, fault] of [
    ['acr', 'link-absolute-foreign'],
    ['acr', 'link-loop'],
    ['gitlab', 'link-absolute-foreign'],
    ['gitlab', 'link-loop'],
    ['harbor', 'link-loop'],
    ['quay', 'link-loop'],
    ['dockerhub', 'link-loop'],
    ['ghcr', 'link-loop'],
    ['nexus', 'link-loop'],
  ] as const) {
    const { authentication } = PRODUCTS[name]!;
    const limits = { tags: 450, pageSize: 50, authentication, fault };
    await withProduct(name, limits, async (registry, standIn, repository) => {
      const ended = await describeAll(registry, repository).catch((error: unknown) => error as RegistryError);
      if (Array.isArray(ended)) {
        // Where pages are asked for by number, a Link that leads astray is not followed.
        assert.deepEqual(sorted(told(ended)), sorted(truth(standIn, repository)), `${name} ${fault}`);
        return;
      }
      const codes = ['link-refused', 'link-loop', 'too-many-pages', 'response-invalid', 'api-unavailable'];
      assert.ok(codes.includes(ended.code), ended.code);
      assert.deepEqual(standIn.foreignLog, [], 'nothing was asked of the other origin');
    });
  }
});

test('credentials go to the registry and to the named API, and nowhere else', async () => {
  for (const [name, product] of Object.entries(PRODUCTS) as [DialectName, Product][]) {
    const canary = { type: 'basic', username: 'canary-user', password: 'canary-password' } as const;
    const opening = { prefix: product.prefix, authentication: canary, fault: 'link-absolute-foreign' as const };
    await withProduct(
      name,
      { ...opening, auth: 'token', tags: 300, pageSize: 100 },
      async (registry, standIn, repository) => {
        await describeAll(registry, repository).catch(() => {});
        await registry.ping().catch((error: unknown) => assert.ok(!holdsCanary((error as Error).message)));
        assert.ok(!holdsCanary(standIn.foreignLog.map(({ headers, path, body }) => [headers, path, body])), name);
      },
    );
  }
});

test('zot: a tag that its search leaves out is listed all the same, by name', async () => {
  await withProduct('zot', {}, async (registry, standIn, repository) => {
    const [first] = standIn.content.tags(repository)!;
    const fallback = standIn.content.resolve(repository, first!)!.replace(':', '-');
    standIn.content.push(repository, fallback);
    const details = await describeAll(registry, repository);
    assert.deepEqual(details.map(({ name }) => name).sort(), [...standIn.content.tags(repository)!].sort());
    const isTold = ({ name, digest }: TagDetail) => (digest === null) === (name === fallback);
    assert.ok(details.every(isTold), 'all others with their digest');
  });
});

test('zot: a version that knows no time of tagging is asked for less, and only once for more', async () => {
  const queries: string[] = [];
  const digest = `sha256:${'a'.repeat(64)}`;
  await using fake = await serve(({ url }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://zot');
    if (!pathname.endsWith('/search')) return json(response, { name: 'pg', tags: ['1'] });
    const query = searchParams.get('query') ?? '';
    queries.push(query);
    const refusal = { errors: [{ message: 'Cannot query field' }], data: null };
    if (query.includes('Timestamp')) return json(response, refusal, 422);
    json(response, { data: { ExpandedRepoInfo: { Images: [{ Tag: '1', Digest: digest }] } } });
  });
  const registry = createRegistry({ ...connectionTo(fake.host), provider: 'zot' });
  try {
    const expected = [{ name: '1', digest, pushedAt: null, isLocked: null }];
    assert.deepEqual(await describeAll(registry, 'pg'), expected);
    assert.deepEqual(await describeAll(registry, 'pg'), expected);
    assert.equal(queries.length, 3 + 1);
  } finally {
    await registry.close();
  }
});

test('Docker Hub: a HEAD costs no pull, and what is left of the quota is known', async () => {
  await withProduct('dockerhub', { pullLimit: 3 }, async (registry, standIn, repository) => {
    const [tag] = standIn.content.tags(repository)!;
    for (let count = 0; count < 10; count += 1) await registry.headManifest(repository, tag!);
    assert.equal(standIn.pulls, 0);
    await registry.getManifest(repository, tag!);
    assert.equal(registry.quota?.remaining, 2);
    assert.equal((await registry.dialect()).hasMeteredGets, true);
  });
});
