/** Quay (quay.io and self-hosted): its own API lists tags with digests, 100 at a time, to OAuth tokens and for public repositories. */
import type { TagDetail } from '../abilities.ts';
import { apiJson, PageGuard, recordOf, recordsOf, textOf, timeOf } from '../api.ts';
import { isDigest } from '../digest.ts';
import { RegistryError } from '../errors.ts';
import { isRepositoryName, isTagName } from '../reference.ts';
import type { Session } from '../session.ts';
import type { Dialect } from './dialect.ts';

const PAGE = 100;

export const quay: Dialect = {
  provider: 'quay',
  product: 'Quay',
  pageSize: { tags: PAGE, catalog: PAGE },
  async *describeTags(session, { full }, { signal }) {
    const subject = `the tags of ${full}`;
    const guard = new PageGuard(session, subject);
    const authorization = await tokenOf(session);
    for (let page = 1; ; page += 1) {
      // Without onlyActiveTags the history of every tag comes along.
      const path = `/api/v1/repository/${full}/tag/?limit=${PAGE}&page=${page}&onlyActiveTags=true`;
      const { json } = await apiJson(session, baseOf(session), { path, authorization, signal }, subject);
      const { tags, has_additional: more } = recordOf(json);
      const details = recordsOf(tags, subject).flatMap((tag): TagDetail[] => {
        const { name, manifest_digest: digest, immutable } = tag;
        if (!isTagName(name)) return [];
        const started = typeof tag.start_ts === 'number' ? timeOf(tag.start_ts * 1000) : null;
        const isLocked = typeof immutable === 'boolean' ? immutable : null;
        return [
          { name, digest: isDigest(digest) ? digest : null, pushedAt: started ?? timeOf(tag.last_modified), isLocked },
        ];
      });
      guard.take(details.map((detail) => detail.name));
      if (details.length > 0) yield details;
      if (more !== true) return;
      guard.next();
    }
  },
  async *listRepositories(session, { signal }) {
    const subject = 'the list of repositories';
    const [namespace] = session.address.prefix.split('/');
    if (!namespace) {
      throw new RegistryError({
        code: 'api-unavailable',
        message: 'Quay lists the repositories of one namespace at a time.',
      });
    }
    const guard = new PageGuard(session, subject);
    const authorization = await tokenOf(session);
    let token: string | null = null;
    do {
      const next: string = token === null ? '' : `&next_page=${encodeURIComponent(token)}`;
      const path = `/api/v1/repository?namespace=${encodeURIComponent(namespace)}&public=true${next}`;
      const { json } = await apiJson(session, baseOf(session), { path, authorization, signal }, subject);
      const { repositories, next_page: nextPage } = recordOf(json);
      const names = recordsOf(repositories, subject)
        .map(({ namespace: space, name }) => `${textOf(space) ?? namespace}/${textOf(name) ?? ''}`)
        .filter(isRepositoryName);
      guard.take(names);
      if (names.length > 0) yield names;
      token = textOf(nextPage);
      if (token !== null) guard.next(token);
    } while (token !== null);
  },
  advise({ id, code }) {
    if (id === 'catalog') {
      return {
        cause: 'Quay lists the repositories of one namespace, to an OAuth token or where they are public.',
        cure: 'Write the address with its namespace (quay.io/namespace); or name the repositories in a rule.',
      };
    }
    if (id === 'bulk') {
      return {
        cause: 'Quay’s API does not take robot accounts, so that tags of private repositories come without digests.',
        cure: 'Create an OAuth application token with “View all visible repositories” and use it as a token; or leave it: every tag is asked for.',
      };
    }
    if (id === 'sign-in' || id === 'tags' || id === 'manifest') {
      return code === 'forbidden'
        ? {
            cause: 'The robot or user has no right on the repository, or this address is blocked for asking too much.',
            cure: 'Give the robot account Read on the repository; if requests from here were refused with a web page, wait and lower the budget.',
          }
        : {
            cause:
              'Quay does not accept this robot or token for the repository; it also answers so where there is none.',
            cure: 'Write the robot’s whole name (namespace+robot), take its token anew, and give it Read on the repository.',
          };
    }
    return null;
  },
};

function baseOf(session: Session): string {
  return session.apiUrl ?? session.origin;
}

/** Robots are refused by the API; only a bare token is one for it. */
async function tokenOf(session: Session): Promise<string | null> {
  const direct = await session.signIn.direct({ repository: null, text: '' });
  return direct !== null && direct.username === null ? direct.header : null;
}
