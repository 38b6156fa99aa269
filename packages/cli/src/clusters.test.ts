import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Answer, type Call, listOf, runIn, temporaryDirectory } from './testing.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const FULL = `sha256:${'cd'.repeat(32)}`;
const image = (digest: string, extensions: string[], selectable = true) => ({
  digest,
  extensions,
  selectable,
  reason: selectable ? null : 'It waits for approval.',
});
const check = (state: string) => ({ id: 'name', state, message: 'Said \u001b[31m in words.', hint: 'Do this.' });

const api =
  (state = 'ok', images: object[] = [image(DIGEST, []), image(FULL, ['vector'])]) =>
  ({ path }: Call): Answer => {
    if (path.startsWith('/cluster-choices')) return { status: 200, body: { engines: [], images, extensions: [] } };
    if (path === '/clusters/manifest') {
      const manifests = state === 'fail' ? [] : [{ kind: 'Cluster' }];
      return {
        status: 200,
        body: { manifests, checks: [check(state)], yaml: state === 'fail' ? '' : '---\nkind: Cluster\n' },
      };
    }
    return listOf();
  };

const MAKE = ['clusters', 'manifest', 'orders', '--location', 'here'];

test('the newest approved image that brings the extension is taken, and the manifest is all of stdout', async () => {
  const ran = await runIn(
    { api: api('warn') },
    ...MAKE,
    '--engine',
    'epas',
    '--major',
    '17',
    '--extension',
    'pgvector',
  );
  assert.equal(ran.code, 0, ran.stderr);
  assert.equal(ran.stdout, '---\nkind: Cluster\n');
  assert.ok(!ran.stderr.includes('\u001b[31m'));
  const body = ran.calls.at(-1)?.body as { image: string; operator: string; extensions: object[] };
  assert.deepEqual([body.image, body.operator, body.extensions], [FULL, 'edb', [{ name: 'pgvector' }]]);
});

test('nothing approved, no image said, a check that fails: nothing on stdout, and a failure', async () => {
  const pending = await runIn({ api: api('ok', [image(DIGEST, [], false)]) }, ...MAKE, '--engine', 'epas');
  assert.match(pending.stderr, /waits for approval/);
  for (const ran of [
    pending,
    await runIn({ api: api() }, ...MAKE),
    await runIn({ api: api('fail') }, ...MAKE, '--image', DIGEST),
  ]) {
    assert.notEqual(ran.code, 0);
    assert.equal(ran.stdout, '');
  }
});

test('export writes each catalog that serves something', async (t) => {
  const dir = temporaryDirectory(t);
  const catalog = (name: string, entries: object[]) => ({ name, location: 'here', entries });
  const answers = ({ path }: Call): Answer =>
    path.includes('.yaml')
      ? { status: 200, body: `kind of ${path}` }
      : { status: 200, body: { items: [catalog('full', [{}]), catalog('empty', [])], next: null, total: 2 } };
  const ran = await runIn({ api: answers }, 'catalog', 'export', '--dir', join(dir, 'new'), '--operator', 'edb');
  assert.equal(ran.code, 0, ran.stderr);
  assert.deepEqual(readdirSync(join(dir, 'new')), ['full.yaml']);
  assert.match(readFileSync(join(dir, 'new', 'full.yaml'), 'utf8'), /catalogs\/full\.yaml\?.*operator=edb/);
});
