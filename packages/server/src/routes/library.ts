import { randomUUID } from 'node:crypto';
import { hasSbom, momentOf } from '@pharos/library';
import { requireAgent } from '../agent-presence.ts';
import { AGENT_WAIT_MS, type Context } from '../context.ts';
import { differenceBetween } from '../difference.ts';
import { CONTENT_SECURITY_HEADERS } from '../headers.ts';
import { userOf, whoAsks } from '../identity/principal.ts';
import { withLifecycle, withLifecycles } from '../lifecycle.ts';
import { found, ProblemError } from '../problem.ts';
import type { Handlers } from '../route.ts';
import { endWithin } from '../work.ts';

type Names =
  | 'getStatistics'
  | 'events'
  | 'listRepositories'
  | 'getRepository'
  | 'updateRepository'
  | 'confirmAbsence'
  | 'listRepositoryTags'
  | 'getTag'
  | 'getTagHistory'
  | 'getTagAt'
  | 'listTagChanges'
  | 'listTags'
  | 'tagFacets'
  | 'searchCompletions'
  | 'listImagePackages'
  | 'getDifference'
  | 'getImage'
  | 'readImage';

/** What people browse: repositories, tags, images, and the stream that says when to look again. */
export function libraryHandlers(context: Context): Pick<Handlers, Names> {
  const { store, now } = context;
  const changedRepository = async (id: string) => {
    const repository = found(await store.repositories.get(id), 'The repository');
    context.events.emit({ type: 'repository', id, registryId: repository.registryId });
    return repository;
  };
  return {
    getStatistics: () => store.statistics(now()),
    events: async ({ request, reply }) => {
      const last = request.headers['last-event-id'];
      const headers = { ...CONTENT_SECURITY_HEADERS, 'x-request-id': request.id };
      const isBlind = context.reader.areas() !== null;
      const taken = context.events.attach(reply.raw, typeof last === 'string' ? last : undefined, headers, isBlind);
      if (!taken) throw new ProblemError('rate-limited', 'Too many event streams are open.');
      reply.hijack();
      return undefined;
    },
    listRepositories: async ({ query, principal }) => {
      const userId = query.favourite === undefined ? null : userOf(principal, 'Favourites belong to a person.');
      return store.repositories.list(query, { userId, now: now() });
    },
    getRepository: async ({ params }) => ({
      ...found(await store.repositories.get(params.id), 'The repository'),
      states: await store.repositories.states(params.id, now()),
    }),
    updateRepository: async ({ params, body, principal }) => {
      await store.repositories.write(params.id, body, { name: whoAsks(principal), now: now() });
      return changedRepository(params.id);
    },
    confirmAbsence: async ({ params }) => {
      await store.repositories.confirmAbsence(params.id);
      return changedRepository(params.id);
    },
    listRepositoryTags: async ({ params, query }) => {
      const tags = await store.tags.ofRepository(params.id, query, now());
      if (tags.total === 0) found(await store.repositories.get(params.id), 'The repository');
      return withLifecycles(context, tags);
    },
    getTag: async ({ params }) => {
      const tag = found(await store.tags.get(params.id, params.name, now()), 'The tag');
      return withLifecycle(context, tag);
    },
    getTagAt: async ({ params, query }) =>
      found(await store.tags.at(params.id, params.name, momentOf(query.time)), 'The tag'),
    listTagChanges: ({ query }) => store.tags.changes(query),
    getTagHistory: async ({ params, query }) =>
      found(await store.tags.history(params.id, params.name, query, now()), 'The tag'),
    tagFacets: ({ query }) => store.tags.facets(query, now()),
    searchCompletions: ({ query }) => store.tags.completions(query),
    listTags: async ({ query }) => withLifecycles(context, await store.tags.list(query, now())),
    listImagePackages: async ({ params, query }) => {
      const packages = await store.images.listPackages(params.digest, query);
      if (packages.total === 0) found(await store.images.get(params.digest), 'The image');
      return packages;
    },
    getDifference: ({ params, query }) => differenceBetween(context, query.from, params.digest, query.all),
    getImage: async ({ params }) => found(await store.images.get(params.digest, now()), 'The image'),
    readImage: async ({ params, signal }) => {
      const image = found(await store.images.get(params.digest), 'The image');
      if (image.detail === 'platforms' && (image.packages !== null || !hasSbom(image)))
        return { ...image, packagesMessage: null };
      const packagesMessage = await describeImage(context, params.digest, signal);
      return { ...found(await store.images.get(params.digest), 'The image'), packagesMessage };
    },
  };
}

/** Lets an agent read a digest deeper; it is stored by the time this resolves. Answers why no packages could be read. */
async function describeImage(context: Context, digest: string, signal: AbortSignal): Promise<string | null> {
  const place = await context.store.images.place(digest);
  if (place === null) {
    throw new ProblemError('not-found', 'The image stands in no repository now, so no agent can read it.');
  }
  const { registryId, repository, locationId } = place;
  await requireAgent(context, locationId);
  const work = { kind: 'describe', id: randomUUID(), registryId, repository, digest } as const;
  const end = await endWithin(context.work.add(locationId, work), AGENT_WAIT_MS, signal);
  if (!end?.done || end.result.kind !== 'describe') {
    throw new ProblemError('agent-timeout', 'No agent answered in time.');
  }
  if (!end.result.ok) {
    throw new ProblemError('conflict', `The agent could not read the image: ${end.result.message}`, {
      hint: 'Look at the status of the registry, then try again.',
    });
  }
  return end.result.packagesMessage ?? null;
}
