/** Docker Hub: hub.docker.com lists tags with digests and costs no pull; on the registry a GET of a manifest counts and a HEAD does not. */
import type { TagDetail } from '../abilities.ts';
import { apiJson, listChanged, PageGuard, recordOf, recordsOf, textOf, timeOf } from '../api.ts';
import { isDigest } from '../digest.ts';
import { RegistryError } from '../errors.ts';
import { isRepositoryName, isTagName } from '../reference.ts';
import type { Session } from '../session.ts';
import type { Dialect } from './dialect.ts';

const API = 'https://hub.docker.com';
const PAGE = 100;
/** A token of the API lives for about ten minutes. */
const TOKEN_LIFE_MS = 8 * 60_000;

export const dockerhub: Dialect = {
  provider: 'dockerhub',
  product: 'Docker Hub',
  apiUrl: API,
  hasMeteredGets: true,
  async *describeTags(session, { full }, { signal }) {
    const slash = full.indexOf('/');
    const namespace = encodeURIComponent(full.slice(0, slash));
    const repository = encodeURIComponent(full.slice(slash + 1));
    const subject = `the tags of ${full}`;
    const path = `/v2/namespaces/${namespace}/repositories/${repository}/tags`;
    for await (const rows of pagesOf(session, path, subject, signal)) yield rows.flatMap(detailOf);
  },
  async *listRepositories(session, { signal }) {
    const [namespace] = session.address.prefix.split('/');
    if (!namespace) {
      throw new RegistryError({
        code: 'api-unavailable',
        message: 'Docker Hub lists the repositories of one namespace at a time.',
      });
    }
    const path = `/v2/namespaces/${encodeURIComponent(namespace)}/repositories`;
    for await (const rows of pagesOf(session, path, 'the list of repositories', signal)) {
      yield rows
        .map((row) => `${textOf(row.namespace) ?? namespace}/${textOf(row.name) ?? ''}`)
        .filter(isRepositoryName);
    }
  },
  advise({ id, code }) {
    if (id === 'catalog') {
      return {
        cause: 'Docker Hub has no catalog of everything; it lists one namespace.',
        cure: 'Write the address with its namespace (docker.io/organisation); or name the repositories in a rule.',
      };
    }
    if (id === 'quota' || code === 'rate-limited') {
      return {
        cause: 'The pull limit of Docker Hub for this account or address is used up.',
        cure: 'Sign in, use an account with a higher limit, read through a mirror, or wait until the window ends.',
      };
    }
    if (id === 'sign-in' || id === 'tags' || id === 'manifest' || id === 'bulk') {
      return {
        cause: 'Docker Hub answers so for a wrong password, for a private repository, and for one that does not exist.',
        cure: 'Check the name (official images are library/name); use a personal or organisation access token with “Read” as the password, the organisation’s name as the user of the latter.',
      };
    }
    return null;
  },
};

type Row = Readonly<Record<string, unknown>>;

function detailOf(row: Row): TagDetail[] {
  const { name, digest, images } = row;
  if (!isTagName(name)) return [];
  const pushedAt = timeOf(row.tag_last_pushed) ?? timeOf(row.last_updated);
  return [{ name, digest: isDigest(digest) ? digest : onlyImage(images), pushedAt, isLocked: null }];
}

/** Older entries have no digest of their own; that of a single platform's manifest is the tag's. */
function onlyImage(images: unknown): string | null {
  if (!Array.isArray(images) || images.length !== 1) return null;
  const { digest } = recordOf(images[0]);
  return isDigest(digest) ? digest : null;
}

async function* pagesOf(
  session: Session,
  path: string,
  subject: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Row[], void, undefined> {
  const base = session.apiUrl ?? API;
  const guard = new PageGuard(session, subject);
  for (let page = 1; ; page += 1) {
    const authorization = await tokenOf(session, base, signal);
    const ask = { path: `${path}?page=${page}&page_size=${PAGE}`, authorization, signal };
    const { json } = await apiJson(session, base, ask, subject);
    const { results, count, next } = recordOf(json);
    const rows = recordsOf(results, subject);
    guard.take(rows.map((row) => row.name));
    if (rows.length > 0) yield rows;
    if (textOf(next) === null) {
      if (typeof count === 'number' && guard.seen < count) throw listChanged(subject, guard.seen, count);
      return;
    }
    guard.next();
  }
}

const TOKENS = new WeakMap<Session, { header: string; until: number }>();

/** POST /v2/auth/token with a user and a password or access token. The password goes to Docker's own host and nowhere else. */
async function tokenOf(session: Session, base: string, signal: AbortSignal | undefined): Promise<string | null> {
  const direct = await session.signIn.direct({ repository: null, text: '' });
  if (direct === null || direct.username === null) return null;
  const known = TOKENS.get(session);
  if (known !== undefined && performance.now() < known.until) return known.header;
  const ask = {
    method: 'POST' as const,
    path: '/v2/auth/token',
    authorization: null,
    body: JSON.stringify({ identifier: direct.username, secret: direct.secret }),
    contentType: 'application/json',
    signal,
  };
  const { json } = await apiJson(session, base, ask, 'a token');
  const token = textOf(recordOf(json).access_token);
  if (token === null || !/^[\x21-\x7e]{1,65536}$/.test(token)) {
    throw new RegistryError({ code: 'token-failed', message: 'Docker Hub gave no token for its API.' });
  }
  const header = `Bearer ${token}`;
  TOKENS.set(session, { header, until: performance.now() + TOKEN_LIFE_MS });
  return header;
}
