/** What belongs to one person: favourites and saved views. */
import { z } from 'zod';
import { DisplayName, Id, Time } from './common.ts';
import { PageQuery } from './page.ts';

/** At most this many of each, of one person. */
export const MOST_FAVOURITES = 1000;
export const MOST_SAVED_VIEWS = 200;

export const Favourites = z.object({
  repositories: z.array(Id).meta({ description: 'Starred repositories, newest star first' }),
});
export type Favourites = z.infer<typeof Favourites>;

export const FavouriteInput = z.strictObject({ repositoryId: Id });

/** The list that a view is of: `repositories`, `tags`, … */
export const ViewPage = z
  .string()
  .regex(/^[a-z][a-z-]{0,49}$/, 'must be lower-case letters and "-"')
  .meta({ description: 'The list the view is of: repositories, tags, …' });

/** Filters, sort and view of a list, as they stand in its address. Where one is in the list is not part of it. */
const ViewQuery = z
  .string()
  .max(2000)
  .regex(/^[\x21-\x7e]*$/, 'must be a URL query without "?"')
  .refine((query) => !query.startsWith('?') && !query.includes('#'), 'must be a URL query without "?" and "#"')
  .transform((query) => {
    const parameters = new URLSearchParams(query);
    parameters.delete('cursor');
    parameters.delete('page');
    return parameters.toString();
  })
  .meta({ description: 'URL query of the list, without "?"; cursor and page are left out' });

export const SavedView = z.object({
  id: Id,
  page: z.string(),
  name: z.string(),
  query: z.string(),
  isDefault: z.boolean().meta({ description: 'Shown when the list is opened without a query' }),
  createdAt: Time,
  updatedAt: Time,
});
export type SavedView = z.infer<typeof SavedView>;

export const SavedViewInput = z.strictObject({
  page: ViewPage,
  name: DisplayName,
  query: ViewQuery,
  isDefault: z.boolean().default(false),
});
export type SavedViewInput = z.infer<typeof SavedViewInput>;

export const SavedViewPatch = z.strictObject({
  name: DisplayName.optional(),
  query: ViewQuery.optional(),
  isDefault: z.boolean().optional(),
});
export type SavedViewPatch = z.infer<typeof SavedViewPatch>;

export const SavedViewQuery = PageQuery.extend({ page: ViewPage.optional() });
export type SavedViewQuery = z.infer<typeof SavedViewQuery>;
