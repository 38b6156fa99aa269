/** Harbor: its artifacts API lists digests with tags, push times and locks, 100 at a time, and tells what its scanner found. */
import type { TagDetail } from '../abilities.ts';
import { one } from '../answer-error.ts';
import { apiJson, listChanged, PageGuard, recordsOf, textOf, timeOf } from '../api.ts';
import { digestOf, isDigest } from '../digest.ts';
import type { Answer } from '../http.ts';
import { isRepositoryName, isTagName } from '../reference.ts';
import type { Session } from '../session.ts';
import type { Dialect } from './dialect.ts';

/** More is an error (goharbor/harbor#16976). */
const PAGE = 100;

export const harbor: Dialect = {
  provider: 'harbor',
  product: 'Harbor',
  async *describeTags(session, { full }, { signal }) {
    const subject = `the tags of ${full}`;
    const path = `${artifactsOf(full)}?with_tag=true&q=tags%3D*`;
    for await (const rows of pagesOf(session, path, subject, signal)) yield rows.flatMap(detailsOf);
  },
  async *listRepositories(session, { signal }) {
    const subject = 'the list of repositories';
    for await (const rows of pagesOf(session, '/api/v2.0/repositories?', subject, signal)) {
      yield rows.map((row) => textOf(row.name)).filter(isRepositoryName);
    }
  },
  async scannerAnswer(session, { full }, digest, signal) {
    const direct = await session.signIn.direct({ repository: null, text: '' });
    const ask = {
      path: `${artifactsOf(full)}/${encodeURIComponent(digest)}/additions/vulnerabilities`,
      authorization: direct?.header ?? null,
      // The first form that there is a report in; both have the same shape.
      headers: { 'x-accept-vulnerabilities': REPORT_TYPES },
      signal,
    };
    const base = session.apiUrl ?? session.origin;
    const { json, answer } = await apiJson(session, base, ask, `the scanner's report on ${digest} of ${full}`);
    return { json, digest: digestOf(answer.body) };
  },
  advise({ id, code, status }) {
    if (id === 'manifest' && code === 'policy-blocked') {
      return {
        cause:
          'The project prevents pulling of images that are vulnerable or not signed, so that the manifest is held back.',
        cure: 'Scan or sign the image, add an exception to the project’s CVE allow list, or exempt the robot under Project → Configuration.',
      };
    }
    if (id === 'catalog' || id === 'bulk') {
      return {
        cause: 'This account may not use Harbor’s API for the project.',
        cure: 'Give the robot account the permissions “list repository”, “list artifact” and “list tag” (and “pull repository”) on the project; OIDC users use their CLI secret.',
      };
    }
    if (id === 'tags' || id === 'manifest' || (id === 'sign-in' && (code === 'forbidden' || status === 403))) {
      return {
        cause: 'This account may not pull from the project.',
        cure: 'Add it as Limited Guest or higher, or give the robot account “pull repository” on the project.',
      };
    }
    if (id !== 'sign-in') return null;
    return {
      cause: 'Harbor does not accept this user or robot: the secret is wrong, expired, or the robot is switched off.',
      cure: 'Write a robot’s whole name (robot$project+name; mind that shells expand $), refresh its secret, and check its expiry.',
    };
  },
};

const REPORT_TYPES =
  'application/vnd.security.vulnerability.report; version=1.1, application/vnd.scanner.adapter.vuln.report.harbor+json; version=1.0';

function artifactsOf(full: string): string {
  const slash = full.indexOf('/');
  const project = encodeURIComponent(full.slice(0, slash));
  // A repository's name with a slash is encoded twice (Harbor's router decodes once before it splits).
  const repository = encodeURIComponent(encodeURIComponent(full.slice(slash + 1)));
  return `/api/v2.0/projects/${project}/repositories/${repository}/artifacts`;
}

type Row = Readonly<Record<string, unknown>>;

function detailsOf(row: Row): TagDetail[] {
  const digest = isDigest(row.digest) ? row.digest : null;
  if (!Array.isArray(row.tags)) return [];
  return recordsOf(row.tags, 'tags').flatMap((tag): TagDetail[] => {
    const { name, immutable } = tag;
    if (!isTagName(name)) return [];
    const pushedAt = timeOf(tag.push_time) ?? timeOf(row.push_time);
    return [{ name, digest, pushedAt, isLocked: typeof immutable === 'boolean' ? immutable : null }];
  });
}

/** Pages by number until as many rows came as X-Total-Count says; fewer are an incomplete list. */
async function* pagesOf(
  session: Session,
  path: string,
  subject: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Row[], void, undefined> {
  const direct = await session.signIn.direct({ repository: null, text: '' });
  const guard = new PageGuard(session, subject);
  for (let page = 1; ; page += 1) {
    const ask = { path: `${path}&page=${page}&page_size=${PAGE}`, authorization: direct?.header ?? null, signal };
    const { json, answer } = await apiJson(session, session.apiUrl ?? session.origin, ask, subject);
    const rows = recordsOf(json, subject);
    guard.take(rows.map((row) => row.digest ?? row.name));
    if (rows.length > 0) yield rows;
    const total = totalOf(answer);
    if (total === null ? rows.length < PAGE : guard.seen >= total) return;
    if (rows.length === 0) throw listChanged(subject, guard.seen, total ?? guard.seen);
    guard.next();
  }
}

function totalOf(answer: Answer): number | null {
  const text = one(answer.headers['x-total-count'] as string | string[] | undefined) ?? '';
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}
