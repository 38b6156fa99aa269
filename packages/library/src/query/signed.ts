/** `signed:yes` says what the library can know: that a signature was verified, or, where nobody is trusted, that one is there. */
import type { Term, Value } from './query.ts';

/** What `signed` answers: a trusted key's signature, a signature that nobody verified, none that is known. */
export const SIGNED_STATES = ['verified', 'attached', 'no'] as const;
export type SignedState = (typeof SIGNED_STATES)[number];

export function signedState(image: { readonly signed: boolean; readonly verified: boolean }): SignedState {
  if (image.verified) return 'verified';
  return image.signed ? 'attached' : 'no';
}

/** Whether a query says `signed:yes`, so that it has to be known whether anything is trusted. */
export function asksSigned(terms: readonly Term[]): boolean {
  return terms.some((term) => term.field === 'signed' && term.values.some(isYes));
}

/**
 * The terms with `signed:yes` put into the words that it stands for: `verified` where a trust entry is switched on; else also
 * `attached`, which is all that can be said there (decision record 0016).
 */
export function withSignedWords(terms: readonly Term[], hasTrust: boolean): Term[] {
  const words: readonly SignedState[] = hasTrust ? ['verified'] : ['verified', 'attached'];
  const stands = words.map((text): Value => ({ type: 'text', text, pattern: false }));
  return terms.map((term) =>
    term.field === 'signed'
      ? { ...term, values: term.values.flatMap((value) => (isYes(value) ? stands : [value])) }
      : term,
  );
}

function isYes(value: Value): boolean {
  return value.type === 'text' && value.text === 'yes';
}
