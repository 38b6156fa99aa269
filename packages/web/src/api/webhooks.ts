import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, type BodyOf, type QueryOf } from './client.ts';

export const webhooksQuery = (query: QueryOf<'listWebhooks'>) =>
  queryOptions({
    queryKey: ['webhooks', 'list', query],
    queryFn: ({ signal }) => api('listWebhooks', { query }, { signal }),
    placeholderData: keepPreviousData,
  });

export const webhookQuery = (id: string) =>
  queryOptions({
    queryKey: ['webhooks', 'one', id],
    queryFn: ({ signal }) => api('getWebhook', { params: { id } }, { signal }),
  });

export const webhookDeliveriesQuery = (id: string, query: QueryOf<'listWebhookDeliveries'>) =>
  queryOptions({
    queryKey: ['webhooks', 'deliveries', id, query],
    queryFn: ({ signal }) => api('listWebhookDeliveries', { params: { id }, query }, { signal }),
    placeholderData: keepPreviousData,
  });

export const webhookDeliveryQuery = (id: string, deliveryId: string) =>
  queryOptions({
    queryKey: ['webhooks', 'delivery', id, deliveryId],
    queryFn: ({ signal }) => api('getWebhookDelivery', { params: { id, deliveryId } }, { signal }),
  });

function useChange() {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: ['webhooks'] });
}

/** The answer holds the secret, this once; it is kept in the component's state and nowhere else. */
export function useCreateWebhook() {
  return useMutation({
    mutationFn: (body: BodyOf<'createWebhook'>) => api('createWebhook', { body }),
    gcTime: 0,
    onSuccess: useChange(),
  });
}

/** Another secret, shown this once; the old one signs too for 24 hours. */
export function useRotateWebhook(id: string) {
  return useMutation({
    mutationFn: () => api('rotateWebhook', { params: { id } }),
    gcTime: 0,
    onSuccess: useChange(),
  });
}

export function useUpdateWebhook(id: string) {
  return useMutation({
    mutationFn: (body: BodyOf<'updateWebhook'>) => api('updateWebhook', { params: { id }, body }),
    onSuccess: useChange(),
  });
}

/** Sends a ping and waits for what comes back, 15 seconds at most. */
export function useTestWebhook(id: string) {
  return useMutation({ mutationFn: () => api('testWebhook', { params: { id } }), onSuccess: useChange() });
}

export function useRedeliver(id: string) {
  return useMutation({
    mutationFn: (deliveryId: string) => api('redeliverWebhook', { params: { id, deliveryId } }),
    onSuccess: useChange(),
  });
}

export function useDeleteWebhook() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api('deleteWebhook', { params: { id } }),
    onSuccess: (_, id) => {
      client.removeQueries({ queryKey: webhookQuery(id).queryKey });
      // Not awaited: the page that shows the webhook leaves first.
      void client.invalidateQueries({ queryKey: ['webhooks', 'list'] });
    },
  });
}
