/** What the tests of the dialects share: content, and a plain client of each product's own API. */
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import type { Content } from './content.ts';
import type { DialectName } from './dialects.ts';
import { buildArtifact, buildImage } from './image.ts';
import { type MisbehavingOptions, type MisbehavingRegistry, startMisbehaving } from './misbehaving-registry.ts';
import { DEFAULT_API_TOKEN, DEFAULT_CREDENTIAL } from './sign-in.ts';

export const REPO = 'team/db/postgresql';
const PASSWORD = DEFAULT_CREDENTIAL.password;

export type Json = Record<string, unknown>;
export type Pairs = Record<string, string>;
export type Headers = Record<string, string>;

/** Two platforms, attested, under two tags; 23 more; one moved; one untagged artifact that names a subject. */
function fill(content: Content): void {
  const platforms = ['amd64', 'arm64'].map((architecture) => ({ os: 'linux', architecture }));
  const index = buildImage({ platforms, attested: true });
  content.push(REPO, 'z-latest', index);
  content.push(REPO, '18.0', index);
  for (let minor = 0; minor < 23; minor += 1) content.push(REPO, `17.${minor}`);
  content.push(REPO, 'moved', buildImage({ name: 'before' }));
  content.push(REPO, 'moved', buildImage({ name: 'after' }));
  content.push(REPO, 'gone');
  content.remove(REPO, 'gone');
  content.lock(REPO, '17.3');
  content.attach(REPO, buildArtifact({ artifactType: 'application/vnd.example.sbom', subject: index }));
  content.push('team/other', 'a');
}

export async function withDialect(options: MisbehavingOptions, use: (registry: MisbehavingRegistry) => Promise<void>) {
  const registry = await startMisbehaving(options);
  fill(registry.content);
  try {
    await use(registry);
  } finally {
    await registry.stop();
  }
}

export const basic = (username: string, password = PASSWORD) =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

export async function read<T>(url: string, init: RequestInit = {}): Promise<{ body: T; response: Response }> {
  const response = await fetch(url, init);
  assert.equal(response.status, 200, `${url} answered ${response.status}`);
  return { body: (await response.json()) as T, response };
}

export function truth(content: Content): Pairs {
  return Object.fromEntries((content.tags(REPO) ?? []).map((tag) => [tag, content.resolve(REPO, tag) ?? '']));
}

export const nextOf = (response: Response) => /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1];

/** Follows Link, relative to the page. */
export async function linked<T>(first: string, headers: Headers = {}, most = 100): Promise<T[]> {
  const pages: T[] = [];
  let next: string | undefined = first;
  while (next && pages.length < most) {
    const { body, response }: { body: T; response: Response } = await read<T>(next, { headers });
    pages.push(body);
    const link = nextOf(response);
    next = link && new URL(link, response.url).href;
  }
  return pages;
}

/** Counts on until `isLast`. */
async function counted<T>(
  url: (page: number) => string,
  isLast: (body: T, response: Response) => boolean,
  headers: Headers = {},
) {
  const pages: T[] = [];
  for (let page = 1; ; page += 1) {
    const { body, response } = await read<T>(url(page), { headers });
    pages.push(body);
    if (isLast(body, response)) return pages;
  }
}

const sign = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

export async function ecrCall(apiUrl: string, action: string, parameters: object, secret?: string): Promise<Response> {
  const body = JSON.stringify(parameters);
  const target = `AmazonEC2ContainerRegistry_V20150921.${action}`;
  const headers: Headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target };
  if (secret !== undefined) {
    const signed = { ...headers, host: new URL(apiUrl).host, 'x-amz-date': '20260101T000000Z' };
    const names = Object.keys(signed).sort();
    const lines = names.map((name) => `${name}:${signed[name as keyof typeof signed]}\n`).join('');
    const canonical = ['POST', '/', '', lines, names.join(';'), sha256(body)].join('\n');
    const scope = '20260101/eu-central-1/ecr/aws4_request';
    const text = ['AWS4-HMAC-SHA256', '20260101T000000Z', scope, sha256(canonical)].join('\n');
    const key = scope.split('/').reduce<string | Buffer>(sign, `AWS4${secret}`);
    headers['x-amz-date'] = '20260101T000000Z';
    headers.authorization = `AWS4-HMAC-SHA256 Credential=AKID/${scope}, SignedHeaders=${names.join(';')}, Signature=${sign(key, text).toString('hex')}`;
  }
  return fetch(apiUrl, { method: 'POST', headers, body });
}

/** How a plain client lists the tags in bulk; `headers` is what the product's API wants for a credential. */
export type Reader = (registry: MisbehavingRegistry, headers: Headers) => Promise<Pairs>;

export const api = ({ apiUrl }: MisbehavingRegistry) => apiUrl ?? assert.fail('no apiUrl');

export const BULK: Partial<Record<DialectName, Reader>> = {
  acr: async ({ url }, headers) => {
    type Page = { tags: { name: string; digest: string }[] };
    const pages = await linked<Page>(`${url}/acr/v1/${REPO}/_tags?n=7`, headers);
    return Object.fromEntries(pages.flatMap(({ tags }) => tags.map(({ name, digest }) => [name, digest])));
  },
  ecr: async (registry, headers) => {
    const found: Pairs = {};
    let nextToken: string | undefined;
    do {
      const parameters = { repositoryName: REPO, maxResults: 7, ...(nextToken ? { nextToken } : {}) };
      const response = await ecrCall(api(registry), 'DescribeImages', parameters, headers['x-secret']);
      assert.equal(response.status, 200);
      type Page = { imageDetails: { imageDigest: string; imageTags?: string[] }[]; nextToken?: string };
      const page = (await response.json()) as Page;
      for (const { imageDigest, imageTags = [] } of page.imageDetails)
        for (const tag of imageTags) found[tag] = imageDigest;
      nextToken = page.nextToken;
    } while (nextToken);
    return found;
  },
  gar: async ({ url }, headers) => {
    type Body = { manifest: Record<string, { tag: string[] }>; tags: string[] };
    const { body } = await read<Body>(`${url}/v2/${REPO}/tags/list?n=3`, { headers });
    const pairs = Object.entries(body.manifest).flatMap(([digest, { tag }]) =>
      tag.map((name) => [name, digest] as const),
    );
    assert.equal(pairs.length, body.tags.length);
    return Object.fromEntries(pairs);
  },
  gitlab: async ({ url }, headers) => {
    await read(`${url}/gitlab/v1/`, { headers });
    type Row = { name: string; digest: string };
    const pages = await linked<Row[]>(`${url}/gitlab/v1/repositories/${REPO}/tags/list/?n=7`, headers);
    return Object.fromEntries(pages.flat().map(({ name, digest }) => [name, digest]));
  },
  harbor: async ({ url }, headers) => {
    type Row = { digest: string; tags: { name: string }[] | null };
    const path = `${url}/api/v2.0/projects/team/repositories/db%252Fpostgresql/artifacts?with_tag=true&page_size=7`;
    let seen = 0;
    const pages = await counted<Row[]>(
      (page) => `${path}&page=${page}`,
      (rows, response) => {
        seen += rows.length;
        return seen >= Number(response.headers.get('x-total-count'));
      },
      headers,
    );
    return Object.fromEntries(
      pages.flat().flatMap(({ digest, tags }) => (tags ?? []).map(({ name }) => [name, digest])),
    );
  },
  quay: async ({ url }, headers) => {
    type Page = { tags: { name: string; manifest_digest: string }[]; has_additional: boolean };
    const pages = await counted<Page>(
      (page) => `${url}/api/v1/repository/${REPO}/tag/?limit=7&onlyActiveTags=true&page=${page}`,
      ({ has_additional: more }) => !more,
      headers,
    );
    return Object.fromEntries(pages.flatMap(({ tags }) => tags.map((tag) => [tag.name, tag.manifest_digest])));
  },
  dockerhub: async (registry, headers) => {
    const found: Pairs = {};
    let next: string | null = `${api(registry)}/v2/namespaces/team/repositories/db/postgresql/tags?page_size=7`;
    while (next) {
      type Page = { count: number; next: string | null; results: { name: string; digest: string }[] };
      const { body }: { body: Page } = await read<Page>(next, { headers });
      for (const { name, digest } of body.results) found[name] = digest;
      next = body.next;
    }
    return found;
  },
  ghcr: async (registry, headers) => {
    type Row = { name: string; metadata: { container: { tags: string[] } } };
    const first = `${api(registry)}/orgs/team/packages/container/db%2Fpostgresql/versions?per_page=7`;
    const rows = (await linked<Row[]>(first, headers)).flat();
    assert.ok(rows.some(({ metadata }) => metadata.container.tags.length === 0));
    return Object.fromEntries(rows.flatMap(({ name, metadata }) => metadata.container.tags.map((tag) => [tag, name])));
  },
  artifactory: async ({ url }, headers) => {
    type Row = { path: string; name: string; sha256: string };
    const body =
      'items.find({"repo":"docker-local","name":{"$match":"*manifest.json"}}).include("repo","path","name","sha256")';
    const init = { method: 'POST', headers: { 'content-type': 'text/plain', ...headers }, body };
    const { results, range } = (
      await read<{ results: Row[]; range: { total: number } }>(`${url}/artifactory/api/search/aql`, init)
    ).body;
    assert.equal(range.total, results.length);
    assert.deepEqual([...new Set(results.map(({ name }) => name))].sort(), ['list.manifest.json', 'manifest.json']);
    return Object.fromEntries(
      results
        .filter(({ path }) => path.startsWith(`${REPO}/`) && !path.includes('sha256:'))
        .map(({ path, sha256: hex }) => [path.slice(REPO.length + 1), `sha256:${hex}`]),
    );
  },
  nexus: async ({ url }, headers) => {
    const found: Pairs = {};
    let token: string | null = null;
    do {
      type Item = { name: string; version: string; assets: { checksum: { sha256: string } }[] };
      type Page = { items: Item[]; continuationToken: string | null };
      const more: string = token === null ? '' : `&continuationToken=${token}`;
      const path = `${url}/service/rest/v1/search?format=docker&repository=docker-hosted&name=${REPO}${more}`;
      const { body }: { body: Page } = await read<Page>(path, { headers });
      for (const { version, assets } of body.items) found[version] = `sha256:${assets[0]?.checksum.sha256}`;
      token = body.continuationToken;
    } while (token !== null);
    return found;
  },
  zot: async ({ url }, headers) => {
    const query = `{ExpandedRepoInfo(repo:"${REPO}"){Images{Tag Digest Size}}}`;
    type Body = { data: { ExpandedRepoInfo: { Images: { Tag: string; Digest: string; Size: unknown }[] } } };
    const path = `${url}/v2/_zot/ext/search`;
    const { body } = await read<Body>(`${path}?query=${encodeURIComponent(query)}`, { headers });
    const posted = await read<Body>(path, { method: 'POST', headers, body: JSON.stringify({ query }) });
    assert.deepEqual(posted.body, body);
    const images = body.data.ExpandedRepoInfo.Images;
    assert.ok(images.every(({ Size }) => typeof Size === 'string'));
    return Object.fromEntries(images.map(({ Tag, Digest }) => [Tag, Digest]));
  },
  openshift: async (registry, headers) => {
    type Stream = { status: { tags: { tag: string; items: { image: string }[] }[] } };
    const path = `${api(registry)}/apis/image.openshift.io/v1/namespaces/team/imagestreams/db/postgresql`;
    const { body } = await read<Stream>(path, { headers });
    return Object.fromEntries(body.status.tags.map(({ tag, items }) => [tag, items[0]?.image ?? '']));
  },
  cloudsmith: async (registry, headers) => {
    type Row = { version: string; tags: { version: string[] } };
    const pages = await counted<Row[]>(
      (page) =>
        `${api(registry)}/v1/packages/vendor/k8s/?query=format:docker AND name:${REPO}&page_size=7&page=${page}`,
      (_rows, { headers: told }) => told.get('x-pagination-page') === told.get('x-pagination-pagetotal'),
      headers,
    );
    return Object.fromEntries(
      pages.flat().flatMap(({ version, tags }) => tags.version.map((tag) => [tag, `sha256:${version}`])),
    );
  },
};

/** What each product's own API takes for a credential, in mode `token`. */
export const CREDENTIALS: Partial<Record<DialectName, (registry: MisbehavingRegistry) => Promise<Headers>>> = {
  acr: async ({ url }) => {
    const service = new URL(url).host;
    const form = (fields: Headers) => ({ method: 'POST', body: new URLSearchParams(fields) });
    const grant = { grant_type: 'access_token', service, tenant: 't', access_token: DEFAULT_API_TOKEN };
    const { refresh_token: refresh } = (await read<{ refresh_token: string }>(`${url}/oauth2/exchange`, form(grant)))
      .body;
    const scope = `repository:${REPO}:metadata_read`;
    const asked = { grant_type: 'refresh_token', service, scope, refresh_token: refresh };
    const { access_token: token } = (await read<{ access_token: string }>(`${url}/oauth2/token`, form(asked))).body;
    return { authorization: `Bearer ${token}` };
  },
  ecr: async () => ({ 'x-secret': PASSWORD }),
  gar: async ({ url }) => bearer(url, '/v2/token', 'oauth2accesstoken'),
  gitlab: async (registry) => bearer(api(registry), '/jwt/auth', 'pharos'),
  harbor: async () => ({ authorization: basic('pharos') }),
  quay: async () => ({ authorization: `Bearer ${DEFAULT_API_TOKEN}` }),
  dockerhub: async (registry) => {
    const body = JSON.stringify({ identifier: 'pharos', secret: PASSWORD });
    const { access_token: token } = (
      await read<{ access_token: string }>(`${api(registry)}/v2/auth/token`, { method: 'POST', body })
    ).body;
    return { authorization: `Bearer ${token}` };
  },
  ghcr: async () => ({ authorization: `Bearer ${PASSWORD}` }),
  artifactory: async () => ({ 'x-jfrog-art-api': PASSWORD }),
  nexus: async () => ({ authorization: basic('pharos') }),
  zot: async () => ({ authorization: basic('pharos') }),
  openshift: async () => ({ authorization: `Bearer ${PASSWORD}` }),
  cloudsmith: async () => ({ 'x-api-key': DEFAULT_API_TOKEN }),
};

async function bearer(origin: string, path: string, username: string): Promise<Headers> {
  const scope = `repository:${REPO}:pull`;
  const { body } = await read<{ token: string }>(`${origin}${path}?scope=${scope}`, {
    headers: { authorization: basic(username) },
  });
  return { authorization: `Bearer ${body.token}` };
}
