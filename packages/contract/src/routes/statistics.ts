/** The route table: what pictures are drawn from. */
import { DaysQuery, Freshness, LibraryGrowth, Overview, RegistryHistory, RepositoryHistory } from '../history.ts';
import type { Route } from '../route.ts';
import { ById, get } from './parts.ts';

export const statisticsRoutes = {
  getOverview: {
    ...get,
    path: '/statistics/overview',
    permission: 'library:read',
    group: 'statistics',
    summary: 'Whether the library is healthy, what is new, what needs a person',
    response: Overview,
  },
  getGrowth: {
    ...get,
    path: '/statistics/growth',
    permission: 'library:read',
    group: 'statistics',
    summary: 'Tags, images and repositories of the library by day',
    query: DaysQuery,
    response: LibraryGrowth,
  },
  getFreshness: {
    ...get,
    path: '/statistics/freshness',
    permission: 'library:read',
    group: 'statistics',
    summary: 'How old the newest image of each repository is, and which platforms the library covers',
    response: Freshness,
  },
  getRepositoryHistory: {
    ...get,
    path: '/statistics/repositories/{id}',
    permission: 'library:read',
    group: 'statistics',
    summary: 'Tags of a repository by major version and day, and the platforms it covers',
    params: ById,
    query: DaysQuery,
    response: RepositoryHistory,
  },
  getRegistryHistory: {
    ...get,
    path: '/statistics/registries/{id}',
    permission: 'library:read',
    group: 'statistics',
    summary:
      'How long scans of a registry took and what they spent, by hour up to 3 days, else by day; kept for 90 days',
    params: ById,
    query: DaysQuery,
    response: RegistryHistory,
  },
} as const satisfies Record<string, Route>;
