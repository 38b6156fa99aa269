import { type Answer, json } from '../answer.ts';
import type { Reply, Row } from '../list-page.ts';
import { type Ask, type Dialect, numberedPage, numberIn } from './dialect.ts';
import { imageFacts, inventedDigest, type TagRow, tagRows } from './rows.ts';

const CAP = 500;
const NORMAL = 30;
/** The one repository of the stand-in, in the sense of the product; its name is also the user name. */
const REPOSITORY = 'k8s';

/** A stand-in for Cloudsmith as a vendor uses it: customers have an entitlement token, which is nothing to the API. */
export const cloudsmith: Dialect = {
  line: 'Cloudsmith: /v1/packages on its own origin with X-Api-Key, the user is the repository, an empty catalog',
  hasApiOrigin: true,
  username: REPOSITORY,
  rewrite: (path) => path.replace(/^\/v2\/k8s(?=\/)/, '/v2'),
  realm: { service: '{host}' },
  catalog: () => json({ repositories: [] }),
  routes: [
    {
      kind: 'bulk',
      path: /^\/v1\/packages\/(?<owner>[^/]+)\/(?<repository>[^/]+)\/$/,
      repo: ({ url }) => /\bname:"?\^?([^\s"$]+)/.exec(url.searchParams.get('query') ?? '')?.[1] ?? '',
      answer: packages,
    },
  ],
  guard: ({ call, signIn }) =>
    call.headers['x-api-key'] === signIn.apiToken
      ? undefined
      : refused(401, 'Authentication credentials were not provided.'),
  closed: () => refused(401, 'Invalid token.'),
};

const refused = (status: number, detail: string): Answer => ({ ...json({ detail }), status });

function packages(ask: Ask): Reply {
  const { call, content, repo, names, pageSize } = ask;
  const { owner = '', repository = '' } = names;
  const query = call.url.searchParams.get('query') ?? '';
  const isDocker = !/format:/.test(query) || /format:docker\b/.test(query);
  const all = content
    .repositories()
    .flatMap((name) => imageIn(name, owner, repository))
    .filter(({ image, name }) => isDocker && (repo === '' || image === repo || name === repo))
    .flatMap(({ image, name }) => tagRows(content, name).map((row) => ({ image, name, row })));
  const size = Math.max(1, Math.min(numberIn(call.url, 'page_size', NORMAL), CAP, pageSize));
  const page = numberIn(call.url, 'page', 1);
  if (page > 1 && (page - 1) * size >= all.length) return refused(404, 'Invalid page.');
  const total = Math.ceil(all.length / size);
  const json1 = ({ image, name, row }: (typeof all)[number]) => packageJson(ask, image, name, row);
  return numberedPage(all, page, size, json1, {
    render: (rows, next) => {
      const answer = json(rows ?? [], {
        'X-Pagination-Count': String(all.length),
        'X-Pagination-Page': String(page),
        'X-Pagination-PageSize': String(size),
        'X-Pagination-PageTotal': String(next === undefined ? Math.min(total, page) || 1 : Math.max(total, page + 1)),
      });
      return rows === null ? { ...answer, body: Buffer.from('null') } : answer;
    },
    invent: (tag) => ({
      format: 'docker',
      name: repo,
      version: inventedDigest(tag).slice(7),
      tags: { version: [tag] },
    }),
  });
}

/** An image by its name in the repository that is asked for: the content may have owner and repository in front. */
function imageIn(name: string, owner: string, repository: string): { image: string; name: string }[] {
  for (const prefix of [`${owner}/${repository}/`, `${repository}/`]) {
    if (name.startsWith(prefix)) return [{ image: name.slice(prefix.length), name }];
  }
  return repository === REPOSITORY ? [{ image: name, name }] : [];
}

/** The version is the digest without its algorithm, and the tag stands under `tags.version`. */
function packageJson(
  { content, names }: Ask,
  image: string,
  name: string,
  { tag, digest, stored, pushed, isLocked }: TagRow,
): Row {
  const { size, architecture } = imageFacts(content, name, stored);
  return {
    slug: `${image.replaceAll('/', '-')}-${tag}`,
    format: 'docker',
    namespace: names.owner,
    repository: names.repository,
    name: image,
    version: digest.slice('sha256:'.length),
    checksum_sha256: digest.slice('sha256:'.length),
    tags: { version: [tag] },
    tags_immutable: isLocked ? { version: [tag] } : {},
    size: size ?? 0,
    architectures: architecture ? [{ name: architecture, description: null }] : [],
    uploaded_at: pushed.toISOString().replace('Z', '123Z'),
    status_str: 'Completed',
  };
}
