/** GitHub Container Registry: GitHub's packages API lists versions (digests) with their tags, 100 at a time, to a token. */
import type { TagDetail } from '../abilities.ts';
import { apiJson, type JsonAnswer, PageGuard, recordOf, recordsOf, textOf, timeOf } from '../api.ts';
import { isDigest } from '../digest.ts';
import { RegistryError } from '../errors.ts';
import { parseLinks } from '../link.ts';
import { isRepositoryName, isTagName } from '../reference.ts';
import type { Session } from '../session.ts';
import type { Dialect } from './dialect.ts';

const API = 'https://api.github.com';
const PAGE = 100;

export const ghcr: Dialect = {
  provider: 'ghcr',
  product: 'GitHub Container Registry',
  apiUrl: API,
  async *describeTags(session, { full }, { signal }) {
    const slash = full.indexOf('/');
    const owner = full.slice(0, slash);
    const path = `/packages/container/${encodeURIComponent(full.slice(slash + 1))}/versions?`;
    for await (const rows of pagesOf(session, owner, path, `the tags of ${full}`, signal)) {
      const details = rows.flatMap(detailsOf);
      if (details.length > 0) yield details;
    }
  },
  async *listRepositories(session, { signal }) {
    const [owner] = session.address.prefix.split('/');
    if (!owner) throw refused('GitHub lists the packages of one owner at a time.');
    const path = '/packages?package_type=container&';
    for await (const rows of pagesOf(session, owner, path, 'the list of repositories', signal)) {
      yield rows.map((row) => `${owner}/${textOf(row.name) ?? ''}`).filter(isRepositoryName);
    }
  },
  advise({ id, code }) {
    if (id === 'catalog' || id === 'bulk') {
      return {
        cause: 'GitHub lists packages by its API, to a token that may read them.',
        cure: 'Use a classic personal access token with read:packages (authorised for the organisation’s SSO) as the password, and the address with its owner (ghcr.io/owner); or leave it: every tag is asked for.',
      };
    }
    if (id === 'sign-in' || id === 'tags' || id === 'manifest') {
      return {
        cause:
          code === 'forbidden'
            ? 'The token may not read this package.'
            : 'GitHub does not accept this token; fine-grained tokens are not taken for packages.',
        cure: 'Use a classic personal access token with read:packages, authorised for SSO, and give its owner Read on the package.',
      };
    }
    return null;
  },
};

type Row = Readonly<Record<string, unknown>>;

/** Versions without tags are platforms, attestations and old pushes. */
function detailsOf(row: Row): TagDetail[] {
  const { tags } = recordOf(recordOf(row.metadata).container);
  if (!Array.isArray(tags)) return [];
  const digest = isDigest(row.name) ? row.name : null;
  const pushedAt = timeOf(row.updated_at) ?? timeOf(row.created_at);
  return tags.filter(isTagName).map((name) => ({ name, digest, pushedAt, isLocked: null }));
}

async function* pagesOf(
  session: Session,
  owner: string,
  path: string,
  subject: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Row[], void, undefined> {
  const direct = await session.signIn.direct({ repository: null, text: '' });
  if (direct === null) throw refused('GitHub’s API lists packages to a token only.');
  const base = session.apiUrl ?? API;
  const guard = new PageGuard(session, subject);
  const ask = (kind: string, page: number): Promise<JsonAnswer> =>
    apiJson(
      session,
      base,
      {
        path: `/${kind}/${encodeURIComponent(owner)}${path}per_page=${PAGE}&page=${page}`,
        authorization: `Bearer ${direct.secret}`,
        headers: { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' },
        signal,
      },
      subject,
    );
  let kind = 'orgs';
  for (let page = 1; ; page += 1) {
    const { json, answer }: JsonAnswer = await ask(kind, page).catch((error: unknown) => {
      // What is no organisation may be a user.
      if (page > 1 || kind === 'users' || !(error instanceof RegistryError) || error.status !== 404) throw error;
      kind = 'users';
      return ask(kind, page);
    });
    const rows = recordsOf(json, subject);
    guard.take(rows.map((row) => row.id ?? row.name));
    if (rows.length > 0) yield rows;
    // The link itself is not followed: its page is the next number.
    if (!parseLinks(answer.headers.link ?? []).some((link) => link.rel.includes('next'))) return;
    guard.next();
  }
}

function refused(message: string): RegistryError {
  return new RegistryError({ code: 'api-unavailable', message });
}
