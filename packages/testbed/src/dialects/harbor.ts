import { type Answer, json } from '../answer.ts';
import { isIndex } from '../image.ts';
import type { Reply, Row } from '../list-page.ts';
import { type Ask, closedCatalog, type Dialect, namesBelow, numberedPage, numberIn, withQuery } from './dialect.ts';
import { type DigestRow, digestRows, imageFacts, inventedDigest, tagRows } from './rows.ts';

const CAP = 100;
const NORMAL = 10;
const PROJECT = 'library';

/** An error as Harbor's own API writes it. */
function harborError(status: number, code: string, message: string): Answer {
  return { ...json({ errors: [{ code, message }] }), status };
}

/** A stand-in for Harbor 2. */
export const harbor: Dialect = {
  line: 'Harbor 2: /api/v2.0 with artifacts, names encoded twice, page_size up to 100, /service/token',
  namespace: PROJECT,
  alwaysChallenges: true,
  hasReferrers: true,
  realm: { path: '/service/token', service: 'harbor-registry' },
  // For system administrators only.
  catalog: closedCatalog,
  routes: [
    { kind: 'api', path: /^\/api\/v2\.0\/systeminfo$/, isOpen: true, isNeverClosed: true, answer: systeminfo },
    { kind: 'api', path: /^\/api\/v2\.0\/projects$/, answer: projects },
    { kind: 'repositories', path: /^\/api\/v2\.0\/projects\/(?<project>[^/]+)\/repositories$/, answer: repositories },
    { kind: 'repositories', path: /^\/api\/v2\.0\/repositories$/, answer: repositories },
    {
      kind: 'bulk',
      path: /^\/api\/v2\.0\/projects\/(?<project>[^/]+)\/repositories\/(?<name>[^/]+)\/artifacts$/,
      // One encoding is taken off with the path; a name with a slash has a second one.
      repo: (_call, { project = '', name = '' }) =>
        `${project}/${name.includes('/') ? 'encoded-once' : decodeAgain(name)}`,
      answer: artifacts,
    },
    {
      kind: 'api',
      path: /^\/api\/v2\.0\/projects\/(?<project>[^/]+)\/repositories\/(?<name>[^/]+)\/artifacts\/(?<reference>[^/]+)\/additions\/vulnerabilities$/,
      repo: (_call, { project = '', name = '' }) =>
        `${project}/${name.includes('/') ? 'encoded-once' : decodeAgain(name)}`,
      answer: vulnerabilities,
    },
  ],
  guard: ({ call, signIn }) => (signIn.knows(call) ? undefined : harborError(401, 'UNAUTHORIZED', 'unauthorized')),
  closed: () => harborError(403, 'FORBIDDEN', 'forbidden'),
};

function decodeAgain(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function systeminfo({ origin }: Ask): Reply {
  return json({
    harbor_version: 'v2.13.1-a1b2c3d4',
    registry_url: new URL(origin).host,
    external_url: origin,
    auth_mode: 'db_auth',
  });
}

/** A numbered page with X-Total-Count and Link; 422 above the cap (goharbor/harbor#16976). */
function counted<T>(
  { call, pageSize }: Ask,
  all: readonly T[],
  row: (entry: T) => Row,
  invent: (tag: string) => Row,
): Reply {
  const asked = numberIn(call.url, 'page_size', NORMAL);
  if (asked > CAP) {
    return harborError(422, 'UNPROCESSABLE_ENTITY', `page_size in query should be less than or equal to ${CAP}`);
  }
  const page = numberIn(call.url, 'page', 1);
  const size = Math.min(asked, pageSize);
  return numberedPage(all, page, size, row, {
    invent,
    render: (rows, next) => ({
      ...json(rows ?? [], {
        'X-Total-Count': String(all.length),
        ...(next ? { Link: `<${withQuery(call.url, { page: next, page_size: size })}>; rel="next"` } : {}),
      }),
      ...(rows === null ? { body: Buffer.from('null') } : {}),
    }),
  });
}

function projects(ask: Ask): Reply {
  const names = new Set(ask.content.repositories().map((name) => (name.includes('/') ? name.split('/')[0] : PROJECT)));
  const wanted = ask.call.url.searchParams.get('name') ?? '';
  const row = (name: string): Row => ({
    project_id: [...names].indexOf(name) + 1,
    name,
    metadata: { public: 'true' },
    repo_count: namesBelow(ask.content, name, PROJECT).length,
  });
  return counted(
    ask,
    [...names].filter((name): name is string => name?.includes(wanted) ?? false),
    row,
    row,
  );
}

function repositories(ask: Ask): Reply {
  const { content, names } = ask;
  const { project } = names;
  const full = (name: string) => (name.includes('/') ? name : `${PROJECT}/${name}`);
  const all = project
    ? namesBelow(content, project, PROJECT).map((name) => `${project}/${name}`)
    : content.repositories().map(full);
  if (project && all.length === 0) return harborError(404, 'NOT_FOUND', `project ${project} not found`);
  const row = (name: string): Row => ({ id: all.indexOf(name) + 1, name, artifact_count: 1, pull_count: 0 });
  return counted(ask, all, row, row);
}

function artifacts(ask: Ask): Reply {
  const { call, content, repo } = ask;
  if (!content.tags(repo)) return harborError(404, 'NOT_FOUND', `repository ${call.repo} not found`);
  const query = call.url.searchParams.get('q') ?? '';
  // Children of an index are no artifacts of their own in this list; other untagged manifests are.
  const rows = topLevel(ask).filter(({ tags }) =>
    query.includes('tags=*') ? tags.length > 0 : query.includes('tags=nil') ? tags.length === 0 : true,
  );
  const tags = new Map(tagRows(content, repo).map((row) => [row.tag, row]));
  const withTags = call.url.searchParams.get('with_tag') !== 'false';
  const withLock = call.url.searchParams.get('with_immutable_status') === 'true';
  const tag = (name: string) => ({
    id: 1,
    name,
    push_time: (tags.get(name)?.pushed ?? new Date(0)).toISOString(),
    // Empty times are year 1 in Go.
    pull_time: '0001-01-01T00:00:00.000Z',
    immutable: withLock && (tags.get(name)?.isLocked ?? false),
  });
  return counted(
    ask,
    rows,
    (row) => ({ ...artifact(ask, row), tags: withTags && row.tags.length > 0 ? row.tags.map(tag) : null }),
    (name) => ({ digest: inventedDigest(name), tags: [tag(name)] }),
  );
}

/** What it answers without the header. */
const OLD_REPORT = 'application/vnd.scanner.adapter.vuln.report.harbor+json; version=1.0';

/** The report under the first form that is asked for; `{}` where nothing was scanned; an index has those of its children in one. */
function vulnerabilities(ask: Ask): Reply {
  const { call, content, repo, names } = ask;
  const row = digestRows(content, repo).find(
    ({ digest, tags }) => digest === names.reference || tags.includes(names.reference ?? ''),
  );
  if (!row) return harborError(404, 'NOT_FOUND', `artifact ${call.repo}@${names.reference} not found`);
  const children = isIndex(row.stored) ? imageFacts(content, repo, row.stored).children : [];
  const reports = [row, ...children].flatMap(({ digest }) => content.reportOn(repo, digest) ?? []);
  const [first] = reports;
  if (first === undefined) return json({});
  const [form = OLD_REPORT] = (call.headers['x-accept-vulnerabilities']?.toString() ?? OLD_REPORT).split(',');
  const times = reports.map(({ generated_at }) => generated_at).toSorted();
  const vulnerabilities = reports.flatMap((each) => each.vulnerabilities);
  return json({ [form.trim()]: { ...first, generated_at: times.at(-1), vulnerabilities } });
}

function topLevel({ content, repo }: Ask): DigestRow[] {
  const rows = digestRows(content, repo);
  const children = new Set(
    rows
      .filter(({ stored }) => isIndex(stored))
      .flatMap(({ stored }) => imageFacts(content, repo, stored).children.map(({ digest }) => digest)),
  );
  return rows.filter(({ digest, tags }) => tags.length > 0 || !children.has(digest)).reverse();
}

function artifact({ content, repo }: Ask, { digest, stored, pushed }: DigestRow) {
  const facts = imageFacts(content, repo, stored);
  return {
    id: 1,
    type: 'IMAGE',
    digest,
    media_type: facts.configMediaType ?? stored.mediaType,
    manifest_media_type: stored.mediaType,
    ...(facts.artifactType ? { artifact_type: facts.artifactType } : {}),
    size: facts.size ?? stored.bytes.length,
    push_time: pushed.toISOString(),
    pull_time: '0001-01-01T00:00:00.000Z',
    extra_attrs: facts.isIndex ? null : { os: facts.os, architecture: facts.architecture, created: facts.created },
    annotations: Object.keys(facts.annotations).length > 0 ? facts.annotations : null,
    references: facts.isIndex
      ? facts.children.map((child) => ({ child_digest: child.digest, platform: child.platform ?? null }))
      : null,
  };
}
