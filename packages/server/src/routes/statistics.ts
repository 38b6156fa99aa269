import type { Context } from '../context.ts';
import { found } from '../problem.ts';
import type { Handlers } from '../route.ts';

type Names =
  | 'listActivity'
  | 'getOverview'
  | 'getGrowth'
  | 'getFreshness'
  | 'getRepositoryHistory'
  | 'getRegistryHistory';

/** What happened, and what pictures are drawn from. */
export function statisticsHandlers({ store, now }: Context): Pick<Handlers, Names> {
  const { history } = store;
  return {
    listActivity: ({ query }) => store.activity.list(query),
    getOverview: () => history.overview(now()),
    getGrowth: ({ query }) => history.growth(query.days, now()),
    getFreshness: () => history.freshness(now()),
    getRepositoryHistory: async ({ params, query }) =>
      found(await history.repository(params.id, query.days, now()), 'The repository'),
    getRegistryHistory: async ({ params, query }) =>
      found(await history.registry(params.id, query.days, now()), 'The registry'),
  };
}
