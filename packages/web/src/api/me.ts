/** What belongs to the person signed in: favourites and saved views. */
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, type BodyOf } from './client.ts';

const favouritesQuery = queryOptions({
  queryKey: ['me', 'favourites'],
  queryFn: ({ signal }) => api('getFavourites', {}, { signal }),
  staleTime: 60_000,
});

/** Ids of starred repositories. */
export function useFavourites(): ReadonlySet<string> {
  return new Set(useQuery(favouritesQuery).data?.repositories ?? []);
}

/** Stars a repository or takes the star off; what is shown changes at once and goes back when it fails. */
export function useStar() {
  const client = useQueryClient();
  const key = favouritesQuery.queryKey;
  return useMutation({
    mutationFn: async ({ repositoryId, on }: { repositoryId: string; on: boolean }) => {
      if (on) await api('addFavourite', { body: { repositoryId } });
      else await api('removeFavourite', { params: { repositoryId } });
    },
    onMutate: async ({ repositoryId, on }) => {
      await client.cancelQueries({ queryKey: key });
      const before = client.getQueryData(key);
      const others = (before?.repositories ?? []).filter((id) => id !== repositoryId);
      client.setQueryData(key, { repositories: on ? [repositoryId, ...others] : others });
      return { before };
    },
    onError: (_error, _star, kept) => client.setQueryData(key, kept?.before),
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: key }),
        client.invalidateQueries({ queryKey: ['repositories', 'list'] }),
      ]),
  });
}

export const savedViewsQuery = (page: string) =>
  queryOptions({
    queryKey: ['me', 'views', page],
    queryFn: ({ signal }) => api('listSavedViews', { query: { page, limit: 1000 } }, { signal }),
    staleTime: 60_000,
  });

function useRefreshViews(): () => Promise<unknown> {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: ['me', 'views'] });
}

export function useCreateSavedView() {
  const refresh = useRefreshViews();
  return useMutation({
    mutationFn: (body: BodyOf<'createSavedView'>) => api('createSavedView', { body }),
    onSuccess: refresh,
  });
}

export function useUpdateSavedView() {
  const refresh = useRefreshViews();
  return useMutation({
    mutationFn: ({ id, patch }: { id: string; patch: BodyOf<'updateSavedView'> }) =>
      api('updateSavedView', { params: { id }, body: patch }),
    onSuccess: refresh,
  });
}

export function useDeleteSavedView() {
  const refresh = useRefreshViews();
  return useMutation({
    mutationFn: (id: string) => api('deleteSavedView', { params: { id } }),
    onSuccess: refresh,
  });
}
