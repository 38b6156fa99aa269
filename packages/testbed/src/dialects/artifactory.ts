import { type Answer, json, text } from '../answer.ts';
import { isIndex } from '../image.ts';
import type { Reply } from '../list-page.ts';
import { bearerOf } from '../sign-in.ts';
import type { Ask, Dialect } from './dialect.ts';
import { digestRows, inventedDigest } from './rows.ts';

/** The one repository of the stand-in, in the sense of the product: everything stands in it. */
const KEY = 'docker-local';

const KEYED = new RegExp(`^/(?:v2/${KEY}|artifactory/api/docker/${KEY}/v2)(?=/)`);

/** A stand-in for JFrog Artifactory, in the path shape; without the key in the path it is the sub-domain shape. */
export const artifactory: Dialect = {
  line: `Artifactory: AQL, the key ${KEY} in paths and missing in Link, x-jfrog-version, X-JFrog-Art-Api`,
  headers: { 'X-JFrog-Version': 'Artifactory/7.98.9 79809900', 'X-Artifactory-Id': 'testbed' },
  // Link is written from this path, and so loses the key (RTFACT-18971).
  rewrite: (path) => path.replace(KEYED, '/v2'),
  realm: { path: '/artifactory/api/docker/null/v2/token', service: '{host}', bearer: ({ password }) => password },
  routes: [
    { kind: 'repositories', path: /^\/artifactory\/api\/repositories$/, answer: repositories },
    {
      kind: 'bulk',
      path: /^\/artifactory\/api\/search\/aql$/,
      method: 'POST',
      repo: ({ body }) => /"path":\{"\$match":"([^"]+?)\/\*"\}/.exec(body.replace(/\s/g, ''))?.[1] ?? '',
      answer: aql,
    },
  ],
  guard: ({ call, signIn }) => {
    const { password } = signIn.credential;
    const isKnown = signIn.knows(call) || bearerOf(call) === password || call.headers['x-jfrog-art-api'] === password;
    return isKnown ? undefined : refused(401, 'Bad credentials');
  },
  closed: () => refused(403, 'Forbidden'),
};

const refused = (status: number, message: string): Answer => ({ ...json({ errors: [{ status, message }] }), status });

function repositories({ origin }: Ask): Reply {
  const url = `${origin}/artifactory/${KEY}`;
  return json([{ key: KEY, type: 'LOCAL', url, packageType: 'Docker' }]);
}

/**
 * Files called `manifest.json` (images) and `list.manifest.json` (indexes). Children of an index have a folder of their
 * digest beside the folders of tags. The size is that of the manifest.
 */
function aql({ call, content, repo, pageSize }: Ask): Reply {
  const query = call.body.replace(/\s/g, '');
  if (!query.startsWith('items.find(')) return text(400, 'Failed to parse query\n');
  const key = /"repo":"([^"]+)"/.exec(query)?.[1] ?? KEY;
  const named = /"name":(?:"([^"]+)"|\{"\$match":"([^"]+)"\})/.exec(query);
  const match = globOf(named?.[1] ?? named?.[2] ?? '*');
  const repos = key !== KEY ? [] : repo ? [repo] : content.repositories();
  const files = repos.flatMap((name) => filesOf(content, name)).filter((file) => match.test(file.name));
  const offset = Number(/\.offset\((\d+)\)/.exec(query)?.[1] ?? 0);
  // Without `.limit` everything comes at once.
  const limit = Math.min(
    Number(/\.limit\((\d+)\)/.exec(query)?.[1] ?? Number.POSITIVE_INFINITY),
    pageSize < 1000 ? pageSize : Number.POSITIVE_INFINITY,
  );
  const rows = files.slice(offset, offset + limit);
  const end = offset + rows.length;
  return {
    style: 'number',
    here: String(offset + 1),
    next: end < files.length ? String(end + 1) : undefined,
    rows,
    render: (shown, next) =>
      json({
        results: shown,
        range: {
          start_pos: offset,
          end_pos: end,
          total: next === undefined ? files.length : Math.max(files.length, end + 1),
        },
      }),
    invent: (tag) => ({
      repo: KEY,
      path: `${repo}/${tag}`,
      name: 'manifest.json',
      sha256: inventedDigest(tag).slice(7),
    }),
  };
}

const globOf = (glob: string) =>
  new RegExp(
    `^${glob
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  );

type File = Readonly<Record<string, unknown>> & { name: string };

function filesOf(content: Ask['content'], repo: string): File[] {
  return digestRows(content, repo).flatMap(({ digest, stored, tags, pushed }): File[] => {
    const folders = tags.length > 0 ? tags : [digest];
    return folders.map((folder) => ({
      repo: KEY,
      path: `${repo}/${folder}`,
      name: isIndex(stored) ? 'list.manifest.json' : 'manifest.json',
      type: 'file',
      size: stored.bytes.length,
      created: pushed.toISOString(),
      modified: pushed.toISOString(),
      sha256: digest.slice('sha256:'.length),
    }));
  });
}
