import { fitOfProfiles } from '@pharos/library';
import type { Context } from '../context.ts';
import { knownNodes } from '../model-services/location-nodes.ts';
import { found } from '../problem.ts';
import type { Handlers } from '../route.ts';

type Names = 'listModels' | 'getModelFacets' | 'getModel' | 'listModelImages' | 'updateModel' | 'getModelFit';

/** The Model Library: what people browse, and the catalogue data that they may write. */
export function modelHandlers(context: Context): Pick<Handlers, Names> {
  const { store, now, events } = context;
  return {
    listModels: ({ query }) => store.models.list(query),
    getModelFacets: ({ query }) => store.models.facets(query),
    getModel: async ({ params }) => found(await store.models.get(params.id), 'The model'),
    listModelImages: async ({ params, query }) => found(await store.models.images(params.id, query), 'The model'),
    getModelFit: async ({ params, query: { location, image } }) => {
      const { facts } = found(await store.models.get(params.id), 'The model');
      found((await store.locations.has(location)) || null, 'The location');
      const placed = image === undefined ? null : await store.modelDeployments.images(location, [image]);
      const nodes = await knownNodes(context, location);
      const served = {
        profiles: facts.profiles.value,
        gpuCount: facts.gpuCount.value,
        gpuMemoryGiB: facts.gpuMemoryGiB.value,
        platforms: placed?.get(image!)?.platforms ?? [],
      };
      return { locationId: location, known: typeof nodes !== 'string', ...fitOfProfiles(served, nodes) };
    },
    updateModel: async ({ params, body, principal }) => {
      const model = found(await store.models.update(params.id, body, principal!.name, now()), 'The model');
      events.emit({ type: 'model', id: model.id });
      return model;
    },
  };
}
