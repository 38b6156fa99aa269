/** The port of the store: what belongs to one reader: favourites and views. */
import type { Page, SavedView, SavedViewInput, SavedViewPatch, SavedViewQuery } from '@pharos/contract';

/** What belongs to one person. */
export interface Me {
  /** Starred repositories, newest star first. */
  favourites(userId: string): Promise<string[]>;
  /** Idempotent. Throws `not-found`, `limit-reached`. */
  addFavourite(userId: string, repositoryId: string, now: Date): Promise<string[]>;
  removeFavourite(userId: string, repositoryId: string): Promise<void>;
  views(userId: string, query: SavedViewQuery): Promise<Page<SavedView>>;
  /** Throws `name-taken` within the same list, `limit-reached`. A new default takes the place of the old one. */
  createView(userId: string, input: SavedViewInput, now: Date): Promise<SavedView>;
  updateView(userId: string, id: string, patch: SavedViewPatch, now: Date): Promise<SavedView | null>;
  removeView(userId: string, id: string): Promise<boolean>;
}
