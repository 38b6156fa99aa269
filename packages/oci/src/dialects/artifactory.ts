/** JFrog Artifactory: one AQL query tells the digest and the time of every manifest that the user may read. */
import type { TagDetail } from '../abilities.ts';
import { apiJson, recordOf, recordsOf, registryJson, textOf, timeOf } from '../api.ts';
import { RegistryError } from '../errors.ts';
import { isRepositoryName, isTagName } from '../reference.ts';
import type { Session } from '../session.ts';
import type { Dialect } from './dialect.ts';

export const artifactory: Dialect = {
  provider: 'artifactory',
  product: 'JFrog Artifactory',
  async *describeTags(session, { full }, { signal }) {
    const slash = full.indexOf('/');
    // By sub-domain or port the repository key is not in the name, and AQL needs it.
    if (slash < 0 || session.address.prefix === '') {
      throw new RegistryError({
        code: 'api-unavailable',
        message: 'The address does not name the Artifactory repository key, which its query needs.',
      });
    }
    const subject = `the tags of ${full}`;
    const image = full.slice(slash + 1);
    const where = {
      repo: full.slice(0, slash),
      path: { $match: `${image}/*` },
      name: { $match: '*manifest.json' },
    };
    const body = `items.find(${JSON.stringify(where)}).include("repo","path","name","created","modified","sha256")`;
    const direct = await session.signIn.direct({ repository: full, text: '' });
    const ask = {
      method: 'POST' as const,
      path: '/api/search/aql',
      authorization: direct?.header ?? null,
      body,
      contentType: 'text/plain',
      signal,
    };
    const { json } = await apiJson(session, baseOf(session), ask, subject);
    yield detailsOf(recordsOf(recordOf(json).results, subject), image);
  },
  async *listRepositories(session, { signal }) {
    const [key] = session.address.prefix.split('/');
    if (!key) throw new RegistryError({ code: 'api-unavailable', message: 'The address names no repository key.' });
    const path = `/artifactory/api/docker/${key}/v2/_catalog?n=1000`;
    const scope = { repository: null, text: 'registry:catalog:*' };
    const { json } = await registryJson(session, { path, scope, signal }, 'the list of repositories');
    const { repositories } = recordOf(json);
    yield (Array.isArray(repositories) ? repositories : []).map((name) => `${key}/${name}`).filter(isRepositoryName);
  },
  /** The Link of a virtual repository loses the key in front of the name (RTFACT-18971). */
  nextPage: (path, next) => {
    const [own = ''] = path.split('?', 1);
    const [linked = '', query = ''] = next.split('?', 2);
    return own !== linked && own.endsWith(linked.slice('/v2'.length)) ? `${own}?${query}` : next;
  },
  advise({ id, code }) {
    if (id === 'catalog' || id === 'bulk') {
      return {
        cause:
          'Artifactory’s query language is closed to this account, or the address does not name the repository key.',
        cure: 'Write the address with the key (host/docker-local), and give the user Read on the repository; an administrator may have limited AQL.',
      };
    }
    if (id === 'tags' && code === 'repository-not-found') {
      return {
        cause: 'The parts of the address may stand in the wrong order: Artifactory expects host/repository-key/image.',
        cure: 'Check the repository’s Docker access method (path, sub-domain or port) under “Set Me Up”.',
      };
    }
    if (id === 'sign-in' || id === 'tags' || id === 'manifest') {
      return {
        cause: 'Artifactory does not accept this user or token, or it may not read the repository.',
        cure: 'Use an identity token or reference token as the password, and give the user Read on the repository by a permission target.',
      };
    }
    return null;
  },
};

function baseOf(session: Session): string {
  return session.apiUrl ?? `${session.origin}/artifactory`;
}

/** The path is `image/tag`; where a tag has an index and a manifest, the index is what it names. */
function detailsOf(rows: readonly Readonly<Record<string, unknown>>[], image: string): TagDetail[] {
  const details = new Map<string, TagDetail>();
  const isFromIndex = new Set<string>();
  for (const row of rows) {
    const path = textOf(row.path) ?? '';
    const name = path.slice(image.length + 1);
    if (!path.startsWith(`${image}/`) || !isTagName(name) || name.startsWith('sha256__')) continue;
    const isIndex = row.name === 'list.manifest.json';
    if ((row.name !== 'manifest.json' && !isIndex) || isFromIndex.has(name)) continue;
    if (isIndex) isFromIndex.add(name);
    const sha256 = textOf(row.sha256);
    const digest = sha256 !== null && /^[a-f0-9]{64}$/.test(sha256) ? `sha256:${sha256}` : null;
    details.set(name, { name, digest, pushedAt: timeOf(row.modified) ?? timeOf(row.created), isLocked: null });
  }
  return [...details.values()];
}
