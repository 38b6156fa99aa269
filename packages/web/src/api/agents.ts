import type { JoinTokenInput } from '@pharos/contract';
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, type BodyOf } from './client.ts';

export const agentsQuery = queryOptions({
  queryKey: ['agents'],
  queryFn: ({ signal }) => api('listAgents', { query: { limit: 1000 } }, { signal }),
});

export const locationsQuery = queryOptions({
  queryKey: ['locations'],
  queryFn: ({ signal }) => api('listLocations', { query: { limit: 1000 } }, { signal }),
});

export const locationNodesQuery = (id: string) =>
  queryOptions({
    queryKey: ['locations', 'nodes', id],
    queryFn: ({ signal }) => api('getLocationNodes', { params: { id } }, { signal }),
  });

export const locationMaintenanceQuery = (id: string) =>
  queryOptions({
    queryKey: ['locations', 'maintenance', id],
    queryFn: ({ signal }) => api('getLocationMaintenance', { params: { id } }, { signal }),
  });

export function useSetLocationMaintenance(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: BodyOf<'setLocationMaintenance'>) => api('setLocationMaintenance', { params: { id }, body }),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ['locations'] }),
        client.invalidateQueries({ queryKey: ['clusters'] }),
      ]),
  });
}

/** Forgets an agent that is gone; a living one comes back by itself. */
export function useForgetAgent() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api('deleteAgent', { params: { id } }),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ['agents'] }),
        client.invalidateQueries({ queryKey: ['locations'] }),
        client.invalidateQueries({ queryKey: ['statistics'] }),
      ]),
  });
}

/** The token is in the answer, this once. */
export function useCreateJoinToken() {
  return useMutation({
    mutationFn: (body: Pick<JoinTokenInput, 'name' | 'locationId'>) => api('createJoinToken', { body }),
  });
}

/** Its calls are refused from now on, until it joins again. */
export function useRevokeAgentKey() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api('revokeAgentKey', { params: { id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['agents'] }),
  });
}
