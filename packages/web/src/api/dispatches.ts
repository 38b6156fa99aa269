import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api } from './client.ts';

export const dispatchesQuery = (cursor?: string) =>
  queryOptions({
    queryKey: ['dispatches', cursor],
    queryFn: ({ signal }) => api('listDispatches', { query: { cursor, limit: 50 } }, { signal }),
    placeholderData: keepPreviousData,
  });

export const usagesQuery = (digest: string, cursor?: string) =>
  queryOptions({
    queryKey: ['images', digest, 'used-by', cursor],
    queryFn: ({ signal }) => api('listImageUsages', { params: { digest }, query: { cursor, limit: 50 } }, { signal }),
    placeholderData: keepPreviousData,
  });
