import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, type BodyOf, type QueryOf } from './client.ts';

export const receiversQuery = (query: QueryOf<'listReceivers'>) =>
  queryOptions({
    queryKey: ['receivers', 'list', query],
    queryFn: ({ signal }) => api('listReceivers', { query }, { signal }),
    placeholderData: keepPreviousData,
  });

export const receiverQuery = (id: string) =>
  queryOptions({
    queryKey: ['receivers', 'one', id],
    queryFn: ({ signal }) => api('getReceiver', { params: { id } }, { signal }),
  });

export const deliveriesQuery = (id: string, query: QueryOf<'listDeliveries'>) =>
  queryOptions({
    queryKey: ['receivers', 'deliveries', id, query],
    queryFn: ({ signal }) => api('listDeliveries', { params: { id }, query }, { signal }),
    placeholderData: keepPreviousData,
  });

/** The answer holds the secret, this once; it is kept in the component's state and nowhere else. */
export function useCreateReceiver() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: BodyOf<'createReceiver'>) => api('createReceiver', { body }),
    gcTime: 0,
    onSuccess: () => client.invalidateQueries({ queryKey: ['receivers'] }),
  });
}

/** Another secret, shown this once; senders that have the old one are refused from now on. */
export function useRotateReceiver(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => api('rotateReceiver', { params: { id } }),
    gcTime: 0,
    onSuccess: () => client.invalidateQueries({ queryKey: ['receivers'] }),
  });
}

export function useDeleteReceiver() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api('deleteReceiver', { params: { id } }),
    onSuccess: (_, id) => {
      client.removeQueries({ queryKey: receiverQuery(id).queryKey });
      // Not awaited: the page that shows the receiver leaves first.
      void client.invalidateQueries({ queryKey: ['receivers', 'list'] });
    },
  });
}
