import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { buildImage, digestOf, MEDIA_TYPES } from '../image.ts';
import { generateRepository, smallSet } from '../seed-repository.ts';
import { available } from './available.ts';
import { type Distribution, type DistributionOptions, startDistribution } from './distribution.ts';
import { type HttpAnswer, send } from './http-client.ts';
import { startPostgres } from './postgres.ts';
import { seedHttp } from './seed-http.ts';
import { pushWithSkopeo, readWithSkopeo } from './skopeo.ts';

const parts = available();
const ACCEPT = { Accept: Object.values(MEDIA_TYPES).flatMap(Object.values).join(', ') };
const PLATFORMS = ['amd64', 'arm64'].map((architecture) => ({ os: 'linux', architecture }));

async function withDistribution(options: DistributionOptions, use: (registry: Distribution) => Promise<void>) {
  const registry = await startDistribution(options);
  try {
    await use(registry);
  } finally {
    await registry.stop();
  }
  assert.equal(existsSync(registry.rootDir), false, 'the storage is removed');
  await assert.rejects(send(registry.url, { ca: registry.ca }), 'the process is gone');
}

const manifest = (registry: Distribution, repo: string, tag: string): Promise<HttpAnswer> =>
  send(`${registry.url}/v2/${repo}/manifests/${tag}`, { headers: ACCEPT, ca: registry.ca });

describe('docker-registry', { skip: parts.distribution.skip }, () => {
  test('open: serves what the filesystem seeder wrote, byte for byte', async () => {
    await withDistribution({}, async (registry) => {
      const digests = registry.seed(smallSet());
      for (const { name, tags } of smallSet()) {
        for (const [tag, image] of tags) {
          const answer = await manifest(registry, name, tag);
          assert.equal(answer.status, 200, `${name}:${tag} ${answer.body}`);
          assert.equal(digestOf(answer.body), image.digest);
          assert.equal(answer.headers['docker-content-digest'], digests[name]?.[tag]);
        }
      }
    });
  });

  test('open: takes the same set over HTTP with the same digests, in both formats', async () => {
    await withDistribution({}, async (registry) => {
      const docker = buildImage({ name: 'list', format: 'docker', platforms: PLATFORMS });
      const set = [...smallSet(), { name: 'docker', tags: new Map([['list', docker]]) }];
      const digests = await seedHttp(registry.url, set);
      for (const { name, tags } of set) {
        for (const [tag, image] of tags) {
          assert.equal(digests[name]?.[tag], image.digest);
          assert.equal(digestOf((await manifest(registry, name, tag)).body), image.digest);
        }
      }
    });
  });

  test('removeTag takes one tag away; pause and resume keep port and data', async () => {
    await withDistribution({}, async (registry) => {
      registry.seed(smallSet());
      registry.removeTag('postgresql', '18-minimal-trixie');
      assert.equal((await manifest(registry, 'postgresql', '18-minimal-trixie')).status, 404);
      const kept = '18.4-202607270910-minimal-trixie';
      assert.equal((await manifest(registry, 'postgresql', kept)).status, 200);
      await registry.pause();
      await assert.rejects(manifest(registry, 'postgresql', kept));
      await registry.resume();
      assert.equal((await manifest(registry, 'postgresql', kept)).status, 200);
    });
  });

  test('htpasswd: the fixed credential works, no other', async () => {
    await withDistribution({ auth: 'htpasswd' }, async (registry) => {
      assert.equal((await send(`${registry.url}/v2/`)).status, 401);
      const { credential } = registry;
      assert.ok(credential);
      await seedHttp(registry.url, [generateRepository('r', 1)], { credential });
      const wrong = { ...credential, password: 'wrong' };
      await assert.rejects(seedHttp(registry.url, [generateRepository('r', 1)], { credential: wrong }), {
        code: 'push-refused',
      });
    });
  });

  test('tls: trusted through its own CA only', { skip: parts.openssl.skip }, async () => {
    await withDistribution({ auth: 'tls' }, async (registry) => {
      assert.match(registry.url, /^https:/);
      await assert.rejects(send(`${registry.url}/v2/`), { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
      await seedHttp(registry.url, [generateRepository('r', 1)], { ca: registry.ca });
      const localhost = registry.url.replace('127.0.0.1', 'localhost');
      assert.equal((await send(`${localhost}/v2/r/tags/list`, { ca: registry.ca })).status, 200);
    });
  });

  test('token: sign-in through its ES256 token server', { skip: parts.openssl.skip }, async () => {
    await withDistribution({ auth: 'token' }, async (registry) => {
      const refused = await send(`${registry.url}/v2/r/tags/list`);
      assert.match(refused.headers['www-authenticate'] ?? '', /^Bearer realm=.*scope="repository:r:pull"/);
      await seedHttp(registry.url, [generateRepository('r', 2)], { credential: registry.credential });
      assert.ok((registry.tokenLog?.length ?? 0) > 0);
      const bad = await send(registry.tokenUrl ?? '', { headers: { Authorization: 'Basic eDp5' } });
      assert.equal(bad.status, 401);
    });
  });

  test('skopeo pushes to open, TLS, htpasswd and token registries and reads the same bytes back', {
    skip: parts.skopeo.skip || parts.openssl.skip,
  }, async () => {
    const image = buildImage({ name: 'skopeo', platforms: PLATFORMS, annotations: { 'test.key': 'value' } });
    for (const options of [{}, { auth: 'tls' }, { auth: 'htpasswd', tls: true }, { auth: 'token' }] as const) {
      await withDistribution(options, async ({ host, certDir, credential }) => {
        const reach = { certDir, credential };
        await pushWithSkopeo(image, `${host}/team/postgresql:17.4-2503310734`, reach);
        const raw = await readWithSkopeo('inspect', `${host}/team/postgresql:17.4-2503310734`, reach);
        assert.equal(digestOf(raw), image.digest);
        const listed = JSON.parse(await readWithSkopeo('list-tags', `${host}/team/postgresql`, reach));
        assert.deepEqual(listed.Tags, ['17.4-2503310734']);
        if (credential) {
          const refused = pushWithSkopeo(image, `${host}/x:1`, {
            certDir,
            credential: { ...credential, password: 'no' },
          });
          await assert.rejects(refused, { code: 'skopeo-failed' });
        }
      });
    }
  });
});

describe('postgres', { skip: parts.postgres.skip }, () => {
  test('answers SQL in a database of its own, and leaves nothing', async () => {
    const server = await startPostgres();
    const psql = (url: string) =>
      execFileSync(join(parts.postgres.path ?? '', 'psql'), [url, '-Atc', 'select current_database()'], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    const url = await server.createDatabase('pharos_test');
    assert.equal(psql(url).trim(), 'pharos_test');
    await assert.rejects(server.createDatabase('x"; drop'), { code: 'bad-name' });
    await server.stop();
    assert.throws(() => psql(url), /refused/);
  });
});
