import { type Answer, json, ociError } from '../answer.ts';
import { paging, tagPage } from '../good-registry.ts';
import type { Reply } from '../list-page.ts';
import { unauthorized } from '../sign-in.ts';
import type { Ask, Dialect } from './dialect.ts';
import { imageFacts, inventedDigest, type TagRow, tagRows } from './rows.ts';

const SEARCH = /^\/v2\/_zot\/ext\/search\/?$/;

/** Fall-back tags of referrers and signatures by tag: the search counts them as part of what they refer to. */
const UNSEARCHED = /^sha(256|512)-/;

/** A stand-in for zot with its search extension. */
export const zot: Dialect = {
  line: 'zot: GraphQL at /v2/_zot/ext/search, sizes as strings, 404 for an unknown `last`, no cap on n',
  hasReferrers: true,
  tags: (ask) => badPaging(ask) ?? tagPage(ask),
  routes: [
    { kind: 'api', path: /^\/v2\/_oci\/ext\/discover$/, isNeverClosed: true, answer: discover },
    { kind: 'bulk', path: SEARCH, matches: isExpanded, repo: repoOf, answer: expandedRepoInfo },
    { kind: 'bulk', path: SEARCH, method: 'POST', matches: isExpanded, repo: repoOf, answer: expandedRepoInfo },
    { kind: 'api', path: SEARCH, answer: otherQuery },
    { kind: 'api', path: SEARCH, method: 'POST', answer: otherQuery },
  ],
  guard: ({ call, signIn }) => {
    const needs = call.repo && `repository:${call.repo}:pull`;
    const isIn = signIn.knows(call) || (needs ? signIn.grants(call, needs) : signIn.holdsToken(call));
    return isIn ? undefined : signIn.mode === 'token' ? signIn.challenge(call) : unauthorized('Basic realm="zot"');
  },
  closed: () => ociError(403, 'DENIED', 'access is denied'),
};

function badPaging({ call, content, repo }: Ask): Answer | undefined {
  const { last } = paging(call.url);
  if (call.url.searchParams.getAll('n').length > 1) return ociError(400, 'UNKNOWN', 'n is given more than once');
  const isUnknown = last !== '' && content.tags(repo) && content.resolve(repo, last) === undefined;
  return isUnknown ? ociError(404, 'NAME_UNKNOWN', 'last is no tag of this repository') : undefined;
}

function discover(): Reply {
  const search = {
    name: '_zot',
    url: 'https://zotregistry.dev',
    description: 'zot extensions',
    endpoints: ['/v2/_zot/ext/search'],
  };
  return json({ extensions: [search] });
}

type GraphQl = { query?: string; variables?: Readonly<Record<string, unknown>> };

function graphQlOf({ url, method, body }: Ask['call']): GraphQl {
  const { searchParams } = url;
  try {
    if (method === 'POST') return JSON.parse(body) as GraphQl;
    const variables = searchParams.get('variables');
    return { query: searchParams.get('query') ?? '', ...(variables ? { variables: JSON.parse(variables) } : {}) };
  } catch {
    return {};
  }
}

function isExpanded(call: Ask['call']): boolean {
  return /\bExpandedRepoInfo\b/.test(graphQlOf(call).query ?? '');
}

/** The argument, written out or by a variable. */
function repoOf(call: Ask['call']): string {
  const { query = '', variables = {} } = graphQlOf(call);
  const [, written, variable] = /ExpandedRepoInfo\s*\(\s*repo\s*:\s*(?:"([^"]*)"|\$(\w+))/.exec(query) ?? [];
  return written ?? String(variables[variable ?? ''] ?? '');
}

/** All tags in one answer. What was not asked for comes as well: a client must look for its own. */
function expandedRepoInfo({ call, content, repo }: Ask): Reply {
  const names = content.tags(repo);
  if (!names) return graphQlError('repository not found');
  const rows = tagRows(
    content,
    repo,
    names.filter((name) => !UNSEARCHED.test(name)),
  ).map((row) => image(content, repo, row));
  return {
    style: 'number',
    here: '1',
    next: undefined,
    rows,
    render: (images) =>
      json({ data: { ExpandedRepoInfo: { Summary: { Name: call.repo, Size: '0' }, Images: images } } }),
    invent: (tag) => ({ RepoName: repo, Tag: tag, Digest: inventedDigest(tag), Size: '1', Manifests: [] }),
  };
}

function image(content: Ask['content'], repo: string, { tag, digest, stored, pushed }: TagRow) {
  const facts = imageFacts(content, repo, stored);
  const platforms = facts.isIndex ? facts.children.map((child) => child.digest) : [digest];
  const manifests = platforms.flatMap((each) => {
    const manifest = content.manifest(repo, each);
    if (!manifest) return [];
    const own = imageFacts(content, repo, manifest);
    return [
      {
        Digest: each,
        Size: String(own.size ?? 0),
        Platform: { Os: own.os ?? '', Arch: own.architecture ?? '' },
        // The year 1 of Go where there is no time.
        LastUpdated: own.created ?? '0001-01-01T00:00:00Z',
      },
    ];
  });
  return {
    RepoName: repo,
    Tag: tag,
    Digest: digest,
    MediaType: stored.mediaType,
    Size: String(manifests.reduce((sum, { Size }) => sum + Number(Size), 0)),
    LastUpdated: manifests[0]?.LastUpdated ?? '0001-01-01T00:00:00Z',
    PushTimestamp: pushed.toISOString(),
    TaggedTimestamp: pushed.toISOString(),
    IsSigned: false,
    DownloadCount: 0,
    Manifests: manifests,
  };
}

function otherQuery({ call }: Ask): Reply {
  const { query = '' } = graphQlOf(call);
  return graphQlError(query === '' ? 'no operation provided' : 'Cannot query this field');
}

/** GraphQL says its errors with 200. */
const graphQlError = (message: string): Answer => json({ data: null, errors: [{ message, path: [] }] });
