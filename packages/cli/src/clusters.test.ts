import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Answer, type Call, listOf, problem, runIn, temporaryDirectory } from './testing.ts';

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
    if (path.startsWith('/images/')) return { status: 200, body: { facts: { engine: 'postgresql' } } };
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

test('an image is named by its tag, and what it runs decides the operator', async () => {
  const answers = (call: Call): Answer => {
    if (call.path.startsWith('/repositories?')) return listOf({ id: 'r1', name: 'epas', host: 'registry.example.com' });
    if (call.path === '/repositories/r1/tags/17.6') return { status: 200, body: { digest: FULL } };
    if (call.path.startsWith('/images/')) return { status: 200, body: { facts: { engine: 'epas' } } };
    return api()(call);
  };
  // As a script says it whose variable is empty.
  const ran = await runIn({ api: answers }, ...MAKE, '--image', 'epas:17.6', '--pull-secret', '');
  assert.equal(ran.code, 0, ran.stderr);
  const body = ran.calls.at(-1)?.body as { image: string; operator: string; pullSecret: string | null };
  assert.deepEqual([body.image, body.operator, body.pullSecret], [FULL, 'edb', null]);
});

test('nothing approved, no image said, a check that fails: nothing on stdout, and a failure', async () => {
  const pending = await runIn({ api: api('ok', [image(DIGEST, [], false)]) }, ...MAKE, '--engine', 'epas');
  assert.match(pending.stderr, /waits for approval[\s\S]*pharos approvals list/);
  const none = await runIn({ api: api('ok', []) }, ...MAKE, '--engine', 'epas', '--major', '12');
  assert.match(none.stderr, /No image of epas 12 stands in here\.[\s\S]*pharos tags list --location here/);
  for (const ran of [
    pending,
    await runIn({ api: api() }, ...MAKE),
    await runIn({ api: api('fail') }, ...MAKE, '--image', DIGEST),
  ]) {
    assert.notEqual(ran.code, 0);
    assert.doesNotMatch(ran.stderr, /internal/);
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

const UPGRADE = {
  ...{
    id: '00000000-0000-4000-8000-0000000000b1',
    kind: 'minor',
    change: null,
    image: FULL,
    extension: null,
    from: '17.4',
    to: '17.6',
  },
  ...{ when: 'now', instances: null, opensAt: null, approvedAt: null, approvedBy: null, requestedBy: 'ann' },
  ...{ requestedAt: '2026-11-01T00:00:00.000Z', startedAt: null, finishedAt: null, message: 'It said \u001b[31m so.' },
};
const MAINTENANCE = {
  ...{ windows: null, upgradeApproval: false, opensAt: null, closesAt: null },
  location: { locationId: 'here', windows: [], upgradeApproval: true },
};
const KUBERNETES = {
  ...{ code: 'drifted', message: 'kubectl-edit set .spec.instances.', hint: 'Take it back.', checkedAt: null },
  objects: [
    {
      object: { apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', namespace: 'team', name: 'orders' },
      ...{ outcome: 'drifted', phase: 'Healthy\u001b[31m', instances: { ready: 2, total: 3 }, drift: [] },
      conditions: [{ type: 'Ready', status: 'False', reason: 'Waits', message: 'for a replica', at: null }],
      events: [{ type: 'Warning', reason: 'BackOff', message: 'no pull', count: 4, at: null }],
    },
  ],
};
const cluster = (upgrades: object[]) => ({
  ...{ id: '00000000-0000-4000-8000-0000000000c1', name: 'orders', namespace: 'team', location: 'here' },
  ...{
    image: { engine: 'postgresql', tag: '17.4', state: 'approved' },
    status: { state: 'applied', code: 'drifted', message: 'Set.' },
  },
  kubernetes: KUBERNETES,
  ...{ updatedAt: '2026-11-01T00:00:00.000Z', withheld: null, kept: null, yaml: '', checks: [], apply: true },
  history: [{ at: '2026-11-01T00:00:00.000Z', actor: 'ann', action: 'upgrade-verify', detail: '17.4 to 17.6' }],
  ...{ upgrade: upgrades[0] ?? null, upgrades, maintenance: MAINTENANCE },
});
const upgrading =
  (...states: string[]) =>
  ({ path, method }: Call): Answer => {
    if (path.startsWith('/clusters?')) return listOf(cluster([{ ...UPGRADE, state: states[0] }]));
    if (/maintenance$/.test(path)) return { status: 200, body: MAINTENANCE };
    if (/cancel$/.test(path)) return { status: 200, body: { ...UPGRADE, state: 'cancelled' } };
    const state = method === 'GET' && states.length > 1 ? states.splice(0, 1)[0] : states[0];
    return { status: 200, body: cluster([{ ...UPGRADE, state }]) };
  };
const UP = ['clusters', 'upgrade', 'orders'];

test('upgrade asks for now or the window, and --wait ends by what came of it', async () => {
  const scheduled = await runIn({ api: upgrading('scheduled') }, ...UP, '--to', FULL, '--when', 'window');
  assert.equal(scheduled.code, 0, scheduled.stderr);
  assert.deepEqual(scheduled.calls.at(-1)?.body, { image: FULL, when: 'window' });
  assert.match(scheduled.stdout, /17\.4 to 17\.6: scheduled/);
  assert.ok(!scheduled.stdout.includes('\u001b[31m'));
  const verified = await runIn({ api: upgrading('applying', 'applying', 'verified') }, ...UP, '--to', FULL, '--wait');
  assert.equal(verified.code, 0, verified.stderr);
  for (const state of ['unverified', 'stopped', 'cancelled']) {
    const ran = await runIn({ api: upgrading(state) }, ...UP, '--wait');
    assert.equal(ran.code, 6, `${state} ${ran.stderr}`);
    assert.ok(
      ran.calls.every(({ method }) => method === 'GET'),
      'only waits',
    );
  }
});

test('an upgrade that waits is cancelled; where none waits, that is said', async () => {
  const done = await runIn({ api: upgrading('scheduled') }, 'clusters', 'cancel-upgrade', 'orders');
  assert.equal(done.code, 0, done.stderr);
  assert.match(done.calls.at(-1)!.path, /upgrades\/00000000-0000-4000-8000-0000000000b1\/cancel$/);
  const none = await runIn({ api: upgrading('applying') }, 'clusters', 'cancel-upgrade', 'orders');
  assert.deepEqual([none.code, /No upgrade of "orders" waits/.test(none.stderr)], [3, true]);
});

test('windows are written in a line, and shown in words with whose they are', async () => {
  const window = ['clusters', 'window', 'orders'];
  const set = await runIn(
    { api: upgrading('applying') },
    ...window,
    '--set',
    'Fri-Sun 9:30 1h30m Europe/Berlin',
    '--set',
    'daily 23:00 45m',
  );
  assert.equal(set.code, 0, set.stderr);
  assert.deepEqual(set.calls.at(-1)?.body, {
    windows: [
      { days: ['fri', 'sat', 'sun'], from: '09:30', minutes: 90, timeZone: 'Europe/Berlin' },
      { days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '23:00', minutes: 45, timeZone: 'UTC' },
    ],
  });
  const clear = await runIn({ api: upgrading('applying') }, ...window, '--clear', '--approval', 'on');
  assert.deepEqual(clear.calls.at(-1)?.body, { windows: null, upgradeApproval: true });
  const shown = await runIn({ api: upgrading('applying') }, ...window);
  assert.deepEqual([shown.calls.at(-1)?.method, /none is set/.test(shown.stdout)], ['GET', true]);
  assert.match(shown.stdout, /second person confirms/);
  for (const bad of [
    'sat',
    'sat 22:00',
    'sat 25:00 1h',
    'sam 22:00 1h',
    'sat 22:00 1h Mars/Olympus',
    'sat 22:00 1h UTC x',
  ]) {
    const ran = await runIn({ api: upgrading('applying') }, ...window, '--set', bad);
    assert.deepEqual([ran.code, /window-unclear|is no maintenance window/.test(ran.stderr)], [2, true], bad);
  }
  const location = await runIn(
    { api: () => ({ status: 200, body: MAINTENANCE.location }) },
    'locations',
    'window',
    'here',
    '--set',
    'sat 22:00 4h',
  );
  assert.equal(location.code, 0, location.stderr);
  assert.deepEqual(
    [location.calls.at(-1)?.method, location.calls.at(-1)?.path],
    ['PATCH', '/locations/here/maintenance'],
  );
});

test('show tells windows, upgrades and history in words', async () => {
  const ran = await runIn({ api: upgrading('applying') }, 'clusters', 'show', 'orders');
  assert.equal(ran.code, 0, ran.stderr);
  assert.match(ran.stdout, /Upgrade 17\.4 to 17\.6: under way \(ann/);
  assert.match(ran.stdout, / drifted /);
  assert.match(ran.stdout, /^Cluster team\/orders: drifted, Healthy\uFFFD\[31m, 2 of 3 instances ready$/m);
  assert.match(ran.stdout, /^ {2}Ready is False {2}Waits: for a replica\n {2}BackOff: no pull \(4 times\)$/m);
  assert.match(ran.stderr, /^warning: kubectl-edit set \.spec\.instances\. Take it back\.$/m);
  assert.match(ran.stdout, /Upgrade verified by ann: 17\.4 to 17\.6/);
});

const SPEC = {
  ...{ name: 'orders', namespace: 'team', location: 'here', image: DIGEST, instances: 3, operator: 'cnpg' },
  ...{ storage: { size: '20Gi', storageClass: 'fast' }, resources: { cpu: '2', memory: '4Gi' }, via: 'image' },
  ...{ extensions: [{ name: 'vector' }, { name: 'postgis', image: FULL }], pullSecret: 'pull' },
};
const changing = ({ path }: Call): Answer =>
  path.startsWith('/clusters?')
    ? listOf({ ...cluster([]), spec: SPEC })
    : { status: 200, body: { ...cluster([]), spec: SPEC } };

test('update sends what was named, and what it replaces whole it fills from what there is', async () => {
  const update = async (...args: string[]) => {
    const ran = await runIn({ api: changing }, 'clusters', 'update', 'orders', ...args);
    assert.equal(ran.code, 0, ran.stderr);
    const last = ran.calls.at(-1)!;
    assert.deepEqual([last.method, last.path], ['PATCH', '/clusters/00000000-0000-4000-8000-0000000000c1']);
    const { when, ...patch } = last.body as Record<string, unknown>;
    assert.equal(when, args.includes('--when') ? 'window' : 'now');
    return patch;
  };
  assert.deepEqual(await update('--instances', '5', '--apply', '--when', 'window'), { instances: 5, apply: true });
  assert.deepEqual(await update('--storage', '50Gi'), { storage: { size: '50Gi', storageClass: 'fast' } });
  assert.deepEqual(await update('--wal-storage', '5Gi'), {
    storage: { size: '20Gi', storageClass: 'fast', walSize: '5Gi' },
  });
  assert.deepEqual(await update('--memory', '8Gi'), { resources: { cpu: '2', memory: '8Gi' } });
  assert.deepEqual(await update('--cpu', '', '--pull-secret', ''), {
    resources: { memory: '4Gi' },
    pullSecret: null,
  });
  assert.deepEqual(await update('--extension', 'hstore'), { extensions: [{ name: 'hstore' }] });
  assert.deepEqual(await update('--add-extension', `pgaudit=${DIGEST}`, '--remove-extension', 'vector'), {
    extensions: [
      { name: 'postgis', image: FULL },
      { name: 'pgaudit', image: DIGEST },
    ],
  });
});

test('an update that restarts instances can wait for the window, and says so', async () => {
  const api = (call: Call) =>
    call.method === 'PATCH' ? { status: 200, body: cluster([{ ...UPGRADE, state: 'scheduled' }]) } : changing(call);
  const ran = await runIn({ api }, 'clusters', 'update', 'orders', '--memory', '8Gi', '--when', 'window');
  assert.equal(ran.code, 0, ran.stderr);
  assert.deepEqual(ran.calls.at(-1)?.body, { resources: { cpu: '2', memory: '8Gi' }, when: 'window' });
  assert.match(ran.stdout, /: scheduled/);
});

test('update says what it cannot do: nothing named, no such extension, no digest, and what the server refuses', async () => {
  const update = (...args: string[]) => runIn({ api: changing }, 'clusters', 'update', ...args);
  const nothing = await update('orders');
  assert.deepEqual([nothing.code, /nothing-to-change/.test(nothing.stderr)], [2, true]);
  const lost = await update('orders', '--remove-extension', 'nope');
  assert.deepEqual([lost.code, /It has: vector, postgis/.test(lost.stderr)], [2, true]);
  assert.equal((await update('orders', '--add-extension', 'vector=latest')).code, 2);
  assert.equal((await update('orders', '--extension', 'a', '--add-extension', 'b')).code, 2);
  assert.equal((await update('payments', '--instances', '2')).code, 3);
  const refused = await runIn(
    {
      api: (call) =>
        call.method === 'PATCH' ? problem(422, 'cluster-not-admissible', 'Storage only grows.') : changing(call),
    },
    ...['clusters', 'update', 'orders', '--storage', '1Gi', '--json'],
  );
  assert.deepEqual([refused.code, refused.stdout], [2, '']);
  assert.equal(JSON.parse(refused.stderr).detail, 'Storage only grows.');
});
