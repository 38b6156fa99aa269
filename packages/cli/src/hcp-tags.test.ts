import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Answer, type Call, listOf, problem, runIn, temporaryDirectory } from './testing.ts';

const ID = '66666666-6666-4666-8666-666666666666';
const REPOSITORY = '77777777-7777-4777-8777-777777777777';
const DIGEST = `sha256:${'a'.repeat(64)}`;

const hcpTag = (over: object = {}) => ({
  id: ID,
  name: 'Team AI',
  color: 'teal',
  description: 'Ours\u001b[31m',
  repositoryCount: 1,
  imageCount: 12,
  createdAt: '2026-01-01T00:00:00.000Z',
  createdBy: 'ada',
  updatedAt: '2026-01-01T00:00:00.000Z',
  updatedBy: 'ada',
  ...over,
});

const repository = {
  id: REPOSITORY,
  name: 'postgresql',
  host: 'registry.example.com',
  description: 'Ours',
  hasOwnDescription: true,
  readme: null,
  readmeRevision: 4,
  readmeEdited: null,
  statedReadme: { text: '# Hi\u001b[31m', source: 'label', key: 'org.opencontainers.image.description', tag: '17.4' },
};

function api({ method, path }: Call): Answer {
  if (path.startsWith('/repositories?')) return listOf(repository);
  if (path.includes('/tags/17')) return { status: 200, body: { name: '17', digest: DIGEST } };
  if (path.startsWith('/repositories/')) return { status: 200, body: repository };
  if (path === '/hcp-tags/assign') return { status: 200, body: { added: 2, removed: 0, unchanged: 1 } };
  if (method === 'DELETE') return { status: 204 };
  if (method === 'POST') return { status: 201, body: hcpTag() };
  if (method === 'PATCH' || path === `/hcp-tags/${ID}`) return { status: 200, body: hcpTag() };
  return listOf(hcpTag(), hcpTag({ id: REPOSITORY, name: 'Team AI 2', repositoryCount: 0, imageCount: 0 }));
}

test('HCP tags are listed with what they are on, and hostile text cannot move the cursor', async () => {
  const { stdout, code } = await runIn({ api }, 'hcp-tags', 'list');
  assert.equal(code, 0);
  assert.match(stdout, /Team AI +teal +1 +12 .*Ours\uFFFD\[31m/);
  assert.equal(JSON.parse((await runIn({ api }, 'hcp-tags', 'list', '--json')).stdout).items.length, 2);
});

test('one is made and changed by name, whatever its case', async () => {
  const made = await runIn({ api }, 'hcp-tags', 'create', 'Team AI', '--color', 'teal', '--description', 'Ours');
  assert.deepEqual(made.calls.at(-1)?.body, { name: 'Team AI', color: 'teal', description: 'Ours' });
  assert.equal((await runIn({ api }, 'hcp-tags', 'create', 'x', '--color', '#ff0000')).code, 2);
  const changed = await runIn({ api }, 'hcp-tags', 'update', 'team ai', '--name', 'Team ML');
  assert.equal(changed.calls.at(-1)?.path, `/hcp-tags/${ID}`);
  assert.deepEqual(changed.calls.at(-1)?.body, { name: 'Team ML' });
  assert.equal((await runIn({ api }, 'hcp-tags', 'update', 'nobody', '--name', 'x')).code, 3);
});

test('one that is on something is deleted with --yes only, and says on what it is', async () => {
  const asked = await runIn({ api }, 'hcp-tags', 'delete', 'Team AI');
  assert.equal(asked.code, 2);
  assert.match(asked.stderr, /on 1 repository and 12 images/);
  assert.ok(asked.calls.every(({ method }) => method !== 'DELETE'));
  assert.equal((await runIn({ api }, 'hcp-tags', 'delete', 'Team AI', '--yes')).calls.at(-1)?.method, 'DELETE');
  assert.equal((await runIn({ api }, 'hcp-tags', 'delete', 'Team AI 2')).code, 0);
});

test('they are put on repositories, on what tags point to and on digests, in one request', async () => {
  const ran = await runIn(
    { api },
    ...['hcp-tags', 'apply', 'team ai', 'Team AI 2', '--repository', 'postgresql'],
    ...['--tag', 'postgresql:17', '--image', DIGEST],
  );
  assert.equal(ran.code, 0, ran.stderr);
  assert.deepEqual(ran.calls.at(-1)?.body, {
    add: [ID, REPOSITORY],
    repositories: [REPOSITORY],
    images: [DIGEST, DIGEST],
  });
  assert.match(ran.stdout, /put on 2; 1 was so before/);
  const off = await runIn({ api }, 'hcp-tags', 'remove', 'team ai', '--repository', 'postgresql');
  assert.deepEqual(off.calls.at(-1)?.body, { remove: [ID], repositories: [REPOSITORY], images: [] });
  assert.equal((await runIn({ api }, 'hcp-tags', 'apply', 'team ai')).code, 2);
  assert.equal((await runIn({ api }, 'hcp-tags', 'apply', 'team ai', '--tag', 'postgresql')).code, 2);
});

test('lists are narrowed by several HCP tags', async () => {
  for (const noun of ['tags', 'repositories']) {
    const ran = await runIn({ api: () => listOf() }, noun, 'list', '--hcp-tag', 'a b', '--hcp-tag', 'c');
    assert.match(ran.calls.at(-1)?.path ?? '', /hcpTag=a\+b%2Cc/);
  }
});

test('a description is written or taken back', async () => {
  const written = await runIn({ api }, 'repositories', 'describe', 'postgresql', 'Ours');
  assert.deepEqual(written.calls.at(-1)?.body, { description: 'Ours' });
  const reset = await runIn({ api }, 'repositories', 'describe', 'postgresql', '--reset');
  assert.deepEqual(reset.calls.at(-1)?.body, { description: null });
  assert.equal((await runIn({ api }, 'repositories', 'describe', 'postgresql')).code, 2);
  assert.equal((await runIn({ api }, 'repositories', 'describe', 'postgresql', 'x', '--reset')).code, 2);
});

test('a README is printed with its source, and written over the revision that was read', async (t) => {
  const shown = await runIn({ api }, 'repositories', 'readme', 'postgresql');
  assert.equal(shown.stdout, '# Hi\uFFFD[31m\n');
  assert.match(shown.stderr, /label org\.opencontainers\.image\.description of the tag 17\.4/);
  const cwd = temporaryDirectory(t);
  writeFileSync(join(cwd, 'README.md'), '# Ours\n');
  const written = await runIn({ api, cwd }, 'repositories', 'readme', 'postgresql', '--file', 'README.md');
  assert.deepEqual(written.calls.at(-1)?.body, { readme: '# Ours\n', readmeRevision: 4 });
  const piped = await runIn({ api, stdin: 'x' }, 'repositories', 'readme', 'postgresql', '--file', '-');
  assert.deepEqual(piped.calls.at(-1)?.body, { readme: 'x', readmeRevision: 4 });
  const gone = await runIn({ api }, 'repositories', 'readme', 'postgresql', '--remove');
  assert.deepEqual(gone.calls.at(-1)?.body, { readme: null, readmeRevision: 4 });
  const late = (call: Call) => (call.method === 'PATCH' ? problem(409, 'conflict', 'Changed by bob.') : api(call));
  const refused = await runIn({ api: late }, 'repositories', 'readme', 'postgresql', '--remove');
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /Changed by bob/);
});
