/** What belongs to one person: favourites and saved views. Every statement names the person. */
import { randomUUID } from 'node:crypto';
import { MOST_FAVOURITES, MOST_SAVED_VIEWS, type SavedView } from '@pharos/contract';
import { sql } from 'kysely';
import { after, cut, type Order, orderBy } from './cursor.ts';
import { allOf, countUpTo, type Db, first, iso } from './database.ts';
import { StoreError } from './errors.ts';
import type { Me } from './me-port.ts';

interface ViewRow {
  id: string;
  page: string;
  name: string;
  query: string;
  is_default: boolean;
  created_at: Date;
  updated_at: Date;
}

const BY_NAME: Order<ViewRow> = {
  name: 'saved-views',
  descending: false,
  keys: [
    { column: sql`v.page collate "C"`, type: 'text', read: (row) => row.page },
    { column: sql`v.name`, type: 'text', read: (row) => row.name },
    { column: sql`v.id`, type: 'id', read: (row) => row.id },
  ],
};

export function meOf(db: Db): Me {
  return {
    favourites: (userId) => favouritesOf(db, userId),

    addFavourite: (userId, repositoryId, now) =>
      db.transaction().execute(async (trx) => {
        await lockUser(trx, userId);
        const known = await first(sql`select 1 from repositories where id = ${repositoryId}`, trx);
        if (known === null) throw notThere('The repository does not exist.');
        await sql`insert into favourite_repositories (user_id, repository_id, created_at)
          values (${userId}, ${repositoryId}, ${iso(now)}) on conflict do nothing`.execute(trx);
        const favourites = await favouritesOf(trx, userId);
        if (favourites.length > MOST_FAVOURITES) throw tooMany(`${MOST_FAVOURITES} favourites are the most.`);
        return favourites;
      }),

    removeFavourite: async (userId, repositoryId) => {
      await sql`delete from favourite_repositories
        where user_id = ${userId} and repository_id = ${repositoryId}`.execute(db);
    },

    views: async (userId, { limit, cursor, page }) => {
      const filters = [sql`v.user_id = ${userId}`];
      if (page !== undefined) filters.push(sql`v.page = ${page}`);
      const where = allOf(cursor === undefined ? filters : [...filters, after(BY_NAME, cursor)]);
      const found = await sql<ViewRow>`select v.* from saved_views v
        where ${where} order by ${orderBy(BY_NAME)} limit ${limit + 1}`.execute(db);
      const { rows, next } = cut(BY_NAME, found.rows, limit);
      const total = await countUpTo(db, sql`from saved_views v where ${allOf(filters)}`);
      return { items: rows.map(viewOf), next, ...total };
    },

    createView: (userId, { page, name, query, isDefault }, now) =>
      db.transaction().execute(async (trx) => {
        await lockUser(trx, userId);
        const count = await first(
          sql<{ n: number }>`select count(*) as n from saved_views where user_id = ${userId}`,
          trx,
        );
        if ((count?.n ?? 0) >= MOST_SAVED_VIEWS) throw tooMany(`${MOST_SAVED_VIEWS} saved views are the most.`);
        if (isDefault) await clearDefault(trx, userId, page);
        const id = randomUUID();
        await sql`insert into saved_views (id, user_id, page, name, query, is_default, created_at, updated_at)
          values (${id}, ${userId}, ${page}, ${name}, ${query}, ${isDefault}, ${iso(now)}, ${iso(now)})`.execute(trx);
        return (await viewById(trx, userId, id))!;
      }),

    updateView: (userId, id, patch, now) =>
      db.transaction().execute(async (trx) => {
        await lockUser(trx, userId);
        const before = await viewById(trx, userId, id);
        if (before === null) return null;
        const { name = before.name, query = before.query, isDefault = before.isDefault } = patch;
        if (isDefault && !before.isDefault) await clearDefault(trx, userId, before.page);
        await sql`update saved_views set name = ${name}, query = ${query}, is_default = ${isDefault},
          updated_at = ${iso(now)} where id = ${id} and user_id = ${userId}`.execute(trx);
        return viewById(trx, userId, id);
      }),

    removeView: async (userId, id) => {
      const gone = await sql`delete from saved_views where id = ${id} and user_id = ${userId} returning id`.execute(db);
      return gone.rows.length > 0;
    },
  };
}

/** One change of one person at a time, so that counts and the one default hold. */
async function lockUser(trx: Db, userId: string): Promise<void> {
  const user = await first(sql`select 1 from users where id = ${userId} for no key update`, trx);
  if (user === null) throw notThere('The user does not exist any more.');
}

async function favouritesOf(db: Db, userId: string): Promise<string[]> {
  const found = await sql<{ repository_id: string }>`select repository_id from favourite_repositories
    where user_id = ${userId} order by created_at desc, repository_id limit ${MOST_FAVOURITES + 1}`.execute(db);
  return found.rows.map((row) => row.repository_id);
}

async function clearDefault(trx: Db, userId: string, page: string): Promise<void> {
  await sql`update saved_views set is_default = false
    where user_id = ${userId} and page = ${page} and is_default`.execute(trx);
}

async function viewById(db: Db, userId: string, id: string): Promise<SavedView | null> {
  const row = await first(sql<ViewRow>`select v.* from saved_views v where v.id = ${id} and v.user_id = ${userId}`, db);
  return row && viewOf(row);
}

function viewOf(row: ViewRow): SavedView {
  return {
    id: row.id,
    page: row.page,
    name: row.name,
    query: row.query,
    isDefault: row.is_default,
    createdAt: iso(row.created_at),
    updatedAt: iso(row.updated_at),
  };
}

function notThere(message: string): StoreError {
  return new StoreError('not-found', message, 'It may have been removed; go back to the list.');
}

function tooMany(message: string): StoreError {
  return new StoreError('limit-reached', message, 'Remove one that is not needed any more.');
}
