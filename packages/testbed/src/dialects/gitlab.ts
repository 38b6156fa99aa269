import { type Answer, json, NOT_FOUND } from '../answer.ts';
import { pageOf, paging } from '../good-registry.ts';
import { linkHeader, type Reply, type Row } from '../list-page.ts';
import { bearerOf } from '../sign-in.ts';
import { type Ask, closedCatalog, type Dialect, numberedPage, numberIn, withQuery } from './dialect.ts';
import { imageFacts, inventedDigest, tagRows } from './rows.ts';

const CAP = 1000;
const NORMAL = 100;
const REST_CAP = 100;

/** A stand-in for GitLab with the metadata database of its registry. */
export const gitlab: Dialect = {
  line: 'GitLab: /gitlab/v1 with the registry’s token, /jwt/auth and /api/v4 on its own origin, no catalog',
  hasApiOrigin: true,
  alwaysChallenges: true,
  realm: { path: '/jwt/auth', service: 'container_registry', isAtApi: true },
  catalog: closedCatalog,
  routes: [
    { kind: 'api', path: /^\/gitlab\/v1\/?$/, isAtRegistry: true, answer: () => json({}, FEATURE) },
    {
      kind: 'bulk',
      path: /^\/gitlab\/v1\/repositories\/(?<repo>.+)\/tags\/list\/$/,
      isAtRegistry: true,
      answer: tags,
    },
    { kind: 'token', path: /^\/jwt\/auth$/, answer: ({ call, signIn }) => signIn.issue(call) },
    {
      kind: 'repositories',
      path: /^\/api\/v4\/(?<of>groups|projects)\/(?<id>[^/]+)\/registry\/repositories$/,
      answer: repositories,
    },
  ],
  guard: ({ call, signIn, apiOrigin }) => {
    if (call.url.pathname.startsWith('/gitlab/')) return signIn.refuse(call);
    const token = call.headers['private-token'] ?? call.headers['job-token'] ?? bearerOf(call);
    if (token === signIn.credential.password || token === signIn.apiToken) return undefined;
    return apiOrigin ? forbidden(401, '401 Unauthorized') : undefined;
  },
  closed: ({ call }) => (call.url.pathname.startsWith('/gitlab/') ? NOT_FOUND : forbidden(403, '403 Forbidden')),
};

const FEATURE = {
  'Gitlab-Container-Registry-Version': '4.15.0-gitlab',
  'Gitlab-Container-Registry-Database-Enabled': 'true',
};

const forbidden = (status: number, message: string): Answer => ({ ...json({ message }), status });

function tags({ call, content, repo, pageSize }: Ask): Reply {
  const names = content.tags(repo);
  if (!names)
    return { ...json({ errors: [{ code: 'NAME_UNKNOWN', message: 'repository name not known' }] }), status: 404 };
  const { n = NORMAL, last } = paging(call.url);
  if (!(n >= 1 && n <= CAP)) {
    const error = {
      code: 'INVALID_QUERY_PARAMETER_VALUE',
      message: `the 'n' query parameter must be within 1 and ${CAP}`,
    };
    return { ...json({ errors: [error] }), status: 400 };
  }
  const filter = call.url.searchParams.get('name') ?? '';
  const { items, next } = pageOf(
    names.filter((name) => name.includes(filter)),
    last,
    Math.min(n, pageSize),
  );
  const rows = tagRows(content, repo, items).map(({ tag, digest, stored, pushed }) => {
    const { size, created } = imageFacts(content, repo, stored);
    const config = JSON.parse(stored.bytes.toString()).config?.digest;
    return {
      name: tag,
      digest,
      ...(config ? { config_digest: config } : {}),
      media_type: stored.mediaType,
      size_bytes: size ?? 0,
      created_at: created ?? pushed.toISOString(),
      published_at: pushed.toISOString(),
    };
  });
  return {
    style: 'link',
    here: call.url.pathname + call.url.search,
    next: next && withQuery(call.url, next),
    rows,
    render: (shown, to) => ({
      ...json(shown ?? [], linkHeader(to)),
      ...(shown === null ? { body: Buffer.from('null') } : {}),
    }),
    invent: (tag) => ({ name: tag, digest: inventedDigest(tag), media_type: '', size_bytes: 1, created_at: '' }),
  };
}

/** Those of a group, or of one project; a project’s own repository has its path and no name. */
function repositories(ask: Ask): Reply {
  const { call, content, names, apiOrigin, pageSize } = ask;
  const id = names.id ?? '';
  const all = content.repositories().filter((name) => name === id || name.startsWith(`${id}/`) || /^\d+$/.test(id));
  if (all.length === 0) return forbidden(404, '404 Not Found');
  const size = Math.min(numberIn(call.url, 'per_page', 20), REST_CAP, pageSize);
  const page = numberIn(call.url, 'page', 1);
  const json4 = (path: string): Row => ({
    id: content.repositories().indexOf(path) + 1,
    name: path === id ? '' : path.slice(path.lastIndexOf('/') + 1),
    path,
    project_id: 9,
    location: `${new URL(ask.origin).host}/${path}`,
    created_at: '2026-01-01T00:00:00.000Z',
    ...(call.url.searchParams.get('tags_count') === 'true' ? { tags_count: content.tags(path)?.length ?? 0 } : {}),
  });
  const numbered = numberedPage(all, page, size, json4, { render: () => NOT_FOUND, invent: json4 });
  return {
    ...numbered,
    render: (rows, next) =>
      json(rows ?? [], {
        'X-Page': String(page),
        'X-Per-Page': String(size),
        'X-Next-Page': next ?? '',
        'X-Total': String(all.length),
        'X-Total-Pages': String(Math.ceil(all.length / size)),
        ...linkHeader(next && `${apiOrigin}${withQuery(call.url, { page: next, per_page: size })}`),
      }),
  };
}
