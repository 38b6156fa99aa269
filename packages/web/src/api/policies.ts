import type { PolicyPreview } from '@pharos/contract';
import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, type BodyOf, type QueryOf } from './client.ts';

/** Counts follow the evaluation, which goes on in the background after a change. */
const WHILE_COUNTING_MS = 10_000;

export const policiesQuery = (query: QueryOf<'listPolicies'>) =>
  queryOptions({
    queryKey: ['policies', 'list', query],
    queryFn: ({ signal }) => api('listPolicies', { query }, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: WHILE_COUNTING_MS,
  });

export const policyQuery = (id: string) =>
  queryOptions({
    queryKey: ['policies', 'one', id],
    queryFn: ({ signal }) => api('getPolicy', { params: { id } }, { signal }),
    refetchInterval: WHILE_COUNTING_MS,
  });

export const policyVersionsQuery = (id: string, query: QueryOf<'listPolicyVersions'>) =>
  queryOptions({
    queryKey: ['policies', 'versions', id, query],
    queryFn: ({ signal }) => api('listPolicyVersions', { params: { id }, query }, { signal }),
    placeholderData: keepPreviousData,
  });

/** What a policy would do, over a part of the library that begins where the look before ended. Nothing is changed. */
export const tryPolicy = (body: BodyOf<'previewPolicy'>, signal: AbortSignal): Promise<PolicyPreview> =>
  api('previewPolicy', { body }, { signal });

export function useCreatePolicy() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: BodyOf<'createPolicy'>) => api('createPolicy', { body }),
    onSuccess: (policy) => {
      client.setQueryData(policyQuery(policy.id).queryKey, policy);
      void client.invalidateQueries({ queryKey: ['policies', 'list'] });
    },
  });
}

/** A new version, whole. */
export function useUpdatePolicy(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: BodyOf<'updatePolicy'>) => api('updatePolicy', { params: { id }, body }),
    onSuccess: (policy) => {
      client.setQueryData(policyQuery(id).queryKey, policy);
      return Promise.all([
        client.invalidateQueries({ queryKey: ['policies'] }),
        client.invalidateQueries({ queryKey: ['images'] }),
      ]);
    },
  });
}

export function useDeletePolicy(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => api('deletePolicy', { params: { id } }),
    onSuccess: () => {
      client.removeQueries({ queryKey: policyQuery(id).queryKey });
      void client.invalidateQueries({ queryKey: ['policies'] });
      void client.invalidateQueries({ queryKey: ['images'] });
    },
  });
}

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

/** Asks for an exception; another person confirms it. */
export function useAskException() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: BodyOf<'askPolicyException'>) => api('askPolicyException', { body }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['policies', 'exceptions'] }),
  });
}

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
