import { type Answer, json, ociError, text } from '../answer.ts';
import { tagPage } from '../good-registry.ts';
import type { Reply, Row } from '../list-page.ts';
import { type Ask, type Dialect, namesBelow, noCatalog, numberIn, withQuery } from './dialect.ts';
import { imageFacts, inventedDigest, type TagRow, tagRows } from './rows.ts';

const CAP = 100;
const NORMAL = 10;
const NAMESPACE = 'library';
const WINDOW = 21_600;

/** What the limit on pulls says; the limit on all requests is a plain body. */
const PULLS_SPENT = 'You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit';

/** A stand-in for Docker Hub: the registry, and the API of hub.docker.com on its own origin. */
export const dockerhub: Dialect = {
  line: 'Docker Hub: /v2/namespaces on its own origin with a JWT, counted manifest GETs, 401 for what is not there',
  hasApiOrigin: true,
  namespace: NAMESPACE,
  alwaysChallenges: true,
  realm: { service: 'registry.docker.io' },
  tags: (ask) => tagPage(ask),
  catalog: noCatalog,
  finish,
  routes: [
    { kind: 'token', path: /^\/v2\/auth\/token$/, method: 'POST', answer: login },
    { kind: 'repositories', path: /^\/v2\/namespaces\/(?<namespace>[^/]+)\/repositories$/, answer: repositories },
    { kind: 'repositories', path: /^\/v2\/repositories\/(?<namespace>[^/]+)\/$/, answer: repositories },
    {
      kind: 'bulk',
      path: /^\/v2\/(?:namespaces\/(?<namespace>[^/]+)\/repositories|repositories\/(?<old>[^/]+))\/(?<name>.+)\/tags\/?$/,
      repo: (_call, { namespace, old, name = '' }) => `${namespace ?? old ?? ''}/${name}`,
      answer: tags,
    },
  ],
  guard: ({ call, signIn }) =>
    signIn.grants(call, 'hub:*:read') ? undefined : refused(401, 'authentication required'),
  closed: () => refused(403, 'access denied'),
  tooMany: (call, seconds) => {
    const until = String(Math.floor(Date.now() / 1000) + seconds);
    if (call.url.pathname.startsWith('/v2/namespaces/') || call.url.pathname.startsWith('/v2/repositories/')) {
      const told = { 'X-RateLimit-Limit': '180', 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': until };
      return { ...text(429, 'Too Many Requests\n'), headers: { ...told, 'X-Retry-After': until } };
    }
    return ociError(429, 'TOOMANYREQUESTS', PULLS_SPENT, { 'Retry-After': String(seconds) });
  },
};

const refused = (status: number, message: string): Answer => ({
  ...json({ message, errinfo: {} }),
  status,
});

/** Counts what the product counts, and hides what is not there behind a 401. */
function finish(answer: Answer, { call, meter, signIn }: Ask): Answer {
  if (answer.status === 404 && answer.body.includes('NAME_UNKNOWN')) return signIn.deny(call);
  if (call.kind !== 'manifest' || answer.status === 401) return answer;
  const isPull = call.method === 'GET';
  const isSpent = isPull && meter.pulls >= meter.limit;
  if (isPull && !isSpent) meter.pulls += 1;
  const told = {
    'ratelimit-limit': `${meter.limit};w=${WINDOW}`,
    'ratelimit-remaining': `${Math.max(0, meter.limit - meter.pulls)};w=${WINDOW}`,
    'docker-ratelimit-source': '127.0.0.1',
  };
  if (isSpent) return ociError(429, 'TOOMANYREQUESTS', PULLS_SPENT, told);
  return { ...answer, headers: { ...answer.headers, ...told } };
}

/** A JWT for a user name with a password or an access token. */
function login({ call, signIn }: Ask): Reply {
  const { identifier, secret } = parse(call.body);
  const { username, password } = signIn.credential;
  const isKnown = signIn.mode === 'open' || (identifier === username && secret === password);
  return isKnown
    ? json({ access_token: signIn.newToken(['hub:*:read']).token })
    : refused(401, 'Incorrect authentication credentials');
}

function parse(body: string): { identifier?: unknown; secret?: unknown } {
  try {
    return JSON.parse(body) as { identifier?: unknown; secret?: unknown };
  } catch {
    return {};
  }
}

/** A page as Hub wraps it, with absolute addresses of the one after and the one before. */
function enveloped<T>(ask: Ask, all: readonly T[], row: (entry: T) => Row, invent: (tag: string) => Row): Reply {
  const { call, apiOrigin, pageSize } = ask;
  const size = Math.max(1, Math.min(numberIn(call.url, 'page_size', NORMAL), CAP, pageSize));
  const page = Math.max(1, numberIn(call.url, 'page', 1));
  const start = (page - 1) * size;
  if (page > 1 && start >= all.length) return refused(404, 'object not found');
  const at = (number: number) => `${apiOrigin}${withQuery(call.url, { page: number, page_size: size })}`;
  return {
    style: 'link',
    here: at(page),
    next: start + size < all.length ? at(page + 1) : undefined,
    rows: all.slice(start, start + size).map(row),
    render: (rows, next) =>
      json(
        { count: all.length, next: next ?? null, previous: page > 1 ? at(page - 1) : null, results: rows },
        { 'X-RateLimit-Limit': '180', 'X-RateLimit-Remaining': '179' },
      ),
    invent,
  };
}

/** A namespace that does not exist has no repositories, and is no error. */
function repositories(ask: Ask): Reply {
  const { content, names } = ask;
  const namespace = names.namespace ?? '';
  const row = (name: string): Row => ({
    name,
    namespace,
    repository_type: 'image',
    status: 1,
    status_description: 'active',
    description: '',
    is_private: false,
    star_count: 0,
    pull_count: 0,
    last_updated: '2026-01-01T00:00:00.123456Z',
  });
  return enveloped(ask, namesBelow(content, namespace, NAMESPACE), row, row);
}

function tags(ask: Ask): Reply {
  const { content, repo } = ask;
  if (!content.tags(repo)) return refused(404, 'object not found');
  // The newest first, which is how the site shows them.
  const rows = tagRows(content, repo).sort((a, b) => b.pushed.getTime() - a.pushed.getTime());
  return enveloped(
    ask,
    rows,
    (row) => tagJson(ask, row),
    (tag) => ({ name: tag, digest: inventedDigest(tag), images: [] }),
  );
}

function tagJson({ content, repo }: Ask, { tag, digest, stored, pushed }: TagRow): Row {
  const facts = imageFacts(content, repo, stored);
  const time = pushed.toISOString().replace('Z', '456Z');
  const image = (of: {
    digest: string;
    size: number;
    os?: string | undefined;
    architecture?: string | undefined;
    variant?: string | undefined;
  }) => ({
    architecture: of.architecture ?? 'unknown',
    features: '',
    variant: of.variant ?? null,
    digest: of.digest,
    os: of.os ?? 'unknown',
    os_features: '',
    os_version: null,
    size: of.size,
    status: 'active',
    last_pulled: null,
    last_pushed: time,
  });
  const images = facts.isIndex
    ? facts.children.map((child) => {
        const manifest = content.manifest(repo, child.digest);
        const size = (manifest && imageFacts(content, repo, manifest).size) ?? 0;
        return image({ digest: child.digest, size, ...child.platform });
      })
    : [image({ digest, size: facts.size ?? 0, os: facts.os, architecture: facts.architecture })];
  return {
    id: 1,
    name: tag,
    images,
    full_size: images[0]?.size ?? 0,
    tag_status: 'active',
    last_updated: time,
    tag_last_pulled: null,
    tag_last_pushed: time,
    media_type: stored.mediaType,
    content_type: 'image',
    digest,
  };
}
