/** Whether secrets stand in the namespace of what needs them: an agent looks, and tells no more than yes or no. */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Permission } from '@pharos/contract';
import { type ClusterFacts, covers, reachOf } from '@pharos/library';
import { type Nodes, type SecretName, secretKey } from '@pharos/store';
import type { Context } from '../context.ts';
import type { Principal } from '../identity/principal.ts';

/** So long is an answer believed, and so long is one waited for. */
const FRESH_MS = 60_000;
const WAIT_MS = 2_500;
const LOOK_MS = 100;

export interface SecretQuestion {
  readonly location: string;
  readonly namespace: string;
  readonly names: readonly string[];
  /** Who may make there what reads them. */
  readonly permission: Extract<Permission, 'clusters:write' | 'model-services:write'>;
}

/** Only whoever may deploy there is told: else anybody who reads the library could try names of secrets. */
export async function knownSecrets(
  { reader, work, now, stopping }: Context,
  principal: Principal | null,
  { location, namespace, names, permission }: SecretQuestion,
): Promise<Pick<ClusterFacts, 'secrets' | 'secretKeys'>> {
  if (names.length === 0) return { secrets: new Map() };
  const held = principal === null ? [] : reachOf(principal.access, permission);
  if (held !== 'everywhere' && !covers(held, { locationId: location, repository: null }))
    return { secrets: 'your role deploys nothing there' };
  // What is kept of secrets is no part of the library that a reader sees.
  const { nodes, agents } = reader.whole;
  const { items } = await agents.list({ limit: 1000 }, now());
  const able = items.some(
    ({ locationId, state, kubernetes }) =>
      locationId === location &&
      state === 'connected' &&
      kubernetes?.capabilities.some(({ name }) => name === 'secrets'),
  );
  if (!able) return { secrets: `no agent of ${location} that looks at secrets is connected` };
  const wanted = names.map((name) => ({ namespace, name }));
  const until = Date.now() + WAIT_MS;
  for (;;) {
    const freshSince = new Date(now().getTime() - FRESH_MS);
    const { answers, keys, asked } = await nodes.askSecrets(location, wanted, freshSince, now());
    if (asked > 0) work.wake(location);
    if (answers.size >= wanted.length || Date.now() > until || stopping.aborted) {
      return { secrets: byName(wanted, answers), secretKeys: byName(wanted, keys) };
    }
    await sleep(LOOK_MS);
  }
}

function byName<T>(wanted: readonly SecretName[], found: ReadonlyMap<string, T>): Map<string, T> {
  const entries = wanted.flatMap((each): [string, T][] => {
    const value = found.get(secretKey(each));
    return value === undefined ? [] : [[each.name, value]];
  });
  return new Map(entries);
}

/** What agents compare to know whether there is something to do: dispatches, and questions that nobody has answered. */
export async function dispatchVersion(
  store: { readonly nodes: Nodes; readonly dispatches: Context['store']['dispatches'] },
  locationId: string,
  now: Date,
): Promise<string> {
  const [version, open] = [
    await store.dispatches.version(locationId, now),
    await store.nodes.openSecrets(locationId, now),
  ];
  if (open.length === 0) return version;
  return `${version}.${createHash('sha256').update(JSON.stringify(open)).digest('hex').slice(0, 16)}`;
}
