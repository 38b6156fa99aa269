import type { ImageState } from '@pharos/contract';
import type { NewDecision } from '../decision-port.ts';
import { StoreError } from '../errors.ts';
import type { Store } from '../store.ts';
import { digestOf, hours, observation, scan, T0 } from './given.ts';

export const ANN = '00000000-0000-4000-8000-00000000000a';
export const BOB = '00000000-0000-4000-8000-00000000000b';
export const CAT = '00000000-0000-4000-8000-00000000000c';
export const ROBOT = '00000000-0000-4000-8000-00000000000d';
export const NAMES: Record<string, string> = { [ANN]: 'ann', [BOB]: 'bob', [CAT]: 'cat', [ROBOT]: 'robot' };

export async function people(store: Store): Promise<void> {
  for (const [id, name] of Object.entries(NAMES)) {
    const kind = id === ROBOT ? 'robot' : 'person';
    await store.users.create({ id, name, kind, passwordHash: null, grants: [] }, T0);
  }
}

export const ARM = { os: 'linux', architecture: 'arm64', variant: null, size: 1000 };

/** Images with these tags in a repository, each of its own digest. */
export async function images(
  store: Store,
  registryId: string,
  names: readonly string[],
  repository = 'postgresql',
  at = 0,
) {
  const digests = names.map((name) => digestOf(`${repository} ${name}`));
  await scan(store, registryId, {
    repository,
    tags: names.map((name, index) => ({ name, digest: digests[index]! })),
    images: digests.map((digest) => observation(digest)),
    now: hours(at),
  });
  return digests;
}

export const verdict = (digest: string, state: ImageState, more: Partial<NewDecision> = {}): NewDecision => ({
  digest,
  state,
  reason: 'because',
  actor: NAMES[more.person ?? ANN] ?? 'ann',
  actorKind: 'session',
  person: ANN,
  ...more,
});

export const codeOf = async (run: Promise<unknown>): Promise<string | null> => {
  try {
    await run;
    return null;
  } catch (error) {
    if (error instanceof StoreError) return error.code;
    throw error;
  }
};
