/** What agents shall apply in their location. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { type Db, first, iso, json } from './database.ts';
import type { Dispatch, Dispatches } from './dispatch-port.ts';
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
  updated_at: Date;
}

export function dispatchesOf(db: Db): Dispatches {
  return {
    put: async ({ ownerKind, ownerId, locationId, objects, requestedBy }, now) => {
      const row = await first(
        sql<DispatchRow>`insert into dispatches (id, owner_kind, owner_id, location_id, generation, objects, state,
            requested_by, created_at, updated_at)
          values (${randomUUID()}, ${ownerKind}, ${ownerId}, ${locationId}, 1, ${json(objects)}, 'waiting', ${requestedBy},
            ${iso(now)}, ${iso(now)})
          on conflict (owner_kind, owner_id) do update set generation = dispatches.generation + 1,
            objects = excluded.objects, state = 'waiting', message = '', requested_by = excluded.requested_by,
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
    },

    get: async (ownerKind, ownerId) => {
      const row = await first(
        sql<DispatchRow>`select * from dispatches where owner_kind = ${ownerKind} and owner_id = ${ownerId}`,
        db,
      );
      return row && dispatchOf(row);
    },

    remove: async (ownerKind, ownerId, now) => {
      const row = await first(
        sql`update dispatches set state = 'deleting', generation = generation + 1, updated_at = ${iso(now)}
          where owner_kind = ${ownerKind} and owner_id = ${ownerId} returning 1`,
        db,
      );
      return row !== null;
    },
  };
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
    updatedAt: iso(row.updated_at),
  };
}
