/** The route table: the Model Library. */
import { z } from 'zod';
import { Digest } from '../common.ts';
import { LocationId } from '../location.ts';
import { Model, ModelDetail, ModelFacets, ModelFilter, ModelImage, ModelPatch, ModelQuery } from '../model.ts';
import { ModelFit } from '../node.ts';
import { PageQuery, page } from '../page.ts';
import type { Route } from '../route.ts';
import { ById, get, patch } from './parts.ts';

export const modelsRoutes = {
  listModels: {
    ...get,
    path: '/models',
    permission: 'library:read',
    group: 'models',
    summary: 'Models, each with its newest images',
    query: ModelQuery,
    response: page(Model),
  },
  getModelFacets: {
    ...get,
    path: '/models/facets',
    permission: 'library:read',
    group: 'models',
    summary: 'How many models each choice of a filter has',
    query: ModelFilter,
    response: ModelFacets,
  },
  getModel: {
    ...get,
    path: '/models/{id}',
    permission: 'library:read',
    group: 'models',
    summary: 'One model: facts with their sources, newest images',
    params: ById,
    response: ModelDetail,
  },
  listModelImages: {
    ...get,
    path: '/models/{id}/images',
    permission: 'library:read',
    group: 'models',
    summary: 'Versions of a model by digest, newest first',
    params: ById,
    query: PageQuery,
    response: page(ModelImage),
  },
  getModelFit: {
    ...get,
    path: '/models/{id}/fit',
    permission: 'library:read',
    group: 'models',
    summary: 'Which tested ways to serve a model fit the nodes of a location',
    params: ById,
    query: z.strictObject({
      location: LocationId,
      image: Digest.optional().meta({ description: 'Its platforms count too; default: no image in particular' }),
    }),
    response: ModelFit,
  },
  updateModel: {
    ...patch,
    path: '/models/{id}',
    permission: 'models:write',
    audit: 'model.update',
    group: 'models',
    summary: 'Write catalogue data of a model; null takes an edit back',
    params: ById,
    body: ModelPatch,
    response: ModelDetail,
  },
} as const satisfies Record<string, Route>;
