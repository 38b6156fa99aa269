import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { type Answer, type Call, runIn, temporaryDirectory } from './testing.ts';

const ID = '019ab000-0000-7000-8000-000000000001';
const follower = { id: ID, name: 'orders', namespace: 'team', major: 17, stage: 'canary', apply: true };
const rollout = {
  edition: 4,
  state: 'waiting-for-health',
  since: '2026-11-01T00:00:00.000Z',
  healthySince: null,
  message: 'team/orders (Upgrading cluster)',
  by: 'Pharos',
  startedAt: '2026-11-01T00:00:00.000Z',
};
const policy = { canaries: [ID] };
const detail = {
  name: 'pg',
  location: 'here',
  entries: [{}],
  edition: 3,
  newest: 4,
  rollout,
  policy,
  restarts: [follower],
  held: [] as object[],
  waiting: 0,
};
const api =
  (more: object = {}) =>
  ({ path }: Call): Answer => {
    if (path.endsWith('/preview')) {
      const changes = [{ major: 17, before: 'r/pg:17.11', after: 'r/pg:17.9' }];
      return {
        status: 200,
        body: { entries: [], changes, refused: [], restarts: [follower], held: [], isStaged: false, ...more },
      };
    }
    if (path.includes('.yaml')) return { status: 200, body: 'kind: ClusterImageCatalog\n' };
    if (path.startsWith('/clusters')) return { status: 200, body: { ...follower, id: ID } };
    if (path === '/catalogs') return { status: 200, body: { items: [detail], next: null, total: 1 } };
    return { status: 200, body: detail };
  };

test('a rollback says what it restarts, and does it only when that is meant', async () => {
  const asked = await runIn({ api: api() }, 'catalog', 'rollback', 'pg', '--edition', '3');
  assert.notEqual(asked.code, 0);
  assert.match(asked.stderr, /team\/orders/);
  assert.ok(!asked.calls.some(({ path }) => path.endsWith('/publish')));
  const done = await runIn({ api: api() }, 'catalog', 'rollback', 'pg', '--edition', '3', '--urgent', '--yes');
  assert.equal(done.code, 0, done.stderr);
  assert.match(done.stdout, /17: r\/pg:17\.11 → r\/pg:17\.9/);
  assert.deepEqual(done.calls.at(-1)?.body, { edition: 3, reason: '', urgent: true });
  const quiet = await runIn({ api: api({ restarts: [] }) }, 'catalog', 'publish', 'pg');
  assert.equal(quiet.code, 0, quiet.stderr);
  assert.deepEqual(quiet.calls.at(-1)?.body, { edition: null, reason: '', urgent: false });
});

test('a rollout is shown, goes on, stops, and has a policy', async () => {
  const shown = await runIn({ api: api() }, 'catalog', 'rollout', 'status', 'pg');
  assert.match(shown.stdout, /edition 4: waiting for health/);
  const stopped = await runIn({ api: api() }, 'catalog', 'rollout', 'stop', 'pg', '--reason', 'lunch');
  assert.deepEqual(stopped.calls.at(-1)?.body, { edition: 4, action: 'stop', reason: 'lunch' });
  const set = await runIn({ api: api() }, 'catalog', 'rollout', 'policy', 'pg', '--canary', ID, '--advance', 'by-hand');
  assert.equal(set.code, 0, set.stderr);
  assert.deepEqual(set.calls.at(-1)?.body, {
    policy: {
      canaries: [ID],
      healthyMinutes: 30,
      giveUpMinutes: 120,
      window: 'location',
      advance: 'by-hand',
      urgentRevocations: false,
    },
  });
  const none = await runIn({ api: api() }, 'catalog', 'rollout', 'policy', 'pg', '--none');
  assert.deepEqual(none.calls.at(-1)?.body, { policy: null });
});

test('export writes what the canaries follow as well', async (t) => {
  const dir = temporaryDirectory(t);
  const ran = await runIn({ api: api() }, 'catalog', 'export', '--dir', dir);
  assert.equal(ran.code, 0, ran.stderr);
  assert.deepEqual(readdirSync(dir), ['pg-canary.yaml', 'pg.yaml']);
});

test('what waits for a second person is shown and asked for; what is refused is named and ends with 6', async () => {
  const message = 'It waits for 17.11: nobody has asked for it yet.';
  const bills = { ...follower, name: 'bills' };
  const held = [
    { ...bills, tag: '17.9', waitsFor: { digest: 'x', tag: '17.11' }, isPinned: true, upgrade: null, message },
  ];
  const shown = await runIn(
    { api: () => ({ status: 200, body: { ...detail, held } }) },
    'catalog',
    'rollout',
    'status',
    'pg',
  );
  assert.match(shown.stderr, /team\/bills keeps 17\.9\. It waits for 17\.11/);
  assert.match(shown.stderr + shown.stdout, /pharos catalog ask pg/);
  const answer = (refused: object[]) => () => ({
    status: 200,
    body: { asked: [{ ...bills, state: 'requested' }], refused, catalog: detail },
  });
  const done = await runIn({ api: answer([]) }, 'catalog', 'ask', 'pg', '--when', 'window');
  assert.equal(done.code, 0, done.stderr);
  assert.match(done.stdout, /team\/bills: requested/);
  assert.deepEqual(done.calls.at(-1)?.body, { when: 'window' });
  const why = { code: 'no-maintenance-window', message: 'No window.', hint: 'Set one.' };
  const partly = await runIn({ api: answer([{ ...follower, ...why }]) }, 'catalog', 'ask', 'pg');
  assert.equal(partly.code, 6);
  assert.match(partly.stderr, /team\/orders: No window\. Set one\./);
});
