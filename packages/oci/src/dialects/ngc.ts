/** NVIDIA NGC: no catalog and no bulk list of tags; its public search lists an organisation's repositories. */
import { apiJson, PageGuard, recordOf, recordsOf, textOf } from '../api.ts';
import { RegistryError } from '../errors.ts';
import { isRepositoryName } from '../reference.ts';
import type { Dialect } from './dialect.ts';

const API = 'https://api.ngc.nvidia.com';
const PAGE = 100;

export const ngc: Dialect = {
  provider: 'ngc',
  product: 'NVIDIA NGC',
  apiUrl: API,
  async *listRepositories(session, { signal }) {
    const [organisation] = session.address.prefix.split('/');
    if (!organisation) {
      throw new RegistryError({ code: 'api-unavailable', message: 'NGC lists one organisation at a time.' });
    }
    const subject = 'the list of repositories';
    const guard = new PageGuard(session, subject);
    for (let page = 0; ; page += 1) {
      const query = JSON.stringify({ query: `orgName:${organisation}`, page, pageSize: PAGE });
      const path = `/v2/search/catalog/resources/CONTAINER?q=${encodeURIComponent(query)}`;
      const { json } = await apiJson(session, session.apiUrl ?? API, { path, authorization: null, signal }, subject);
      const { results, resultPageTotal } = recordOf(json);
      const names = recordsOf(results, subject)
        .flatMap((group) => recordsOf(group.resources ?? [], subject))
        .map((resource) => textOf(resource.resourceId))
        .filter(isRepositoryName);
      guard.take(names);
      if (names.length > 0) yield names;
      if (typeof resultPageTotal !== 'number' || page + 1 >= resultPageTotal) return;
      guard.next();
    }
  },
  advise({ id, code }) {
    if (id === 'catalog') {
      return {
        cause: 'NGC has no catalog; its search lists what an organisation has published.',
        cure: 'Write the address with its organisation (nvcr.io/nim); or name the repositories in a rule.',
      };
    }
    if (id === 'sign-in' || id === 'tags' || id === 'manifest') {
      return {
        cause:
          code === 'forbidden'
            ? 'The key is valid, but its organisation has no access to this repository (NVIDIA AI Enterprise, say).'
            : 'NGC does not accept this key.',
        cure: 'Use the user name $oauthtoken (the word itself, not a variable) and an NGC personal key with the service “NGC Catalog”, or “Private Registry” for images of your own, as the password.',
      };
    }
    return null;
  },
};
