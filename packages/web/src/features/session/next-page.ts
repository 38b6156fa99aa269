import { safeNext } from '../../components/search-state.ts';

const KEY = 'pharos.next';

/** Remembers where to go on to while the browser is away at the identity provider. */
export function keepNext(next: string | undefined): void {
  if (next === undefined) sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, next);
}

/** Where to go on to, once. */
export function takeNext(): string {
  const next = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  return safeNext(next);
}
