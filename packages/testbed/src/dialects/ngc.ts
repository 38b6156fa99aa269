import { type Answer, json } from '../answer.ts';
import type { Reply } from '../list-page.ts';
import { bearerOf } from '../sign-in.ts';
import { type Ask, type Dialect, noCatalog, numberedPage } from './dialect.ts';

/** A stand-in for NVIDIA NGC: nvcr.io, and the search of api.ngc.nvidia.com on its own origin. */
export const ngc: Dialect = {
  line: 'NVIDIA NGC: a realm with its own query, $oauthtoken, no catalog, search of the catalog on its own origin',
  hasApiOrigin: true,
  username: '$oauthtoken',
  alwaysChallenges: true,
  realm: { path: '/proxy_auth', hasScopeInside: true },
  catalog: noCatalog,
  routes: [
    { kind: 'token', path: /^\/token$/, answer: apiToken },
    {
      kind: 'repositories',
      path: /^\/v2\/search\/catalog\/resources\/CONTAINER$/,
      isOpen: true,
      answer: search,
    },
    { kind: 'api', path: /^\/v2\/repos\/(?<repo>.+)$/, answer: details },
  ],
  guard: ({ call, signIn }) => (signIn.grants(call, 'ngc:*:read') ? undefined : refused(401, 'UNAUTHORIZED')),
  closed: () => refused(403, 'FORBIDDEN'),
};

const refused = (status: number, statusCode: string): Answer => ({
  ...json({ requestStatus: { statusCode, statusDescription: statusCode } }),
  status,
});

/** What authn.nvidia.com gives for an API key. */
function apiToken({ call, signIn }: Ask): Reply {
  if (signIn.mode !== 'open' && !signIn.knows(call)) return refused(401, 'UNAUTHORIZED');
  return json(signIn.newToken(['ngc:*:read']));
}

type Query = { query?: string; page?: number; pageSize?: number };

function queryOf(text: string): Query {
  try {
    return JSON.parse(text) as Query;
  } catch {
    return {};
  }
}

/** Pages count from 0. Answers are grouped by kind, and attributes are a list of keys and values. */
function search({ call, content, pageSize }: Ask): Reply {
  const { query = '', page = 0, pageSize: asked = 25 } = queryOf(call.url.searchParams.get('q') ?? '');
  const org = /orgName:"?([^"\s]+)"?/.exec(query)?.[1];
  const all = content.repositories().filter((name) => org === undefined || name.startsWith(`${org}/`));
  const size = Math.max(1, Math.min(asked, pageSize));
  const row = (name: string) => ({
    resourceId: name,
    resourceType: 'CONTAINER',
    orgName: name.split('/')[0],
    name: name.slice(name.lastIndexOf('/') + 1),
    attributes: [{ key: 'latestTag', value: content.tagsByAge(name)?.at(-1) ?? '' }],
  });
  const numbered = numberedPage(all, page + 1, size, row, { render: () => json({}), invent: row });
  return {
    ...numbered,
    render: (rows, next) =>
      json({
        requestStatus: { statusCode: 'SUCCESS' },
        resultTotal: all.length,
        resultPageTotal: next === undefined ? Math.ceil(all.length / size) : page + 2,
        params: { query, page, pageSize: size },
        results: [{ groupValue: 'CONTAINER', totalCount: all.length, resources: rows }],
      }),
  };
}

function details({ content, repo, call }: Ask): Reply {
  const names = content.tagsByAge(repo);
  if (!names) return refused(404, 'NOT_FOUND');
  const isPublic = bearerOf(call) === '';
  return json({
    requestStatus: { statusCode: 'SUCCESS' },
    repository: { name: repo, isPublic, latestTag: names.at(-1) ?? '' },
  });
}
