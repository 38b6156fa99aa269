import { routePath } from '@pharos/contract';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api, type QueryOf } from './client.ts';

export const auditEventsQuery = (query: QueryOf<'listAuditEvents'>) =>
  queryOptions({
    queryKey: ['audit', 'events', query],
    queryFn: ({ signal }) => api('listAuditEvents', { query }, { signal }),
    placeholderData: keepPreviousData,
  });

export const auditFacetsQuery = (query: QueryOf<'getAuditFacets'>) =>
  queryOptions({
    queryKey: ['audit', 'facets', query],
    queryFn: ({ signal }) => api('getAuditFacets', { query }, { signal }),
    placeholderData: keepPreviousData,
  });

export const auditEventQuery = (seq: number) =>
  queryOptions({
    queryKey: ['audit', 'event', seq],
    queryFn: ({ signal }) => api('getAuditEvent', { params: { seq } }, { signal }),
    // An entry never changes.
    staleTime: Number.POSITIVE_INFINITY,
  });

export const auditHeadQuery = queryOptions({
  queryKey: ['audit', 'head'],
  queryFn: ({ signal }) => api('getAuditHead', {}, { signal }),
  refetchInterval: 30_000,
});

/** Where the browser loads the export from. */
export const AUDIT_EXPORT = routePath('exportAudit');
