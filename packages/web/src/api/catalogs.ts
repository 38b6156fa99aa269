import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, type BodyOf } from './client.ts';

/** What another server or an agent did comes without an event. */
const STAGES_MS = 10_000;

export const catalogsQuery = queryOptions({
  queryKey: ['catalogs', 'list'],
  queryFn: ({ signal }) => api('listCatalogs', { query: {} }, { signal }),
});

export const catalogQuery = (name: string, location: string | undefined) =>
  queryOptions({
    queryKey: ['catalogs', 'one', name, location ?? ''],
    queryFn: ({ signal }) => api('getCatalog', { params: { name }, query: { location } }, { signal }),
    refetchInterval: STAGES_MS,
  });

/** What a change would serve; asked anew each time, because approvals come meanwhile. */
export const catalogPreviewQuery = (name: string, body: BodyOf<'previewCatalog'>) =>
  queryOptions({
    queryKey: ['catalogs', 'preview', name, body],
    queryFn: ({ signal }) => api('previewCatalog', { params: { name }, body }, { signal }),
    gcTime: 0,
    retry: false,
  });

export function usePublishCatalog(name: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: BodyOf<'publishCatalog'>) => api('publishCatalog', { params: { name }, body }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['catalogs'] }),
  });
}

export function useMoveRollout(name: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: BodyOf<'moveCatalogRollout'>) => api('moveCatalogRollout', { params: { name }, body }),
    onSettled: () => client.invalidateQueries({ queryKey: ['catalogs'] }),
  });
}

/** Asks for what guarded clusters wait for; each then waits for somebody else. */
export function useAskForCatalog(name: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: BodyOf<'askForCatalog'>) => api('askForCatalog', { params: { name }, body }),
    onSettled: () => Promise.all(['catalogs', 'clusters'].map((key) => client.invalidateQueries({ queryKey: [key] }))),
  });
}

export function useSetCatalogPolicy(name: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: BodyOf<'setCatalogPolicy'>) => api('setCatalogPolicy', { params: { name }, body }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['catalogs'] }),
  });
}
