/** zot: its search extension tells every tag of a repository with its digest in one query. */
import type { TagDetail } from '../abilities.ts';
import { recordOf, recordsOf, registryJson, timeOf } from '../api.ts';
import { isDigest } from '../digest.ts';
import { RegistryError } from '../errors.ts';
import { isTagName } from '../reference.ts';
import type { Dialect } from './dialect.ts';

export const zot: Dialect = {
  provider: 'zot',
  product: 'zot',
  async *describeTags(session, { full }, { signal }) {
    const subject = `the tags of ${full}`;
    const scope = { repository: full, text: `repository:${full}:pull` };
    // The fields that every version with this extension has; what is pushed later than created only newer ones tell.
    const query = `{ExpandedRepoInfo(repo:"${full}"){Images{Tag Digest LastUpdated}}}`;
    const path = `/v2/_zot/ext/search?query=${encodeURIComponent(query)}`;
    const { json } = await registryJson(session, { path, scope, signal }, subject);
    const { data, errors } = recordOf(json);
    const info = recordOf(recordOf(data).ExpandedRepoInfo);
    if ((Array.isArray(errors) && errors.length > 0) || !Array.isArray(info.Images)) {
      throw new RegistryError({ code: 'api-unavailable', message: `zot’s search does not tell ${subject}.` });
    }
    yield recordsOf(info.Images, subject).flatMap((image): TagDetail[] => {
      const { Tag: name, Digest: digest } = image;
      if (!isTagName(name)) return [];
      return [{ name, digest: isDigest(digest) ? digest : null, pushedAt: timeOf(image.LastUpdated), isLocked: null }];
    });
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
