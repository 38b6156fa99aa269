/** JSON from a product's own API, with the same bounds and errors as the registry's. */
import { answerError } from './answer-error.ts';
import { RegistryError } from './errors.ts';
import type { Answer } from './http.ts';
import { nextPage } from './link.ts';
import { type ApiAsk, type Ask, refuseWebPage, type Session } from './session.ts';
import type { Scope } from './sign-in/sign-in.ts';

/** An answer of status 200 with its body as JSON; hostile: check before use. */
export interface JsonAnswer {
  json: unknown;
  answer: Answer;
}

/** @throws RegistryError `api-unavailable` where it is refused or not there, `response-invalid` for anything but JSON */
export async function apiJson(session: Session, base: string, ask: ApiAsk, subject: string): Promise<JsonAnswer> {
  return jsonOf(session, await session.api(base, ask), subject);
}

/** The same at the registry's own address, signed in as for any other request to it. */
export async function registryJson(
  session: Session,
  ask: Pick<Ask, 'path' | 'scope' | 'signal'> & Partial<Pick<Ask, 'method' | 'body' | 'contentType' | 'accept'>>,
  subject: string,
): Promise<JsonAnswer> {
  const answer = await session.request({
    kind: 'api',
    method: 'GET',
    accept: 'application/json',
    maxBytes: session.limits.tagPageBytes,
    ...ask,
  });
  return jsonOf(session, answer, subject);
}

/** Pages in a row that bring nothing new: the list goes round. A push between two pages repeats a few entries, not whole pages. */
const MAX_BARREN = 3;

/**
 * Pages at the registry's own address that name the next one in a Link header (ACR, GitLab): same origin, below `under`,
 * never twice, bounded.
 */
export async function* linkedPages(
  session: Session,
  first: { path: string; scope: Scope; under: string; signal?: AbortSignal | undefined },
  subject: string,
): AsyncGenerator<unknown, void, undefined> {
  const visited = new Set<string>();
  let path: string | null = first.path;
  while (path !== null) {
    if (visited.has(path)) throw loop(subject);
    visited.add(path);
    if (visited.size > session.limits.maxPages) throw tooManyPages(session, subject);
    const { json, answer }: JsonAnswer = await registryJson(
      session,
      { path, scope: first.scope, signal: first.signal },
      subject,
    );
    path = nextPage(answer.headers.link, answer.origin + answer.path, first.under);
    yield json;
  }
}

/** Counts pages of a list that is read by number or token, and ends one that goes on for ever or round in a circle. */
export class PageGuard {
  readonly #session: Session;
  readonly #subject: string;
  readonly #tokens = new Set<string>();
  readonly #seen = new Set<string>();
  #pages = 0;
  #barren = 0;

  constructor(session: Session, subject: string) {
    this.#session = session;
    this.#subject = subject;
  }

  /** Different entries so far. */
  get seen(): number {
    return this.#seen.size;
  }

  /** Takes the entries of a page, by what tells them apart. */
  take(keys: Iterable<unknown>): void {
    const before = this.#seen.size;
    for (const key of keys) this.#seen.add(String(key));
    this.#barren = this.#seen.size > before ? 0 : this.#barren + 1;
  }

  /** Before the next page. @param token what it is asked by, if by a token */
  next(token?: string): void {
    this.#pages += 1;
    const isKnown = token !== undefined && this.#tokens.has(token);
    if (token !== undefined) this.#tokens.add(token);
    if (isKnown || this.#barren >= MAX_BARREN) throw loop(this.#subject);
    if (this.#pages >= this.#session.limits.maxPages) throw tooManyPages(this.#session, this.#subject);
  }
}

/** The list ended with fewer entries than the product says that there are: others were added or removed meanwhile. */
export function listChanged(subject: string, seen: number, total: number): RegistryError {
  return new RegistryError({
    code: 'response-invalid',
    message: `${subject} changed while it was read: ${seen} of ${total} entries came.`,
    transient: true,
  });
}

/** The value as an object with string keys; `{}` for anything else. */
export function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

/** The value as an array of objects. @throws RegistryError `response-invalid` when it is no array (null counts as empty) */
export function recordsOf(value: unknown, subject: string): Readonly<Record<string, unknown>>[] {
  if (value === null) return [];
  if (!Array.isArray(value)) throw invalid(subject);
  return value.map(recordOf);
}

export function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** RFC 3339 in UTC; null for no time, and for the times of reproducible builds and empty fields (before 1990). */
export function timeOf(value: unknown): string | null {
  const ms =
    typeof value === 'number' ? value : typeof value === 'string' && value !== '' ? Date.parse(value) : Number.NaN;
  return Number.isFinite(ms) && ms > 631_152_000_000 && ms < 4_102_444_800_000 ? new Date(ms).toISOString() : null;
}

function jsonOf(session: Session, answer: Answer, subject: string): JsonAnswer {
  if (answer.status !== 200) throw answerError(answer, 'api', subject, session.signIn.hasCredentials);
  refuseWebPage(answer);
  try {
    return { json: JSON.parse(answer.body.toString('utf8')), answer };
  } catch {
    throw invalid(subject, answer);
  }
}

function invalid(subject: string, answer?: Answer): RegistryError {
  return new RegistryError({
    code: 'response-invalid',
    message: `The answer for ${subject} is not what this API is known to give.`,
    status: answer?.status,
    url: answer && answer.origin + answer.path,
    transient: false,
  });
}

function loop(subject: string): RegistryError {
  return new RegistryError({ code: 'link-loop', message: `The pages of ${subject} go round in a circle.` });
}

function tooManyPages(session: Session, subject: string): RegistryError {
  return new RegistryError({
    code: 'too-many-pages',
    message: `${subject} goes on after ${session.limits.maxPages} pages; the rest was not read.`,
  });
}
