import { queryOptions } from '@tanstack/react-query';
import { api } from './client.ts';

export const statisticsQuery = queryOptions({
  queryKey: ['statistics'],
  queryFn: ({ signal }) => api('getStatistics', {}, { signal }),
});
