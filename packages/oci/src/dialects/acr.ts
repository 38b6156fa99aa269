/** Azure Container Registry: `/acr/v1/{name}/_tags` tells digest, time and lock of 1,000 tags in one request. */
import type { TagDetail } from '../abilities.ts';
import { linkedPages, recordOf, recordsOf, timeOf } from '../api.ts';
import { isDigest } from '../digest.ts';
import { isTagName } from '../reference.ts';
import type { Dialect } from './dialect.ts';

/** More is clamped silently (Azure/acr#749). */
const PAGE = 1000;

export const acr: Dialect = {
  provider: 'acr',
  product: 'Azure Container Registry',
  pageSize: { tags: PAGE, catalog: PAGE },
  // Listing tags needs more than pull, here and by the spec's own list.
  tagScope: (repository) => `repository:${repository}:metadata_read`,
  async *describeTags(session, { full }, { signal }) {
    const subject = `the tags of ${full}`;
    const scope = { repository: full, text: `repository:${full}:metadata_read` };
    const path = `/acr/v1/${full}/_tags?n=${PAGE}`;
    for await (const json of linkedPages(session, { path, scope, under: '/acr/v1/', signal }, subject)) {
      yield recordsOf(recordOf(json).tags ?? null, subject).flatMap((tag): TagDetail[] => {
        const { name, digest } = tag;
        if (!isTagName(name)) return [];
        const { writeEnabled } = recordOf(tag.changeableAttributes);
        return [
          {
            name,
            digest: isDigest(digest) ? digest : null,
            pushedAt: timeOf(tag.lastUpdateTime),
            isLocked: typeof writeEnabled === 'boolean' ? !writeEnabled : null,
          },
        ];
      });
    }
  },
  advise({ id, code }) {
    if (id === 'catalog' && code === 'catalog-unavailable') {
      return {
        cause: 'This identity may not list the repositories of the registry.',
        cure: 'Assign it “Container Registry Repository Catalog Lister”, or use a token whose scope map is _repositories_admin or has the * scope; or name the repositories in a rule.',
      };
    }
    if (id === 'tags' || id === 'bulk') {
      return {
        cause: 'This identity may not read the tags (metadata) of the repository.',
        cure: 'Assign it AcrPull (or “Container Registry Repository Reader” in a registry in ABAC mode), or add metadata/read to the token’s scope map (_repositories_pull_metadata_read).',
      };
    }
    if (id === 'manifest' && code === 'forbidden') {
      return {
        cause: 'This identity may list the repository but not pull from it.',
        cure: 'Assign it AcrPull, or add content/read to the token’s scope map.',
      };
    }
    if (id !== 'sign-in') return null;
    if (code === 'forbidden') {
      return {
        cause: 'The registry’s firewall does not let this address in, or the identity has no role on the registry.',
        cure: 'Add the agent’s address under Networking → Firewall, or use a private endpoint; assign the identity AcrPull.',
      };
    }
    return {
      cause: 'The registry does not accept this user, token or identity: it is wrong, expired or switched off.',
      cure: 'Check the token’s password and expiry, or the client secret of the service principal; an admin user must be switched on under Access keys.',
    };
  },
};
