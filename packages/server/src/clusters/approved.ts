/** The one gate of clusters and catalogs: nothing but approved digests goes out. */
import type { Context } from '../context.ts';
import { ProblemError } from '../problem.ts';

/**
 * Asks for the states that count now, and throws `image-not-approved` for the first digest that may not be handed out.
 * `isRunning`: the images stand in a cluster already, which a deprecated one may keep.
 */
export async function requireApproved(context: Context, digests: readonly string[], isRunning = false): Promise<void> {
  const states = await context.store.decisions.statesOf(digests, context.now());
  for (const digest of digests) {
    const { state = 'pending', successor = null } = states.get(digest) ?? {};
    if (state === 'approved' || (isRunning && state === 'deprecated')) continue;
    const hint = successor === null ? {} : { hint: `Use its successor ${successor} instead.` };
    throw new ProblemError('image-not-approved', `The image ${digest} is ${state}.`, hint);
  }
}
