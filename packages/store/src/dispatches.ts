/** What agents shall apply in their location. */
import { randomUUID } from 'node:crypto';
import type { ObjectStatus, Dispatch as ShownDispatch } from '@pharos/contract';
import { sql } from 'kysely';
import { after, cut, type Order, orderBy } from './cursor.ts';
import { allOf, countUpTo, type Db, first, iso, json } from './database.ts';
import { keep, refOf, take, versionOf } from './dispatch-lease.ts';
import type { Dispatch, Dispatches, NewDispatch } from './dispatch-port.ts';
import { StoreError } from './errors.ts';

interface DispatchRow {
  id: string;
  owner_kind: Dispatch['ownerKind'];
  owner_id: string;
  location_id: string;
  generation: number;
  applied_generation: number;
  objects: Dispatch['objects'];
  state: Dispatch['state'];
  message: string;
  conditions: unknown[];
  status: ObjectStatus[];
  code: string | null;
  hint: string | null;
  requested_by: string;
  checked_at: Date | null;
  created_at: Date;
  updated_at: Date;
}

const NEWEST: Order<DispatchRow> = {
  name: 'dispatches',
  descending: true,
  keys: [
    { column: sql`created_at`, type: 'time', read: (row) => iso(row.created_at) },
    { column: sql`id`, type: 'id', read: (row) => row.id },
  ],
};

export function dispatchesOf(db: Db): Dispatches {
  return {
    put: (dispatch, now) => putDispatch(db, dispatch, now),

    get: async (ownerKind, ownerId) => {
      const row = await first(
        sql<DispatchRow>`select * from dispatches where owner_kind = ${ownerKind} and owner_id = ${ownerId}`,
        db,
      );
      return row && dispatchOf(row);
    },

    remove: (ownerKind, ownerId, now) => removeDispatch(db, ownerKind, ownerId, now),

    list: async ({ limit, cursor, locationId, state }) => {
      const filters = [
        ...(locationId === undefined ? [] : [sql`location_id = ${locationId}`]),
        ...(state === undefined ? [] : [sql`state = ${state}`]),
      ];
      const where = allOf(cursor === undefined ? filters : [...filters, after(NEWEST, cursor)]);
      const found = await sql<DispatchRow>`select * from dispatches where ${where}
        order by ${orderBy(NEWEST)} limit ${limit + 1}`.execute(db);
      const { rows, next } = cut(NEWEST, found.rows, limit);
      const total = await countUpTo(db, sql`from dispatches where ${allOf(filters)}`);
      return { items: rows.map(shownOf), next, ...total };
    },

    version: (locationId, now) => versionOf(db, locationId, now),
    take: (holder, now) => take(db, holder, now),
    report: (id, report, now) => keep(db, id, report, now),
  };
}

/** Inside a transaction pass it as `db`. @see Dispatches.put */
export async function putDispatch(
  db: Db,
  { ownerKind, ownerId, locationId, objects, requestedBy }: NewDispatch,
  now: Date,
): Promise<Dispatch> {
  const follows = ownerKind === 'cluster' && objects.some(isFollower);
  const row = await first(
    sql<DispatchRow>`insert into dispatches (id, owner_kind, owner_id, location_id, generation, objects, state,
        followed_generation, requested_by, created_at, updated_at)
      values (${randomUUID()}, ${ownerKind}, ${ownerId}, ${locationId}, 1, ${json(objects)}, 'waiting',
        ${follows ? 1 : 0}, ${requestedBy}, ${iso(now)}, ${iso(now)})
      on conflict (owner_kind, owner_id) do update set generation = dispatches.generation + 1,
        followed_generation = case when ${follows} then dispatches.generation + 1 else dispatches.followed_generation end,
        objects = excluded.objects, state = 'waiting', message = '', code = null, hint = null, requested_by = excluded.requested_by,
        updated_at = excluded.updated_at
      where dispatches.location_id = excluded.location_id
      returning *`,
    db,
  );
  if (row !== null) return dispatchOf(row);
  throw new StoreError(
    'conflict',
    'It stands in another location already.',
    'Delete it there first, or give it another name here.',
  );
}

/** Whether it takes its image from a catalog. */
export function isFollower({ kind, spec }: NewDispatch['objects'][number]): boolean {
  return kind === 'Cluster' && (spec as { imageCatalogRef?: unknown } | undefined)?.imageCatalogRef !== undefined;
}

/** Inside a transaction pass it as `db`. @see Dispatches.remove */
export async function removeDispatch(
  db: Db,
  ownerKind: Dispatch['ownerKind'],
  ownerId: string,
  now: Date,
): Promise<boolean> {
  const row = await first(
    sql`update dispatches set state = 'deleting', generation = generation + 1, updated_at = ${iso(now)}
      where owner_kind = ${ownerKind} and owner_id = ${ownerId} returning 1`,
    db,
  );
  return row !== null;
}

function dispatchOf(row: DispatchRow): Dispatch {
  return {
    id: row.id,
    ownerKind: row.owner_kind,
    ownerId: row.owner_id,
    locationId: row.location_id,
    generation: row.generation,
    appliedGeneration: row.applied_generation,
    objects: row.objects,
    state: row.state,
    message: row.message,
    conditions: row.conditions,
    status: row.status,
    code: row.code,
    hint: row.hint,
    updatedAt: iso(row.updated_at),
    checkedAt: iso(row.checked_at),
  };
}

/** For people: the objects by their names only. */
function shownOf(row: DispatchRow): ShownDispatch {
  const { conditions: _, objects, status, ...dispatch } = dispatchOf(row);
  return {
    ...dispatch,
    objects: objects.map(refOf),
    status: [...status],
    requestedBy: row.requested_by,
  };
}
