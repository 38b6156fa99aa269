import type { Context } from '../context.ts';
import type { Handlers } from '../route.ts';

type Names = never;

/** Policies and exceptions. */
export function policyHandlers(_context: Context): Pick<Handlers, Names> {
  return {};
}
