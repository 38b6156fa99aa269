import { type Answer, json } from '../answer.ts';
import { type Reply, type Row, slice } from '../list-page.ts';
import { bearerOf } from '../sign-in.ts';
import { type Ask, type Dialect, findRepository, namesBelow, numberIn } from './dialect.ts';
import { inventedDigest } from './rows.ts';

const NAMESPACE = 'pharos';
const API = 'image.openshift.io/v1';

/** A stand-in for the internal registry of OpenShift, with the image streams of the Kubernetes API on its own origin. */
export const openshift: Dialect = {
  line: 'OpenShift: image streams of the Kubernetes API on its own origin, /openshift/token, any user with a token',
  hasApiOrigin: true,
  namespace: NAMESPACE,
  alwaysChallenges: true,
  realm: { path: '/openshift/token', accepts: () => true, bearer: ({ password }) => password },
  routes: [
    {
      kind: 'bulk',
      path: /^\/apis\/image\.openshift\.io\/v1\/namespaces\/(?<namespace>[^/]+)\/imagestreams\/(?<name>.+)$/,
      repo: (_call, { namespace = '', name = '' }) => `${namespace}/${name}`,
      answer: one,
    },
    {
      kind: 'repositories',
      path: /^\/apis\/image\.openshift\.io\/v1\/(?:namespaces\/(?<namespace>[^/]+)\/)?imagestreams$/,
      answer: list,
    },
  ],
  guard: ({ call, signIn }) =>
    bearerOf(call) === signIn.credential.password ? undefined : status(401, 'Unauthorized', 'Unauthorized'),
  closed: () => status(403, 'Forbidden', 'imagestreams.image.openshift.io is forbidden: User cannot list resource'),
};

const status = (code: number, reason: string, message: string): Answer => ({
  ...json({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code }),
  status: code,
});

/** `items[0]` is where the tag points now; the rest is its past. */
function tagJson(ask: Ask, repo: string, tag: string): Row {
  const { content, origin } = ask;
  const stays = [...(content.history(repo).get(tag) ?? [])].reverse();
  return {
    tag,
    items: stays.map(({ digest, from }, index) => ({
      created: from.toISOString().replace(/\.\d{3}Z$/, 'Z'),
      dockerImageReference: `${new URL(origin).host}/${repo}@${digest}`,
      image: digest,
      generation: stays.length - index,
    })),
  };
}

function stream(ask: Ask, namespace: string, name: string, tags: readonly Row[] | null): Row {
  const repository = `${namespace}/${name}`;
  return {
    kind: 'ImageStream',
    apiVersion: API,
    metadata: { name, namespace, uid: repository, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' },
    // Wishes: what stands here need not be there.
    spec: { lookupPolicy: { local: false }, tags: [{ name: 'wished-for', from: { kind: 'DockerImage', name: 'x' } }] },
    status: {
      dockerImageRepository: `${new URL(ask.origin).host}/${repository}`,
      ...(tags === null ? {} : { tags }),
    },
  };
}

function one(ask: Ask): Reply {
  const { content, repo, names } = ask;
  const { namespace = '', name = '' } = names;
  const tags = content.tags(repo);
  if (!tags) return status(404, 'NotFound', `imagestreams.image.openshift.io "${name}" not found`);
  return {
    style: 'number',
    here: '1',
    next: undefined,
    rows: tags.map((tag) => tagJson(ask, repo, tag)),
    render: (rows) => json(stream(ask, namespace, name, rows) as object),
    invent: (tag) => ({ tag, items: [{ image: inventedDigest(tag), created: '2026-01-01T00:00:00Z', generation: 1 }] }),
  };
}

/** Of one namespace, or of the cluster; `limit` and `continue` as everywhere in Kubernetes. */
function list(ask: Ask): Reply {
  const { call, content, names, pageSize } = ask;
  const spaces = names.namespace ? [names.namespace] : spacesOf(content);
  const all = spaces.flatMap((space) => namesBelow(content, space, NAMESPACE).map((name) => ({ space, name })));
  const here = call.url.searchParams.get('continue') ?? '';
  const limit = numberIn(call.url, 'limit', Number.POSITIVE_INFINITY);
  const { items, next } = slice(all, Number(Buffer.from(here, 'base64url').toString()) || 0, Math.min(limit, pageSize));
  const row = ({ space, name }: { space: string; name: string }): Row => {
    const repo = findRepository(content, `${space}/${name}`, NAMESPACE);
    const tags = content.tags(repo) ?? [];
    return stream(ask, space, name, tags.length > 0 ? tags.map((tag) => tagJson(ask, repo, tag)) : null);
  };
  return {
    style: 'token',
    here,
    next: next === undefined ? undefined : Buffer.from(String(next)).toString('base64url'),
    rows: items.map(row),
    render: (rows, to) =>
      json({
        kind: 'ImageStreamList',
        apiVersion: API,
        metadata: { resourceVersion: '1', ...(to === undefined ? {} : { continue: to }) },
        items: rows,
      }),
    invent: (name) => stream(ask, NAMESPACE, name, []),
  };
}

function spacesOf(content: Ask['content']): string[] {
  const spaces = content.repositories().map((name) => (name.includes('/') ? (name.split('/')[0] ?? '') : NAMESPACE));
  return [...new Set(spaces)];
}
