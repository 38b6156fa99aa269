/** Cloudsmith, which serves docker.enterprisedb.com: its packages API lists digests with tags, to an API key. */
import type { TagDetail } from '../abilities.ts';
import { one } from '../answer-error.ts';
import { apiJson, PageGuard, recordOf, recordsOf, textOf, timeOf } from '../api.ts';
import { RegistryError } from '../errors.ts';
import { isTagName } from '../reference.ts';
import type { Dialect } from './dialect.ts';

const API = 'https://api.cloudsmith.io';
const PAGE = 100;

export const cloudsmith: Dialect = {
  provider: 'cloudsmith',
  product: 'Cloudsmith',
  apiUrl: API,
  async *describeTags(session, { full }, { signal }) {
    const subject = `the tags of ${full}`;
    const [owner = '', repository = '', ...rest] = full.split('/');
    const image = rest.join('/');
    const direct = await session.signIn.direct({ repository: full, text: '' });
    // A subscription's (entitlement) token comes with a user name and is not one for the API.
    if (direct === null || direct.username !== null || image === '') {
      throw new RegistryError({
        code: 'api-unavailable',
        message: 'Cloudsmith’s API lists packages to an API key only.',
      });
    }
    const guard = new PageGuard(session, subject);
    const query = encodeURIComponent(`format:docker AND name:^${image}$`);
    for (let page = 1; ; page += 1) {
      const path = `/v1/packages/${owner}/${repository}/?query=${query}&page=${page}&page_size=${PAGE}`;
      const ask = { path, authorization: null, headers: { 'x-api-key': direct.secret }, signal };
      const { json, answer } = await apiJson(session, session.apiUrl ?? API, ask, subject);
      const details = recordsOf(json, subject).flatMap((row) => (row.name === image ? detailsOf(row) : []));
      guard.take(details.map((detail) => detail.name));
      if (details.length > 0) yield details;
      const pages = Number(one(answer.headers['x-pagination-pagetotal'] as string | string[] | undefined) ?? 1);
      if (!(page < pages)) return;
      guard.next();
    }
  },
  advise({ id }) {
    if (id === 'catalog' || id === 'bulk') {
      return {
        cause: 'Subscription tokens may pull, but not list; Cloudsmith’s API takes API keys.',
        cure: 'Name the repositories in a rule; every tag is asked for.',
      };
    }
    if (id === 'sign-in' || id === 'tags' || id === 'manifest') {
      return {
        cause:
          'The token is not accepted for this repository, or its subscription has ended. Each repository has a user of its own name.',
        cure: 'Use the repository’s name as the user (k8s, k8s_enterprise, pgai-platform …), the subscription token as the password, and the address with the repository (docker.enterprisedb.com/k8s_enterprise).',
      };
    }
    return null;
  },
};

/** The version of a Docker package is the digest's hexadecimal part; its tags stand beside it. */
function detailsOf(row: Readonly<Record<string, unknown>>): TagDetail[] {
  const version = textOf(row.version) ?? '';
  const digest = /^[a-f0-9]{64}$/.test(version) ? `sha256:${version}` : null;
  const { version: tags } = recordOf(row.tags);
  const names = Array.isArray(tags) ? tags.filter(isTagName) : [];
  return names.map((name) => ({
    name,
    digest,
    pushedAt: timeOf(row.uploaded_at),
    isLocked: row.is_immutable === true,
  }));
}
