import { answerError, errorCodes } from './answer-error.ts';
import { RegistryError } from './errors.ts';
import type { Answer } from './http.ts';
import { nextPage } from './link.ts';
import { type Ask, refuseWebPage, type Session } from './session.ts';
import type { Scope } from './sign-in/sign-in.ts';

/** Which list is read, and what bounds it. */
export interface Listing {
  kind: 'tags' | 'catalog';
  /** The key of the array in the answer. */
  key: 'tags' | 'repositories';
  path: string;
  scope: Scope;
  /** What is listed, for error sentences. */
  subject: string;
  /** null to send none. */
  pageSize: number | null;
  maxNames: number;
  isName: (text: unknown) => text is string;
  /** Told how many entries of a page were no valid names and were left out. */
  onSkipped?: ((count: number) => void) | undefined;
  /** Corrects the address of the next page where a product writes it wrong. */
  nextPage?: ((path: string, next: string) => string) | undefined;
  signal?: AbortSignal | undefined;
}

const MAX_BARREN_PAGES = 100;

/**
 * Reads a list page by page (distribution-spec "Listing Tags"): the Link header decides what comes next, never the
 * length of a page. Yields the new names of every page that has some. Ends normally only when the list is complete.
 */
export async function* listNames(
  session: Session,
  sizes: PageSizes,
  listing: Listing,
): AsyncGenerator<string[], void, undefined> {
  const seen = new Set<string>();
  const visited = new Set<string>();
  let barren = 0;
  let answer = await firstPage(session, sizes, listing);
  for (;;) {
    const names = namesOf(answer, listing);
    const fresh = names.filter((name) => !seen.has(name) && seen.add(name));
    if (seen.size > listing.maxNames) {
      throw new RegistryError({
        code: 'too-many-names',
        message: `There are more than ${listing.maxNames} names in ${listing.subject}; the rest was not read.`,
      });
    }
    if (fresh.length > 0) yield fresh;
    const linked = nextPage(answer.headers.link, answer.origin + answer.path);
    if (linked === null) return;
    const next = listing.nextPage?.(answer.path, linked) ?? linked;
    if (answer.origin !== session.origin) {
      throw new RegistryError({
        code: 'link-refused',
        message: 'The list goes on at another server, where it was not followed.',
        url: answer.origin,
      });
    }
    barren = fresh.length > 0 ? 0 : barren + 1;
    if (visited.has(next) || barren >= MAX_BARREN_PAGES) {
      throw new RegistryError({
        code: 'link-loop',
        message: `The pages of ${listing.subject} go round in a circle.`,
        url: answer.origin + answer.path,
      });
    }
    visited.add(next);
    if (visited.size >= session.limits.maxPages) {
      throw new RegistryError({
        code: 'too-many-pages',
        message: `${listing.subject} goes on after ${session.limits.maxPages} pages; the rest was not read.`,
      });
    }
    answer = await fetchPage(session, listing, next);
    if (answer.status !== 200) throw failure(session, listing, answer);
  }
}

/** The page size that a registry accepts, learnt once: null to send none. Kept per kind of list, for a session's life. */
export type PageSizes = Map<Listing['kind'], null>;

/** Registries refuse an `n` over their cap with 400 or 405 (Distribution 3.1.0, ECR); without one they page by their own. */
async function firstPage(session: Session, sizes: PageSizes, listing: Listing): Promise<Answer> {
  const sized = listing.pageSize !== null && !sizes.has(listing.kind);
  const answer = await fetchPage(session, listing, sized ? `${listing.path}?n=${listing.pageSize}` : listing.path);
  if (answer.status === 200) return answer;
  if (!sized || (answer.status !== 400 && answer.status !== 405)) throw failure(session, listing, answer);
  const again = await fetchPage(session, listing, listing.path);
  if (again.status !== 200) throw failure(session, listing, again);
  sizes.set(listing.kind, null);
  return again;
}

function fetchPage(session: Session, listing: Listing, path: string): Promise<Answer> {
  const ask: Ask = {
    kind: listing.kind,
    method: 'GET',
    path,
    scope: listing.scope,
    accept: 'application/json',
    maxBytes: session.limits.tagPageBytes,
    signal: listing.signal,
  };
  return session.request(ask);
}

function failure(session: Session, listing: Listing, answer: Answer): RegistryError {
  return answerError(answer, listing.kind, listing.subject, session.signIn.hasCredentials);
}

function namesOf(answer: Answer, { key, isName, onSkipped, subject }: Listing): string[] {
  refuseWebPage(answer);
  const list = listOf(answer, key);
  if (list === null) {
    throw new RegistryError({
      code: 'response-invalid',
      message: `The answer for ${subject} is not a list (broken, cut off, or of another service).`,
      status: answer.status,
      url: answer.origin + answer.path,
    });
  }
  const names = list.filter(isName);
  if (names.length < list.length) onSkipped?.(list.length - names.length);
  return names;
}

/** The array, `[]` for the null that Go writes for an empty one; null when the answer is something else, which is not an empty list. */
function listOf(answer: Answer, key: Listing['key']): unknown[] | null {
  let json: unknown;
  try {
    json = JSON.parse(answer.body.toString('utf8'));
  } catch {
    return null;
  }
  if (typeof json !== 'object' || json === null || errorCodes(answer).length > 0) return null;
  const object = json as Record<string, unknown>;
  const list = object[key];
  if (Array.isArray(list)) return list;
  const empty = list === null || (list === undefined && typeof object.name === 'string');
  return empty ? [] : null;
}
