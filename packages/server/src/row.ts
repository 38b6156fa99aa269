/** Which place a change touches, read from the stored row: never from what the caller says of it. */
import type { Registry, RouteRow } from '@pharos/contract';
import { ALL_PLACES, type Place } from '@pharos/library';
import type { Store } from '@pharos/store';
import { notFound, ProblemError } from './problem.ts';
import { locationOfNew } from './routes/registries.ts';

/** What a loader reads: parameters and body as the schemas have checked them. */
export interface RowInput {
  readonly store: Store;
  readonly now: () => Date;
  readonly params: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

type Loader = (input: RowInput) => Promise<readonly Place[] | null>;

/** The places that the permission must be held on, all of them; null: there is no such row. */
export async function placesOf(row: RouteRow, input: RowInput): Promise<readonly Place[] | null> {
  return LOADERS[row](input);
}

/** Whether something loads such rows. */
export function isRow(row: string): row is RouteRow {
  return Object.hasOwn(LOADERS, row);
}

/**
 * Of these rows one place is enough: whoever sees an image somewhere may speak about it, and a name of a catalog means the
 * one in a place that is held (the routes of catalogs take no other).
 */
export function isOnePlaceEnough(row: RouteRow): boolean {
  return row === 'seen-image' || row === 'new-request' || row === 'catalog';
}

/** An image is seen by whoever sees one of its places: a refusal may say so. */
export function isOfImages(row: RouteRow): boolean {
  return isOnePlaceEnough(row) || row === 'image' || row === 'new-decisions';
}

/** A foreign row that cannot be seen is answered as one that does not exist. */
export function noSuchRow(row: RouteRow, isThere: boolean): Error {
  return isThere
    ? new ProblemError('not-found', `${NAMES[row]} does not exist.`, { hidesRefusal: true })
    : notFound(NAMES[row]);
}

const NAMES: Record<RouteRow, string> = {
  repository: 'The repository',
  registry: 'The registry',
  'new-registry': 'The location',
  rule: 'The rule',
  'new-rule': 'The registry',
  receiver: 'The receiver',
  'new-receiver': 'The registry',
  'scan-request': 'The registry or repository',
  agent: 'The agent',
  location: 'The location',
  'model-deployment': 'The deployment',
  'new-model-deployment': 'The location',
  cluster: 'The cluster',
  'new-cluster': 'The location',
  catalog: 'The catalog',
  image: 'The image',
  'seen-image': 'The image',
  'new-decisions': 'The image',
  'new-request': 'The image',
};

const LOADERS: Record<RouteRow, Loader> = {
  repository: ({ store, params }) => ofRepository(store, params.id),
  registry: ({ store, params }) => ofRegistry(store, params.id),
  'new-registry': async (input) => [whole(await locationOfNew(input, input.body.locationId as string | undefined))],
  rule: async ({ store, params, body }) => {
    const rule = await store.rules.get(params.id as string);
    if (rule === null) return null;
    // A rule that is moved touches where it was and where it goes.
    const moved = body.registryId === undefined ? [] : await ofRule(store, body.registryId as string | null);
    return [...(await ofRule(store, rule.registryId)), ...moved];
  },
  'new-rule': ({ store, body }) => ofRule(store, (body.registryId ?? null) as string | null),
  receiver: async ({ store, params }) => {
    const receiver = await store.receivers.get(params.id as string);
    return receiver && ofRegistry(store, receiver.registryId);
  },
  'new-receiver': ({ store, body }) => ofRegistry(store, body.registryId as string),
  'scan-request': ({ store, body }) =>
    body.repositoryId === undefined
      ? ofRegistry(store, body.registryId as string | undefined)
      : ofRepository(store, body.repositoryId as string),
  agent: async ({ store, params }) => {
    const agent = await store.agents.publicKey(params.id as string);
    return agent && [whole(agent.locationId)];
  },
  location: async ({ store, params }) => {
    const id = params.id as string;
    return (await store.locations.has(id)) ? [whole(id)] : null;
  },
  'model-deployment': async ({ store, params }) => {
    const deployment = await store.modelDeployments.get(params.id as string);
    return deployment && [whole(deployment.spec.location)];
  },
  'new-model-deployment': async ({ body }) => [whole(body.location as string)],
  cluster: async ({ store, params }) => {
    const cluster = await store.clusters.get(params.id as string);
    return cluster && [whole(cluster.spec.location)];
  },
  'new-cluster': async ({ body }) => [whole(body.location as string)],
  catalog: async ({ store, params, body }) => {
    const named = await store.catalogs.named(params.name as string, (body.location ?? null) as string | null);
    return named.length === 0 ? null : named.map(({ key }) => whole(key.location));
  },
  image: ({ store, params }) => ofImages(store, [params.digest as string]),
  'seen-image': ({ store, params }) => ofImages(store, [params.digest as string]),
  'new-decisions': ({ store, body }) => ofImages(store, Array.isArray(body.digests) ? (body.digests as string[]) : []),
  'new-request': ({ store, body }) => ofImages(store, typeof body.digest === 'string' ? [body.digest] : []),
};

/** An image is one thing by its digest: whoever decides of it decides for every repository where it stands. */
async function ofImages(store: Store, digests: readonly string[]): Promise<readonly Place[] | null> {
  const places = await store.images.places(digests);
  return places.length === 0 ? null : places;
}

async function ofRepository(store: Store, id: string | undefined): Promise<readonly Place[] | null> {
  const repository = id === undefined ? null : await store.repositories.get(id);
  return repository && [{ locationId: repository.locationId, repository: repository.name }];
}

async function ofRegistry(store: Store, id: string | undefined): Promise<readonly Place[] | null> {
  const registry: Registry | null = id === undefined ? null : await store.registries.get(id);
  return registry && [whole(registry.locationId)];
}

/** A rule without a registry is one for all of them; of an unknown registry it is refused by who may write everywhere only. */
async function ofRule(store: Store, registryId: string | null): Promise<readonly Place[]> {
  if (registryId === null) return [ALL_PLACES];
  return (await ofRegistry(store, registryId)) ?? [ALL_PLACES];
}

function whole(locationId: string): Place {
  return { locationId, repository: null };
}
