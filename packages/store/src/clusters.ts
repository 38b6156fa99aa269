/** PostgreSQL clusters that were made from the library, and who changed them. */
import type { ClusterChange, ClusterSpec, Engine, Version } from '@pharos/contract';
import { type ClusterForm, clusterObject, restartsOf } from '@pharos/library';
import { sql } from 'kysely';
import { noteAudit } from './audit-context.ts';
import { noteChange } from './cluster-notes.ts';
import type { ClusterContent, ClusterNote, Clusters, StoredCluster } from './cluster-port.ts';
import { beginUpgrade, needsApproval } from './cluster-upgrades.ts';
import { after, cut, type Order, orderBy } from './cursor.ts';
import { allOf, containing, countUpTo, type Db, first, iso, json, storableText } from './database.ts';
import type { KubernetesObject } from './dispatch-port.ts';
import { dispatchesOf, putDispatch, removeDispatch } from './dispatches.ts';
import { StoreError } from './errors.ts';

interface ClusterRow {
  id: string;
  name: string;
  engine: Engine;
  version: Version;
  tag: string;
  reference: string;
  catalog: string | null;
  spec: ClusterSpec;
  apply: boolean;
  revision: number;
  created_at: Date;
  created_by: string;
  updated_at: Date;
}

const BY_NAME: Order<ClusterRow> = {
  name: 'clusters',
  descending: false,
  keys: [
    { column: sql`c.name`, type: 'text', read: (row) => row.name },
    { column: sql`c.id`, type: 'id', read: (row) => row.id },
  ],
};

export function clustersOf(db: Db): Clusters {
  return {
    list: async ({ limit, cursor, location, digest, q }) => {
      const filters = [
        ...(location === undefined ? [] : [sql`c.location_id = ${location}`]),
        ...(digest === undefined ? [] : [sql`(c.digest = ${digest} or ${digest} = any(c.extension_digests))`]),
        ...(q === undefined || q === ''
          ? []
          : [sql`(c.name like ${containing(q)} or c.namespace like ${containing(q)})`]),
      ];
      const where = allOf(cursor === undefined ? filters : [...filters, after(BY_NAME, cursor)]);
      const found = await sql<ClusterRow>`select c.* from clusters c where ${where}
        order by ${orderBy(BY_NAME)} limit ${limit + 1}`.execute(db);
      const { rows, next } = cut(BY_NAME, found.rows, limit);
      return {
        items: rows.map(clusterOf),
        next,
        ...(await countUpTo(db, sql`from clusters c where ${allOf(filters)}`)),
      };
    },

    get: (id) => clusterById(db, id),

    create: (id, content, by, now, objects) =>
      db.transaction().execute(async (trx) => {
        const { location, namespace, name } = content.spec;
        noteAudit({ subject: id });
        const kept = await first(
          sql`insert into clusters (id, location_id, namespace, name, digest, extension_digests, engine, version, tag,
              reference, catalog, spec, apply, created_at, created_by, updated_at)
            values (${id}, ${location}, ${namespace}, ${name}, ${content.spec.image}, ${extensionDigests(content)}::text[],
              ${content.engine}, ${json(content.version)}, ${content.tag}, ${content.reference}, ${content.catalog},
              ${json(content.spec)}, ${content.apply}, ${iso(now)}, ${storableText(by.actor)}, ${iso(now)})
            on conflict (location_id, namespace, name) do nothing returning 1`,
          trx,
        );
        if (kept === null) {
          throw new StoreError(
            'name-taken',
            `The namespace "${namespace}" of ${location} has a cluster "${name}" already.`,
            'Choose another name or another namespace.',
          );
        }
        await noteChange(trx, id, by, now);
        await hand(trx, id, content, objects, by, now);
        return (await clusterById(trx, id))!;
      }),

    update: (id, revision, content, by, now, { objects, upgrade } = {}) =>
      db.transaction().execute(async (trx) => {
        const before = upgrade === undefined ? await formOf(trx, id) : null;
        const kept = await first(
          sql`update clusters set digest = ${content.spec.image}, extension_digests = ${extensionDigests(content)}::text[],
              engine = ${content.engine}, version = ${json(content.version)}, tag = ${content.tag},
              reference = ${content.reference}, catalog = ${content.catalog}, spec = ${json(content.spec)},
              apply = ${content.apply}, revision = revision + 1, updated_at = ${iso(now)}
            where id = ${id} and revision = ${revision} returning 1`,
          trx,
        );
        if (kept === null) {
          throw new StoreError('conflict', 'The cluster was changed or deleted meanwhile.', 'Load it again first.');
        }
        if (before !== null) await requireNoUpgrade(trx, id, before, content, objects);
        await noteChange(trx, id, by, now);
        const generation = await hand(trx, id, content, objects, by, now);
        if (upgrade !== undefined) await beginUpgrade(trx, upgrade, generation, now);
        return (await clusterById(trx, id))!;
      }),

    remove: (id, now) =>
      db.transaction().execute(async (trx) => {
        if ((await first(sql`delete from clusters where id = ${id} returning 1`, trx)) === null) return false;
        await removeDispatch(trx, 'cluster', id, now);
        return true;
      }),

    history: async (id) => {
      const found = await sql<Omit<ClusterChange, 'at'> & { at: Date }>`
        select at, actor, action, detail from cluster_changes where cluster_id = ${id}
        order by id desc limit 100`.execute(db);
      return found.rows.map(({ at, actor, action, detail }) => ({ at: iso(at), actor, action, detail }));
    },

    ofCatalog: async (location, catalog) => {
      const found =
        await sql<ClusterRow>`select * from clusters where location_id = ${location} and catalog = ${catalog}
        order by namespace, name limit 1000`.execute(db);
      return found.rows.map(clusterOf);
    },

    followers: async () => {
      const found = await sql<{ key: string; n: number }>`select location_id || '/' || catalog as key,
        count(*)::integer as n from clusters where catalog is not null group by 1`.execute(db);
      return new Map(found.rows.map(({ key, n }) => [key, n]));
    },
  };
}

/** Locks the row and what is handed out of it: what is compared is what is replaced. */
async function formOf(trx: Db, id: string): Promise<ClusterForm | null> {
  const row = await first(sql<ClusterRow>`select * from clusters where id = ${id} for update`, trx);
  if (row === null) return null;
  const handed = row.apply ? await dispatchesOf(trx).get('cluster', id) : null;
  return { spec: row.spec, reference: row.reference, object: clusterObject(handed?.objects) };
}

/** Throws `second-person-needed` for what restarts a cluster past the second person that it asks for. */
async function requireNoUpgrade(
  trx: Db,
  id: string,
  before: ClusterForm,
  { spec, reference }: ClusterContent,
  objects: readonly KubernetesObject[] | undefined,
): Promise<void> {
  const causes = restartsOf(before, { spec, reference, object: clusterObject(objects) });
  if (causes.length === 0 || !(await needsApproval(trx, id))) return;
  throw new StoreError(
    'second-person-needed',
    'A second person confirms what restarts this cluster.',
    'Ask for the change once more: it waits until somebody else has confirmed it.',
  );
}

async function clusterById(db: Db, id: string): Promise<StoredCluster | null> {
  const row = await first(sql<ClusterRow>`select * from clusters where id = ${id}`, db);
  return row && clusterOf(row);
}

/** Hands the objects to the agents of the location; answers the generation of what they apply, null: nothing. */
async function hand(
  trx: Db,
  ownerId: string,
  { spec }: ClusterContent,
  objects: readonly KubernetesObject[] | undefined,
  { actor }: ClusterNote,
  now: Date,
): Promise<number | null> {
  if (objects === undefined) return null;
  const owner = { ownerKind: 'cluster', ownerId, locationId: spec.location } as const;
  return (await putDispatch(trx, { ...owner, objects, requestedBy: actor }, now)).generation;
}

function extensionDigests({ spec }: ClusterContent): string[] {
  return spec.extensions.flatMap(({ image }) => (image === undefined ? [] : [image]));
}

function clusterOf(row: ClusterRow): StoredCluster {
  const { id, spec, engine, version, tag, reference, catalog, apply, revision } = row;
  const times = { createdAt: iso(row.created_at), createdBy: row.created_by, updatedAt: iso(row.updated_at) };
  return { id, spec, engine, version, tag, reference, catalog, apply, revision, ...times };
}
