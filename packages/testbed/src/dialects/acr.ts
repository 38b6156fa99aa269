import { json, ociError, text } from '../answer.ts';
import { pageOf, paging, tagPage } from '../good-registry.ts';
import { linkHeader, type Reply, type Row } from '../list-page.ts';
import { scopesAsked } from '../sign-in.ts';
import { type Ask, type Dialect, findRepository } from './dialect.ts';
import { digestRows, imageFacts, inventedDigest, tagRows } from './rows.ts';

const CAP = 1000;
const NORMAL = 100;
/** The user of a login with a refresh token in place of a password. */
const NO_USER = '00000000-0000-0000-0000-000000000000';

/** Seven digits of a second, as .NET writes it. */
const netTime = (at: Date) => at.toISOString().replace(/\.(\d{3})Z$/, '.$10042Z');

const attributes = (isLocked: boolean) => ({
  deleteEnabled: !isLocked,
  writeEnabled: !isLocked,
  readEnabled: true,
  listEnabled: true,
});

/** A stand-in for Azure Container Registry. */
export const acr: Dialect = {
  line: 'Azure Container Registry: /acr/v1 with _tags and _manifests, /oauth2, n clamped to 1000',
  hasReferrers: true,
  realm: {
    path: '/oauth2/token',
    service: '{host}',
    tagAction: 'metadata_read',
    accepts: (username) => username === NO_USER,
  },
  tags: (ask) => tagPage(ask, { normal: NORMAL, cap: CAP }),
  routes: [
    { kind: 'token', path: /^\/oauth2\/exchange$/, method: 'POST', answer: exchange },
    { kind: 'token', path: /^\/oauth2\/token$/, method: 'POST', answer: token },
    { kind: 'repositories', path: /^\/acr\/v1\/_catalog$/, answer: catalog },
    { kind: 'bulk', path: /^\/acr\/v1\/(?<repo>.+)\/_tags$/, answer: tags },
    { kind: 'api', path: /^\/acr\/v1\/(?<repo>.+)\/_manifests$/, answer: manifests },
    { kind: 'api', path: /^\/acr\/v1\/(?<repo>.+)$/, answer: repository },
  ],
  // Basic does as well on every request, whatever the challenge asks for.
  guard: ({ call, signIn }) => {
    if (signIn.knows(call)) return undefined;
    const scope =
      call.kind === 'repositories' ? 'registry:catalog:*' : `repository:${call.repo}:${signIn.realm.tagAction}`;
    return signIn.grants(call, scope)
      ? undefined
      : signIn.challenge({ ...call, kind: scope[2] === 'g' ? 'catalog' : 'bulk' });
  },
  closed: () => ociError(401, 'UNAUTHORIZED', 'authentication required, visit https://aka.ms/acr/authorization'),
};

/** An Entra token for a refresh token. */
function exchange({ call, signIn, origin }: Ask): Reply {
  const form = new URLSearchParams(call.body);
  const isGrant = /^access_token(_refresh_token)?$/.test(form.get('grant_type') ?? '');
  if (!isGrant || form.get('service') !== new URL(origin).host) return text(400, 'invalid_request\n');
  if (signIn.mode !== 'open' && form.get('access_token') !== signIn.apiToken) {
    return ociError(401, 'UNAUTHORIZED', 'authentication required');
  }
  return json({ refresh_token: signIn.newPassword() });
}

/** A refresh token (or a password) for an access token. There is no `token` and no `expires_in` in it. */
function token({ call, signIn }: Ask): Reply {
  const answer = signIn.issue(call);
  return answer.status === 200 ? json({ access_token: signIn.newToken(scopesAsked(call)).token }) : answer;
}

function catalog({ call, content, pageSize }: Ask): Reply {
  const { n = NORMAL, last } = paging(call.url);
  const { items, next } = pageOf(content.repositories(), last, Math.min(n, CAP, pageSize));
  return linked(
    { call },
    items,
    next,
    (repositories) => ({ repositories }),
    (name) => name,
  );
}

function linked(
  { call }: Pick<Ask, 'call'>,
  rows: readonly Row[],
  next: { last: string; n: number } | undefined,
  body: (rows: readonly Row[] | null) => object,
  invent: (tag: string) => Row,
): Reply {
  const query = new URLSearchParams(call.url.searchParams);
  if (next) for (const [name, value] of Object.entries(next)) query.set(name, String(value));
  return {
    style: 'link',
    here: call.url.pathname + call.url.search,
    next: next && `${call.url.pathname}?${query}`,
    rows,
    render: (shown, to) => json(body(shown), linkHeader(to)),
    invent,
  };
}

const unknown = () => ociError(404, 'NAME_UNKNOWN', 'repository name not known to registry');

const registryOf = (origin: string) => new URL(origin).host;

function tags({ call, content, repo, origin, pageSize }: Ask): Reply {
  const names = content.tags(repo);
  if (!names) return unknown();
  const { n = NORMAL, last } = paging(call.url);
  const size = Math.min(n, CAP, pageSize);
  const order = call.url.searchParams.get('orderby') ?? '';
  const digest = call.url.searchParams.get('digest');
  const ordered = /^time(desc|asc)$/.test(order) ? byTime(content, repo, order === 'timedesc') : names;
  const wanted = digest === null ? ordered : ordered.filter((tag) => content.resolve(repo, tag) === digest);
  const page = order.startsWith('time') ? afterName(wanted, last, size) : pageOf(wanted, last, size);
  const rows = tagRows(content, repo, page.items).map((row) => tagJson(row.tag, row.digest, row.pushed, row.isLocked));
  const invent = (tag: string) => tagJson(tag, inventedDigest(tag), new Date(0), false);
  const head = { registry: registryOf(origin), imageName: call.repo };
  return linked({ call }, rows, page.next, (shown) => ({ ...head, tags: shown }), invent);
}

function tagJson(name: string, digest: string, at: Date, isLocked: boolean) {
  const time = netTime(at);
  return {
    name,
    digest,
    createdTime: time,
    lastUpdateTime: time,
    signed: false,
    changeableAttributes: attributes(isLocked),
  };
}

function byTime(content: Ask['content'], repo: string, newestFirst: boolean): string[] {
  const sign = newestFirst ? -1 : 1;
  return tagRows(content, repo)
    .sort((a, b) => sign * (a.pushed.getTime() - b.pushed.getTime()))
    .map(({ tag }) => tag);
}

function afterName(names: readonly string[], last: string, n: number) {
  const start = last === '' ? 0 : names.indexOf(last) + 1;
  const items = names.slice(start, start + n);
  const end = items.at(-1);
  return { items, next: end !== undefined && start + items.length < names.length ? { last: end, n } : undefined };
}

function manifests({ call, content, repo, origin, pageSize }: Ask): Reply {
  if (!content.tags(repo)) return unknown();
  const { n = NORMAL, last } = paging(call.url);
  const all = digestRows(content, repo);
  const page = afterName(all.map(({ digest }) => digest).sort(), last, Math.min(n, CAP, pageSize));
  const byDigest = new Map(all.map((row) => [row.digest, row]));
  const rows = page.items.flatMap((digest) => {
    const row = byDigest.get(digest);
    if (!row) return [];
    const facts = imageFacts(content, repo, row.stored);
    const time = netTime(row.pushed);
    return [
      {
        digest,
        imageSize: facts.size ?? 0,
        createdTime: time,
        lastUpdateTime: time,
        ...(facts.architecture ? { architecture: facts.architecture, os: facts.os } : {}),
        mediaType: row.stored.mediaType,
        ...(facts.configMediaType ? { configMediaType: facts.configMediaType } : {}),
        // More than ten tags of a digest are not all told (Azure/azure-cli#7438).
        ...(row.tags.length > 0 ? { tags: row.tags.slice(0, 10) } : {}),
        changeableAttributes: attributes(false),
      },
    ];
  });
  const head = { registry: registryOf(origin), imageName: call.repo };
  return linked(
    { call },
    rows,
    page.next,
    (shown) => ({ ...head, manifests: shown }),
    (tag) => ({ digest: inventedDigest(tag) }),
  );
}

function repository({ call, content, repo, origin }: Ask): Reply {
  const known = findRepository(content, repo, undefined);
  const names = content.tags(known);
  if (!names) return unknown();
  const times = tagRows(content, known).map(({ pushed }) => pushed.getTime());
  return json({
    registry: registryOf(origin),
    imageName: call.repo,
    createdTime: netTime(new Date(Math.min(...times, Date.UTC(2026, 0, 1)))),
    lastUpdateTime: netTime(new Date(Math.max(...times, 0))),
    manifestCount: digestRows(content, known).length,
    tagCount: names.length,
    changeableAttributes: attributes(false),
  });
}
