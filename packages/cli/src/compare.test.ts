import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answer, Call } from './testing.ts';
import { listOf, runIn } from './testing.ts';

const A = `sha256:${'a'.repeat(64)}`;
const B = `sha256:${'b'.repeat(64)}`;
const REPOSITORY = '33333333-3333-4333-8333-333333333333';
const env = { PHAROS_URL: 'http://pharos.test', PHAROS_TOKEN: 't' };

const counts = { added: 0, removed: 0, changed: 0, same: 0 };
const difference = {
  before: { digest: A, detail: 'config', hasPackages: true, tags: [] },
  after: { digest: B, detail: 'config', hasPackages: false, tags: [] },
  isSame: false,
  facts: [{ field: 'version', before: '17.4', after: '17.5', state: 'changed' }],
  lists: [
    {
      list: 'extensions',
      state: 'changed',
      message: null,
      ...counts,
      changed: 1,
      same: 4,
      entries: [{ name: 'vector', before: '0.7.4', after: '0.8.0', change: 'changed' }],
    },
    { list: 'packages', state: 'unknown', message: 'Of the image after: No SBOM was read.', ...counts, entries: [] },
  ],
};
const then = {
  time: '2026-03-03T23:59:59.999Z',
  answer: 'known',
  digest: A,
  next: null,
  firstSeenAt: '2026-03-01T00:00:00.000Z',
  lastSeenAt: '2026-03-04T00:00:00.000Z',
  current: false,
  engine: 'postgresql',
  version: null,
  scanId: null,
  message: 'Scans saw it.',
  pull: [{ tool: 'docker', command: `docker pull r/pg@${A}` }],
};

function api(call: Call): Answer | undefined {
  const path = decodeURIComponent(call.path.split('?')[0]!);
  if (path === '/repositories') return listOf({ id: REPOSITORY, name: 'pg', host: 'r' });
  if (path.endsWith('/tags/17.5')) return { status: 200, body: { digest: B } };
  if (path.endsWith('/tags/17/at'))
    return {
      status: 200,
      body: call.path.includes('2020') ? { ...then, digest: null, pull: [], answer: 'not-yet' } : then,
    };
  if (path === `/images/${B}/difference`) return { status: 200, body: difference };
  if (path.endsWith('/read')) return { status: 200, body: { digest: A, packagesMessage: 'It is not JSON.' } };
  if (path === '/tag-changes') {
    return listOf({
      kind: 'moved',
      repositoryId: REPOSITORY,
      repository: 'pg',
      registry: 'r',
      name: '17',
      at: '2026-03-05T00:00:00.000Z',
      digest: B,
      previous: A,
      previousLastSeenAt: null,
      scanId: null,
      presence: 'present',
      why: null,
    });
  }
  return undefined;
}

test('compare takes a digest and a tag, and tells what is unknown', async () => {
  const { code, stdout, calls } = await runIn({ env, api }, 'compare', A, 'pg:17.5');
  assert.equal(code, 0, stdout);
  assert.ok(calls.some(({ path }) => decodeURIComponent(path) === `/images/${B}/difference?from=${A}&all=false`));
  assert.match(stdout, /version +17\.4 +17\.5/);
  assert.match(stdout, /Extensions: 1 changed, 4 same\n[\s\S]*changed +vector +0\.7\.4 +0\.8\.0/);
  assert.match(stdout, /Packages: unknown\nOf the image after: No SBOM was read\./);
});

test('compare for programs: the body as it is, an exit code on demand, and reading first', async () => {
  const json = await runIn({ env, api }, 'compare', A, B, '--json');
  assert.deepEqual(JSON.parse(json.stdout), difference);
  assert.equal((await runIn({ env, api }, 'compare', A, B, '--exit-code')).code, 6);
  const read = await runIn({ env, api }, 'compare', A, B, '--read');
  assert.equal(read.calls.filter(({ path, method }) => method === 'POST' && path.endsWith('/read')).length, 2);
  assert.match(read.stderr, /It is not JSON/);
});

test('what a tag meant on a day', async () => {
  const { code, stdout, calls } = await runIn({ env, api }, 'tags', 'history', 'pg:17', '--at', '2026-03-03');
  assert.equal(code, 0);
  assert.ok(calls.some(({ path }) => path.endsWith('/tags/17/at?time=2026-03-03')));
  assert.match(stdout, new RegExp(`digest +${A}`));
  assert.match(stdout, /docker pull r\/pg@sha256/);
  assert.equal((await runIn({ env, api }, 'tags', 'history', 'pg:17', '--at', '2020-01-01')).code, 3);
  assert.equal((await runIn({ env, api }, 'tags', 'history', 'pg:17', '--at', 'March')).code, 2);
});

test('tags that moved, with both digests', async () => {
  const { stdout } = await runIn({ env, api }, 'tags', 'changes', 'pg');
  assert.match(stdout, /2026-03-05 00:00 UTC +pg +17 +moved +sha256:a{12} +sha256:b{12}/);
});
