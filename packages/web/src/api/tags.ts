import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api, type QueryOf } from './client.ts';

export const tagsQuery = (query: QueryOf<'listTags'>) =>
  queryOptions({
    queryKey: ['tags', 'list', query],
    queryFn: ({ signal }) => api('listTags', { query }, { signal }),
    placeholderData: keepPreviousData,
  });

export const repositoryTagsQuery = (id: string, query: QueryOf<'listRepositoryTags'>) =>
  queryOptions({
    queryKey: ['tags', 'repository', id, query],
    queryFn: ({ signal }) => api('listRepositoryTags', { params: { id }, query }, { signal }),
    placeholderData: keepPreviousData,
  });

export const tagQuery = (id: string, name: string) =>
  queryOptions({
    queryKey: ['tags', 'one', id, name],
    queryFn: ({ signal }) => api('getTag', { params: { id, name } }, { signal }),
  });

export const tagHistoryQuery = (id: string, name: string) =>
  queryOptions({
    queryKey: ['tags', 'history', id, name],
    queryFn: ({ signal }) => api('getTagHistory', { params: { id, name }, query: { limit: 100 } }, { signal }),
  });

export const tagFacetsQuery = (query: QueryOf<'tagFacets'>) =>
  queryOptions({
    queryKey: ['tags', 'facets', query],
    queryFn: ({ signal }) => api('tagFacets', { query }, { signal }),
    placeholderData: keepPreviousData,
  });

/** The answer says what it was asked, so that one for an older text is not taken for this one's. */
export const completionsQuery = (q: string, at: number) =>
  queryOptions({
    queryKey: ['search', 'completions', q, at],
    queryFn: async ({ signal }) => ({ q, at, ...(await api('searchCompletions', { query: { q, at } }, { signal })) }),
    staleTime: 30_000,
  });
export const tagAtQuery = (id: string, name: string, time: string) =>
  queryOptions({
    queryKey: ['tags', 'at', id, name, time],
    queryFn: ({ signal }) => api('getTagAt', { params: { id, name }, query: { time } }, { signal }),
  });

export const tagChangesQuery = (query: QueryOf<'listTagChanges'>) =>
  queryOptions({
    queryKey: ['tags', 'changes', query],
    queryFn: ({ signal }) => api('listTagChanges', { query }, { signal }),
    placeholderData: keepPreviousData,
  });
