/** Models that are served, and the images that they can be served from. */
import type { ModelFactSet, Observation } from '@pharos/contract';
import { modelFormat } from '@pharos/library';
import { type RawBuilder, sql } from 'kysely';
import { noteAudit } from './audit-context.ts';
import { after, cut, type Order, orderBy } from './cursor.ts';
import { allOf, containing, countUpTo, type Db, first, iso, json, storableText } from './database.ts';
import { StoreError } from './errors.ts';
import type {
  ModelDeploymentContent,
  ModelDeployments,
  PlacedModelImage,
  StoredModelDeployment,
} from './model-deployment-port.ts';

interface DeploymentRow {
  id: string;
  name: string;
  model_key: string;
  model_id: string | null;
  spec: StoredModelDeployment['spec'];
  image: StoredModelDeployment['image'];
  apply: boolean;
  revision: number;
  created_at: Date;
  created_by: string;
  updated_at: Date;
  updated_by: string;
}

const SELECT = sql`select d.*, m.id as model_id from model_deployments d left join models m on m.key = d.model_key`;

const BY_NAME: Order<DeploymentRow> = {
  name: 'model-deployments',
  descending: false,
  keys: [
    { column: sql`d.name collate "C"`, type: 'text', read: (row) => row.name },
    { column: sql`d.id`, type: 'id', read: (row) => row.id },
  ],
};

export function modelDeploymentsOf(db: Db): ModelDeployments {
  return {
    list: async ({ limit, cursor, location, digest, q }) => {
      const filters: RawBuilder<unknown>[] = [];
      if (location !== undefined) filters.push(sql`d.location_id = ${location}`);
      if (digest !== undefined) filters.push(sql`d.digest = ${digest}`);
      if (q !== undefined) {
        const part = containing(q);
        filters.push(sql`(d.name ilike ${part} or d.namespace ilike ${part} or d.model_key ilike ${part})`);
      }
      const where = allOf(cursor === undefined ? filters : [...filters, after(BY_NAME, cursor)]);
      const found = await sql<DeploymentRow>`${SELECT} where ${where}
        order by ${orderBy(BY_NAME)} limit ${limit + 1}`.execute(db);
      const { rows, next } = cut(BY_NAME, found.rows, limit);
      const total = await countUpTo(db, sql`from model_deployments d where ${allOf(filters)}`);
      return { items: rows.map(deploymentOf), next, ...total };
    },

    get: (id) => byId(db, id),

    create: (id, { spec, model, image, apply }, by, now) =>
      db.transaction().execute(async (trx) => {
        noteAudit({ subject: id });
        const made = await first(
          sql`insert into model_deployments (id, name, namespace, location_id, target, digest, model_key, spec, image, apply,
              created_at, created_by, updated_at, updated_by)
            values (${id}, ${spec.name}, ${spec.namespace}, ${spec.location}, ${spec.target}, ${spec.image}, ${model},
              ${json(spec)}, ${json(image)}, ${apply}, ${iso(now)}, ${storableText(by)}, ${iso(now)}, ${storableText(by)})
            on conflict (location_id, namespace, name) do nothing returning id`,
          trx,
        );
        if (made !== null) return (await byId(trx, id))!;
        throw new StoreError(
          'name-taken',
          `The namespace ${spec.namespace} of ${spec.location} has a model deployment ${spec.name} already.`,
          'Choose another name, or change that one.',
        );
      }),

    update: (id, revision, content, by, now) =>
      db.transaction().execute(async (trx) => {
        if (await write(trx, id, revision, content, by, now)) return (await byId(trx, id))!;
        throw new StoreError(
          'conflict',
          'Somebody changed the deployment meanwhile.',
          'Load it again and repeat the change.',
        );
      }),

    remove: async (id) => (await first(sql`delete from model_deployments where id = ${id} returning id`, db)) !== null,

    images: (location, digests) => imagesOf(db, location, digests),
  };
}

async function byId(db: Db, id: string): Promise<StoredModelDeployment | null> {
  const row = await first(sql<DeploymentRow>`${SELECT} where d.id = ${id}`, db);
  return row && deploymentOf(row);
}

async function write(
  trx: Db,
  id: string,
  revision: number,
  { spec, model, image, apply }: ModelDeploymentContent,
  by: string,
  now: Date,
): Promise<boolean> {
  const row = await first(
    sql`update model_deployments set digest = ${spec.image}, model_key = ${model}, spec = ${json(spec)},
        image = ${json(image)}, apply = ${apply}, revision = revision + 1, updated_at = ${iso(now)},
        updated_by = ${storableText(by)}
      where id = ${id} and revision = ${revision} returning id`,
    trx,
  );
  return row !== null;
}

function deploymentOf(row: DeploymentRow): StoredModelDeployment {
  return {
    id: row.id,
    spec: row.spec,
    model: row.model_key,
    modelId: row.model_id,
    image: row.image,
    apply: row.apply,
    revision: row.revision,
    createdAt: iso(row.created_at),
    createdBy: row.created_by,
    updatedAt: iso(row.updated_at),
    updatedBy: row.updated_by,
  };
}

interface ImageRow {
  digest: string;
  name: string;
  platforms: string[];
  presence: 'present' | 'missing' | 'retired';
  repository: string;
  host: string;
  model_key: string | null;
  model_name: string | null;
  facts: ModelFactSet | null;
  observation: Observation | null;
}

async function imagesOf(db: Db, location: string, digests: readonly string[]): Promise<Map<string, PlacedModelImage>> {
  const found = await sql<ImageRow>`
    select distinct on (t.digest) t.digest, t.name, t.platforms, t.presence, r.name as repository, g.url as host,
      t.model_key, m.name as model_name, m.facts, i.observation
    from tags t join repositories r on r.id = t.repository_id join registries g on g.id = r.registry_id
      left join models m on m.key = t.model_key left join images i on i.digest = t.digest
    where t.digest = any(${[...digests]}::text[]) and t.presence <> 'retired' and g.location_id = ${location}
    order by t.digest, (t.presence = 'missing'), t.floating, t.sort_key desc, t.repository_id, t.name`.execute(db);
  return new Map(found.rows.map((row) => [row.digest, imageOf(row)]));
}

function imageOf(row: ImageRow): PlacedModelImage {
  return {
    digest: row.digest,
    host: row.host,
    repository: row.repository,
    tag: row.name,
    format: row.observation === null ? 'container' : modelFormat(row.observation, row.repository),
    model: row.model_name ?? row.repository.slice(row.repository.lastIndexOf('/') + 1),
    modelKey: row.model_key,
    platforms: row.platforms,
    isMissing: row.presence === 'missing',
    gpuCount: row.facts?.gpuCount.value ?? null,
    gpuMemoryGiB: row.facts?.gpuMemoryGiB.value ?? null,
    profiles: row.facts?.profiles.value ?? null,
  };
}
