import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, type BodyOf, type QueryOf } from './client.ts';

/** Counts follow the verification, which goes on in the background after a change. */
const WHILE_COUNTING_MS = 10_000;

export const trustListQuery = (query: QueryOf<'listTrust'>) =>
  queryOptions({
    queryKey: ['trust', 'list', query],
    queryFn: ({ signal }) => api('listTrust', { query }, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: WHILE_COUNTING_MS,
  });

export const trustQuery = (id: string) =>
  queryOptions({
    queryKey: ['trust', 'one', id],
    queryFn: ({ signal }) => api('getTrust', { params: { id } }, { signal }),
    refetchInterval: WHILE_COUNTING_MS,
  });

export const trustChangesQuery = (query: QueryOf<'listTrustChanges'>) =>
  queryOptions({
    queryKey: ['trust', 'changes', query],
    queryFn: ({ signal }) => api('listTrustChanges', { query }, { signal }),
    placeholderData: keepPreviousData,
  });

/** Below the key of the image, so that news of the image is news of its signatures. */
export const verificationQuery = (digest: string, repositoryId: string) =>
  queryOptions({
    queryKey: ['images', digest, 'verification', repositoryId],
    queryFn: ({ signal }) => api('getImageVerification', { params: { digest }, query: { repositoryId } }, { signal }),
  });

export const vulnerabilityReportsQuery = (digest: string) =>
  queryOptions({
    queryKey: ['images', digest, 'vulnerability-reports'],
    queryFn: ({ signal }) => api('listImageVulnerabilityReports', { params: { digest } }, { signal }),
  });

/** What an entry would verify. */
export function useCheckTrust() {
  return useMutation({ mutationFn: (body: BodyOf<'checkTrust'>) => api('checkTrust', { body }) });
}

export function useCreateTrust() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: BodyOf<'createTrust'>) => api('createTrust', { body }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['trust'] }),
  });
}

export function useUpdateTrust(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: BodyOf<'updateTrust'>) => api('updateTrust', { params: { id }, body }),
    onSuccess: (entry) => {
      client.setQueryData(trustQuery(id).queryKey, entry);
      void client.invalidateQueries({ queryKey: ['trust'] });
      void client.invalidateQueries({ queryKey: ['images'] });
    },
  });
}

export function useDeleteTrust() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api('deleteTrust', { params: { id } }),
    onSuccess: (_, id) => {
      client.removeQueries({ queryKey: trustQuery(id).queryKey });
      void client.invalidateQueries({ queryKey: ['trust', 'list'] });
      void client.invalidateQueries({ queryKey: ['images'] });
    },
  });
}
