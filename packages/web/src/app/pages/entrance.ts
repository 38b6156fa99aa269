/** Pages for whoever is not signed in. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { type RawSearch, safeNext, text } from '../../components/search-state.ts';
import { root } from './roots.ts';

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (raw: RawSearch): { next?: string | undefined } => {
    const next = safeNext(raw.next);
    return next === '/' ? {} : { next };
  },
  component: lazyRouteComponent(() => import('../../features/session/sign-in-page.tsx'), 'SignInPage'),
});

const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  validateSearch: (raw: RawSearch): { token?: string | undefined } => ({ token: text(raw.token) }),
  component: lazyRouteComponent(() => import('../../features/session/setup-page.tsx'), 'SetupPage'),
});

const chooseLink = createRoute({
  getParentRoute: () => root,
  path: '/password',
  validateSearch: (raw: RawSearch): { token?: string | undefined } => ({ token: text(raw.token) }),
  component: lazyRouteComponent(() => import('../../features/session/link-page.tsx'), 'LinkPage'),
});

const signInReturn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in/callback',
  component: lazyRouteComponent(() => import('../../features/session/return-page.tsx'), 'ReturnPage'),
});

export const entrancePages = [signIn, setup, chooseLink, signInReturn];
