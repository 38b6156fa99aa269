import type { Context } from '../context.ts';
import type { Handlers } from '../route.ts';

type Names = never;

/** What approvers decide: states of images, requests, the queue. */
export function approvalHandlers(_context: Context): Pick<Handlers, Names> {
  return {};
}
