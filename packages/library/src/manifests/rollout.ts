/**
 * The way of an edition to its clusters, as a function of what is known now. The operator rolls every cluster that refers
 * to a catalog as soon as its entry changes, with no batches and no window (consumers: cloudnative-pg#9330), so the only
 * stage that it leaves is a second catalog object which the canary clusters follow.
 */
import type { MaintenanceWindow, ObjectStatus, RolloutPolicy, RolloutState } from '@pharos/contract';
import { inWindow, nextWindow } from '../window.ts';

/** The name of the catalog that canary clusters follow. */
export function canaryName(catalog: string): string {
  return `${catalog}-canary`;
}

/** Times are milliseconds. */
export interface RolloutPoint {
  readonly state: RolloutState;
  readonly since: number;
  /** Since when all canaries are healthy; null: they are not, or nobody knows. */
  readonly healthySince: number | null;
  /** A person went on without waiting for health. */
  readonly isForced: boolean;
  readonly message: string;
}

/** `unknown`: no agent has said how it is since the change. */
export interface CanaryHealth {
  readonly name: string;
  readonly health: 'healthy' | 'unhealthy' | 'unknown';
  readonly message: string;
  /** Of a canary that a second person guards: since when it has the edition. Others have it with the change. */
  readonly since?: number;
}

export interface RolloutView {
  readonly policy: Pick<RolloutPolicy, 'healthyMinutes' | 'giveUpMinutes' | 'window' | 'advance'>;
  readonly canaries: readonly CanaryHealth[];
  /** The catalog of the canaries stands in Kubernetes with this edition. */
  readonly isCanaryApplied: boolean;
  readonly windows: readonly MaintenanceWindow[];
  readonly now: number;
}

const MINUTE = 60_000;

/** The next point, at most one state further; null: nothing changes. Nothing but a person leaves `stopped`, and nothing leaves `out`. */
export function nextStep(at: RolloutPoint, view: RolloutView): RolloutPoint | null {
  const next = stepFrom(at, view);
  const isSame = next.state === at.state && next.healthySince === at.healthySince && next.message === at.message;
  return isSame ? null : next;
}

function stepFrom(at: RolloutPoint, view: RolloutView): RolloutPoint {
  const { policy, canaries, now } = view;
  const enter = (state: RolloutState, message = '') => ({ ...at, state, since: now, message });
  const stay = (message: string, healthySince = at.healthySince) => ({ ...at, message, healthySince });
  const isWatched = canaries.length > 0 && !at.isForced;
  const bad = canaries.filter(({ health }) => health !== 'healthy');

  switch (at.state) {
    case 'drawn':
      if (canaries.length > 0) return { ...enter('canary'), healthySince: null, isForced: false };
      return afterHealth(enter, policy);

    case 'canary':
      if (view.isCanaryApplied) return { ...enter('waiting-for-health'), healthySince: null };
      return stay('No agent of the location has applied the catalog of the canary clusters yet.');

    case 'waiting-for-health': {
      // All canaries were deleted meanwhile: nothing says that the edition is good.
      if (canaries.length === 0)
        return enter('waiting-for-person', 'No canary cluster is left that could say how it is.');
      if (bad.length > 0) {
        const isLate = ({ since = at.since }) => now - Math.max(at.since, since) >= policy.giveUpMinutes * MINUTE;
        const sick = bad.filter((each) => each.health === 'unhealthy' && isLate(each));
        if (sick.length > 0) {
          return {
            ...enter('stopped', `Not healthy ${minutes(policy.giveUpMinutes)} after the change: ${words(sick)}`),
            healthySince: null,
          };
        }
        return stay(words(bad), null);
      }
      const healthySince = at.healthySince ?? now;
      if (now - healthySince < policy.healthyMinutes * MINUTE) {
        return stay(
          `All canary clusters are healthy. They must stay so for ${minutes(policy.healthyMinutes)}.`,
          healthySince,
        );
      }
      return { ...afterHealth(enter, policy), healthySince };
    }

    case 'waiting-for-person':
    case 'waiting-for-window': {
      // What was healthy may have fallen ill since: then it waits again, unless a person decided otherwise.
      if (isWatched && bad.length > 0) return { ...enter('waiting-for-health', words(bad)), healthySince: null };
      if (at.state === 'waiting-for-person') return stay(at.message);
      if (policy.window === 'any-time' || inWindow(view.windows, new Date(now))) return enter('out');
      const opening = nextWindow(view.windows, new Date(now));
      if (opening !== null) return stay(`The next maintenance window opens at ${opening.from.toISOString()}.`);
      return stay('The location has no maintenance window. Set one there, or go on by hand.');
    }

    case 'out':
    case 'stopped':
      return at;
  }
}

function afterHealth(
  enter: (state: RolloutState, message?: string) => RolloutPoint,
  { advance }: RolloutView['policy'],
): RolloutPoint {
  return advance === 'by-hand'
    ? enter('waiting-for-person', 'It waits for somebody who says "go on".')
    : enter('waiting-for-window');
}

export type RolloutAction = 'go-on' | 'stop';

/** What a person's word makes of it; a sentence: why that is not possible now. */
export function afterAction(
  at: RolloutPoint,
  action: RolloutAction,
  by: string,
  reason: string,
  now: number,
): RolloutPoint | string {
  const enter = (state: RolloutState, message: string) => ({ ...at, state, since: now, message });
  if (at.state === 'out') return 'The edition is out already. To take it back, roll back to an earlier one.';
  if (action === 'stop') {
    if (at.state === 'stopped') return 'It is stopped already.';
    return { ...enter('stopped', `Stopped by ${by}${reason === '' ? '.' : `: ${reason}`}`), healthySince: null };
  }
  switch (at.state) {
    case 'drawn':
    case 'canary':
      return 'The canary clusters have not got the edition yet.';
    // From the beginning: what was known of the canaries is old.
    case 'stopped':
      return { ...enter('drawn', ''), healthySince: null, isForced: false };
    case 'waiting-for-health':
      return { ...enter('waiting-for-window', `${by} did not wait for health.`), isForced: true };
    case 'waiting-for-person':
      return { ...enter('waiting-for-window', ''), isForced: at.isForced || at.healthySince === null };
    case 'waiting-for-window':
      return enter('out', `${by} did not wait for the window.`);
  }
}

/** How an agent last saw a canary cluster; times are milliseconds. */
export interface SeenCluster {
  readonly name: string;
  /** null: nothing was handed to an agent. */
  readonly dispatch: {
    readonly isApplied: boolean;
    readonly status: readonly Pick<ObjectStatus, 'object' | 'phase' | 'conditions'>[];
    readonly checkedAt: number | null;
  } | null;
  /** Whether its instances run the image of the edition; null: nobody tells. */
  readonly runsIt: boolean | null;
  /** A second person guards it: `null` until that person has confirmed the edition, then since when it has it. */
  readonly confirmedAt?: number | null;
}

/** Agents look every 20 seconds, and tell at least every minute. */
const FRESH_MS = 5 * MINUTE;
/** The word of CloudNativePG and of EDB's operator for a cluster that wants nothing. */
const HEALTHY_PHASE = /^Cluster in healthy state/;

/** `changedAt`: a word from before it says nothing of the edition. */
export function canaryHealth(
  { name, dispatch, runsIt, confirmedAt }: SeenCluster,
  changedAt: number,
  now: number,
): CanaryHealth {
  const of = (health: CanaryHealth['health'], message: string) =>
    confirmedAt == null ? { name, health, message } : { name, health, message, since: confirmedAt };
  if (confirmedAt === null) return of('unknown', 'a second person has not confirmed it yet');
  const since = Math.max(changedAt, confirmedAt ?? changedAt);
  if (dispatch === null || !dispatch.isApplied) return of('unknown', 'no agent has applied it');
  if (dispatch.checkedAt === null || dispatch.checkedAt <= since)
    return of('unknown', 'no agent has looked since the change');
  if (now - dispatch.checkedAt > FRESH_MS) return of('unknown', 'no agent has looked in the last five minutes');
  const status = dispatch.status.find(({ object }) => object.kind === 'Cluster');
  if (status === undefined || (status.phase === '' && status.conditions.length === 0)) {
    return of('unknown', 'its operator has said nothing yet');
  }
  const ready = status.conditions.find(({ type }) => type === 'Ready');
  if (!HEALTHY_PHASE.test(status.phase)) return of('unhealthy', status.phase || 'its operator tells no phase');
  if (ready !== undefined && ready.status !== 'True') return of('unhealthy', ready.message || 'it is not ready');
  if (runsIt === false) return of('unhealthy', 'not all of its instances run the new image');
  return of('healthy', '');
}

/**
 * Entries that replace what may not be served any more and change nothing else: an image that waits for its own stages
 * does not slip through with a revocation.
 */
export function urgentEntries<Entry extends { readonly major: number }>(
  served: readonly Entry[],
  refused: ReadonlySet<number>,
  drawn: readonly Entry[],
): Entry[] {
  const kept = served.filter(({ major }) => !refused.has(major));
  const instead = drawn.filter(({ major }) => refused.has(major));
  return [...kept, ...instead].sort((one, other) => other.major - one.major);
}

function words(canaries: readonly CanaryHealth[]): string {
  const shown = canaries.slice(0, 3).map(({ name, message }) => `${name} (${message})`);
  const more = canaries.length > 3 ? `, and ${canaries.length - 3} more` : '';
  return `${shown.join(', ')}${more}`.slice(0, 1000);
}

function minutes(count: number): string {
  return count === 1 ? 'one minute' : `${count} minutes`;
}
