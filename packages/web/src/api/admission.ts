import { queryOptions } from '@tanstack/react-query';
import { api } from './client.ts';

/** Reports come every minute, and at once when something was refused. */
export const admissionQuery = queryOptions({
  queryKey: ['admission', 'status'],
  queryFn: ({ signal }) => api('listAdmission', { query: { limit: 1000 } }, { signal }),
});

export const admissionRefusalsQuery = (limit: number) =>
  queryOptions({
    queryKey: ['admission', 'refusals', limit],
    queryFn: ({ signal }) => api('listAdmissionRefusals', { query: { limit } }, { signal }),
  });
