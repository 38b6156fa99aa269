import { oneOf, type RawSearch, text } from '../../components/search-state.ts';

export interface RegistriesSearch {
  q?: string | undefined;
}

export const registriesSearch = (raw: RawSearch): RegistriesSearch => ({ q: text(raw.q) });

export interface RegistrySearch {
  /** Set after connecting: check at once, then lead on to the first rule. */
  step?: 'connected' | 'saved' | undefined;
  /** How far back the scans over time go. */
  days?: 1 | 7 | 90 | undefined;
}

export const registrySearch = (raw: RawSearch): RegistrySearch => ({
  step: oneOf(raw.step, ['connected', 'saved']),
  // 24 hours are the default.
  days: ([7, 90] as const).find((days) => String(days) === raw.days),
});
