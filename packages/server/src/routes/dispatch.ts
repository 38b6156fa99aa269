import type { Context } from '../context.ts';
import type { Handlers } from '../route.ts';

type Names = never;

/** What agents apply in their location, and what runs there. */
export function dispatchHandlers(_context: Context): Pick<Handlers, Names> {
  return {};
}
