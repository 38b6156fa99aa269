import type { Context } from '../context.ts';
import { found } from '../problem.ts';
import type { Handlers } from '../route.ts';

type Names = 'listModels' | 'getModelFacets' | 'getModel' | 'listModelImages' | 'updateModel';

/** The Model Library: what people browse, and the catalogue data that they may write. */
export function modelHandlers({ store, now, events }: Context): Pick<Handlers, Names> {
  return {
    listModels: ({ query }) => store.models.list(query),
    getModelFacets: ({ query }) => store.models.facets(query),
    getModel: async ({ params }) => found(await store.models.get(params.id), 'The model'),
    listModelImages: async ({ params, query }) => found(await store.models.images(params.id, query), 'The model'),
    updateModel: async ({ params, body, principal }) => {
      const model = found(await store.models.update(params.id, body, principal!.name, now()), 'The model');
      events.emit({ type: 'model', id: model.id });
      return model;
    },
  };
}
