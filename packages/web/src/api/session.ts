import type { LinkPassword, Permission, Session, Setup, SignIn } from '@pharos/contract';
import { type QueryClient, queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, isSignedOut } from './client.ts';
import { tellOtherTabs } from './session-news.ts';

export const sessionKey = ['session'] as const;

/** Who is signed in; fails with 401 when nobody is. */
export const sessionQuery = queryOptions({
  queryKey: sessionKey,
  queryFn: ({ signal }) => api('getSession', {}, { signal }),
  staleTime: 60_000,
  retry: false,
});

export const setupQuery = queryOptions({
  queryKey: ['setup'],
  queryFn: ({ signal }) => api('getSetup', {}, { signal }),
  retry: false,
});

export function useSession(): Session | undefined {
  return useQuery(sessionQuery).data;
}

/** Who is signed in, as far as it is known; asks nobody. */
export function useKnownSession(): Session | undefined {
  return useQuery({ ...sessionQuery, enabled: false }).data;
}

/** Whether the person signed in holds a permission; actions that nobody may use are not drawn. */
export function useMay(permission: Permission): boolean {
  return useSession()?.permissions.includes(permission) ?? false;
}

/** Begins a session: what was loaded for whoever was here before goes, and the other tabs hear of it. */
function enter(client: QueryClient, session: Session): void {
  client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' && queryKey[0] !== 'setup' });
  client.setQueryData(sessionKey, session);
  tellOtherTabs();
}

/**
 * Asks who is signed in now, after news that it may have changed: nobody (the gate asks to sign in), somebody else
 * (everything is read anew), or the same.
 */
export async function checkSession(client: QueryClient): Promise<void> {
  const before = client.getQueryData(sessionKey) as Session | undefined;
  try {
    const now = await client.fetchQuery({ ...sessionQuery, staleTime: 0 });
    if (before && before.name !== now.name)
      void client.resetQueries({ predicate: (query) => query.queryKey[0] !== 'session' });
  } catch (error) {
    // A server that is away says nothing of the session.
    if (isSignedOut(error) && before) void client.resetQueries({ queryKey: sessionKey });
  }
}

export function useSignIn() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: SignIn) => api('signIn', { body }),
    onSuccess: (session) => enter(client, session),
  });
}

export function useSetup() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Setup) => api('setup', { body }),
    onSuccess: (session) => {
      enter(client, session);
      client.setQueryData(setupQuery.queryKey, (before) => ({ oidc: before?.oidc ?? null, done: true }));
    },
  });
}

/** Chooses a password with a one-time link. */
export function useSignInByLink() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: LinkPassword) => api('signInByLink', { body }),
    onSuccess: (session) => enter(client, session),
  });
}

/** Goes to the identity provider; the page is left. */
export function useStartOidc() {
  return useMutation({
    mutationFn: () => api('startOidc', {}),
    onSuccess: ({ url }) => window.location.assign(url),
  });
}

/** Comes back from it. */
export function useFinishOidc() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (query: string) => api('finishOidc', { body: { query } }),
    onSuccess: (session) => enter(client, session),
  });
}

/** Signs out and forgets everything that was loaded. */
export function useSignOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => api('signOut', {}),
    onSettled: () => {
      client.clear();
      tellOtherTabs();
    },
  });
}
