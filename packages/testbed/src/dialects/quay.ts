import { type Answer, json, ociError, text } from '../answer.ts';
import { catalogPage, tagPage } from '../good-registry.ts';
import { type ListPage, type Reply, type Row, slice } from '../list-page.ts';
import { bearerOf } from '../sign-in.ts';
import { type Ask, type Dialect, namesBelow, numberedPage, numberIn } from './dialect.ts';
import { imageFacts, inventedDigest } from './rows.ts';

const CAP = 100;
const NAMESPACE = 'pharos';

/** RFC 2822, in UTC without saying GMT. */
const mailTime = (at: Date) => at.toUTCString().replace('GMT', '-0000');

/** A stand-in for Quay. Its referrers API is behind a switch, as there. */
export const quay: Dialect = {
  line: 'Quay: /api/v1 with history unless onlyActiveTags, RFC 2822 dates, opaque next_page, HTML 429, /v2/auth',
  namespace: NAMESPACE,
  alwaysChallenges: true,
  realm: { path: '/v2/auth', service: '{host}' },
  tags: (ask) => opaque(ask, tagPage),
  catalog: (ask) => opaque(ask, catalogPage),
  // A subject that is not there is no empty list of referrers here.
  finish: (answer, { call, content, repo }) =>
    call.kind === 'referrers' && answer.status === 200 && content.resolve(repo, call.reference) === undefined
      ? ociError(404, 'MANIFEST_INVALID', 'manifest invalid')
      : answer,
  routes: [
    { kind: 'bulk', path: /^\/api\/v1\/repository\/(?<repo>.+)\/tag\/$/, answer: tags },
    { kind: 'repositories', path: /^\/api\/v1\/repository\/?$/, answer: repositories },
  ],
  // An application's token: the robot of the registry is nobody here.
  guard: ({ call, signIn }) => (bearerOf(call) === signIn.apiToken ? undefined : denied(401, 'Unauthorized')),
  closed: () => denied(403, 'Forbidden'),
  tooMany: () => text(429, '<html><head><title>429 Too Many Requests</title></head></html>\n', 'text/html'),
};

function denied(status: number, title: string): Answer {
  const detail = status === 401 ? 'Requires authentication' : 'Unauthorized';
  return { ...json({ detail, error_message: detail, error_type: 'insufficient_scope', title, status }), status };
}

/** The place of the next page, sealed: `last` means nothing here. */
function opaque(ask: Ask, pageOf: typeof tagPage): Reply {
  const { call } = ask;
  const url = new URL(call.url);
  url.searchParams.delete('last');
  const sealed = url.searchParams.get('next_page');
  if (sealed !== null) url.searchParams.set('last', Buffer.from(sealed, 'base64url').toString());
  const page = pageOf({ ...ask, call: { ...call, url } }, { normal: CAP, cap: CAP });
  if (!('render' in page)) return page;
  const { n, last } = Object.fromEntries(new URL(page.next ?? '', ask.origin).searchParams);
  const query = new URLSearchParams({ n: n ?? '', next_page: Buffer.from(last ?? '').toString('base64url') });
  return { ...page, here: call.url.pathname + call.url.search, next: page.next && `${url.pathname}?${query}` };
}

function tags(ask: Ask): Reply {
  const { call, content, repo, pageSize } = ask;
  if (!content.tags(repo)) return denied(404, 'not_found');
  const isActive = call.url.searchParams.get('onlyActiveTags') === 'true';
  const [, how, name = ''] = /^(like|eq):(.*)$/.exec(call.url.searchParams.get('filter_tag_name') ?? '') ?? [];
  const all = [...content.history(repo)]
    .flatMap(([tag, stays]) => stays.map((stay) => ({ tag, ...stay })))
    .filter(({ tag, until }) => {
      const isWanted = how === 'eq' ? tag === name : tag.includes(name);
      return isWanted && (!isActive || until === undefined) && (until !== undefined || content.resolve(repo, tag));
    })
    .sort((a, b) => b.from.getTime() - a.from.getTime());
  const page = numberIn(call.url, 'page', 1);
  const limit = Math.max(1, Math.min(numberIn(call.url, 'limit', 50), CAP, pageSize));
  const row = ({ tag, digest, from, until }: (typeof all)[number]): Row => {
    const stored = content.manifest(repo, digest);
    const facts = stored && imageFacts(content, repo, stored);
    return {
      name: tag,
      reversion: false,
      start_ts: Math.floor(from.getTime() / 1000),
      ...(until ? { end_ts: Math.floor(until.getTime() / 1000), expiration: mailTime(until) } : {}),
      manifest_digest: digest,
      is_manifest_list: facts?.isIndex ?? false,
      size: facts?.size ?? null,
      last_modified: mailTime(from),
      immutable: content.isLocked(repo, tag),
    };
  };
  const rest: Pick<ListPage, 'render' | 'invent'> = {
    render: (rows, next) => json({ tags: rows, page, has_additional: next !== undefined }),
    invent: (tag) => ({
      name: tag,
      manifest_digest: inventedDigest(tag),
      is_manifest_list: false,
      size: 1,
      start_ts: 1,
    }),
  };
  return numberedPage(all, page, limit, row, rest);
}

function repositories(ask: Ask): Reply {
  const { call, content, pageSize } = ask;
  const namespace = call.url.searchParams.get('namespace');
  if (namespace === null && call.url.searchParams.get('public') !== 'true') return denied(400, 'invalid_request');
  const here = call.url.searchParams.get('next_page') ?? '';
  const names =
    namespace === null
      ? content.repositories().map((name) => (name.includes('/') ? name : `${NAMESPACE}/${name}`))
      : namesBelow(content, namespace, NAMESPACE).map((name) => `${namespace}/${name}`);
  const start = Number(Buffer.from(here, 'base64url').toString()) || 0;
  const { items, next } = slice(names, start, Math.min(CAP, pageSize));
  const row = (name: string): Row => ({
    namespace: name.slice(0, name.indexOf('/')),
    name: name.slice(name.indexOf('/') + 1),
    description: null,
    is_public: true,
    kind: 'image',
    state: 'NORMAL',
  });
  return {
    style: 'token',
    here,
    next: next === undefined ? undefined : Buffer.from(String(next)).toString('base64url'),
    rows: items.map(row),
    render: (rows, to) => json({ repositories: rows, ...(to === undefined ? {} : { next_page: to }) }),
    invent: (name) => row(`${NAMESPACE}/${name}`),
  };
}
