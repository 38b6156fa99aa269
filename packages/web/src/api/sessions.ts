import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, type BodyOf, type QueryOf } from './client.ts';

/** Sessions of everybody (administrators), or one's own. */
export const sessionsQuery = (whose: 'own' | 'all', query: QueryOf<'listOwnSessions'>) =>
  queryOptions({
    queryKey: ['sessions', whose, query],
    queryFn: ({ signal }) =>
      whose === 'own' ? api('listOwnSessions', { query }, { signal }) : api('listSessions', { query }, { signal }),
    placeholderData: keepPreviousData,
  });

function useEnding<I>(mutationFn: (input: I) => Promise<unknown>) {
  const client = useQueryClient();
  return useMutation({ mutationFn, onSuccess: () => client.invalidateQueries({ queryKey: ['sessions'] }) });
}

export const useEndSession = (whose: 'own' | 'all') =>
  useEnding((id: string) => api(whose === 'own' ? 'endOwnSession' : 'endSession', { params: { id } }));
export const useEndOtherSessions = () => useEnding((_: undefined) => api('endOtherSessions', {}));
export const useChangePassword = () => useEnding((body: BodyOf<'changePassword'>) => api('changePassword', { body }));
