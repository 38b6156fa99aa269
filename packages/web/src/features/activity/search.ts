import { ActivityType } from '@pharos/contract';
import { oneOf, type PagedSearch, pagedSearch, type RawSearch, text } from '../../components/search-state.ts';

export const PERIODS = { day: 1, week: 7, month: 30 } as const;
export type Period = keyof typeof PERIODS;

export interface ActivitySearch extends PagedSearch {
  type?: ActivityType | undefined;
  registryId?: string | undefined;
  repositoryId?: string | undefined;
  period?: Period | undefined;
}

export const activitySearch = (raw: RawSearch): ActivitySearch => ({
  type: oneOf(raw.type, ActivityType.options),
  registryId: text(raw.registryId),
  repositoryId: text(raw.repositoryId),
  period: oneOf(raw.period, ['day', 'week', 'month']),
  ...pagedSearch(raw),
});

/** When a period began, to the hour: the same question for an hour, so that its answer can be kept. */
export function sinceOf(period: Period | undefined, now: number): string | undefined {
  if (period === undefined) return undefined;
  const hour = Math.floor(now / 3_600_000) * 3_600_000;
  return new Date(hour - PERIODS[period] * 86_400_000).toISOString();
}
