import type { Page, Scan, ScanRequest } from '@pharos/contract';
import { keepPreviousData, type QueryClient, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, type QueryOf } from './client.ts';

export const scansQuery = (query: QueryOf<'listScans'>) =>
  queryOptions({
    queryKey: ['scans', 'list', query],
    queryFn: ({ signal }) => api('listScans', { query }, { signal }),
    placeholderData: keepPreviousData,
  });

/** Scans that run now; events keep it up to date without asking again. */
export const runningScansQuery = queryOptions({
  queryKey: ['scans', 'running'],
  queryFn: ({ signal }) => api('listScans', { query: { status: 'running', limit: 200 } }, { signal }),
});

/** Takes what an event said about a scan into the list of running ones. */
export function noteScan(client: QueryClient, scan: Scan): void {
  client.setQueryData<Page<Scan>>(runningScansQuery.queryKey, (page) => {
    const others = (page?.items ?? []).filter((item) => item.id !== scan.id);
    const items = scan.status === 'running' ? [scan, ...others] : others;
    return { items, next: null, total: items.length };
  });
}

/** Sync now. The agent takes it up; events tell how far it is. */
export function useStartScan() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: ScanRequest) => api('createScan', { body }),
    onSuccess: (scan) => {
      noteScan(client, scan);
      return client.invalidateQueries({ queryKey: ['scans', 'list'] });
    },
  });
}
