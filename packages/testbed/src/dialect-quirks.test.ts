import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DIALECTS, type DialectName } from './dialects.ts';
import type { MisbehavingRegistry } from './misbehaving-registry.ts';
import {
  api,
  BULK,
  ecrCall,
  type Json,
  linked,
  nextOf,
  type Pairs,
  REPO,
  type Reader,
  read,
  withDialect,
} from './testing.ts';

describe('caps and quirks', () => {
  const status = async (url: string, init?: RequestInit) => (await fetch(url, init)).status;

  test('n over the cap: clamped by ACR, refused by ECR, GitLab and Harbor', async () => {
    const many = Array.from({ length: 1001 }, (_, index) => `t${index}`);
    await withDialect({ dialect: 'acr', pageSize: 5000 }, async ({ url, content }) => {
      for (const tag of many) content.tag('team/other', tag, content.resolve('team/other', 'a') ?? '');
      const { body, response } = await read<{ tags: Json[] }>(`${url}/acr/v1/team/other/_tags?n=5000`);
      assert.equal(body.tags.length, 1000);
      assert.match(nextOf(response) ?? '', /^\/acr\/v1\/team\/other\/_tags\?/);
      assert.match(String(body.tags[0]?.createdTime), /\.\d{7}Z$/);
      assert.equal((await read<{ tags: Json[] }>(`${url}/acr/v1/team/other/_tags`)).body.tags.length, 100);
    });
    await withDialect({ dialect: 'ecr' }, async (registry) => {
      assert.equal(await status(`${registry.url}/v2/${REPO}/tags/list?n=1001`), 405);
      const over = await ecrCall(api(registry), 'DescribeImages', { repositoryName: REPO, maxResults: 1001 });
      assert.equal(over.status, 400);
    });
    await withDialect({ dialect: 'gitlab' }, async ({ url }) => {
      assert.equal(await status(`${url}/gitlab/v1/repositories/${REPO}/tags/list/?n=1001`), 400);
    });
    await withDialect({ dialect: 'harbor' }, async ({ url }) => {
      const path = `${url}/api/v2.0/projects/team/repositories`;
      assert.equal(await status(`${path}/db%252Fpostgresql/artifacts?page_size=101`), 422);
      assert.equal(await status(`${path}/db%2Fpostgresql/artifacts`), 404);
    });
  });

  test('locks are told by ACR, Harbor and Quay', async () => {
    await withDialect({ dialect: 'acr' }, async ({ url }) => {
      const { body } = await read<{ tags: { name: string; changeableAttributes: Json }[] }>(
        `${url}/acr/v1/${REPO}/_tags`,
      );
      const locked = body.tags.filter(({ changeableAttributes: { writeEnabled } }) => !writeEnabled);
      assert.deepEqual(
        locked.map(({ name }) => name),
        ['17.3'],
      );
    });
    await withDialect({ dialect: 'quay' }, async ({ url }) => {
      const { body } = await read<{ tags: Json[] }>(`${url}/api/v1/repository/${REPO}/tag/?filter_tag_name=eq:17.3`);
      assert.equal(body.tags[0]?.immutable, true);
      assert.match(String(body.tags[0]?.last_modified), /^\w{3}, \d\d \w{3} 2026 .* -0000$/);
    });
  });

  test('Quay: history without onlyActiveTags, no size for lists, an opaque next_page', async () => {
    await withDialect({ dialect: 'quay' }, async ({ url }) => {
      type Page = { tags: { name: string; end_ts?: number; size: number | null; is_manifest_list: boolean }[] };
      const { body } = await read<Page>(`${url}/api/v1/repository/${REPO}/tag/?limit=100`);
      assert.deepEqual(
        body.tags.filter(({ end_ts: end }) => end !== undefined).map(({ name }) => name),
        ['gone', 'moved'],
      );
      assert.ok(body.tags.every((tag) => (tag.size === null) === tag.is_manifest_list));
      assert.match(nextOf((await read(`${url}/v2/${REPO}/tags/list?n=5`)).response) ?? '', /n=5&next_page=\w+/);
    });
  });

  test('OpenShift: where a tag has pointed stands behind where it points now', async () => {
    await withDialect({ dialect: 'openshift' }, async (registry) => {
      type Stream = { status: { tags: { tag: string; items: { image: string }[] }[] } };
      const path = `${api(registry)}/apis/image.openshift.io/v1/namespaces/team/imagestreams/db/postgresql`;
      const { body } = await read<Stream>(path);
      const moved = body.status.tags.find(({ tag }) => tag === 'moved');
      assert.equal(moved?.items.length, 2);
      assert.equal(moved?.items[0]?.image, registry.content.resolve(REPO, 'moved'));
    });
  });

  test('Docker Hub: GETs of manifests count and HEADs do not, 401 for what is not there, 200 for an empty namespace', async () => {
    await withDialect({ dialect: 'dockerhub', pullLimit: 2 }, async (registry) => {
      const path = `${registry.url}/v2/${REPO}/manifests/18.0`;
      for (const method of ['HEAD', 'GET', 'HEAD', 'GET']) assert.equal(await status(path, { method }), 200);
      const spent = await fetch(path);
      assert.equal(spent.status, 429);
      assert.equal(spent.headers.get('ratelimit-remaining'), '0;w=21600');
      assert.match(await spent.text(), /pull rate limit/);
      assert.equal(registry.pulls, 2);
      assert.equal(await status(path, { method: 'HEAD' }), 200);
      assert.equal(await status(`${registry.url}/v2/team/none/tags/list`), 401);
      const { body } = await read<{ count: number }>(`${api(registry)}/v2/namespaces/nobody/repositories`);
      assert.equal(body.count, 0);
      registry.content.push('postgres', '17');
      assert.equal(await status(`${registry.url}/v2/library/postgres/tags/list`), 200);
    });
  });

  test('GHCR: the newest tag is the last; Artifactory: the key is lost from Link; zot: last must be a tag', async () => {
    await withDialect({ dialect: 'ghcr' }, async ({ url, content }) => {
      content.push(REPO, '0-newest');
      assert.equal((await read<{ tags: string[] }>(`${url}/v2/${REPO}/tags/list`)).body.tags.at(-1), '0-newest');
    });
    await withDialect({ dialect: 'artifactory' }, async ({ url }) => {
      for (const prefix of ['/v2/docker-local', '/artifactory/api/docker/docker-local/v2']) {
        const { response } = await read(`${url}${prefix}/${REPO}/tags/list?n=5`);
        assert.ok(nextOf(response)?.startsWith(`/v2/${REPO}/tags/list?`));
        assert.match(response.headers.get('x-jfrog-version') ?? '', /^Artifactory/);
      }
    });
    await withDialect({ dialect: 'zot' }, async ({ url }) => {
      assert.equal(await status(`${url}/v2/${REPO}/tags/list?last=none`), 404);
      assert.equal(await status(`${url}/v2/${REPO}/tags/list?n=1&n=2`), 400);
      const { body } = await read<{ extensions: Json[] }>(`${url}/v2/_oci/ext/discover`);
      assert.equal(body.extensions[0]?.name, '_zot');
    });
    await withDialect({ dialect: 'nexus' }, async ({ url }) => {
      assert.match((await fetch(`${url}/v2/`)).headers.get('server') ?? '', /^Nexus\//);
    });
  });

  test('referrers where the product has them, by switch elsewhere; a 404 without a code where not', async () => {
    for (const dialect of Object.keys(DIALECTS) as DialectName[]) {
      await withDialect({ dialect }, async ({ url, content }) => {
        const response = await fetch(`${url}/v2/${REPO}/referrers/${content.resolve(REPO, '18.0')}`);
        const isNative = ['zot', 'harbor', 'acr', 'ecr', 'gar'].includes(dialect);
        assert.equal(response.status, isNative ? 200 : 404, dialect);
        if (!isNative) return assert.doesNotMatch(await response.text(), /code/);
        assert.match(response.headers.get('content-type') ?? '', /image\.index/);
        const { manifests } = (await response.json()) as { manifests: Json[] };
        assert.deepEqual(
          manifests.map(({ artifactType }) => artifactType),
          ['application/vnd.example.sbom'],
        );
      });
    }
    await withDialect({ dialect: 'quay', referrers: true }, async ({ url, content }) => {
      await read(`${url}/v2/${REPO}/referrers/${content.resolve(REPO, '18.0')}?artifactType=x`);
      assert.equal(await status(`${url}/v2/${REPO}/referrers/sha256:${'0'.repeat(64)}`), 404);
    });
  });

  test('repositories by the product’s own list', async () => {
    const lists: [DialectName, (registry: MisbehavingRegistry) => string, RegExp][] = [
      ['acr', ({ url }) => `${url}/acr/v1/_catalog`, /"team\/db\/postgresql"/],
      [
        'gitlab',
        (r) => `${api(r)}/api/v4/groups/team/registry/repositories?per_page=200`,
        /"path":"team\/db\/postgresql"/,
      ],
      ['harbor', ({ url }) => `${url}/api/v2.0/projects/team/repositories`, /"name":"team\/db\/postgresql"/],
      ['harbor', ({ url }) => `${url}/api/v2.0/projects`, /"name":"team"/],
      ['quay', ({ url }) => `${url}/api/v1/repository?namespace=team&public=true`, /"name":"db\/postgresql"/],
      ['dockerhub', (r) => `${api(r)}/v2/namespaces/team/repositories`, /"name":"db\/postgresql"/],
      ['ghcr', (r) => `${api(r)}/orgs/team/packages?package_type=container`, /"name":"db\/postgresql"/],
      ['artifactory', ({ url }) => `${url}/artifactory/api/repositories?packageType=docker`, /"key":"docker-local"/],
      [
        'openshift',
        (r) => `${api(r)}/apis/image.openshift.io/v1/namespaces/team/imagestreams`,
        /"name":"db\/postgresql"/,
      ],
    ];
    for (const [dialect, url, found] of lists) {
      await withDialect({ dialect }, async (registry) => {
        assert.match(JSON.stringify((await read(url(registry))).body), found);
      });
    }
    await withDialect({ dialect: 'ecr' }, async (registry) => {
      const response = await ecrCall(api(registry), 'DescribeRepositories', { maxResults: 1 });
      assert.equal(typeof ((await response.json()) as Json).nextToken, 'string');
    });
  });
});

describe('faults strike bulk lists', () => {
  test('a loop: by Link, by a token that repeats, by a page that is never the last', async () => {
    await withDialect({ dialect: 'acr', fault: 'link-loop' }, async (registry) => {
      const pages = await linked<{ tags: Json[] }>(`${registry.url}/acr/v1/${REPO}/_tags?n=5`, {}, 4);
      assert.deepEqual(pages[3], pages[0]);
      assert.equal(registry.struck('link-loop'), 4);
    });
    await withDialect({ dialect: 'nexus', fault: 'link-loop' }, async ({ url }) => {
      const path = `${url}/service/rest/v1/search?format=docker&name=${REPO}`;
      const { continuationToken: first } = (await read<Pairs>(path)).body;
      const { continuationToken: second } = (await read<Pairs>(`${path}&continuationToken=${first}`)).body;
      assert.equal(second, first);
    });
    await withDialect({ dialect: 'quay', fault: 'link-loop' }, async ({ url }) => {
      const { body } = await read<Json>(`${url}/api/v1/repository/${REPO}/tag/?page=99`);
      assert.deepEqual([body.has_additional, body.tags], [true, []]);
    });
  });

  test('a foreign way on, pages without end, a shrunken list, half an answer', async () => {
    await withDialect({ dialect: 'dockerhub', fault: 'link-absolute-foreign' }, async (registry) => {
      const { body } = await read<{ next: string }>(
        `${api(registry)}/v2/namespaces/team/repositories/db/postgresql/tags`,
      );
      assert.ok(body.next.startsWith(registry.foreignUrl));
    });
    for (const [dialect, path] of [
      ['acr', `/acr/v1/${REPO}/_tags?n=5`],
      ['gitlab', `/gitlab/v1/repositories/${REPO}/tags/list/?n=5`],
    ] as const) {
      await withDialect({ dialect, fault: 'endless-tags' }, async ({ url }) => {
        const names = JSON.stringify(await linked(url + path, {}, 4)).match(/endless-\d{12}/g) ?? [];
        assert.equal(new Set(names).size, 20, dialect);
      });
      await withDialect({ dialect, fault: 'list-truncated' }, async ({ url }) => assert.rejects(linked(url + path)));
    }
    for (const [name, reader] of Object.entries(BULK) as [DialectName, Reader][]) {
      await withDialect({ dialect: name, fault: { name: 'shrunken-list', percent: 50 } }, async (registry) => {
        assert.equal(Object.keys(await reader(registry, {})).length, 13, name);
      });
      await withDialect({ dialect: name, fault: { name: 'status-401', afterRequests: 1 } }, async (registry) => {
        await fetch(`${registry.url}/v2/`);
        await assert.rejects(reader(registry, {}), name);
      });
    }
  });

  test('too many requests, as each says it', async () => {
    const said = async (dialect: DialectName, ask: (registry: MisbehavingRegistry) => Promise<Response>) => {
      let told = { status: 0, text: '', unix: false };
      await withDialect({ dialect, fault: 'rate-limited' }, async (registry) => {
        const response = await ask(registry);
        told = { status: response.status, text: await response.text(), unix: response.headers.has('x-retry-after') };
      });
      return told;
    };
    const v2 = ({ url }: MisbehavingRegistry) => fetch(`${url}/v2/${REPO}/tags/list`);
    assert.match((await said('ghcr', v2)).text, /retry-after: 1\.305464ms, allowed: 2000\/minute/);
    assert.match((await said('quay', v2)).text, /<html>/);
    assert.match((await said('dockerhub', v2)).text, /pull rate limit/);
    assert.ok((await said('dockerhub', (r) => fetch(`${api(r)}/v2/namespaces/team/repositories`))).unix);
    const throttled = await said('ecr', (r) => ecrCall(api(r), 'DescribeImages', { repositoryName: REPO }));
    assert.equal(throttled.status, 400);
    assert.match(throttled.text, /ThrottlingException/);
  });
});
