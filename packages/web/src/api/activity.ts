import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api, type QueryOf } from './client.ts';

export const activityQuery = (query: QueryOf<'listActivity'>) =>
  queryOptions({
    queryKey: ['activity', query],
    queryFn: ({ signal }) => api('listActivity', { query }, { signal }),
    placeholderData: keepPreviousData,
  });
