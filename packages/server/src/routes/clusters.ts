import type { Context } from '../context.ts';
import type { Handlers } from '../route.ts';

type Names = never;

/** PostgreSQL clusters from approved images. */
export function clusterHandlers(_context: Context): Pick<Handlers, Names> {
  return {};
}
