import type { Context } from '../context.ts';
import type { Handlers } from '../route.ts';

type Names = never;

/** The audit log. */
export function auditHandlers(_context: Context): Pick<Handlers, Names> {
  return {};
}
