/** OpenAI-compatible services that run elsewhere. */
import type { ModelService, ServiceProbe } from '@pharos/contract';
import { type RawBuilder, sql } from 'kysely';
import { noteAudit } from './audit-context.ts';
import { after, cut, type Order, orderBy } from './cursor.ts';
import { allOf, containing, countUpTo, type Db, first, iso, json, storableText } from './database.ts';
import { StoreError } from './errors.ts';
import type { ModelServices } from './model-service-port.ts';

interface ServiceRow {
  id: string;
  name: string;
  base_url: string;
  origin: string;
  model: string;
  key_sealed: string | null;
  allow_http: boolean;
  allow_private: boolean;
  deployment_id: string | null;
  probe: ServiceProbe;
  created_at: Date;
  created_by: string;
  updated_at: Date;
  updated_by: string;
}

const BY_NAME: Order<ServiceRow> = {
  name: 'model-services',
  descending: false,
  keys: [
    { column: sql`s.name collate "C"`, type: 'text', read: (row) => row.name },
    { column: sql`s.id`, type: 'id', read: (row) => row.id },
  ],
};

export function modelServicesOf(db: Db): ModelServices {
  return {
    list: async ({ limit, cursor, q }) => {
      const filters: RawBuilder<unknown>[] = [];
      if (q !== undefined) {
        const part = containing(q);
        filters.push(sql`(s.name ilike ${part} or s.base_url ilike ${part} or s.model ilike ${part})`);
      }
      const where = allOf(cursor === undefined ? filters : [...filters, after(BY_NAME, cursor)]);
      const found = await sql<ServiceRow>`select s.* from model_services s where ${where}
        order by ${orderBy(BY_NAME)} limit ${limit + 1}`.execute(db);
      const { rows, next } = cut(BY_NAME, found.rows, limit);
      const total = await countUpTo(db, sql`from model_services s where ${allOf(filters)}`);
      return { items: rows.map(serviceOf), next, ...total };
    },

    get: async (id) => {
      const row = await rowOf(db, id);
      return row && serviceOf(row);
    },

    door: async (id) => {
      const row = await rowOf(db, id);
      return row && { service: serviceOf(row), origin: row.origin, sealed: row.key_sealed };
    },

    ofDeployment: async (deploymentId) => {
      const row = await first(
        sql<{ id: string }>`select id from model_services where deployment_id = ${deploymentId}
          order by name collate "C", id limit 1`,
        db,
      );
      return row?.id ?? null;
    },

    create: (service, by, now) =>
      db.transaction().execute(async (trx) => {
        const { id, deploymentId } = service;
        noteAudit({ subject: id });
        if (deploymentId !== null) {
          const there = await first(sql`select 1 from model_deployments where id = ${deploymentId} for share`, trx);
          if (there === null)
            throw new StoreError('not-found', 'The deployment does not exist.', 'Choose another one.');
        }
        const made = await first(
          sql`insert into model_services (id, name, base_url, origin, model, key_sealed, allow_http, allow_private,
              deployment_id, probe, created_at, created_by, updated_at, updated_by)
            values (${id}, ${storableText(service.name)}, ${service.baseUrl}, ${service.origin}, ${storableText(service.model)},
              ${service.sealed}, ${service.allowHttp}, ${service.allowPrivate}, ${deploymentId}, ${json(service.probe)},
              ${iso(now)}, ${storableText(by)}, ${iso(now)}, ${storableText(by)})
            on conflict (name) do nothing returning id`,
          trx,
        );
        if (made === null) throw taken(service.name);
        return serviceOf((await rowOf(trx, id))!);
      }),

    update: (id, { name, model, sealed, probe }, by, now) =>
      db.transaction().execute(async (trx) => {
        const other = await first(
          sql`select 1 from model_services where name = ${storableText(name)} and id <> ${id}`,
          trx,
        );
        if (other !== null) throw taken(name);
        const key = sealed === undefined ? sql`key_sealed` : sql`${sealed}`;
        await sql`update model_services set name = ${storableText(name)}, model = ${storableText(model)}, key_sealed = ${key},
            probe = ${json(probe)}, updated_at = ${iso(now)}, updated_by = ${storableText(by)} where id = ${id}`.execute(
          trx,
        );
        const row = await rowOf(trx, id);
        return row && serviceOf(row);
      }),

    noteProbe: async (id, probe) => {
      await sql`update model_services set probe = ${json(probe)} where id = ${id}`.execute(db);
    },

    remove: async (id) => (await first(sql`delete from model_services where id = ${id} returning id`, db)) !== null,
  };
}

function rowOf(db: Db, id: string): Promise<ServiceRow | null> {
  return first(sql<ServiceRow>`select * from model_services where id = ${id}`, db);
}

function taken(name: string): StoreError {
  return new StoreError('name-taken', `There is a service named "${name}" already.`, 'Choose another name.');
}

/** The sealed key is never among it. */
function serviceOf(row: ServiceRow): ModelService {
  return {
    id: row.id,
    kind: 'external',
    name: row.name,
    baseUrl: row.base_url,
    model: row.model,
    hasKey: row.key_sealed !== null,
    allowHttp: row.allow_http,
    allowPrivate: row.allow_private,
    deploymentId: row.deployment_id,
    probe: row.probe,
    createdAt: iso(row.created_at),
    createdBy: row.created_by,
    updatedAt: iso(row.updated_at),
    updatedBy: row.updated_by,
  };
}
