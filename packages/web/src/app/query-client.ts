import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { isAway, isSignedOut } from '../api/client.ts';
import { checkSession, sessionKey } from '../api/session.ts';
import { onSessionNews, tellOtherTabs } from '../api/session-news.ts';
import { noteAway, noteHere } from './connection.ts';

/**
 * An error anywhere may mean more than its own query: nobody is signed in any more (the gate then asks), or the
 * server is away (the banner says so).
 */
function note(error: unknown, key: unknown): void {
  if (isAway(error)) noteAway();
  if (!isSignedOut(error) || key === 'session') return;
  void queryClient.resetQueries({ queryKey: sessionKey });
  tellOtherTabs();
}

export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({
    onError: (error, query) => note(error, query.queryKey[0]),
    onSuccess: () => noteHere(),
  }),
  mutationCache: new MutationCache({
    onError: (error, _variables, _context, mutation) => note(error, mutation.options.mutationKey?.[0]),
    onSuccess: () => noteHere(),
  }),
  defaultOptions: {
    queries: {
      // Events say when something changed; this is for a stream that was cut without anybody noticing.
      staleTime: 30_000,
      refetchOnWindowFocus: true,
      // Pharos may well be on this very machine, with no network at all.
      networkMode: 'always',
      retry: (count, error) => isAway(error) && count < 2,
      retryDelay: (count) => Math.min(1000 * 2 ** count, 5000),
    },
    mutations: { networkMode: 'always', retry: false },
  },
});

onSessionNews(() => void checkSession(queryClient));
