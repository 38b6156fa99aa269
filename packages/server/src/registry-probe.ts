import { randomUUID } from 'node:crypto';
import type { Registry } from '@pharos/contract';
import { hasAgent } from './agent-presence.ts';
import type { Context } from './context.ts';
import type { WorkItem } from './work.ts';

/** Queues a check of a registry by an agent of its location and says so in its status. */
export async function startProbe(context: Context, registry: Registry): Promise<WorkItem> {
  const { store, now, work } = context;
  const { id, locationId } = registry;
  const present = await hasAgent(context, locationId);
  // "checking" is said only when somebody checks: without an agent it would be said for ever.
  const status = present
    ? { state: 'checking' as const, message: `An agent of ${locationId} checks it.`, code: null, checks: [] }
    : {
        state: 'unknown' as const,
        message: `It is checked as soon as an agent of ${locationId} connects.`,
        code: 'agent-absent',
        checks: [],
      };
  await store.registries.setStatus(id, status, now());
  context.events.emit({ type: 'registry', id });
  const item = work.add(locationId, { kind: 'probe', id: randomUUID(), registryId: id });
  void item.end.then(async (end) => {
    if (!end.done && end.why !== 'stopping') await endProbe(context, id, 'No agent finished the check.');
  });
  return item;
}

/** Says that a check came to nothing. */
export async function endProbe(context: Context, registryId: string, message: string): Promise<void> {
  try {
    const status = { state: 'unknown' as const, message, code: 'agent-timeout' };
    await context.store.registries.setStatus(registryId, status, context.now());
    context.events.emit({ type: 'registry', id: registryId });
  } catch (error) {
    context.log.warn({ err: error, registryId }, 'the status of a registry was not stored');
  }
}
