import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, type QueryOf } from './client.ts';

/** Counts follow the evaluation, which goes on in the background after a change. */
const WHILE_COUNTING_MS = 10_000;

export const policiesQuery = (query: QueryOf<'listPolicies'>) =>
  queryOptions({
    queryKey: ['policies', 'list', query],
    queryFn: ({ signal }) => api('listPolicies', { query }, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: WHILE_COUNTING_MS,
  });

export const policyExceptionsQuery = (query: QueryOf<'listPolicyExceptions'>) =>
  queryOptions({
    queryKey: ['policies', 'exceptions', query],
    queryFn: ({ signal }) => api('listPolicyExceptions', { query }, { signal }),
    placeholderData: keepPreviousData,
  });

/** Below the key of the image, so that news of the image is news of what policies say. */
export const imagePoliciesQuery = (digest: string) =>
  queryOptions({
    queryKey: ['images', digest, 'policies'],
    queryFn: ({ signal }) => api('getImagePolicies', { params: { digest } }, { signal }),
  });

/** Confirms what another person asked for, or ends an exception. */
export function useChangeException() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, verb }: { id: string; verb: 'confirm' | 'revoke' }) =>
      api(verb === 'confirm' ? 'confirmPolicyException' : 'revokePolicyException', { params: { id }, body: {} }),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ['policies'] }),
        client.invalidateQueries({ queryKey: ['images'] }),
      ]),
  });
}
