import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type MaintenanceWindow, type RolloutPolicy, RolloutState } from '@pharos/contract';
import { inWindow } from '../window.ts';
import {
  afterAction,
  type CanaryHealth,
  canaryHealth,
  nextStep,
  type RolloutPoint,
  type RolloutView,
  type SeenCluster,
  urgentEntries,
} from './rollout.ts';

const MINUTE = 60_000;
/** A Sunday, 00:00 UTC. */
const T0 = Date.parse('2026-11-01T00:00:00.000Z');
const NIGHT: MaintenanceWindow = { days: ['mon'], from: '02:00', minutes: 60, timeZone: 'UTC' };
const POLICY = { healthyMinutes: 30, giveUpMinutes: 120, window: 'location', advance: 'automatic' } as const;
const canary = (health: CanaryHealth['health'], name = 'orders'): CanaryHealth => ({ name, health, message: health });
const view = (now: number, more: Partial<RolloutView> = {}): RolloutView => ({
  policy: POLICY,
  canaries: [canary('healthy')],
  isCanaryApplied: true,
  windows: [NIGHT],
  now,
  ...more,
});
const point = (state: RolloutPoint['state'], more: Partial<RolloutPoint> = {}): RolloutPoint => ({
  state,
  since: T0,
  healthySince: null,
  isForced: false,
  message: '',
  ...more,
});

test('pitfall 9: an edition reaches the canary clusters first, and the others only when these are healthy and a window is open', () => {
  let at = point('drawn');
  const passed: string[] = [];
  for (let now = T0; now < T0 + 30 * 60 * MINUTE; now += MINUTE) {
    const next = nextStep(at, view(now));
    if (next === null) continue;
    if (next.state !== at.state) passed.push(`${new Date(now).toISOString().slice(8, 16)} ${next.state}`);
    at = next;
  }
  assert.deepEqual(passed, [
    '01T00:00 canary',
    '01T00:01 waiting-for-health',
    '01T00:32 waiting-for-window',
    '02T02:00 out',
  ]);
});

test('health counts from when it came, and again when it was lost; one that does not come stops it', () => {
  const waiting = point('waiting-for-health');
  const healthy = nextStep(waiting, view(T0))!;
  assert.equal(healthy.healthySince, T0);
  const ill = nextStep(
    healthy,
    view(T0 + 29 * MINUTE, { canaries: [canary('healthy'), canary('unhealthy', 'bills')] }),
  )!;
  assert.deepEqual([ill.state, ill.healthySince, ill.message], ['waiting-for-health', null, 'bills (unhealthy)']);
  assert.equal(nextStep(ill, view(T0 + 40 * MINUTE))?.healthySince, T0 + 40 * MINUTE);
  const stopped = nextStep(ill, view(T0 + 120 * MINUTE, { canaries: [canary('unhealthy', 'bills')] }));
  assert.equal(stopped?.state, 'stopped');
  assert.match(stopped!.message, /120 minutes after the change: bills/);
  // An agent that is away says nothing about the clusters: it goes on when it is back.
  assert.equal(nextStep(ill, view(T0 + 1000 * MINUTE, { canaries: [canary('unknown')] }))?.state, 'waiting-for-health');
  const late = point('waiting-for-window', { healthySince: T0 });
  assert.equal(nextStep(late, view(T0, { canaries: [canary('unhealthy')] }))?.state, 'waiting-for-health');
});

test('by hand it waits for a person; without canaries for the window alone; without a window for a person in words', () => {
  const byHand = { ...POLICY, advance: 'by-hand' } as const;
  const done = point('waiting-for-health', { healthySince: T0 - 30 * MINUTE });
  assert.equal(nextStep(done, view(T0, { policy: byHand }))?.state, 'waiting-for-person');
  const alone = view(T0, { canaries: [] });
  assert.equal(nextStep(point('drawn'), alone)?.state, 'waiting-for-window');
  assert.equal(nextStep(point('drawn'), { ...alone, policy: byHand })?.state, 'waiting-for-person');
  assert.equal(nextStep(point('waiting-for-health'), alone)?.state, 'waiting-for-person', 'all canaries were deleted');
  assert.match(nextStep(point('waiting-for-window'), view(T0, { windows: [] }))!.message, /no maintenance window/);
  assert.match(nextStep(point('waiting-for-window'), view(T0))!.message, /2026-11-02T02:00/);
  const anyTime = view(T0, { windows: [], policy: { ...POLICY, window: 'any-time' } });
  assert.equal(nextStep(point('waiting-for-window'), anyTime)?.state, 'out');
});

test('a person goes on past each wait, stops, and begins again', () => {
  const act = (at: RolloutPoint, action: 'go-on' | 'stop') => afterAction(at, action, 'alice', 'because', T0 + 1);
  const state = (at: RolloutPoint | string) => (typeof at === 'string' ? at : at.state);
  const forced = act(point('waiting-for-health'), 'go-on') as RolloutPoint;
  assert.deepEqual([forced.state, forced.isForced], ['waiting-for-window', true]);
  assert.equal(nextStep(forced, view(T0 + 2, { canaries: [canary('unhealthy')] }))?.state, 'waiting-for-window');
  assert.equal(state(act(point('waiting-for-window'), 'go-on')), 'out');
  assert.equal(state(act(point('waiting-for-person'), 'go-on')), 'waiting-for-window');
  assert.match(state(act(point('canary'), 'go-on')), /have not got/);
  const stopped = act(point('canary'), 'stop') as RolloutPoint;
  assert.deepEqual([stopped.state, stopped.message], ['stopped', 'Stopped by alice: because']);
  assert.equal(nextStep(stopped, view(T0 + 1e9)), null);
  assert.equal(state(act(stopped, 'go-on')), 'drawn');
  assert.match(state(act(point('out'), 'stop')), /out already/);
});

test('whatever happens: one state at a time, never backwards but to health, and out only with healthy canaries in a window', () => {
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * below);
  };
  const pick = <T>(list: readonly T[]): T => list[random(list.length)]!;
  const order = RolloutState.options;
  let outs = 0;
  for (let run = 0; run < 500; run += 1) {
    const policy: RolloutView['policy'] = {
      healthyMinutes: 1 + random(60),
      giveUpMinutes: 1 + random(300),
      window: pick<RolloutPolicy['window']>(['location', 'any-time']),
      advance: pick<RolloutPolicy['advance']>(['automatic', 'by-hand']),
    };
    const windows = pick([[], [NIGHT], [{ ...NIGHT, days: ['sun' as const, 'mon' as const], minutes: 600 }]]);
    const count = random(3);
    let at = point('drawn');
    let now = T0 + random(10_000) * MINUTE;
    let healthySince: number | null = null;
    for (let turn = 0; turn < 60; turn += 1) {
      now += random(40) * MINUTE;
      const canaries = Array.from({ length: count }, (_, index) =>
        canary(pick(['healthy', 'healthy', 'healthy', 'healthy', 'unhealthy', 'unknown'] as const), `c${index}`),
      );
      const isHealthy = canaries.every(({ health }) => health === 'healthy');
      healthySince = isHealthy ? (healthySince ?? now) : null;
      const isCanaryApplied = random(3) > 0;
      const next = nextStep(at, { policy, canaries, isCanaryApplied, windows, now });
      const to = next ?? at;
      const [from, step] = [order.indexOf(at.state), order.indexOf(to.state)];
      const isStep = to.state !== at.state;
      const may: Record<RolloutState, RolloutState[]> = {
        drawn: count > 0 ? ['canary'] : ['waiting-for-person', 'waiting-for-window'],
        canary: ['waiting-for-health'],
        'waiting-for-health': ['waiting-for-person', 'waiting-for-window', 'stopped'],
        'waiting-for-person': ['waiting-for-health'],
        'waiting-for-window': ['waiting-for-health', 'out'],
        out: [],
        stopped: [],
      };
      if (isStep) assert.ok(may[at.state].includes(to.state), `${at.state} → ${to.state}`);
      if (isStep && step < from) assert.equal(to.state, 'waiting-for-health');
      if (at.state === 'canary' && isStep) assert.ok(isCanaryApplied);
      if (isStep && to.state === 'out') {
        outs += 1;
        assert.ok(isHealthy);
        assert.ok(policy.window === 'any-time' || inWindow(windows, new Date(now)));
        if (policy.advance === 'by-hand') assert.ok(to.message === '' && at.state === 'waiting-for-window');
      }
      const isPast =
        at.state === 'waiting-for-health' && (to.state === 'waiting-for-window' || to.state === 'waiting-for-person');
      if (isPast) assert.ok(healthySince !== null && now - healthySince >= policy.healthyMinutes * MINUTE);
      // A word once a while, and never one that skips the wait for health.
      const isAsked = to.state === 'waiting-for-person' && random(4) === 0;
      at = isAsked ? (afterAction(to, 'go-on', 'bob', '', now) as RolloutPoint) : to;
    }
  }
  assert.ok(outs > 50, `${outs} of 500 came out`);
});

test('the health of a cluster is what its operator says after the change, freshly, and what its instances run', () => {
  const object = { apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', namespace: 'team', name: 'orders' };
  const ready = (status: string) => [{ type: 'Ready', status, reason: '', message: 'no', at: null }];
  const seen = (
    phase: string,
    more: Partial<SeenCluster> & { checkedAt?: number; status?: string } = {},
  ): SeenCluster => ({
    name: 'orders',
    dispatch: {
      isApplied: true,
      status: [{ object, phase, conditions: ready(more.status ?? 'True') }],
      checkedAt: more.checkedAt ?? T0 + MINUTE,
    },
    runsIt: null,
    ...more,
  });
  const health = (cluster: SeenCluster, now = T0 + 2 * MINUTE) => canaryHealth(cluster, T0, now).health;
  assert.equal(health(seen('Cluster in healthy state')), 'healthy');
  assert.equal(health(seen('Cluster in healthy state', { runsIt: true })), 'healthy');
  assert.equal(health(seen('Cluster in healthy state', { runsIt: false })), 'unhealthy');
  assert.equal(health(seen('Cluster in healthy state', { status: 'False' })), 'unhealthy');
  assert.equal(health(seen('Upgrading cluster')), 'unhealthy');
  assert.equal(health(seen('Cluster in healthy state', { checkedAt: T0 })), 'unknown', 'said before the change');
  assert.equal(health(seen('Cluster in healthy state'), T0 + 10 * MINUTE), 'unknown', 'said long ago');
  assert.equal(health({ name: 'orders', dispatch: null, runsIt: null }), 'unknown');
});

test('with a revocation goes its replacement and nothing else', () => {
  const entry = (major: number, tag: string) => ({ major, tag });
  const served = [entry(18, '18.6'), entry(17, '17.11'), entry(16, '16.15')];
  const drawn = [entry(18, '18.7'), entry(17, '17.10')];
  assert.deepEqual(urgentEntries(served, new Set([17, 16]), drawn), [entry(18, '18.6'), entry(17, '17.10')]);
});
