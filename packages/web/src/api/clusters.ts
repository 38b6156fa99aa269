import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, type BodyOf, type QueryOf } from './client.ts';

/** What agents report comes without an event. */
const STATUS_MS = 10_000;

export const clustersQuery = (query: QueryOf<'listClusters'>) =>
  queryOptions({
    queryKey: ['clusters', 'list', query],
    queryFn: ({ signal }) => api('listClusters', { query }, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: STATUS_MS,
  });

export const clusterQuery = (id: string) =>
  queryOptions({
    queryKey: ['clusters', 'one', id],
    queryFn: ({ signal }) => api('getCluster', { params: { id } }, { signal }),
    refetchInterval: STATUS_MS,
  });

export const upgradesQuery = (id: string) =>
  queryOptions({
    queryKey: ['clusters', 'one', id, 'upgrades'],
    queryFn: ({ signal }) => api('listUpgrades', { params: { id } }, { signal }),
  });

export const choicesQuery = (query: QueryOf<'clusterChoices'>) =>
  queryOptions({
    queryKey: ['clusters', 'choices', query],
    queryFn: ({ signal }) => api('clusterChoices', { query }, { signal }),
    placeholderData: keepPreviousData,
  });

export const manifestQuery = (body: BodyOf<'clusterManifest'>) =>
  queryOptions({
    queryKey: ['clusters', 'manifest', body],
    queryFn: ({ signal }) => api('clusterManifest', { body }, { signal }),
    placeholderData: keepPreviousData,
    retry: false,
  });

export const catalogsQuery = queryOptions({
  queryKey: ['catalogs', 'list'],
  queryFn: ({ signal }) => api('listCatalogs', { query: {} }, { signal }),
});

export function useCreateCluster() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: BodyOf<'createCluster'>) => api('createCluster', { body }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['clusters', 'list'] }),
  });
}

export function useUpgradeCluster(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: BodyOf<'upgradeCluster'>) => api('upgradeCluster', { params: { id }, body }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['clusters'] }),
  });
}

/** Confirms or cancels an upgrade that waits. */
export function useSettleUpgrade(id: string, how: 'approveUpgrade' | 'cancelUpgrade') {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (upgradeId: string) => api(how, { params: { id, upgradeId } }),
    // Also when it was too late: what is shown is old then.
    onSettled: () => client.invalidateQueries({ queryKey: ['clusters'] }),
  });
}

export function useSetMaintenance(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: BodyOf<'setClusterMaintenance'>) => api('setClusterMaintenance', { params: { id }, body }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['clusters'] }),
  });
}

export function useUpdateCluster(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: BodyOf<'updateCluster'>) => api('updateCluster', { params: { id }, body }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['clusters'] }),
  });
}

export function useDeleteCluster(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => api('deleteCluster', { params: { id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['clusters', 'list'] }),
  });
}
