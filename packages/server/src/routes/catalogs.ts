import type { Context } from '../context.ts';
import type { Handlers } from '../route.ts';

type Names = never;

/** Image catalogs of approved digests. */
export function catalogHandlers(_context: Context): Pick<Handlers, Names> {
  return {};
}
