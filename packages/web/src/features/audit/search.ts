import { AuditOutcome } from '@pharos/contract';
import {
  oneOf,
  type PagedSearch,
  pagedSearch,
  type RawSearch,
  text,
  wholeNumber,
} from '../../components/search-state.ts';

export const PERIODS = { day: 1, week: 7, month: 30 } as const;
export type Period = keyof typeof PERIODS;

export interface AuditSearch extends PagedSearch {
  q?: string | undefined;
  action?: string | undefined;
  outcome?: AuditOutcome | undefined;
  actor?: string | undefined;
  subject?: string | undefined;
  period?: Period | undefined;
  /** Number of the entry that is open. */
  entry?: number | undefined;
}

export const auditSearch = (raw: RawSearch): AuditSearch => ({
  q: text(raw.q),
  action: text(raw.action),
  outcome: oneOf(raw.outcome, AuditOutcome.options),
  actor: text(raw.actor),
  subject: text(raw.subject),
  period: oneOf(raw.period, ['day', 'week', 'month']),
  entry: wholeNumber(raw.entry),
  ...pagedSearch(raw),
});

/** When a period began, to the hour: the same question for an hour, so that its answer can be kept. */
export function fromOf(period: Period | undefined, now: number): string | undefined {
  if (period === undefined) return undefined;
  const hour = Math.floor(now / 3_600_000) * 3_600_000;
  return new Date(hour - PERIODS[period] * 86_400_000).toISOString();
}
