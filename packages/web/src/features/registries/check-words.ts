/** Checks and changes as people call them. */
import type { RegistryEvent } from '@pharos/contract';

const NAMES: Readonly<Record<string, string>> = {
  address: 'Address',
  reachable: 'Reachable',
  tls: 'TLS',
  api: 'Registry API',
  clock: 'Clock',
  'sign-in': 'Sign-in',
  dialect: 'Product',
  catalog: 'List of repositories',
  tags: 'List of tags',
  bulk: 'Digests in lists',
  manifest: 'Reading an image',
  referrers: 'Signatures and SBOMs',
  quota: 'Limit of the registry',
  registry: 'Registry',
  breaker: 'Asking',
  pause: 'Pause',
  allowance: 'Allowance',
};

/** A check, or another subject of an event, by its id; one that this page does not know keeps its id. */
export function checkName(id: string): string {
  return NAMES[id] ?? id;
}

/** Changes that were told at one moment, the whole first, then what explains it. */
export interface ChangeGroup {
  readonly at: string;
  readonly lead: RegistryEvent;
  readonly others: readonly RegistryEvent[];
}

/** Puts together what one report told. `events` newest first, as the server lists them. */
export function groupChanges(events: readonly RegistryEvent[]): ChangeGroup[] {
  const moments = new Map<string, RegistryEvent[]>();
  for (const event of events) {
    const known = moments.get(event.at);
    if (known) known.push(event);
    else moments.set(event.at, [event]);
  }
  return [...moments].map(([at, found]) => {
    const ascending = found.toReversed();
    const lead = ascending.find(({ subject }) => subject === 'registry') ?? ascending[0]!;
    return { at, lead, others: ascending.filter((event) => event !== lead) };
  });
}
