/** The route table: what belongs to the person who asks. A token stands for no person, so it is refused (`user-needed`). */
import { z } from 'zod';
import { Id } from '../common.ts';
import { FavouriteInput, Favourites, SavedView, SavedViewInput, SavedViewPatch, SavedViewQuery } from '../me.ts';
import { page } from '../page.ts';
import type { Route } from '../route.ts';
import { ById, get, patch, post, remove } from './parts.ts';

export const meRoutes = {
  getFavourites: {
    ...get,
    path: '/me/favourites',
    permission: 'session',
    group: 'me',
    summary: 'Starred repositories',
    response: Favourites,
  },
  addFavourite: {
    ...post,
    status: 200,
    path: '/me/favourites',
    permission: 'session',
    audit: null,
    group: 'me',
    summary: 'Star a repository; a second time is the same',
    body: FavouriteInput,
    response: Favourites,
  },
  removeFavourite: {
    ...remove,
    path: '/me/favourites/{repositoryId}',
    permission: 'session',
    audit: null,
    group: 'me',
    summary: 'Take the star off; a second time is the same',
    params: z.strictObject({ repositoryId: Id }),
  },
  listSavedViews: {
    ...get,
    path: '/me/views',
    permission: 'session',
    group: 'me',
    summary: 'Saved views, by name',
    query: SavedViewQuery,
    response: page(SavedView),
  },
  createSavedView: {
    ...post,
    path: '/me/views',
    permission: 'session',
    audit: null,
    group: 'me',
    summary: 'Save filters and sort of a list under a name',
    body: SavedViewInput,
    response: SavedView,
  },
  updateSavedView: {
    ...patch,
    path: '/me/views/{id}',
    permission: 'session',
    audit: null,
    group: 'me',
    summary: 'Rename a view, save other filters in it, or make it the default of its list',
    params: ById,
    body: SavedViewPatch,
    response: SavedView,
  },
  deleteSavedView: {
    ...remove,
    path: '/me/views/{id}',
    permission: 'session',
    audit: null,
    group: 'me',
    summary: 'Remove a view',
    params: ById,
  },
} as const satisfies Record<string, Route>;
