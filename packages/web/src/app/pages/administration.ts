/** Who may do what, what was done, and one's own account. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { pagedSearch } from '../../components/search-state.ts';
import { auditSearch } from '../../features/audit/search.ts';
import { peopleSearch } from '../../features/people/search.ts';
import { app } from './roots.ts';

const tokens = createRoute({
  getParentRoute: () => app,
  path: '/administration/tokens',
  validateSearch: pagedSearch,
  component: lazyRouteComponent(() => import('../../features/tokens/tokens-page.tsx'), 'TokensPage'),
});

const users = createRoute({
  getParentRoute: () => app,
  path: '/administration/users',
  validateSearch: peopleSearch,
  component: lazyRouteComponent(() => import('../../features/people/people-page.tsx'), 'PeoplePage'),
});

const sessions = createRoute({
  getParentRoute: () => app,
  path: '/administration/sessions',
  validateSearch: pagedSearch,
  component: lazyRouteComponent(() => import('../../features/account/sessions-page.tsx'), 'SessionsPage'),
});

const audit = createRoute({
  getParentRoute: () => app,
  path: '/administration/audit',
  validateSearch: auditSearch,
  component: lazyRouteComponent(() => import('../../features/audit/audit-page.tsx'), 'AuditPage'),
});

const account = createRoute({
  getParentRoute: () => app,
  path: '/me',
  validateSearch: pagedSearch,
  component: lazyRouteComponent(() => import('../../features/account/account-page.tsx'), 'AccountPage'),
});

export const administrationPages = [tokens, users, sessions, audit, account];
