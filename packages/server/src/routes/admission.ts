import type { Context } from '../context.ts';
import type { Handlers } from '../route.ts';

type Names = never;

/** What admission control asks. */
export function admissionHandlers(_context: Context): Pick<Handlers, Names> {
  return {};
}
