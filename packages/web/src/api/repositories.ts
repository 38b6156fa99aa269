import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, type QueryOf } from './client.ts';

export const repositoriesQuery = (query: QueryOf<'listRepositories'>) =>
  queryOptions({
    queryKey: ['repositories', 'list', query],
    queryFn: ({ signal }) => api('listRepositories', { query }, { signal }),
    placeholderData: keepPreviousData,
  });

export const repositoryQuery = (id: string) =>
  queryOptions({
    queryKey: ['repositories', 'one', id],
    queryFn: ({ signal }) => api('getRepository', { params: { id } }, { signal }),
  });

/** Writes the README; null takes it away. */
export function useWriteReadme(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (readme: string | null) => api('updateRepository', { params: { id }, body: { readme } }),
    onSuccess: (repository) => client.setQueryData(repositoryQuery(id).queryKey, repository),
  });
}

/** A person confirms that many tags are gone; the next complete scan is believed. */
export function useConfirmAbsence(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => api('confirmAbsence', { params: { id } }),
    onSuccess: (repository) => client.setQueryData(repositoryQuery(id).queryKey, repository),
  });
}
