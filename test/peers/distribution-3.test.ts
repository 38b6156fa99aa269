/** The registry client against CNCF Distribution 3, whose lists page unlike those of 2.8, with crane and skopeo as witnesses. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { type Authentication, createRegistry, probe, type Registry } from '@pharos/oci';
import {
  available,
  CRANE,
  DISTRIBUTION_3,
  type Distribution,
  type DistributionOptions,
  digestOf,
  generateRepository,
  goTool,
  readWithSkopeo,
  smallSet,
  startDistribution,
} from '@pharos/testbed';

const registryTool = await goTool(DISTRIBUTION_3);
const crane = await goTool(CRANE);
const { skopeo } = available();

async function withDistribution(
  options: DistributionOptions,
  use: (registry: Registry, distribution: Distribution) => Promise<void>,
): Promise<void> {
  // It sends traces to a collector unless told not to.
  const env = { OTEL_TRACES_EXPORTER: 'none', ...options.env };
  const distribution = await startDistribution({ ...options, program: registryTool.path, env });
  const registry = open(distribution);
  try {
    await use(registry, distribution);
  } finally {
    await registry.close();
    await distribution.stop();
  }
}

function open({ host, credential, ca, tokenUrl }: Distribution, wrong = false): Registry {
  const password = wrong ? 'wrong' : credential?.password;
  const authentication: Authentication = credential
    ? { type: 'basic', username: credential.username, password: password! }
    : { type: 'none' };
  return createRegistry({
    name: 'distribution-3',
    url: host,
    provider: 'auto',
    authentication,
    tls: ca === undefined ? { plainHttp: true } : { caCerts: ca },
    tokenHosts: tokenUrl === undefined ? [] : [new URL(tokenUrl).host],
  });
}

async function collect(pages: AsyncIterable<string[]>): Promise<string[][]> {
  const all: string[][] = [];
  for await (const page of pages) all.push(page);
  return all;
}

async function ask(distribution: Distribution, path: string) {
  const answer = await fetch(distribution.url + path);
  return { status: answer.status, link: answer.headers.get('link'), body: await answer.text() };
}

describe('CNCF Distribution 3', { skip: registryTool.skip }, () => {
  test('tags come in pages, each once and all of them, also beyond what it gives at a time', async () => {
    await withDistribution({}, async (registry, distribution) => {
      const many = generateRepository('team/postgresql', 2_300);
      const digests = distribution.seed([many])['team/postgresql']!;
      const page = await ask(distribution, '/v2/team/postgresql/tags/list?n=2');
      assert.match(page.link ?? '', /rel="next"/, 'it pages, unlike 2.8');
      for (const pageSize of [7, 1_000, 5_000]) {
        const pages = await collect(registry.listTags('team/postgresql', { pageSize }));
        const names = pages.flat();
        assert.equal(new Set(names).size, names.length, 'no name twice');
        assert.deepEqual(names.sort(), Object.keys(digests).sort(), `${pageSize} at a time`);
        if (pageSize === 7) assert.equal(pages.length, Math.ceil(2_300 / 7));
      }
    });
  });

  test('repositories come in pages, and n over its limit does not end the list', async () => {
    await withDistribution({ env: { REGISTRY_CATALOG_MAXENTRIES: '10' } }, async (registry, distribution) => {
      const names = Array.from({ length: 25 }, (_, at) => `team/pg-${String(at).padStart(2, '0')}`);
      distribution.seed(names.map((name) => generateRepository(name, 1)));
      assert.deepEqual((await collect(registry.listRepositories({ pageSize: 4 }))).flat().sort(), names);
      assert.deepEqual((await collect(registry.listRepositories())).flat().sort(), names);
    });
  });

  test('it is read as a registry like any other, without the referrers API', async () => {
    await withDistribution({}, async (registry, distribution) => {
      const { postgresql } = distribution.seed(smallSet());
      const info = await registry.dialect();
      assert.deepEqual([info.provider, info.isBulk, info.bulkRefusal], ['oci', false, null]);
      const [digest] = Object.values(postgresql!);
      assert.equal(await registry.listReferrers('postgresql', digest!), null);
      const { checks } = await probe(registry);
      const bad = checks.filter(({ id, state }) => state === 'error' || (state === 'warning' && id !== 'tls'));
      assert.deepEqual(bad, []);
    });
  });

  test('HEAD and GET tell one digest, and what is absent is told apart from what is refused', async () => {
    await withDistribution({}, async (registry, distribution) => {
      const digests = distribution.seed(smallSet());
      for (const [repository, tags] of Object.entries(digests)) {
        for (const [tag, digest] of Object.entries(tags)) {
          const head = await registry.headManifest(repository, tag);
          const content = await registry.getManifest(repository, tag);
          assert.deepEqual([head.digest, content.digest], [digest, digest], `${repository}:${tag}`);
          assert.deepEqual([head.mediaType, head.size], [content.mediaType, content.bytes.length]);
        }
      }
      await assert.rejects(registry.headManifest('postgresql', 'none'), { code: 'manifest-not-found', absence: 'tag' });
      const nowhere = { code: 'repository-not-found', absence: 'repository' };
      await assert.rejects(collect(registry.listTags('nowhere')), nowhere);
    });
  });

  test('skopeo sees the same tags and digests', { skip: skopeo.skip }, async () => {
    await withDistribution({}, async (registry, distribution) => {
      const digests = distribution.seed(smallSet());
      for (const [repository, tags] of Object.entries(digests)) {
        const listed = JSON.parse(await readWithSkopeo('list-tags', `${distribution.host}/${repository}`));
        assert.deepEqual((await collect(registry.listTags(repository))).flat().sort(), listed.Tags.sort());
        const [tag] = Object.keys(tags);
        const raw = await readWithSkopeo('inspect', `${distribution.host}/${repository}:${tag}`);
        assert.equal((await registry.getManifest(repository, tag!)).digest, digestOf(raw));
      }
    });
  });

  test('crane sees the same repositories, tags and digests', { skip: crane.skip }, async () => {
    await withDistribution({}, async (registry, distribution) => {
      const digests = distribution.seed(smallSet());
      const run = async (...args: string[]) => {
        const { stdout } = await promisify(execFile)(crane.path!, [...args, '--insecure']);
        return stdout.trim().split('\n');
      };
      const repositories = (await collect(registry.listRepositories())).flat();
      assert.deepEqual(repositories.sort(), (await run('catalog', distribution.host)).sort());
      for (const [repository, tags] of Object.entries(digests)) {
        const place = `${distribution.host}/${repository}`;
        const listed = (await collect(registry.listTags(repository))).flat();
        assert.deepEqual(listed.sort(), (await run('ls', place)).sort());
        const [tag] = Object.keys(tags);
        assert.deepEqual(
          [(await registry.headManifest(repository, tag!)).digest],
          await run('digest', `${place}:${tag}`),
        );
      }
    });
  });

  for (const auth of ['htpasswd', 'token'] as const) {
    test(`signs in by ${auth}, and a wrong password is told as one`, async () => {
      await withDistribution({ auth }, async (registry, distribution) => {
        const { postgresql } = distribution.seed(smallSet());
        assert.deepEqual(
          (await collect(registry.listTags('postgresql'))).flat().sort(),
          Object.keys(postgresql!).sort(),
        );
        assert.equal(registry.signedInBy, auth === 'token' ? 'bearer' : 'basic');
        const [[tag, digest]] = Object.entries(postgresql!) as [[string, string]];
        assert.equal((await registry.getManifest('postgresql', tag)).digest, digest);
        const stranger = open(distribution, true);
        try {
          await assert.rejects(stranger.headManifest('postgresql', tag), { code: 'unauthorized' });
          const { checks } = await probe(stranger);
          const signIn = checks.find(({ id }) => id === 'sign-in');
          assert.ok(signIn?.state === 'error' && signIn.cause && signIn.cure, JSON.stringify(signIn));
        } finally {
          await stranger.close();
        }
      });
    });
  }
});
