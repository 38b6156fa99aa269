import { type Answer, json, text } from '../answer.ts';
import { type Reply, type Row, slice } from '../list-page.ts';
import type { Ask, Dialect } from './dialect.ts';
import { inventedDigest, type TagRow, tagRows } from './rows.ts';

const PAGE = 50;
/** The one repository of the stand-in, in the sense of the product. */
const KEY = 'docker-hosted';

/** A stand-in for Sonatype Nexus 3: a connector of its own, and the path shape. */
export const nexus: Dialect = {
  line: 'Nexus 3: /service/rest/v1/search in pages of 50 by continuationToken, /repository/docker-hosted/v2',
  headers: { Server: 'Nexus/3.76.0-03 (COMMUNITY)' },
  rewrite: (path) => path.replace(/^\/repository\/docker-hosted(?=\/v2\/)/, ''),
  realm: { path: '/v2/token', service: '{host}' },
  routes: [
    {
      kind: 'bulk',
      path: /^\/service\/rest\/v1\/search$/,
      matches: ({ url }) => url.searchParams.has('name') || url.searchParams.has('docker.imageName'),
      repo: ({ url }) => url.searchParams.get('name') ?? url.searchParams.get('docker.imageName') ?? '',
      answer: search,
    },
    { kind: 'bulk', path: /^\/service\/rest\/v1\/(?:search|components)$/, answer: search },
    { kind: 'repositories', path: /^\/service\/rest\/v1\/repositories$/, answer: repositories },
  ],
  guard: ({ call, signIn }) => (signIn.knows(call) ? undefined : refused(401)),
  closed: () => refused(403),
};

const refused = (status: number): Answer => text(status, '');

function repositories({ origin }: Ask): Reply {
  return json([{ name: KEY, format: 'docker', type: 'hosted', url: `${origin}/repository/${KEY}`, attributes: {} }]);
}

/** A page cannot be made larger; the token is a place that nobody outside can read. */
function search({ call, content, repo, origin, pageSize }: Ask): Reply {
  const query = call.url.searchParams;
  const isHere = (query.get('format') ?? 'docker') === 'docker' && (query.get('repository') ?? KEY) === KEY;
  const repos = !isHere ? [] : repo === '' ? content.repositories() : [repo];
  const all = repos.flatMap((name) => tagRows(content, name).map((row) => ({ ...row, name })));
  const wanted = query.get('version');
  const rows = wanted === null ? all : all.filter(({ tag }) => tag === wanted);
  const here = query.get('continuationToken') ?? '';
  const start = Number.parseInt(here, 16) || 0;
  const size = Math.min(call.url.pathname.endsWith('/components') ? 10 : PAGE, pageSize);
  const { items, next } = slice(rows, start, size);
  return {
    style: 'token',
    here,
    next: next === undefined ? undefined : next.toString(16).padStart(32, '0'),
    rows: items.map((row) => component(origin, row.name, row)),
    render: (shown, to) => json({ items: shown, continuationToken: to ?? null }),
    invent: (tag) => ({
      name: repo,
      version: tag,
      assets: [{ path: `v2/${repo}/manifests/${tag}`, checksum: { sha256: inventedDigest(tag).slice(7) } }],
    }),
  };
}

function component(origin: string, name: string, { tag, digest, stored, pushed }: TagRow): Row {
  const path = `v2/${name}/manifests/${tag}`;
  return {
    id: Buffer.from(`${KEY}:${name}:${tag}`).toString('base64url'),
    repository: KEY,
    format: 'docker',
    group: null,
    name,
    version: tag,
    assets: [
      {
        downloadUrl: `${origin}/repository/${KEY}/${path}`,
        path,
        id: Buffer.from(path).toString('base64url'),
        repository: KEY,
        format: 'docker',
        checksum: { sha1: digest.slice(7, 47), sha256: digest.slice('sha256:'.length) },
        contentType: stored.mediaType,
        lastModified: pushed.toISOString().replace('Z', '+00:00'),
        fileSize: stored.bytes.length,
      },
    ],
  };
}
