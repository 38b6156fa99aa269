/** How a registry is read, in words. */
import type { Registry, RegistryReading } from '@pharos/contract';
import { formatCount, plural } from '../../components/format.ts';

type Read = Pick<Registry, 'reading' | 'requests24h' | 'budget'>;
type Answering = Read & { readonly status: Pick<Registry['status'], 'state'> };

/** Requests of the last 24 hours, as the allowance counts them: with those for sign-in and checks, where an agent told. */
export function spent({ reading, requests24h }: Pick<Registry, 'reading' | 'requests24h'>): number {
  return reading?.spentToday ?? requests24h;
}

/** How the product was recognised. The generic one is what is left when nothing shows another. */
export function recognisedBy({ dialect, detectedBy }: Pick<RegistryReading, 'dialect' | 'detectedBy'>): string {
  if (detectedBy === null) return 'as set for this registry';
  return dialect === 'oci' ? 'nothing shows a certain product' : `recognised by ${detectedBy}`;
}

/** `1,234 of 10,000`, or `1,234` without an allowance. */
export function spentWords(registry: Read): string {
  const { requestsPerDay } = registry.budget;
  const count = formatCount(spent(registry));
  return requestsPerDay === null ? count : `${count} of ${formatCount(requestsPerDay)}`;
}

export type ReadingState = 'reading' | 'paused' | 'away' | 'finding-out' | 'used-up' | 'failing';

/** What keeps requests back now, the longest-lasting first. */
export function readingState({ reading, budget, status }: Answering, now: number): ReadingState {
  const otherwise = status.state === 'error' ? 'failing' : 'reading';
  if (reading === null) return otherwise;
  if (budget.requestsPerDay !== null && reading.spentToday >= budget.requestsPerDay) return 'used-up';
  if (reading.pausedUntil !== null && Date.parse(reading.pausedUntil) > now) return 'paused';
  if (reading.breaker === 'open') return 'away';
  if (reading.breaker === 'half-open') return 'finding-out';
  return otherwise;
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
