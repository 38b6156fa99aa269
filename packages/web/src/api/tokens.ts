import type { TokenInput } from '@pharos/contract';
import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, type QueryOf } from './client.ts';

export const tokensQuery = (query: QueryOf<'listTokens'>) =>
  queryOptions({
    queryKey: ['tokens', query],
    queryFn: ({ signal }) => api('listTokens', { query }, { signal }),
    placeholderData: keepPreviousData,
  });

/** The answer holds the token itself, this once; it is kept in the component's state and nowhere else. */
export function useCreateToken() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: TokenInput) => api('createToken', { body }),
    gcTime: 0,
    onSuccess: () => client.invalidateQueries({ queryKey: ['tokens'] }),
  });
}

export function useRevokeToken() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api('deleteToken', { params: { id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['tokens'] }),
  });
}

/** The answer holds the new secret, this once. */
export function useRotateToken() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, graceSeconds }: { id: string; graceSeconds: number }) =>
      api('rotateToken', { params: { id }, body: { graceSeconds } }),
    gcTime: 0,
    onSuccess: () => client.invalidateQueries({ queryKey: ['tokens'] }),
  });
}
