import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type UpgradeFacts, upgradeProgress } from './upgrade-progress.ts';

const HEALTHY = 'Cluster in healthy state';
const pod = (n: number, isNew: boolean, since = '2026-11-26T02:00:00.000Z') => ({ name: `orders-${n}`, isNew, since });
const applied = (more: Partial<NonNullable<UpgradeFacts['applied']>> = {}) => ({
  ...{ isReached: true, state: 'applied', message: '', seenAt: '2026-11-26T02:05:00.000Z', phase: HEALTHY, ready: 3 },
  ...more,
});
const progress = (more: Partial<UpgradeFacts>) =>
  upgradeProgress({
    digest: `sha256:${'ab'.repeat(32)}`,
    instances: 3,
    applied: applied(),
    pods: [pod(1, true), pod(2, true), pod(3, true)],
    ...more,
  });

test('verified when all pods run it and the operator, looked at after the last of them came, calls the cluster healthy', () => {
  assert.deepEqual(progress({}), {
    isVerified: true,
    instances: { done: 3, total: 3 },
    message: 'All 3 instances run sha256:abababababab.',
  });
  assert.equal(progress({ applied: applied({ ready: null }) }).isVerified, true, 'an agent that tells no counts');
});

test('an agent that waits, applies or fails is told in its words', () => {
  const on = (state: string, message = '') => progress({ applied: applied({ isReached: false, state, message }) });
  assert.match(on('waiting').message, /waits for an agent/);
  assert.equal(on('waiting', 'It waits: r:1 is revoked.').message, 'It waits: r:1 is revoked.');
  assert.equal(on('applying').message, 'The agent applies it.');
  assert.match(on('failed', 'No permission.').message, /could not apply it: No permission/);
  assert.equal(on('applied').isVerified, false, 'pods of a generation before prove nothing');
});

test('instances restart one by one', () => {
  const half = progress({
    pods: [pod(1, false), pod(2, true), pod(3, false)],
    applied: applied({ phase: 'Upgrading cluster' }),
  });
  assert.equal(half.message, 'Restarting instances: 1 of 3 run the new image. The operator says: Upgrading cluster.');
  assert.deepEqual([half.isVerified, half.instances], [false, { done: 1, total: 3 }]);
  const extra = progress({ pods: [pod(1, true), pod(2, true), pod(3, true), pod(4, false)] });
  assert.equal(extra.isVerified, false, 'one more pod still runs the old image');
});

test('nothing is verified by the word of the operator alone, by an old word, or while an instance is not ready', () => {
  assert.match(progress({ pods: null }).message, /not known what runs.*healthy/);
  assert.equal(progress({ pods: null }).isVerified, false);
  assert.equal(progress({ pods: [] }).isVerified, false);
  assert.match(progress({ applied: applied({ ready: 2 }) }).message, /2 of 3 are ready/);
  assert.equal(progress({ applied: applied({ phase: 'Switchover in progress' }) }).isVerified, false);
  assert.equal(progress({ applied: applied({ phase: '', ready: null }) }).isVerified, false);
  assert.equal(progress({ applied: applied({ seenAt: '2026-11-26T02:00:00.000Z' }) }).isVerified, false);
  assert.equal(progress({ applied: applied({ seenAt: null }) }).isVerified, false);
});

test('a cluster that nobody here applies is verified by its pods', () => {
  assert.match(progress({ applied: null, pods: [pod(1, false)] }).message, /not applied yet/);
  assert.equal(progress({ applied: null }).isVerified, true);
});
