/** The part of the registry form about reading: where the product's API stands, and what may be spent. */
import type { Registry, RegistryBudget } from '@pharos/contract';

export interface ReadingDraft {
  apiUrl: string;
  requestsPerDay: string;
  concurrency: string;
  vulnerabilityReports: boolean;
}

export const EMPTY_READING: ReadingDraft = {
  apiUrl: '',
  requestsPerDay: '',
  concurrency: '',
  vulnerabilityReports: false,
};

export function readingDraftOf({ apiUrl, budget }: Registry): ReadingDraft {
  const text = (value: number | null) => (value === null ? '' : String(value));
  return {
    apiUrl: apiUrl ?? '',
    requestsPerDay: text(budget.requestsPerDay),
    concurrency: text(budget.concurrency),
    vulnerabilityReports: budget.vulnerabilityReports ?? false,
  };
}

/** What is sent of it; an empty field is no limit. */
export function readingOf(draft: ReadingDraft): { apiUrl: string | null; budget: RegistryBudget } {
  const number = (text: string) => (text.trim() === '' ? null : Number(text));
  const budget = {
    requestsPerDay: number(draft.requestsPerDay),
    concurrency: number(draft.concurrency),
    ...(draft.vulnerabilityReports ? { vulnerabilityReports: true } : {}),
  };
  return { apiUrl: draft.apiUrl.trim() || null, budget };
}

/** Whether the change would send a stored credential to a host that it was not entered for, so that it is dropped. */
export function isApiElsewhere(
  { apiUrl }: ReadingDraft,
  stored: Pick<Registry, 'apiUrl' | 'url' | 'tls' | 'authentication'>,
): boolean {
  const origin = URL.parse(apiUrl.trim())?.origin;
  if (stored.authentication.secret !== 'stored' || origin === undefined) return false;
  const own = URL.parse(`${stored.tls.plainHttp ? 'http' : 'https'}://${stored.url}`)?.origin;
  const before = stored.apiUrl === null ? undefined : URL.parse(stored.apiUrl)?.origin;
  return origin !== own && origin !== before;
}
