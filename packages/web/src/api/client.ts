/** The one client of the control plane; the page and the API share an origin and a session cookie. */
import { ApiError, createClient, type RouteInput, type RouteName, type Routes } from '@pharos/contract';

export const api = createClient({ baseUrl: '' });

/** The query string of a route, as a caller gives it. */
export type QueryOf<N extends RouteName> = RouteInput<Routes[N]> extends { query: infer Q } ? Q : never;

/** Whether the server was not reached at all, so that what is on screen may be old. */
export function isAway(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 0 || error.status === 502 || error.status === 503);
}

/** Whether nobody is signed in (any more). */
export function isSignedOut(error: unknown): boolean {
  return error instanceof ApiError && error.status === 401;
}

/** Whether there is no such thing (any more). */
export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

/** The body of a route, as a caller sends it (defaults may be left out). */
export type BodyOf<N extends RouteName> = RouteInput<Routes[N]> extends { body: infer B } ? B : never;
