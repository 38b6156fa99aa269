import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from './client.ts';

export const agentsQuery = queryOptions({
  queryKey: ['agents'],
  queryFn: ({ signal }) => api('listAgents', { query: { limit: 1000 } }, { signal }),
});

export const locationsQuery = queryOptions({
  queryKey: ['locations'],
  queryFn: ({ signal }) => api('listLocations', { query: { limit: 1000 } }, { signal }),
});

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
