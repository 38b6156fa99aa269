import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, type BodyOf } from './client.ts';

/** While something starts: how far it is comes without an event. */
const PROGRESS_MS = 1_500;

export const localRunsQuery = queryOptions({
  queryKey: ['local-runs'],
  queryFn: ({ signal }) => api('listLocalRuns', {}, { signal }),
  refetchInterval: ({ state }) => (state.data?.items.some((run) => run.state === 'starting') ? PROGRESS_MS : false),
});

/** Pulling takes as long as the image is large; the answer comes when the database does. */
export function useStartLocalRun() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: BodyOf<'startLocalRun'>) => {
      const started = api('startLocalRun', { body });
      // So that its progress is shown: the list is asked again until nothing starts.
      setTimeout(() => void client.invalidateQueries({ queryKey: localRunsQuery.queryKey }), 500);
      return started;
    },
    onSettled: () => client.invalidateQueries({ queryKey: localRunsQuery.queryKey }),
  });
}

export function useStopLocalRun() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => api('stopLocalRun', { params: { name } }),
    onSettled: () => client.invalidateQueries({ queryKey: localRunsQuery.queryKey }),
  });
}

export function useRemoveLocalRun() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => api('removeLocalRun', { params: { name } }),
    onSettled: () => client.invalidateQueries({ queryKey: localRunsQuery.queryKey }),
  });
}
