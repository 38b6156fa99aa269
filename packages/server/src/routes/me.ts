import type { Context } from '../context.ts';
import { type Principal, userOf } from '../identity/principal.ts';
import { found } from '../problem.ts';
import type { Handlers } from '../route.ts';

type Names =
  | 'getFavourites'
  | 'addFavourite'
  | 'removeFavourite'
  | 'listSavedViews'
  | 'createSavedView'
  | 'updateSavedView'
  | 'deleteSavedView';

/** Favourites and saved views of the person who asks. */
export function meHandlers({ store, now }: Context): Pick<Handlers, Names> {
  const me = (principal: Principal | null) => userOf(principal, 'Favourites and saved views belong to a person.');
  return {
    getFavourites: async ({ principal }) => ({ repositories: await store.me.favourites(me(principal)) }),
    addFavourite: async ({ principal, body }) => ({
      repositories: await store.me.addFavourite(me(principal), body.repositoryId, now()),
    }),
    removeFavourite: async ({ principal, params }) => {
      await store.me.removeFavourite(me(principal), params.repositoryId);
      return undefined;
    },
    listSavedViews: async ({ principal, query }) => store.me.views(me(principal), query),
    createSavedView: async ({ principal, body }) => store.me.createView(me(principal), body, now()),
    updateSavedView: async ({ principal, params, body }) =>
      found(await store.me.updateView(me(principal), params.id, body, now()), 'The view'),
    deleteSavedView: async ({ principal, params }) => {
      found((await store.me.removeView(me(principal), params.id)) || null, 'The view');
      return undefined;
    },
  };
}
