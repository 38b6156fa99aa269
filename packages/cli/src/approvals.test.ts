import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, type Call, listOf, problem, runIn } from './testing.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const OTHER = `sha256:${'cd'.repeat(32)}`;

const decision = { id: 1, digest: DIGEST, state: 'approved', previousState: 'pending', reason: 'x', actor: 'ann' };
const summary = (refused: object[] = []) => ({
  dryRun: true,
  decided: 2,
  changes: [{ from: 'pending', to: 'approved', count: 2 }],
  refused,
  affected: { repositories: 1, tags: 2, locations: 1 },
});

const api =
  (refused: object[] = []) =>
  ({ path }: Call): Answer => {
    if (path.endsWith('/decisions') && path !== '/decisions') return { status: 201, body: decision };
    if (path === '/decisions') return { status: 200, body: summary(refused) };
    if (path.startsWith('/approval-rules')) {
      return listOf({ id: '1', pattern: 'prod/**', people: 2, createdAt: '2026-01-01T00:00:00Z', createdBy: 'ann' });
    }
    return listOf();
  };

test('one image is decided by its digest, with the reason and when it ends', async () => {
  const ran = await runIn({ api: api() }, 'approve', DIGEST, '--reason', 'reviewed', '--expires', '2099-01-01');
  assert.equal(ran.code, 0, ran.stderr);
  const [call] = ran.calls;
  assert.equal(call && decodeURIComponent(call.path), `/images/${DIGEST}/decisions`);
  assert.deepEqual(call?.body, { state: 'approved', reason: 'reviewed', expiresAt: '2099-01-01T00:00:00.000Z' });
  assert.match(ran.stdout, /is approved; it was pending/);
  assert.equal((await runIn({ api: api() }, 'approve', DIGEST)).code, 2, 'a reason is needed');
  assert.equal((await runIn({ api: api() }, 'revoke', DIGEST, '--reason', 'x', '--expires', '1d')).code, 2);
  const denied = await runIn({ api: () => problem(409, 'second-person-needed') }, 'approve', DIGEST, '--reason', 'x');
  assert.deepEqual([denied.code, denied.stderr.includes('second-person-needed')], [1, true]);
});

test('several are decided together, and a dry run with a refusal ends with 6', async () => {
  const flags = [DIGEST, OTHER, '--reason', 'x', '--dry-run'];
  const ran = await runIn({ api: api() }, 'reject', ...flags, '--successor', DIGEST);
  assert.equal(ran.code, 0, ran.stderr);
  assert.deepEqual(ran.calls.at(-1)?.body, {
    digests: [DIGEST, OTHER],
    state: 'rejected',
    reason: 'x',
    successor: DIGEST,
    dryRun: true,
  });
  const refused = [{ digest: OTHER, code: 'conflict', message: 'No\u001b[31m way.', hint: 'Try.' }];
  const second = await runIn({ api: api(refused) }, 'approve', ...flags);
  assert.equal(second.code, 6);
  assert.ok(second.stdout.includes('is refused: No') && !second.stdout.includes('\u001b[31m'));
});

test('the queue is asked for with its filters, and rules say how many people it takes', async () => {
  const ran = await runIn(
    { api: api() },
    'approvals',
    'list',
    '--why',
    'requested',
    '--assignee',
    'ann',
    '--limit',
    '5',
  );
  assert.equal(ran.code, 0, ran.stderr);
  assert.equal(ran.calls[0]?.path, '/approvals?limit=5&why=requested&assignee=ann');
  const rules = await runIn({ api: api() }, 'approvals', 'rules', 'list');
  assert.match(rules.stdout, /prod\/\*\* +two people/);
});
