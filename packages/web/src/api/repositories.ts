import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, type BodyOf, type QueryOf } from './client.ts';

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

/** Writes description or README; a revision that is not the newest is refused (`conflict`), and then the newest is read. */
export function useWriteRepository(id: string) {
  const client = useQueryClient();
  const { queryKey } = repositoryQuery(id);
  return useMutation({
    mutationFn: (body: BodyOf<'updateRepository'>) => api('updateRepository', { params: { id }, body }),
    onSuccess: (repository) => {
      client.setQueryData(queryKey, repository);
      void client.invalidateQueries({ queryKey: ['repositories', 'list'] });
    },
    onError: () => client.invalidateQueries({ queryKey }),
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
