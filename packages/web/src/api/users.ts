import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, type BodyOf, type QueryOf } from './client.ts';

export const usersQuery = (query: QueryOf<'listUsers'>) =>
  queryOptions({
    queryKey: ['users', query],
    queryFn: ({ signal }) => api('listUsers', { query }, { signal }),
    placeholderData: keepPreviousData,
  });

export const teamsQuery = (query: QueryOf<'listTeams'>) =>
  queryOptions({
    queryKey: ['teams', query],
    queryFn: ({ signal }) => api('listTeams', { query }, { signal }),
    placeholderData: keepPreviousData,
  });

function usePeople<I, O>(mutationFn: (input: I) => Promise<O>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    gcTime: 0,
    onSuccess: async () => {
      await Promise.all(['users', 'teams', 'sessions'].map((key) => client.invalidateQueries({ queryKey: [key] })));
    },
  });
}

/** The answer of these two holds a one-time link; it is kept in the component's state and nowhere else. */
export const useCreateUser = () => usePeople((body: BodyOf<'createUser'>) => api('createUser', { body }));
export const useResetUser = () => usePeople((id: string) => api('resetUser', { params: { id } }));

export const useUpdateUser = () =>
  usePeople(({ id, body }: { id: string; body: BodyOf<'updateUser'> }) => api('updateUser', { params: { id }, body }));
export const useDeleteUser = () => usePeople((id: string) => api('deleteUser', { params: { id } }));

/** With an id a team is changed, without one it is made. */
export const useSaveTeam = () =>
  usePeople(({ id, body }: { id?: string; body: BodyOf<'createTeam'> }) =>
    id === undefined ? api('createTeam', { body }) : api('updateTeam', { params: { id }, body }),
  );
export const useDeleteTeam = () => usePeople((id: string) => api('deleteTeam', { params: { id } }));
