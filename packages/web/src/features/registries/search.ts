import { oneOf, type RawSearch, text } from '../../components/search-state.ts';

export interface RegistriesSearch {
  q?: string | undefined;
}

export const registriesSearch = (raw: RawSearch): RegistriesSearch => ({ q: text(raw.q) });

export interface RegistrySearch {
  /** Set after connecting: check at once, then lead on to the first rule. */
  step?: 'connected' | 'saved' | undefined;
}

export const registrySearch = (raw: RawSearch): RegistrySearch => ({ step: oneOf(raw.step, ['connected', 'saved']) });
