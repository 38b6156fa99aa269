import { randomUUID } from 'node:crypto';
import type { Scan, ScanRequest } from '@pharos/contract';
import { requireAgent } from '../agent-presence.ts';
import type { Context } from '../context.ts';
import { found } from '../problem.ts';
import type { Handlers } from '../route.ts';

interface Target {
  readonly registryId: string;
  readonly locationId: string;
  readonly repositoryId: string | null;
  readonly repository: string | null;
}

/** Scans: what was read, and "Sync now". */
export function scanHandlers(context: Context): Pick<Handlers, 'listScans' | 'createScan' | 'getScan'> {
  const { store, now } = context;
  const starting = new Map<string, Promise<Scan>>();

  async function start(target: Target): Promise<Scan> {
    const running = await runningScan(context, target);
    if (running) return running;
    await requireAgent(context, target.locationId);
    const { registryId, locationId, repositoryId, repository } = target;
    const id = randomUUID();
    const scan = await store.scans.request({ id, registryId, repositoryId, locationId }, now());
    const work = { kind: 'scan', id: randomUUID(), registryId, repository, scanId: id, trigger: 'manual' } as const;
    context.work.add(locationId, work);
    context.events.emit({ type: 'scan', scan });
    return scan;
  }

  return {
    listScans: ({ query }) => store.scans.list(query),
    getScan: async ({ params }) => found(await store.scans.get(params.id), 'The scan'),
    createScan: async ({ body }) => {
      const target = await targetOf(context, body);
      const key = target.repositoryId ?? target.registryId;
      // Two people who press the button at once get the same scan.
      const scan = starting.get(key) ?? start(target).finally(() => starting.delete(key));
      starting.set(key, scan);
      return scan;
    },
  };
}

async function targetOf({ store }: Context, body: ScanRequest): Promise<Target> {
  if (body.repositoryId !== undefined) {
    const { id, registryId, locationId, name } = found(
      await store.repositories.get(body.repositoryId),
      'The repository',
    );
    return { registryId, locationId, repositoryId: id, repository: name };
  }
  const registry = found(await store.registries.get(body.registryId as string), 'The registry');
  return { registryId: registry.id, locationId: registry.locationId, repositoryId: null, repository: null };
}

async function runningScan({ store }: Context, { registryId, repositoryId }: Target): Promise<Scan | undefined> {
  const query = repositoryId === null ? { registryId } : { repositoryId };
  const { items } = await store.scans.list({ ...query, status: 'running', limit: 1000 });
  return items.find((scan) => scan.repositoryId === repositoryId && scan.registryId === registryId);
}
