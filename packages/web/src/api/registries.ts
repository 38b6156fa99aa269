import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, type BodyOf, type QueryOf } from './client.ts';

export const registriesQuery = (query: QueryOf<'listRegistries'> = { limit: 1000 }) =>
  queryOptions({
    queryKey: ['registries', 'list', query],
    queryFn: ({ signal }) => api('listRegistries', { query }, { signal }),
  });

export const registryQuery = (id: string) =>
  queryOptions({
    queryKey: ['registries', 'one', id],
    queryFn: ({ signal }) => api('getRegistry', { params: { id } }, { signal }),
  });

/** Changes of how a registry answers, newest first. */
export const registryEventsQuery = (id: string, limit: number) =>
  queryOptions({
    queryKey: ['registries', 'events', id, limit],
    queryFn: ({ signal }) => api('listRegistryEvents', { params: { id }, query: { limit } }, { signal }),
    placeholderData: keepPreviousData,
  });

export function useCreateRegistry() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: BodyOf<'createRegistry'>) => api('createRegistry', { body }),
    onSuccess: (registry) => {
      client.setQueryData(registryQuery(registry.id).queryKey, registry);
      return client.invalidateQueries({ queryKey: ['registries', 'list'] });
    },
  });
}

export function useUpdateRegistry(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: BodyOf<'updateRegistry'>) => api('updateRegistry', { params: { id }, body }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['registries'] }),
  });
}

/** Disconnects a registry; its repositories and tags leave the library with it. */
export function useDeleteRegistry() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api('deleteRegistry', { params: { id } }),
    onSuccess: (_, id) => {
      client.removeQueries({ queryKey: registryQuery(id).queryKey });
      // Not awaited: the page that shows the registry leaves first.
      void client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== 'session' });
    },
  });
}

/** Lets the agent of the registry's location check it; takes seconds. */
export function useProbeRegistry(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => api('probeRegistry', { params: { id } }),
    onSettled: () => client.invalidateQueries({ queryKey: ['registries'] }),
  });
}
