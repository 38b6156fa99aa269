import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { FaultOptions } from './fault.ts';
import { FAULTS, type FaultName } from './faults.ts';
import { buildImage, digestOf, MEDIA_TYPES } from './image.ts';
import { type MisbehavingRegistry, startMisbehaving } from './misbehaving-registry.ts';
import { mentions } from './request-log.ts';

const REPO = 'team/postgresql';
const TAGS = Array.from({ length: 10 }, (_, index) => `17.${index}-250331073${index}`);
const LIST = `/v2/${REPO}/tags/list`;
const INDEX_TAG = '18-index';
const TAG = TAGS[0] as string;

let registry: MisbehavingRegistry;

const fetchIt = (path: string, init: RequestInit = {}) =>
  fetch(new URL(path, registry.url), { redirect: 'manual', ...init });
const manifest = (reference: string, init?: RequestInit) => fetchIt(`/v2/${REPO}/manifests/${reference}`, init);
const tagsIn = async (response: Response) => ((await response.json()) as { tags: string[] | null }).tags;
const linkOf = (response: Response) => /<([^>]+)>; rel="?next"?$/.exec(response.headers.get('link') ?? '')?.[1];
const basic = (password: string) => `Basic ${Buffer.from(`pharos:${password}`).toString('base64')}`;

/** Follows Link without any care, up to `most` pages. */
async function pages(path = `${LIST}?n=3`, most = 20): Promise<string[][]> {
  const found: string[][] = [];
  let next: string | undefined = path;
  while (next && found.length < most) {
    const response: Response = await fetchIt(next);
    found.push((await tagsIn(response)) ?? []);
    const link = linkOf(response);
    next = link && new URL(link, response.url).href;
  }
  return found;
}

function set(name: FaultName, options: FaultOptions = {}): void {
  registry.fault = { name, ...options };
}

async function answers(path: string, status: number, body: RegExp, init?: RequestInit): Promise<Response> {
  const response = await fetchIt(path, init);
  assert.equal(response.status, status);
  assert.match(await response.text(), body);
  return response;
}

async function everywhere(name: FaultName, status: number, body: RegExp): Promise<Response> {
  set(name);
  for (const path of ['/v2/', '/v2/_catalog', `/v2/${REPO}/manifests/${TAG}`]) await answers(path, status, body);
  return answers(LIST, status, body);
}

async function manifestBytes(reference: string): Promise<{ response: Response; bytes: Buffer; header: string }> {
  const response = await manifest(reference);
  const bytes = Buffer.from(await response.arrayBuffer());
  return { response, bytes, header: response.headers.get('docker-content-digest') ?? '' };
}

const digestsOf = (name: string) => registry.content.resolve(REPO, name) as string;

/** One check for each switch; a fault without one does not compile. */
const CHECKS: Record<FaultName, () => Promise<unknown>> = {
  'short-page-with-link': async () => {
    const found = await pages(`${LIST}?n=9`);
    assert.equal(found[0]?.length, 3);
    assert.deepEqual(found.flat(), [...TAGS, INDEX_TAG]);
  },
  'link-absolute-foreign': async () => {
    const response = await fetchIt(`${LIST}?n=3`);
    assert.ok(linkOf(response)?.startsWith(`${registry.foreignUrl}/v2/`));
    const followed = await fetch(linkOf(response) as string, { headers: { authorization: basic('canary') } });
    assert.deepEqual(await tagsIn(followed), ['stolen']);
    assert.ok(mentions(registry.foreignLog, 'canary'));
  },
  'link-loop': async () => {
    const found = await pages(`${LIST}?n=3`, 5);
    assert.deepEqual(
      found,
      Array.from({ length: 5 }, () => TAGS.slice(0, 3)),
    );
  },
  'link-relative': async () => {
    const link = (await fetchIt(`${LIST}?n=3`)).headers.get('link') ?? '';
    assert.match(link, /^<list\?last=.*>; title="a, b"; rel=next$/);
    const next = new URL(/<([^>]+)>/.exec(link)?.[1] ?? '', `${registry.url}${LIST}`);
    assert.deepEqual(await tagsIn(await fetch(next)), TAGS.slice(3, 6));
  },
  'link-multi': async () => {
    const link = (await fetchIt(`${LIST}?n=3`)).headers.get('link') ?? '';
    assert.match(link, /rel="previous", <.*last=.*>; rel="next"$/);
  },
  'link-metadata': async () => {
    assert.equal(linkOf(await fetchIt(`${LIST}?n=3`)), 'http://169.254.169.254/latest/meta-data/');
  },
  'link-missing': async () => {
    assert.deepEqual(await pages(), [TAGS.slice(0, 3)]);
  },
  'n-over-cap-400': async () => {
    await answers(`${LIST}?n=101`, 400, /PAGINATION_NUMBER_INVALID/);
    await answers('/v2/_catalog?n=101', 400, /PAGINATION_NUMBER_INVALID/);
    await answers(`${LIST}?n=100`, 200, /tags/);
  },
  'n-over-cap-405': async () => {
    await answers(`${LIST}?n=101`, 405, /UNSUPPORTED/);
    await answers(`${LIST}?n=100`, 200, /tags/);
  },
  'ignores-n': async () => {
    assert.deepEqual(await pages(`${LIST}?n=2&last=${TAGS[4]}`), [[...TAGS, INDEX_TAG]]);
  },
  'tags-null': () => answers(LIST, 200, /"tags":null/),
  'tags-missing': () => answers(LIST, 200, /^\{"name":"team\/postgresql"\}$/),
  'duplicate-tags': async () => {
    const [first = [], second = []] = await pages();
    assert.deepEqual(first, [TAGS[0], TAGS[1], TAGS[2], TAGS[2]]);
    assert.equal(second[0], TAGS[2]);
  },
  'empty-page-with-link': async () => {
    const found = await pages();
    assert.deepEqual(
      found.slice(0, 4).map((page) => page.length),
      [0, 3, 0, 3],
    );
    assert.deepEqual(found.flat(), [...TAGS, INDEX_TAG]);
  },
  'endless-tags': async () => {
    const found = (await pages(`${LIST}?n=5`, 12)).flat();
    assert.equal(new Set(found).size, 60);
  },
  'empty-list': () => answers(LIST, 200, /"tags":\[\]/),
  'shrunken-list': async () => {
    set('shrunken-list', { percent: 50 });
    assert.deepEqual((await pages()).flat(), TAGS.slice(0, 5));
  },
  'hidden-tag': async () => {
    assert.deepEqual((await pages()).flat(), [...TAGS.slice(1), INDEX_TAG]);
    assert.equal((await manifest(TAG)).status, 200);
    set('hidden-tag', { hidden: [INDEX_TAG] });
    assert.deepEqual((await pages()).flat(), TAGS);
  },
  'list-truncated': async () => {
    await assert.rejects(tagsIn(await fetchIt(LIST)), SyntaxError);
  },
  'list-empty-body': () => answers(LIST, 200, /^$/),
  'odd-values': async () => {
    const bulk = await startMisbehaving({ dialect: 'gitlab', fault: 'odd-values' });
    try {
      for (const tag of TAGS) bulk.content.push(REPO, tag);
      const response = await fetch(`${bulk.url}/gitlab/v1/repositories/${REPO}/tags/list/`);
      const rows = (await response.json()) as { size_bytes: unknown; published_at: unknown }[];
      assert.ok(rows.some(({ size_bytes: size }) => size === null || typeof size === 'string'));
      assert.ok(rows.some(({ published_at: at }) => at === null || Date.parse(String(at)) <= 0));
      assert.ok(bulk.struck('odd-values') > 0);
    } finally {
      await bulk.stop();
    }
  },
  unsorted: async () => {
    const found = (await pages()).flat();
    assert.notDeepEqual(found, [...TAGS, INDEX_TAG]);
    assert.deepEqual(found.sort(), [...TAGS, INDEX_TAG]);
  },
  'no-digest-header': async () => {
    const { bytes, header, response } = await manifestBytes(TAG);
    assert.equal(header + (response.headers.get('etag') ?? ''), '');
    assert.equal(digestOf(bytes), digestsOf(TAG));
  },
  'wrong-digest-header': async () => {
    const { bytes, header } = await manifestBytes(TAG);
    assert.notEqual(header, digestsOf(TAG));
    assert.equal(digestOf(bytes), digestsOf(TAG));
  },
  'wrong-body': async () => {
    const { bytes, header } = await manifestBytes(TAG);
    assert.equal(header, digestsOf(TAG));
    assert.notEqual(digestOf(bytes), header);
    JSON.parse(bytes.toString());
  },
  'head-length': async () => {
    const head = await manifest(TAG, { method: 'HEAD' });
    const { bytes } = await manifestBytes(TAG);
    assert.notEqual(Number(head.headers.get('content-length')), bytes.length);
  },
  'media-type-parameter': async () => {
    const { response } = await manifestBytes(TAG);
    assert.equal(response.headers.get('content-type'), `${MEDIA_TYPES.oci.manifest}; charset=utf-8`);
  },
  'accept-converts': async () => {
    const response = await manifest(INDEX_TAG, { headers: { accept: MEDIA_TYPES.oci.manifest } });
    assert.notEqual(response.headers.get('docker-content-digest'), digestsOf(INDEX_TAG));
    const asked = await manifest(INDEX_TAG, { headers: { accept: MEDIA_TYPES.oci.index } });
    assert.equal(asked.headers.get('docker-content-digest'), digestsOf(INDEX_TAG));
  },
  'index-odd': async () => {
    const { bytes, header } = await manifestBytes(TAG);
    const { manifests } = JSON.parse(bytes.toString()) as { manifests: { digest: string; platform?: object }[] };
    assert.equal(digestOf(bytes), header);
    assert.deepEqual([manifests.length, manifests[0]?.digest, manifests[0]?.platform], [3, digestsOf(TAG), undefined]);
    await answers(`/v2/${REPO}/manifests/${manifests[2]?.digest}`, 404, /MANIFEST_UNKNOWN/);
  },
  'index-empty': async () => {
    assert.deepEqual(JSON.parse((await manifestBytes(TAG)).bytes.toString()).manifests, []);
  },
  'policy-412': () => answers(`/v2/${REPO}/manifests/${TAG}`, 412, /PROJECTPOLICYVIOLATION/),
  'head-unsupported': async () => {
    assert.equal((await manifest(TAG, { method: 'HEAD' })).status, 405);
    assert.equal((await manifest(TAG)).status, 200);
  },
  schema1: async () => {
    const { bytes, response } = await manifestBytes(TAG);
    assert.match(response.headers.get('content-type') ?? '', /manifest\.v1\+prettyjws$/);
    assert.equal(JSON.parse(bytes.toString()).schemaVersion, 1);
  },
  'manifest-html': async () => {
    const response = await answers(`/v2/${REPO}/manifests/${TAG}`, 200, /<h1>/);
    assert.match(response.headers.get('content-type') ?? '', /text\/html/);
  },
  'manifest-truncated': async () => {
    const { bytes, header } = await manifestBytes(TAG);
    assert.equal(header, digestsOf(TAG));
    assert.throws(() => JSON.parse(bytes.toString()), SyntaxError);
  },
  'manifest-huge': async () => {
    set('manifest-huge', { bytes: 3_000_001 });
    const { bytes, response } = await manifestBytes(TAG);
    assert.equal(response.headers.get('content-length'), null);
    assert.equal(bytes.length, 3_000_001 + (registry.content.manifest(REPO, digestsOf(TAG))?.bytes.length ?? 0));
  },
  'manifest-deep': async () => {
    set('manifest-deep', { depth: 3 });
    assert.deepEqual(JSON.parse((await manifestBytes(TAG)).bytes.toString()).annotations, [[[]]]);
  },
  'manifest-ambiguous': async () => {
    for (const tag of [TAG, INDEX_TAG]) {
      const { bytes, header } = await manifestBytes(tag);
      const { manifests, config, layers } = JSON.parse(bytes.toString());
      assert.ok(manifests && config && layers);
      assert.equal(digestOf(bytes), header);
    }
  },
  'nested-index': async () => {
    let reference = TAG;
    for (let depth = 0; depth < 6; depth += 1) {
      const { bytes, header } = await manifestBytes(reference);
      assert.equal(digestOf(bytes), header);
      reference = JSON.parse(bytes.toString()).manifests[0].digest;
    }
    assert.equal(reference, digestsOf(TAG));
  },
  'missing-child': async () => {
    const { bytes } = await manifestBytes(INDEX_TAG);
    const { manifests } = JSON.parse(bytes.toString()) as { manifests: { digest: string }[] };
    for (const { digest } of manifests) await answers(`/v2/${REPO}/manifests/${digest}`, 404, /MANIFEST_UNKNOWN/);
    assert.equal((await manifest(digestsOf(TAG))).status, 200);
  },
  'manifest-unknown': async () => {
    set('manifest-unknown', { tag: TAG });
    await answers(`/v2/${REPO}/manifests/${TAG}`, 404, /MANIFEST_UNKNOWN/);
    assert.equal((await manifest(TAGS[1] as string)).status, 200);
    assert.ok((await pages()).flat().includes(TAG));
  },
  'redirect-foreign': async () => {
    const { config } = JSON.parse((await manifestBytes(TAG)).bytes.toString());
    const response = await fetchIt(`/v2/${REPO}/blobs/${config.digest}`);
    assert.equal(response.status, 307);
    const followed = await fetch(response.headers.get('location') as string);
    assert.equal(digestOf(Buffer.from(await followed.arrayBuffer())), config.digest);
    assert.equal(registry.foreignLog.length, 1);
  },
  'redirect-metadata': async () => {
    const { headers } = await fetchIt(`/v2/${REPO}/blobs/${digestOf('any')}`);
    assert.match(headers.get('location') ?? '', /^http:\/\/169\.254\.169\.254/);
  },
  'redirect-loop': async () => {
    const path = `/v2/${REPO}/blobs/${digestOf('any')}`;
    assert.ok((await fetchIt(path)).headers.get('location')?.endsWith(path));
  },
  'catalog-403': () => answers('/v2/_catalog', 403, /DENIED/),
  'catalog-405': () => answers('/v2/_catalog', 405, /UNSUPPORTED/),
  'empty-body': () => everywhere('empty-body', 200, /^$/),
  'warning-299': async () => {
    const response = await answers(LIST, 200, /tags/);
    assert.match(response.headers.get('warning') ?? '', /^299 - "/);
  },
  'rate-limited': async () => {
    set('rate-limited', { seconds: 3 });
    assert.equal((await answers(LIST, 429, /TOOMANY/)).headers.get('retry-after'), '3');
  },
  'retry-after-unix': async () => {
    const told = (await answers(LIST, 429, /Too Many/)).headers.get('x-retry-after');
    assert.ok(Number(told) > 1_700_000_000);
  },
  'retry-after-in-body': async () => {
    assert.equal((await answers(LIST, 429, /retry-after: 10\.305464ms/)).headers.get('retry-after'), null);
  },
  'status-429-html': () => everywhere('status-429-html', 429, /<html>/),
  'throttling-exception': () => everywhere('throttling-exception', 400, /ThrottlingException/),
  'quota-spent': async () => {
    assert.equal((await answers(LIST, 200, /tags/)).headers.get('ratelimit-remaining'), '0;w=21600');
  },
  'challenge-two-schemes': () => asksFor(/^Basic realm="testbed, the first", Bearer realm="/),
  'challenge-lower-case': () => asksFor(/^bearer Realm="/),
  'challenge-quoted-comma': () => asksFor(/^Bearer note="one, \\"two\\", realm=three", realm="http/),
  'realm-own-query': () => asksFor(/^Bearer realm="http[^"]+\/token\?scope=repository:team\/postgresql:pull"$/),
  'realm-relative': () => asksFor(/^Bearer realm="\/token"/),
  'banned-after-failures': async () => {
    set('banned-after-failures', { uses: 2 });
    registry.signIn.mode = 'token';
    registry.signIn.failures = 0;
    const init = { headers: { authorization: basic('wrong') } };
    for (const status of [401, 401, 403]) await answers('/token', status, /./, init);
    await answers(LIST, 403, /Forbidden/);
  },
  'token-only-access-token': async () => {
    registry.signIn.mode = 'token';
    const grant = await grantFor(`repository:${REPO}:pull`);
    assert.equal(grant.token, undefined);
    await answers(LIST, 200, /tags/, { headers: { authorization: `Bearer ${grant.access_token}` } });
  },
  'token-no-expiry': async () => {
    registry.signIn.mode = 'token';
    const grant = await grantFor(`repository:${REPO}:pull`);
    assert.deepEqual([typeof grant.token, grant.expires_in], ['string', undefined]);
  },
  'catalog-401': async () => {
    const response = await answers('/v2/_catalog', 401, /UNAUTHORIZED/);
    assert.match(response.headers.get('www-authenticate') ?? '', /registry:catalog:\*/);
    await answers(LIST, 200, /tags/);
  },
  'catalog-404': () => answers('/v2/_catalog', 404, /^404 page not found/),
  'catalog-empty': async () => {
    await answers('/v2/_catalog', 200, /\{"repositories":\[\]\}/);
    await answers(LIST, 200, /17\.0/);
  },
  'api-404': async () => {
    await answers('/v2/', 404, /^404 page/);
    await answers(LIST, 200, /tags/);
  },
  'html-login': () => everywhere('html-login', 200, /<form/),
  'status-401': async () => {
    const response = await everywhere('status-401', 401, /UNAUTHORIZED/);
    assert.match(response.headers.get('www-authenticate') ?? '', /^Basic realm/);
  },
  'status-403': () => everywhere('status-403', 403, /DENIED/),
  'status-404-no-code': () => everywhere('status-404-no-code', 404, /^404 page not found/),
  'status-429': async () => {
    assert.equal((await everywhere('status-429', 429, /TOOMANYREQUESTS/)).headers.get('retry-after'), null);
  },
  'status-500': () => everywhere('status-500', 500, /UNKNOWN/),
  'status-502-html': () => everywhere('status-502-html', 502, /<html>/),
  'status-503': () => everywhere('status-503', 503, /unavailable/),
  'retry-after-seconds': async () => {
    set('retry-after-seconds', { seconds: 7 });
    assert.equal((await answers(LIST, 429, /TOOMANY/)).headers.get('retry-after'), '7');
  },
  'retry-after-date': async () => {
    set('retry-after-date', { seconds: 3600 });
    const told = (await answers(LIST, 429, /TOOMANY/)).headers.get('retry-after') ?? '';
    assert.match(told, /GMT$/);
    assert.ok(Date.parse(told) > Date.now());
  },
  'name-unknown': async () => {
    registry.content.push('other', 'a');
    set('name-unknown', { repo: REPO });
    await answers(LIST, 404, /NAME_UNKNOWN/);
    await answers('/v2/other/tags/list', 200, /"a"/);
  },
  'slow-headers': async () => {
    const signal = AbortSignal.timeout(60);
    await assert.rejects(fetchIt(LIST, { signal }), { name: 'TimeoutError' });
    set('slow-headers', { ms: 1 });
    await answers(LIST, 200, /tags/);
  },
  'slow-body': async () => {
    const response = await fetchIt(LIST);
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    assert.equal((await reader.read()).value?.length, 1);
    await reader.cancel();
    assert.ok(Number(response.headers.get('content-length')) > 1);
  },
  'connection-reset': async () => {
    const told = await fetchIt(LIST).catch((error) => error.cause?.code);
    assert.equal(told, 'ECONNRESET');
  },
  'token-narrow': async () => {
    registry.signIn.mode = 'token';
    const token = await tokenFor(`repository:${REPO}:pull`);
    const response = await answers(LIST, 401, /UNAUTHORIZED/, { headers: { authorization: `Bearer ${token}` } });
    assert.match(response.headers.get('www-authenticate') ?? '', /insufficient_scope/);
  },
  'token-expires-mid-page': async () => {
    registry.signIn.mode = 'token';
    const init = { headers: { authorization: `Bearer ${await tokenFor(`repository:${REPO}:pull`)}` } };
    await answers(`${LIST}?n=1`, 200, /tags/, init);
    await answers(`${LIST}?n=1`, 200, /tags/, init);
    const response = await answers(`${LIST}?n=1`, 401, /UNAUTHORIZED/, init);
    assert.match(response.headers.get('www-authenticate') ?? '', /invalid_token/);
    init.headers.authorization = `Bearer ${await tokenFor(`repository:${REPO}:pull`)}`;
    await answers(`${LIST}?n=1`, 200, /tags/, init);
  },
  'realm-foreign': async () => {
    const response = await answers(LIST, 401, /UNAUTHORIZED/);
    const realm = /realm="([^"]+)"/.exec(response.headers.get('www-authenticate') ?? '')?.[1] ?? '';
    assert.ok(realm.startsWith(registry.foreignUrl));
    const handed = await fetch(realm, { headers: { authorization: basic('canary') } });
    const { token } = (await handed.json()) as { token: string };
    assert.ok(mentions(registry.foreignLog, 'canary'));
    await answers(LIST, 200, /tags/, { headers: { authorization: `Bearer ${token}` } });
  },
  'realm-metadata': async () => {
    const response = await answers('/v2/', 401, /UNAUTHORIZED/);
    assert.match(response.headers.get('www-authenticate') ?? '', /realm="http:\/\/169\.254\.169\.254\//);
  },
};

async function asksFor(challenge: RegExp): Promise<void> {
  registry.signIn.mode = 'token';
  const response = await answers(LIST, 401, /UNAUTHORIZED/);
  assert.match(response.headers.get('www-authenticate') ?? '', challenge);
  const token = await tokenFor(`repository:${REPO}:pull`);
  await answers(LIST, 200, /tags/, { headers: { authorization: `Bearer ${token}` } });
}

async function tokenFor(scope: string): Promise<string> {
  return String((await grantFor(scope)).token);
}

async function grantFor(scope: string): Promise<Record<string, unknown>> {
  const { password } = registry.signIn.credential;
  const headers = { authorization: basic(password) };
  const response = await fetchIt(`/token?service=testbed&scope=${encodeURIComponent(scope)}`, { headers });
  assert.equal(response.status, 200);
  return (await response.json()) as Record<string, unknown>;
}

describe('each switch does what its line says', () => {
  before(async () => {
    registry = await startMisbehaving();
  });
  after(() => registry.stop());
  beforeEach(() => {
    for (const repo of registry.content.repositories()) registry.content.removeRepository(repo);
    for (const tag of TAGS) registry.content.push(REPO, tag);
    const platforms = ['amd64', 'arm64'].map((architecture) => ({ os: 'linux', architecture }));
    registry.content.push(REPO, INDEX_TAG, buildImage({ platforms, attested: true }));
    assert.equal(registry.content.manifest(REPO, digestsOf(INDEX_TAG))?.mediaType, MEDIA_TYPES.oci.index);
    registry.signIn.mode = 'open';
    registry.clearLog();
  });

  for (const name of Object.keys(CHECKS) as FaultName[]) {
    test(`${name}: ${FAULTS[name].line}`, async () => {
      set(name);
      await CHECKS[name]();
      if (name !== 'odd-values') assert.ok(registry.struck(name) > 0, 'the fault struck');
    });
  }
});
