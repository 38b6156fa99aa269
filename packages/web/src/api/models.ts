import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, type BodyOf, type QueryOf } from './client.ts';

export type ModelPatch = BodyOf<'updateModel'>;

export const modelsQuery = (query: QueryOf<'listModels'>) =>
  queryOptions({
    queryKey: ['models', 'list', query],
    queryFn: ({ signal }) => api('listModels', { query }, { signal }),
    placeholderData: keepPreviousData,
  });

export const modelFacetsQuery = (query: QueryOf<'getModelFacets'>) =>
  queryOptions({
    queryKey: ['models', 'facets', query],
    queryFn: ({ signal }) => api('getModelFacets', { query }, { signal }),
    placeholderData: keepPreviousData,
  });

export const modelQuery = (id: string) =>
  queryOptions({
    queryKey: ['models', 'one', id],
    queryFn: ({ signal }) => api('getModel', { params: { id } }, { signal }),
  });

export const modelImagesQuery = (id: string, query: QueryOf<'listModelImages'>) =>
  queryOptions({
    queryKey: ['models', 'images', id, query],
    queryFn: ({ signal }) => api('listModelImages', { params: { id }, query }, { signal }),
    placeholderData: keepPreviousData,
  });

/** Which tested ways to serve a model fit the nodes of a location. */
export const modelFitQuery = (id: string, query: QueryOf<'getModelFit'>) =>
  queryOptions({
    queryKey: ['models', 'fit', id, query],
    queryFn: ({ signal }) => api('getModelFit', { params: { id }, query }, { signal }),
  });

/** Writes catalogue data; null takes an edit back. */
export function useUpdateModel(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: ModelPatch) => api('updateModel', { params: { id }, body }),
    onSuccess: (model) => {
      client.setQueryData(modelQuery(id).queryKey, model);
      void client.invalidateQueries({ queryKey: ['models', 'list'] });
      void client.invalidateQueries({ queryKey: ['models', 'facets'] });
    },
  });
}
