/** How a registry is read, in words. */
import type { Registry, RegistryReading } from '@pharos/contract';
import { formatCount, plural } from '../../components/format.ts';

type Read = Pick<Registry, 'reading' | 'requests24h' | 'budget'>;

/** Requests of the last 24 hours, as the allowance counts them: with those for sign-in and checks, where an agent told. */
export function spent({ reading, requests24h }: Pick<Registry, 'reading' | 'requests24h'>): number {
  return reading?.spentToday ?? requests24h;
}

/** `1,234 of 10,000`, or `1,234` without an allowance. */
export function spentWords(registry: Read): string {
  const { requestsPerDay } = registry.budget;
  const count = formatCount(spent(registry));
  return requestsPerDay === null ? count : `${count} of ${formatCount(requestsPerDay)}`;
}

export type ReadingState = 'reading' | 'paused' | 'away' | 'finding-out' | 'used-up';

/** What keeps requests back now, the longest-lasting first. */
export function readingState({ reading, budget }: Read, now: number): ReadingState {
  if (reading === null) return 'reading';
  if (budget.requestsPerDay !== null && reading.spentToday >= budget.requestsPerDay) return 'used-up';
  if (reading.pausedUntil !== null && Date.parse(reading.pausedUntil) > now) return 'paused';
  if (reading.breaker === 'open') return 'away';
  if (reading.breaker === 'half-open') return 'finding-out';
  return 'reading';
}

/** The registry's own limit: `87 of 100 left in 6 hours`. */
export function quotaWords(quota: RegistryReading['quota']): string {
  if (quota === null) return 'It tells none';
  const { limit, remaining, windowSeconds } = quota;
  const of = limit === null ? '' : ` of ${formatCount(limit)}`;
  return `${formatCount(remaining)}${of} left${windowSeconds === null ? '' : ` in ${spanWords(windowSeconds)}`}`;
}

function spanWords(seconds: number): string {
  if (seconds >= 7200) return plural(Math.round(seconds / 3600), 'hour');
  return plural(Math.max(1, Math.round(seconds / 60)), 'minute');
}
