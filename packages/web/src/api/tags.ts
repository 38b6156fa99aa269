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
