/** Maintenance windows: of a location for all its clusters, of a cluster for itself. */
import type { MaintenanceWindows } from '@pharos/contract';
import { sql } from 'kysely';
import { noteChange } from './cluster-notes.ts';
import { type Db, first, json } from './database.ts';
import type { Maintenance, StoredMaintenance } from './maintenance-port.ts';

interface LocationRow {
  location_id: string;
  location_windows: MaintenanceWindows;
  location_approval: boolean;
}

interface ClusterRow extends LocationRow {
  id: string;
  windows: MaintenanceWindows | null;
  upgrade_approval: boolean;
}

export function maintenanceOf(db: Db): Maintenance {
  return {
    ofLocation: (id) => locationById(db, id),
    ofCluster: async (id) => (await byIds(db, [id])).get(id) ?? null,
    ofClusters: (ids) => byIds(db, ids),

    setLocation: (id, { windows, upgradeApproval }) =>
      db.transaction().execute(async (trx) => {
        const kept = await first(
          sql`update locations set
              windows = ${windows === undefined ? sql`windows` : json(windows)},
              upgrade_approval = ${upgradeApproval ?? sql`upgrade_approval`}
            where id = ${id} returning 1`,
          trx,
        );
        if (kept === null) return null;
        if (upgradeApproval) {
          await sql`update cluster_upgrades u set state = 'requested' from clusters c
            where c.id = u.cluster_id and c.location_id = ${id} and u.state = 'scheduled' and u.approved_by is null`.execute(
            trx,
          );
        }
        return locationById(trx, id);
      }),

    setCluster: (id, { windows, upgradeApproval }, { actor, detail }, now) =>
      db.transaction().execute(async (trx) => {
        const kept = await first(
          sql`update clusters set
              windows = ${windows === undefined ? sql`windows` : windows === null ? null : json(windows)},
              upgrade_approval = ${upgradeApproval ?? sql`upgrade_approval`}
            where id = ${id} returning 1`,
          trx,
        );
        if (kept === null) return null;
        if (upgradeApproval) {
          await sql`update cluster_upgrades set state = 'requested'
            where cluster_id = ${id} and state = 'scheduled' and approved_by is null`.execute(trx);
        }
        await noteChange(trx, id, { action: 'update', actor, detail }, now);
        return (await byIds(trx, [id])).get(id) ?? null;
      }),
  };
}

async function locationById(db: Db, id: string) {
  const row = await first(
    sql<LocationRow>`select id as location_id, windows as location_windows, upgrade_approval as location_approval
      from locations where id = ${id}`,
    db,
  );
  return row && locationOf(row);
}

async function byIds(db: Db, ids: readonly string[]): Promise<Map<string, StoredMaintenance>> {
  if (ids.length === 0) return new Map();
  const found = await sql<ClusterRow>`select c.id, c.windows, c.upgrade_approval, l.id as location_id,
      l.windows as location_windows, l.upgrade_approval as location_approval
    from clusters c join locations l on l.id = c.location_id where c.id = any(${[...ids]}::uuid[])`.execute(db);
  return new Map(
    found.rows.map((row) => [
      row.id,
      { windows: row.windows, upgradeApproval: row.upgrade_approval, location: locationOf(row) },
    ]),
  );
}

function locationOf({ location_id, location_windows, location_approval }: LocationRow) {
  return { locationId: location_id, windows: location_windows, upgradeApproval: location_approval };
}
