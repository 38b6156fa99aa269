/** Evaluates what is due, in the background: new and changed images, changed policies, and what the clock changes. */
import { setImmediate } from 'node:timers/promises';
import type { Context } from '../context.ts';

const BATCH = 100;

/** One turn: until nothing is due, the server stops, or the policies change (the next turn begins anew then). */
export async function evaluatePoliciesDue({ store, now, events, stopping }: Context): Promise<void> {
  const { version, policies } = await store.policies.current();
  // Without a policy nothing is due, and nothing is written for every image.
  if (policies.length === 0) return;
  let all = 0;
  let decided = 0;
  while (!stopping.aborted) {
    const done = await store.policies.settle(version, now(), BATCH);
    all += done.evaluated;
    decided += done.decided;
    if (done.evaluated === 0) break;
    await setImmediate();
  }
  if (all > 0) events.emit({ type: 'policy' });
  if (decided > 0) events.emit({ type: 'approval' });
}
