/** Sonatype Nexus: its search lists components (tags) with the checksum of their manifest, 50 at a time. */
import type { TagDetail } from '../abilities.ts';
import { apiJson, PageGuard, recordOf, recordsOf, textOf, timeOf } from '../api.ts';
import { isTagName } from '../reference.ts';
import type { Dialect } from './dialect.ts';

export const nexus: Dialect = {
  provider: 'nexus',
  product: 'Sonatype Nexus',
  async *describeTags(session, { full }, { signal }) {
    const subject = `the tags of ${full}`;
    const guard = new PageGuard(session, subject);
    const direct = await session.signIn.direct({ repository: full, text: '' });
    const details = new Map<string, TagDetail>();
    let token: string | null = null;
    do {
      const next: string = token === null ? '' : `&continuationToken=${encodeURIComponent(token)}`;
      const path = `/service/rest/v1/search?format=docker&docker.imageName=${encodeURIComponent(full)}${next}`;
      const ask = { path, authorization: direct?.header ?? null, signal };
      const { json } = await apiJson(session, session.apiUrl ?? session.origin, ask, subject);
      const { items, continuationToken } = recordOf(json);
      const rows = recordsOf(items, subject).filter((item) => item.name === full);
      for (const row of rows) add(details, row);
      token = textOf(continuationToken);
      guard.take(rows.map((row) => row.id ?? row.version));
      if (token !== null) guard.next(token);
    } while (token !== null);
    // Whole at the end: an image of one name in two of its repositories shows only when all pages are read.
    yield [...details.values()];
  },
  advise({ id }) {
    if (id === 'catalog') {
      return {
        cause: 'This user may not list the Docker repository.',
        cure: 'Grant the privileges nx-repository-view-docker-<repository>-browse and -read, and switch the “Docker Bearer Token Realm” on for anonymous or token access.',
      };
    }
    if (id === 'bulk') {
      return {
        cause:
          'Nexus’s search API is not reached at the registry’s address (a connector port has only the registry), or not open to this user.',
        cure: 'Give the address of Nexus itself as api_url, and grant nx-search-read; or leave it: every tag is asked for.',
      };
    }
    if (id === 'sign-in' || id === 'tags' || id === 'manifest') {
      return {
        cause: 'Nexus does not accept this user, or it may not read the repository.',
        cure: 'Check user and password (or user token), and grant nx-repository-view-docker-<repository>-read and -browse.',
      };
    }
    return null;
  },
};

function add(details: Map<string, TagDetail>, row: Readonly<Record<string, unknown>>): void {
  const name = row.version;
  if (!isTagName(name)) return;
  const [asset = {}] = recordsOf(row.assets ?? [], 'assets').filter((each) =>
    /\/manifests\//.test(textOf(each.path) ?? ''),
  );
  const sha256 = textOf(recordOf(asset.checksum).sha256);
  const digest = sha256 !== null && /^[a-f0-9]{64}$/.test(sha256) ? `sha256:${sha256}` : null;
  const known = details.get(name);
  const isOneOf = known === undefined || known.digest === digest;
  details.set(name, { name, digest: isOneOf ? digest : null, pushedAt: timeOf(asset.lastModified), isLocked: null });
}
