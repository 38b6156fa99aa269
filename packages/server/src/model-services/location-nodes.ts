/** What is known of the nodes of a location, and in which words it is said when nothing is. */
import type { LocationNodes } from '@pharos/contract';
import { type KnownNodes, productName } from '@pharos/library';
import type { StoredNodes } from '@pharos/store';
import { hasAgent } from '../agent-presence.ts';
import type { Context } from '../context.ts';

/** Agents tell again every ten minutes: what is older is no knowledge of now. */
const STALE_MS = 3_600_000;

type Asks = Pick<Context, 'store' | 'now'>;

/** The nodes, or why they are not known (half a sentence). */
export async function knownNodes(context: Asks, locationId: string): Promise<KnownNodes> {
  const stored = await context.store.nodes.of(locationId);
  return (await whyUnknown(context, locationId, stored)) ?? stored!.nodes;
}

export async function locationNodes(context: Asks, locationId: string): Promise<LocationNodes> {
  const stored = await context.store.nodes.of(locationId);
  const why = await whyUnknown(context, locationId, stored);
  const reportedAt = stored?.reportedAt ?? null;
  if (why !== null) {
    const hint = 'pharos agent rbac --capability nodes prints what an agent with Kubernetes needs to read them.';
    const message = `The nodes are not known: ${why}.`;
    return { locationId, state: 'unknown', message, hint, total: 0, nodes: [], reportedAt };
  }
  const { total, nodes } = stored!;
  return { locationId, state: 'known', message: summary(stored!), hint: '', total, nodes: [...nodes], reportedAt };
}

async function whyUnknown(context: Asks, locationId: string, stored: StoredNodes | null): Promise<string | null> {
  if (stored === null) {
    return (await hasAgent(context, locationId))
      ? `no agent of ${locationId} has told which nodes there are`
      : `no agent of ${locationId} is connected`;
  }
  if (stored.denied) return `the agent of ${locationId} may not read nodes`;
  const isStale = context.now().getTime() - Date.parse(stored.reportedAt) > STALE_MS;
  return isStale ? `no agent of ${locationId} has told for more than an hour` : null;
}

function summary({ total, nodes }: StoredNodes): string {
  const products = new Map<string, number>();
  for (const { gpu } of nodes) {
    if (gpu === null || gpu.count === 0) continue;
    const name = productName(gpu.product);
    products.set(name, (products.get(name) ?? 0) + gpu.count);
  }
  const withGpus = nodes.filter(({ gpu }) => gpu !== null).length;
  const list = [...products].map(([name, count]) => `${count} × ${name}`).join(', ');
  const have = withGpus === 0 ? 'none with GPUs' : `${withGpus} with GPUs${list === '' ? '' : ` (${list})`}`;
  return `${total} ${total === 1 ? 'node' : 'nodes'}, ${have}.`;
}
