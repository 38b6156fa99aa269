import { type Answer, json, ociError, text } from '../answer.ts';
import { paging } from '../good-registry.ts';
import { linkHeader, namePage, type Reply, type Row } from '../list-page.ts';
import { bearerOf } from '../sign-in.ts';
import { type Ask, type Dialect, namesBelow, noCatalog, numberedPage, numberIn, withQuery } from './dialect.ts';
import { digestRows, inventedDigest } from './rows.ts';

const CAP = 100;
const NORMAL = 30;
const OWNER = 'pharos';

/** A stand-in for the container registry of GitHub: ghcr.io, and the packages of api.github.com on its own origin. */
export const ghcr: Dialect = {
  line: 'GHCR: package versions of api.github.com on its own origin, tags oldest first, no catalog, 429 in the body',
  hasApiOrigin: true,
  namespace: OWNER,
  alwaysChallenges: true,
  realm: { service: 'ghcr.io', bearer: ({ password }) => Buffer.from(password).toString('base64') },
  tags,
  catalog: noCatalog,
  routes: [
    { kind: 'repositories', path: /^\/(?:orgs|users)\/(?<owner>[^/]+)\/packages$/, answer: packages },
    {
      kind: 'bulk',
      path: /^\/(?:orgs|users)\/(?<owner>[^/]+)\/packages\/container\/(?<name>[^/]+)\/versions$/,
      repo: (_call, { owner = '', name = '' }) => `${owner}/${name}`,
      answer: versions,
    },
  ],
  guard: ({ call, signIn }) => {
    const token = bearerOf(call) || /^token (.+)$/i.exec(call.headers.authorization ?? '')?.[1];
    return token === signIn.credential.password || signIn.knows(call)
      ? undefined
      : refused(401, token ? 'Bad credentials' : 'Requires authentication');
  },
  closed: () => refused(403, 'You need at least read:packages scope to list packages.'),
  tooMany: (call, seconds) =>
    call.url.pathname.startsWith('/v2/')
      ? ociError(429, 'TOOMANYREQUESTS', `retry-after: ${seconds}.305464ms, allowed: 2000/minute`)
      : {
          ...text(403, '{"message":"You have exceeded a secondary rate limit."}', 'application/json'),
          headers: { 'Content-Type': 'application/json', 'Retry-After': String(seconds), 'X-RateLimit-Remaining': '0' },
        },
};

const refused = (status: number, message: string): Answer => ({
  ...json({ message, documentation_url: 'https://docs.github.com/rest', status: String(status) }),
  status,
});

/** In the order in which they came, so that a new one is on the last page. */
function tags({ call, content, repo, pageSize }: Ask): Reply {
  const names = content.tagsByAge(repo);
  if (!names) return ociError(404, 'NAME_UNKNOWN', 'repository name not known to registry');
  const { n = 100, last } = paging(call.url);
  if (Number.isNaN(n)) return ociError(400, 'PAGINATION_NUMBER_INVALID', 'invalid number of results requested');
  const start = last === '' ? 0 : names.indexOf(last) + 1;
  const size = Math.min(n, pageSize);
  const items = names.slice(start, start + size);
  const end = items.at(-1);
  const next = end !== undefined && start + items.length < names.length ? { last: end, n: size } : undefined;
  return namePage(call.url, { items, next }, (rows) => ({ name: call.repo, tags: rows }));
}

/** A page of the REST API: the Link is absolute, and names the last page too. */
function rest<T>(ask: Ask, all: readonly T[], row: (entry: T) => Row, invent: (tag: string) => Row): Reply {
  const { call, apiOrigin, pageSize } = ask;
  const size = Math.max(1, Math.min(numberIn(call.url, 'per_page', NORMAL), CAP, pageSize));
  const page = Math.max(1, numberIn(call.url, 'page', 1));
  const at = (number: number | string) => `${apiOrigin}${withQuery(call.url, { per_page: size, page: number })}`;
  const numbered = numberedPage(all, page, size, row, { invent, render: () => json([]) });
  return {
    ...numbered,
    style: 'link',
    here: at(page),
    next: numbered.next && at(numbered.next),
    render: (rows, next) => {
      const { Link } = linkHeader(next);
      const last = `<${at(Math.ceil(all.length / size))}>; rel="last"`;
      const answer = json(rows ?? [], {
        'X-RateLimit-Limit': '5000',
        'X-RateLimit-Remaining': '4999',
        ...(Link ? { Link: `${Link}, ${last}` } : {}),
      });
      return rows === null ? { ...answer, body: Buffer.from('null') } : answer;
    },
  };
}

function packages(ask: Ask): Reply {
  const { call, content, names } = ask;
  if (call.url.searchParams.get('package_type') !== 'container') return refused(422, 'package_type is missing');
  const owner = names.owner ?? '';
  const row = (name: string): Row => ({
    id: 1,
    name,
    package_type: 'container',
    owner: { login: owner },
    version_count: 1,
    visibility: 'public',
    created_at: '2026-01-01T00:00:00Z',
    updated_at: '2026-01-01T00:00:00Z',
  });
  const all = namesBelow(content, owner, OWNER);
  return all.length > 0 ? rest(ask, all, row, row) : refused(404, 'Not Found');
}

/** Each manifest is a version: children of indexes and attestations stand untagged between the others. */
function versions(ask: Ask): Reply {
  const { content, repo } = ask;
  if (!content.tags(repo)) return refused(404, 'Package not found.');
  const version = (id: number, name: string, at: Date, tagNames: string[]): Row => {
    const time = at.toISOString().replace(/\.\d{3}Z$/, 'Z');
    const metadata = { package_type: 'container', container: { tags: tagNames } };
    return { id, name, created_at: time, updated_at: time, metadata };
  };
  const rows = digestRows(content, repo).map((row, index) => ({ ...row, id: index + 1 }));
  return rest(
    ask,
    rows.reverse(),
    ({ id, digest, pushed, tags: names }) => version(id, digest, pushed, names),
    (tag) => version(0, inventedDigest(tag), new Date(0), [tag]),
  );
}
