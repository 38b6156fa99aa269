import type { Context } from '../context.ts';
import type { Handlers } from '../route.ts';

type Names = never;

/** Models served from approved images. */
export function modelDeploymentHandlers(_context: Context): Pick<Handlers, Names> {
  return {};
}
