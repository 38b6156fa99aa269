import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api } from './client.ts';

export const overviewQuery = queryOptions({
  queryKey: ['history', 'overview'],
  queryFn: ({ signal }) => api('getOverview', {}, { signal }),
});

export const growthQuery = (days: number) =>
  queryOptions({
    queryKey: ['history', 'growth', days],
    queryFn: ({ signal }) => api('getGrowth', { query: { days } }, { signal }),
    placeholderData: keepPreviousData,
  });

export const freshnessQuery = queryOptions({
  queryKey: ['history', 'freshness'],
  queryFn: ({ signal }) => api('getFreshness', {}, { signal }),
});

export const repositoryHistoryQuery = (id: string, days: number) =>
  queryOptions({
    queryKey: ['history', 'repository', id, days],
    queryFn: ({ signal }) => api('getRepositoryHistory', { params: { id }, query: { days } }, { signal }),
    placeholderData: keepPreviousData,
  });

export const registryHistoryQuery = (id: string, days: number) =>
  queryOptions({
    queryKey: ['history', 'registry', id, days],
    queryFn: ({ signal }) => api('getRegistryHistory', { params: { id }, query: { days } }, { signal }),
    placeholderData: keepPreviousData,
  });
