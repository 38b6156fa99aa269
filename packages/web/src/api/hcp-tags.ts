import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, type BodyOf, type QueryOf } from './client.ts';

export const hcpTagsQuery = (query: QueryOf<'listHcpTags'> = { limit: 1000 }) =>
  queryOptions({
    queryKey: ['hcp-tags', 'list', query],
    queryFn: ({ signal }) => api('listHcpTags', { query }, { signal }),
    placeholderData: keepPreviousData,
  });

export const hcpTagChangesQuery = (query: QueryOf<'listHcpTagChanges'>) =>
  queryOptions({
    queryKey: ['hcp-tags', 'changes', query],
    queryFn: ({ signal }) => api('listHcpTagChanges', { query }, { signal }),
    placeholderData: keepPreviousData,
  });

/** Labels are drawn in every list and on every page of the library. */
const WHERE_LABELS_ARE = [['hcp-tags'], ['repositories'], ['tags'], ['images']];

function useRefreshLabels(): () => Promise<unknown> {
  const client = useQueryClient();
  return () => Promise.all(WHERE_LABELS_ARE.map((queryKey) => client.invalidateQueries({ queryKey })));
}

export function useCreateHcpTag() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: BodyOf<'createHcpTag'>) => api('createHcpTag', { body }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['hcp-tags'] }),
  });
}

export function useUpdateHcpTag() {
  const refresh = useRefreshLabels();
  return useMutation({
    mutationFn: ({ id, patch }: { id: string; patch: BodyOf<'updateHcpTag'> }) =>
      api('updateHcpTag', { params: { id }, body: patch }),
    onSuccess: refresh,
  });
}

export function useDeleteHcpTag() {
  const refresh = useRefreshLabels();
  return useMutation({
    mutationFn: (id: string) => api('deleteHcpTag', { params: { id } }),
    onSuccess: refresh,
  });
}

/** Puts HCP tags on many things and takes others off, in one step. */
export function useAssignHcpTags() {
  const refresh = useRefreshLabels();
  return useMutation({
    mutationFn: (body: BodyOf<'assignHcpTags'>) => api('assignHcpTags', { body }),
    onSuccess: refresh,
  });
}
