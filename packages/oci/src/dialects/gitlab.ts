/** GitLab's container registry: its metadata database lists tags with digests; the catalog is closed, the REST API lists repositories. */
import type { TagDetail } from '../abilities.ts';
import { one } from '../answer-error.ts';
import { apiJson, linkedPages, PageGuard, recordOf, recordsOf, textOf, timeOf } from '../api.ts';
import { isDigest } from '../digest.ts';
import { RegistryError } from '../errors.ts';
import { isRepositoryName, isTagName } from '../reference.ts';
import type { Session } from '../session.ts';
import type { Dialect } from './dialect.ts';

const PAGE = 1000;
const REST_PAGE = 100;

export const gitlab: Dialect = {
  provider: 'gitlab',
  product: 'GitLab container registry',
  async *describeTags(session, { full }, { signal }) {
    const subject = `the tags of ${full}`;
    const scope = { repository: full, text: `repository:${full}:pull` };
    const path = `/gitlab/v1/repositories/${full}/tags/list/?n=${PAGE}`;
    for await (const json of linkedPages(session, { path, scope, under: '/gitlab/v1/', signal }, subject)) {
      yield recordsOf(json, subject).flatMap((tag): TagDetail[] => {
        const { name, digest } = tag;
        if (!isTagName(name)) return [];
        // created_at is of the manifest; published_at is when the tag was last pushed.
        const pushedAt = timeOf(tag.published_at) ?? timeOf(tag.updated_at) ?? timeOf(tag.created_at);
        return [{ name, digest: isDigest(digest) ? digest : null, pushedAt, isLocked: null }];
      });
    }
  },
  async *listRepositories(session, { signal }) {
    const { prefix } = session.address;
    const base = apiOf(session);
    const direct = await session.signIn.direct({ repository: null, text: '' });
    if (prefix === '' || base === null || direct === null) {
      throw new RegistryError({
        code: 'api-unavailable',
        message: 'GitLab lists repositories below a group or project only, by its REST API, to an access token.',
      });
    }
    const place = encodeURIComponent(prefix);
    try {
      yield* pages(session, base, `/api/v4/groups/${place}/registry/repositories`, direct.secret, signal);
    } catch (error) {
      // What is no group may be a project.
      if (!(error instanceof RegistryError) || error.status !== 404) throw error;
      yield* pages(session, base, `/api/v4/projects/${place}/registry/repositories`, direct.secret, signal);
    }
  },
  advise({ id, code }) {
    if (id === 'catalog') {
      return {
        cause: 'GitLab’s catalog is closed; its REST API lists the repositories of a group or project.',
        cure: 'Write the address with its group (registry.gitlab.com/group), give a personal or group access token with read_registry and read_api, and for a GitLab of your own its address as api_url; or name the repositories in a rule.',
      };
    }
    if (id === 'bulk') {
      return {
        cause: 'This GitLab’s registry has no metadata database, so it does not list tags with digests.',
        cure: 'Nothing is lost: every tag is asked for. A GitLab of your own: switch the registry’s metadata database on.',
      };
    }
    if (id === 'sign-in' && code === 'forbidden') {
      return {
        cause:
          'GitLab refuses this address for an hour after 30 failed sign-ins in three minutes, or the token lacks a scope.',
        cure: 'Correct the token, wait an hour, and give it the scope read_registry.',
      };
    }
    if (id === 'sign-in' || id === 'tags' || id === 'manifest') {
      return {
        cause: 'GitLab does not accept this token for the project: it is wrong or expired, or lacks read_registry.',
        cure: 'Use a deploy token, or a project, group or personal access token, with the scope read_registry (and read_api to list repositories).',
      };
    }
    return null;
  },
};

function apiOf(session: Session): string | null {
  if (session.apiUrl !== null) return session.apiUrl;
  return new URL(session.origin).hostname === 'registry.gitlab.com' ? 'https://gitlab.com' : null;
}

async function* pages(
  session: Session,
  base: string,
  path: string,
  token: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<string[], void, undefined> {
  const subject = 'the list of repositories';
  const guard = new PageGuard(session, subject);
  for (let page = 1; ; page += 1) {
    const ask = { path: `${path}?per_page=${REST_PAGE}&page=${page}`, authorization: null, signal };
    const { json, answer } = await apiJson(session, base, { ...ask, headers: { 'private-token': token } }, subject);
    const names = recordsOf(json, subject).map((row) => textOf(recordOf(row).path));
    const valid = names.filter(isRepositoryName);
    guard.take(valid);
    if (valid.length > 0) yield valid;
    if ((one(answer.headers['x-next-page'] as string | string[] | undefined) ?? '') === '') return;
    guard.next();
  }
}
