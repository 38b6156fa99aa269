import type { LinkPassword, Permission, Session, Setup, SignIn } from '@pharos/contract';
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from './client.ts';

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

/** Whether the person signed in holds a permission; actions that nobody may use are not drawn. */
export function useMay(permission: Permission): boolean {
  return useSession()?.permissions.includes(permission) ?? false;
}

export function useSignIn() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: SignIn) => api('signIn', { body }),
    onSuccess: (session) => client.setQueryData(sessionKey, session),
  });
}

export function useSetup() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Setup) => api('setup', { body }),
    onSuccess: (session) => {
      client.setQueryData(sessionKey, session);
      client.setQueryData(setupQuery.queryKey, (before) => ({ oidc: before?.oidc ?? null, done: true }));
    },
  });
}

/** Chooses a password with a one-time link. */
export function useSignInByLink() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: LinkPassword) => api('signInByLink', { body }),
    onSuccess: (session) => client.setQueryData(sessionKey, session),
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
    onSuccess: (session) => client.setQueryData(sessionKey, session),
  });
}

/** Signs out and forgets everything that was loaded. */
export function useSignOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => api('signOut', {}),
    onSettled: () => client.clear(),
  });
}
