/** OpenShift's internal registry: image streams of the Kubernetes API tell every tag with its digest. */
import type { TagDetail } from '../abilities.ts';
import { apiJson, PageGuard, recordOf, recordsOf, textOf, timeOf } from '../api.ts';
import { isDigest } from '../digest.ts';
import { RegistryError } from '../errors.ts';
import { isRepositoryName, isTagName } from '../reference.ts';
import type { Session } from '../session.ts';
import type { Dialect } from './dialect.ts';

const API = '/apis/image.openshift.io/v1';
const PAGE = 500;

export const openshift: Dialect = {
  provider: 'openshift',
  product: 'OpenShift internal registry',
  async *describeTags(session, { full }, { signal }) {
    const subject = `the tags of ${full}`;
    const [namespace = '', name = ''] = full.split('/', 2);
    const path = `${API}/namespaces/${encodeURIComponent(namespace)}/imagestreams/${encodeURIComponent(name)}`;
    const { json } = await ask(session, path, subject, signal);
    yield detailsOf(recordOf(json), subject);
  },
  async *listRepositories(session, { signal }) {
    const subject = 'the list of repositories';
    const [namespace] = session.address.prefix.split('/');
    const place = namespace ? `${API}/namespaces/${encodeURIComponent(namespace)}/imagestreams` : `${API}/imagestreams`;
    const guard = new PageGuard(session, subject);
    let token: string | null = null;
    do {
      const next: string = token === null ? '' : `&continue=${encodeURIComponent(token)}`;
      const { json } = await ask(session, `${place}?limit=${PAGE}${next}`, subject, signal);
      const { items, metadata } = recordOf(json);
      const names = recordsOf(items, subject)
        .map(({ metadata: own }) => recordOf(own))
        .map((own) => `${textOf(own.namespace) ?? ''}/${textOf(own.name) ?? ''}`)
        .filter(isRepositoryName);
      guard.take(names);
      if (names.length > 0) yield names;
      token = textOf(recordOf(metadata).continue);
      if (token !== null) guard.next(token);
    } while (token !== null);
  },
  advise({ id }) {
    if (id === 'catalog' || id === 'bulk') {
      return {
        cause: 'Image streams are listed by the cluster’s API, which is not named or not open to this account.',
        cure: 'Give the API server’s address as api_url, and bind the service account to registry-viewer (and view) in the project.',
      };
    }
    if (id === 'sign-in' || id === 'tags' || id === 'manifest') {
      return {
        cause: 'OpenShift does not accept this token, or its account may not pull from the project.',
        cure: 'Use a service account’s token (any user name), and grant it registry-viewer or system:image-puller in the project.',
      };
    }
    return null;
  },
};

async function ask(session: Session, path: string, subject: string, signal: AbortSignal | undefined) {
  const direct = await session.signIn.direct({ repository: null, text: '' });
  if (session.apiUrl === null || direct === null) {
    throw new RegistryError({
      code: 'api-unavailable',
      message: 'The cluster’s API (api_url) or a token is not given.',
    });
  }
  return apiJson(session, session.apiUrl, { path, authorization: `Bearer ${direct.secret}`, signal }, subject);
}

/** `status.tags` is what is there; `spec.tags` are wishes. The first item of a tag is the current one. */
function detailsOf(stream: Readonly<Record<string, unknown>>, subject: string): TagDetail[] {
  return recordsOf(recordOf(stream.status).tags ?? null, subject).flatMap((tag): TagDetail[] => {
    const { tag: name } = tag;
    const [current] = recordsOf(tag.items ?? null, subject);
    if (!isTagName(name) || current === undefined) return [];
    const { image } = current;
    return [{ name, digest: isDigest(image) ? image : null, pushedAt: timeOf(current.created), isLocked: null }];
  });
}
