import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { SAMPLE_PUBLIC_KEY, type Sample, SampleError, startSample } from './index.ts';

const TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];
const ACCEPT = { accept: TYPES.join(', ') };

type Descriptor = {
  digest: string;
  size: number;
  mediaType: string;
  annotations?: Record<string, string>;
  platform?: { architecture: string; os: string };
};
type Manifest = {
  mediaType: string;
  manifests?: Descriptor[];
  config?: Descriptor;
  layers?: Descriptor[];
  subject?: Descriptor;
  annotations?: Record<string, string>;
};

const sha256 = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

describe('the sample registry', () => {
  let sample: Sample;
  before(async () => {
    sample = await startSample();
  });
  after(() => sample.close());

  const get = (path: string, init?: RequestInit) => fetch(`${sample.url}${path}`, { headers: ACCEPT, ...init });
  const tagsOf = async (name: string) =>
    ((await (await get(`/v2/${name}/tags/list`)).json()) as { tags: string[] }).tags;

  async function manifestOf(name: string, reference: string): Promise<{ digest: string; manifest: Manifest }> {
    const response = await get(`/v2/${name}/manifests/${reference}`);
    assert.equal(response.status, 200, `${name}:${reference}`);
    const bytes = await response.bytes();
    const digest = sha256(bytes);
    assert.equal(response.headers.get('docker-content-digest'), digest);
    assert.equal(response.headers.get('etag'), `"${digest}"`);
    const manifest = JSON.parse(Buffer.from(bytes).toString()) as Manifest;
    assert.equal(response.headers.get('content-type'), manifest.mediaType);
    return { digest, manifest };
  }

  async function jsonBlob(name: string, descriptor: Descriptor): Promise<Record<string, unknown>> {
    const response = await get(`/v2/${name}/blobs/${descriptor.digest}`);
    assert.equal(response.status, 200);
    const bytes = await response.bytes();
    assert.equal(sha256(bytes), descriptor.digest);
    assert.equal(bytes.length, descriptor.size);
    return JSON.parse(Buffer.from(bytes).toString());
  }

  test('every tag of every repository reads down to its configs, and all bytes hash to their digests', async () => {
    let count = 0;
    for (const { name } of sample.repositories) {
      for (const tag of await tagsOf(name)) {
        count += 1;
        const { manifest } = await manifestOf(name, tag);
        for (const child of manifest.manifests ?? []) {
          const { digest, manifest: read } = await manifestOf(name, child.digest);
          assert.equal(digest, child.digest);
          if (read.config) await jsonBlob(name, read.config);
        }
        if (manifest.config) await jsonBlob(name, manifest.config);
      }
    }
    assert.ok(count >= 60 && count <= 90, `${count} tags`);
  });

  test('has the same digests on each start', async () => {
    const second = await startSample();
    try {
      for (const { name } of sample.repositories) {
        for (const tag of await tagsOf(name)) {
          const path = `/v2/${name}/manifests/${tag}`;
          const [a, b] = await Promise.all([get(path), fetch(second.url + path, { headers: ACCEPT })]);
          assert.equal(a.headers.get('docker-content-digest'), b.headers.get('docker-content-digest'));
        }
      }
    } finally {
      await second.close();
    }
    // Pins the bytes themselves: a change here means that every existing library sees its sample images moved.
    const { digest } = await manifestOf('postgresql', '17.4-2503310734');
    assert.equal(digest, 'sha256:21b62e9b1de1b2eb6148cd313740c978217dcf1acf409d073579a822e99e2493');
  });

  test('pages tags and catalog in byte order through Link to the same set', async () => {
    for (const path of ['/v2/postgresql/tags/list', '/v2/_catalog']) {
      const whole = Object.values((await (await get(path)).json()) as object).at(-1) as string[];
      assert.deepEqual(whole, [...whole].sort());
      const paged: string[] = [];
      let next: string | undefined = `${path}?n=4`;
      while (next) {
        const response = await get(next);
        const items = Object.values((await response.json()) as object).at(-1) as string[];
        assert.ok(items.length > 0 && items.length <= 4);
        paged.push(...items);
        next = /^<([^>]+)>; rel="next"$/.exec(response.headers.get('link') ?? '')?.[1];
      }
      assert.deepEqual(paged, whole);
    }
    const none = await get('/v2/postgresql/tags/list?n=0');
    assert.deepEqual(await none.json(), { name: 'postgresql', tags: [] });
    assert.equal(none.headers.get('link'), null);
    assert.equal((await get('/v2/postgresql/tags/list?n=abc')).status, 400);
  });

  test('HEAD has the headers of GET and no body; If-None-Match saves the body', async () => {
    const path = '/v2/postgresql/manifests/17';
    const [got, head] = [await get(path), await get(path, { method: 'HEAD' })];
    for (const name of ['content-type', 'content-length', 'docker-content-digest', 'etag']) {
      assert.ok(got.headers.get(name));
      assert.equal(head.headers.get(name), got.headers.get(name));
    }
    assert.equal((await head.bytes()).length, 0);
    const cached = await get(path, { headers: { ...ACCEPT, 'if-none-match': got.headers.get('etag') ?? '' } });
    assert.equal(cached.status, 304);
  });

  test('refuses with OCI error bodies', async () => {
    const { manifest } = await manifestOf('postgresql', '16.8-2502271130');
    const layer = manifest.layers?.[0]?.digest;
    const cases: [string, RequestInit, number, string][] = [
      ['/v2/absent/tags/list', {}, 404, 'NAME_UNKNOWN'],
      ['/v2/postgresql/manifests/absent', {}, 404, 'MANIFEST_UNKNOWN'],
      ['/v2/postgresql/manifests/17', { headers: { accept: TYPES[3] ?? '' } }, 404, 'MANIFEST_UNKNOWN'],
      [`/v2/postgresql/blobs/${layer}`, {}, 404, 'BLOB_UNKNOWN'],
      [`/v2/postgresql/referrers/sha256:${'0'.repeat(64)}`, {}, 404, 'UNSUPPORTED'],
      ['/v2/postgresql/manifests/17', { method: 'PUT', body: '{}' }, 405, 'UNSUPPORTED'],
      ['/v2/postgresql/blobs/uploads/', { method: 'POST' }, 405, 'UNSUPPORTED'],
    ];
    for (const [path, init, status, code] of cases) {
      const response = await get(path, init);
      assert.equal(response.status, status, path);
      const body = (await response.json()) as { errors: { code: string }[] };
      assert.equal(body.errors[0]?.code, code, path);
    }
    assert.match(await (await get(`/v2/postgresql/blobs/${layer}`)).text(), /metadata only/);
  });

  test('an index holds two platforms of different size and an attestation for each', async () => {
    const { manifest } = await manifestOf('postgresql', '18-standard-trixie');
    const children = manifest.manifests ?? [];
    const platforms = children.map((child) => `${child.platform?.os}/${child.platform?.architecture}`);
    assert.deepEqual(platforms, ['linux/amd64', 'linux/arm64', 'unknown/unknown', 'unknown/unknown']);
    const subjects = children.slice(2).map((child) => child.annotations?.['vnd.docker.reference.digest']);
    assert.deepEqual(
      subjects,
      children.slice(0, 2).map((child) => child.digest),
    );
    const sizes = await Promise.all(
      children.slice(0, 2).map(async (child) => {
        const { manifest: read } = await manifestOf('postgresql', child.digest);
        return read.layers?.reduce((sum, layer) => sum + layer.size, 0);
      }),
    );
    assert.notEqual(sizes[0], sizes[1]);
  });

  test('carries the facts the library reads: annotations on index and manifest, both encodings, NIM labels', async () => {
    const epas = await manifestOf('edb-postgres-advanced', '17.5-2506091630-full');
    assert.equal(epas.manifest.annotations?.['org.enterprisedb.pg.flavor'], 'epas');
    const child = await manifestOf('edb-postgres-advanced', epas.manifest.manifests?.[0]?.digest ?? '');
    assert.deepEqual(child.manifest.annotations, epas.manifest.annotations);
    const extensions = JSON.parse(epas.manifest.annotations?.['org.enterprisedb.pg.extensions'] ?? '');
    assert.ok(extensions.some((extension: { name: string }) => extension.name === 'vector'));
    const list = await manifestOf('edb-postgres-advanced', '16.8-2502271130');
    assert.match(list.manifest.annotations?.['org.enterprisedb.pg.extensions'] ?? '', /^pg_stat_statements=1\.10,/);
    const nim = await manifestOf('nim/meta/llama-3.1-8b-instruct', '1.3.3');
    assert.equal(nim.manifest.mediaType, TYPES[3]);
    const config = await jsonBlob('nim/meta/llama-3.1-8b-instruct', nim.manifest.config as Descriptor);
    const { Labels } = config.config as { Labels: Record<string, string> };
    assert.equal(Labels['com.nvidia.nim.version'], '1.3.3');
    const alias = await manifestOf('nim/meta/llama-3.1-8b-instruct', 'latest');
    assert.equal(alias.digest, (await manifestOf('nim/meta/llama-3.1-8b-instruct', '1.8.2')).digest);
  });

  test('its cosign signature verifies with the published key and names the signed digest', async () => {
    const signed = await manifestOf('postgresql', '18.4-2606080821');
    const { manifest } = await manifestOf('postgresql', `${signed.digest.replace(':', '-')}.sig`);
    const layer = manifest.layers?.[0] as Descriptor;
    const payload = await (await get(`/v2/postgresql/blobs/${layer.digest}`)).bytes();
    const signature = Buffer.from(layer.annotations?.['dev.cosignproject.cosign/signature'] ?? '', 'base64');
    assert.ok(verify(null, payload, createPublicKey(SAMPLE_PUBLIC_KEY), signature));
    const claim = JSON.parse(Buffer.from(payload).toString());
    assert.equal(claim.critical.image['docker-manifest-digest'], signed.digest);
  });

  test('the fallback tag lists the SBOM of its subject', async () => {
    const subject = await manifestOf('edb-postgres-extended', 'latest');
    const fallback = await manifestOf('edb-postgres-extended', subject.digest.replace(':', '-'));
    const { manifest } = await manifestOf('edb-postgres-extended', fallback.manifest.manifests?.[0]?.digest ?? '');
    assert.equal(manifest.subject?.digest, subject.digest);
  });

  test('a taken port is a named error with a next step', async () => {
    await assert.rejects(startSample({ port: sample.port }), (thrown) => {
      assert.ok(thrown instanceof SampleError);
      assert.equal(thrown.code, 'sample-port-taken');
      assert.ok(thrown.hint.length > 0);
      return true;
    });
  });
});
