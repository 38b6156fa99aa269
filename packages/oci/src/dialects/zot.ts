/** zot: its search extension tells the tags of a repository with their digests in one query. */
import type { TagDetail } from '../abilities.ts';
import { recordOf, recordsOf, registryJson, timeOf } from '../api.ts';
import { isDigest } from '../digest.ts';
import { RegistryError } from '../errors.ts';
import { isTagName } from '../reference.ts';
import type { Session } from '../session.ts';
import type { Dialect } from './dialect.ts';

/**
 * When a tag last moved, by the newest field first; older versions have fewer, and a query with an unknown one is refused.
 * LastUpdated, which all have, is when the image was built.
 */
const TIMES = ['TaggedTimestamp', 'PushTimestamp', null] as const;
/** Position in `TIMES` from which a registry's version answers. */
const known = new WeakMap<Session, number>();

export const zot: Dialect = {
  provider: 'zot',
  product: 'zot',
  // Its search knows neither fall-back tags of referrers nor signatures by tag, nor formats that it does not search.
  isPartial: true,
  async *describeTags(session, { full }, { signal }) {
    for (let position = known.get(session) ?? 0; ; position += 1) {
      try {
        const tags = await search(session, full, TIMES[position] ?? null, signal);
        known.set(session, position);
        yield tags;
        return;
      } catch (error) {
        if (position + 1 >= TIMES.length || !isUnknownField(error)) throw error;
      }
    }
  },
  advise({ id }) {
    if (id === 'bulk') {
      return {
        cause: 'zot’s search extension is not switched on, or not open to this user.',
        cure: 'Set extensions.search.enable to true in zot’s configuration; or leave it: every tag is asked for.',
      };
    }
    if (id === 'catalog' || id === 'tags' || id === 'manifest' || id === 'sign-in') {
      return {
        cause: 'zot does not accept this user, or its access control gives it no right to read.',
        cure: 'Check the htpasswd or LDAP entry or the API key, and give the user the action “read” under accessControl.repositories.',
      };
    }
    return null;
  },
};

async function search(
  session: Session,
  full: string,
  time: string | null,
  signal: AbortSignal | undefined,
): Promise<TagDetail[]> {
  const subject = `the tags of ${full}`;
  const scope = { repository: full, text: `repository:${full}:pull` };
  const query = `{ExpandedRepoInfo(repo:"${full}"){Images{Tag Digest${time === null ? '' : ` ${time}`}}}}`;
  const path = `/v2/_zot/ext/search?query=${encodeURIComponent(query)}`;
  const { json } = await registryJson(session, { path, scope, signal }, subject);
  const { data, errors } = recordOf(json);
  const info = recordOf(recordOf(data).ExpandedRepoInfo);
  if ((Array.isArray(errors) && errors.length > 0) || !Array.isArray(info.Images)) {
    throw new RegistryError({ code: 'api-unavailable', message: `zot’s search does not tell ${subject}.` });
  }
  return recordsOf(info.Images, subject).flatMap((image): TagDetail[] => {
    const { Tag: name, Digest: digest } = image;
    if (!isTagName(name)) return [];
    const pushedAt = time === null ? null : timeOf(image[time]);
    return [{ name, digest: isDigest(digest) ? digest : null, pushedAt, isLocked: null }];
  });
}

/** GraphQL says so with 422, or with 200 and `errors`; anything else refuses the search as a whole. */
function isUnknownField(error: unknown): boolean {
  if (!(error instanceof RegistryError) || error.code !== 'api-unavailable') return false;
  return error.status === undefined || error.status === 422 || error.status === 400;
}
