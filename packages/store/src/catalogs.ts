/** What image catalogs served: every change is an edition that stays. */
import { randomUUID } from 'node:crypto';
import type { RolloutPolicy } from '@pharos/contract';
import { canaryName } from '@pharos/library';
import { sql } from 'kysely';
import { dispatchCatalog } from './catalog-dispatch.ts';
import { actOn, takeStep } from './catalog-rollout.ts';
import {
  type EditionRow,
  editionOf,
  lockCatalog,
  type RolloutRow,
  readCatalog,
  readCatalogs,
  rolloutOf,
} from './catalog-row.ts';
import { type Db, first, iso, json, storableText } from './database.ts';
import type { Dispatch } from './dispatch-port.ts';
import { StoreError } from './errors.ts';
import { holdsOf, tellOfHolds } from './held-followers.ts';
import type { Catalogs, NewEdition, StandingCatalog, StoredCatalog } from './rollout-port.ts';
import { tellOfEdition } from './rollout-telling.ts';

interface AppliedRow {
  name: string;
  is_canary: boolean | null;
  state: Dispatch['state'];
  code: string | null;
  message: string;
  updated_at: Date;
}

export function catalogsOf(db: Db): Catalogs {
  return {
    list: (location) => readCatalogs(db, location === null ? sql`true` : sql`c.location_id = ${location}`),

    named: (name, location) =>
      readCatalogs(db, sql`c.name = ${name} and ${location === null ? sql`true` : sql`c.location_id = ${location}`}`),

    editions: async (id) => {
      const found = await sql<EditionRow>`select number, at, by, reason, entries from catalog_editions
        where catalog_id = ${id} order by number desc limit 200`.execute(db);
      return found.rows.map(editionOf);
    },

    rollouts: async (id) => {
      const found = await sql<RolloutRow>`select * from catalog_rollouts
        where catalog_id = ${id} order by edition desc limit 200`.execute(db);
      return new Map(found.rows.map((row) => [row.edition, rolloutOf(row)]));
    },

    publish: (key, before, edition, now) =>
      db.transaction().execute(async (trx) => {
        const { location, name, engine, flavour, os } = key;
        // The row is there before its first edition, and is the lock of whoever adds one.
        await sql`insert into catalogs (id, location_id, name, engine, flavour, os, mode, edition)
          values (${randomUUID()}, ${location}, ${name}, ${engine}, ${flavour}, ${os}, ${edition.mode}, 0)
          on conflict (location_id, name) do nothing`.execute(trx);
        const row = await first(
          sql<{ id: string; edition: number; staged: boolean }>`
            select id, edition, rollout_policy is not null as staged from catalogs
            where location_id = ${location} and name = ${name} for update`,
          trx,
        );
        if (row!.edition === before) await add(trx, row!, key, edition, now);
        return (await readCatalog(trx, row!.id))!;
      }),

    setPolicy: (id, policy) => db.transaction().execute((trx) => setPolicy(trx, id, policy)),
    act: (id, edition, action, who, now) =>
      db.transaction().execute((trx) => actOn(trx, id, edition, action, who, now)),
    standing: (id) => standingOf(db, id),
    held: async (id) => {
      const catalog = await readCatalog(db, id);
      return catalog === null ? [] : holdsOf(db, catalog);
    },
    applied: async (id) => {
      const { rows } = await sql<AppliedRow>`
        select c.name, d.owner_id = c.canary_id as is_canary, d.state, d.code, d.message, d.updated_at
        from catalogs c join dispatches d on d.owner_kind = 'catalog' and d.owner_id in (c.id, c.canary_id)
        where c.id = ${id} order by is_canary nulls first`.execute(db);
      return rows.map(({ name, is_canary, state, code, message, updated_at }) => ({
        name: is_canary ? canaryName(name) : name,
        stage: is_canary ? ('canary' as const) : ('main' as const),
        state,
        code,
        message,
        updatedAt: iso(updated_at),
      }));
    },

    staged: async () => {
      const found = await sql<{ id: string }>`select id from catalogs c where canary_id is not null or exists (
          select from clusters k join locations l on l.id = k.location_id
            join dispatches d on d.owner_kind = 'cluster' and d.owner_id = k.id
          where k.location_id = c.location_id and k.catalog = c.name and (k.upgrade_approval or l.upgrade_approval)
            and d.followed_generation > 0 and d.applied_generation <= d.followed_generation)
        order by id`.execute(db);
      return found.rows.map(({ id }) => id);
    },
    step: (id, now) => db.transaction().execute((trx) => takeStep(trx, id, now)),
    dispatch: (id, now) => db.transaction().execute((trx) => dispatchCatalog(trx, id, now)),

    nameFor: async (catalog, { location, namespace, name }) => {
      const row = await first(
        sql`select 1 from catalog_canaries n join catalogs c on c.id = n.catalog_id join clusters k on k.id = n.cluster_id
          where c.location_id = ${location} and c.name = ${catalog} and k.location_id = ${location}
            and k.namespace = ${namespace} and k.name = ${name} and k.catalog = ${catalog}`,
        db,
      );
      return row === null ? catalog : canaryName(catalog);
    },

    pulse: async () => {
      const row = await first(
        sql<{ decision: string | null; activity: string | null }>`
          select (select max(id) from decisions)::text as decision, (select max(id) from activity)::text as activity`,
        db,
      );
      return `${row?.decision ?? 0} ${row?.activity ?? 0}`;
    },
  };
}

/** @see Catalogs.standing */
async function standingOf(db: Db, id: string): Promise<StandingCatalog> {
  const { rows } = await sql<{ is_canary: boolean; digests: string[] }>`
    select d.owner_id = c.canary_id as is_canary, d.applied_digests as digests
    from catalogs c join dispatches d on d.owner_kind = 'catalog' and d.owner_id in (c.id, c.canary_id)
    where c.id = ${id} and d.applied_generation > 0`.execute(db);
  const digestsOf = (isCanary: boolean) => rows.find((row) => (row.is_canary ?? false) === isCanary)?.digests ?? null;
  const behind = await sql<{ id: string }>`select n.cluster_id as id from catalog_canaries n
      join catalogs c on c.id = n.catalog_id
      left join dispatches d on d.owner_kind = 'cluster' and d.owner_id = n.cluster_id
    where c.id = ${id} and (d.applied_generation = d.generation and exists (
      select from jsonb_array_elements(d.objects) o
      where o #>> '{spec,imageCatalogRef,name}' = c.name || ${canaryName('')})) is not true`.execute(db);
  return { main: digestsOf(false), canary: digestsOf(true), notOver: behind.rows.map((row) => row.id) };
}

/** The catalog's row is locked. */
async function add(
  trx: Db,
  row: { id: string; edition: number; staged: boolean },
  key: StoredCatalog['key'],
  edition: NewEdition,
  now: Date,
): Promise<void> {
  const { mode, by, reason, entries, isUrgent = false } = edition;
  const number = row.edition + 1;
  const isOut = isUrgent || !row.staged;
  await sql`insert into catalog_editions (catalog_id, number, at, by, reason, entries)
    values (${row.id}, ${number}, ${iso(now)}, ${storableText(by)}, ${storableText(reason)}, ${json(entries)})`.execute(
    trx,
  );
  await sql`update catalogs set edition = ${number}, mode = ${mode},
      main_edition = case when ${isOut} then ${number}::integer else main_edition end,
      canary_edition = case when ${isOut} then ${number}::integer else canary_edition end
    where id = ${row.id}`.execute(trx);
  await sql`update catalog_rollouts set state = 'stopped', since = ${iso(now)}, healthy_since = null, by = ${storableText(by)},
      message = ${`Edition ${number} took its place.`}
    where catalog_id = ${row.id} and state not in ('out', 'stopped')`.execute(trx);
  await tellOfEdition(trx, { id: row.id, key }, { ...edition, number, isOut }, entries, now);
  if (isOut) await tellOfHolds(trx, (await readCatalog(trx, row.id))!, 'main', now);
  if (!row.staged) return;
  const message = isUrgent ? 'It went to all clusters at once.' : '';
  await sql`insert into catalog_rollouts (catalog_id, edition, state, since, message, by, started_at)
    values (${row.id}, ${number}, ${isUrgent ? 'out' : 'drawn'}, ${iso(now)}, ${message}, ${storableText(by)},
      ${iso(now)})`.execute(trx);
}

async function setPolicy(trx: Db, id: string, policy: RolloutPolicy | null): Promise<void> {
  const catalog = await lockCatalog(trx, id);
  if (catalog === null) throw new StoreError('not-found', 'The catalog does not exist.', 'Read the list again.');
  if (!isSettled(catalog)) {
    const hint = 'Go on or roll back first: a cluster that changes its catalog now would change its image too.';
    throw new StoreError('conflict', `Edition ${catalog.newest.number} is on its way to the clusters.`, hint);
  }
  const { canaries = [], ...rest } = policy ?? {};
  const { name, location } = catalog.key;
  const fitting = await sql<{ id: string }>`select id from clusters where id = any(${[...canaries]}::uuid[])
    and location_id = ${location} and catalog = ${name} and apply`.execute(trx);
  const wrong = canaries.find((one) => !fitting.rows.some((row) => row.id === one));
  if (wrong !== undefined) {
    const hint = `Choose clusters that follow "${name}" and that an agent applies: it tells whether they are healthy.`;
    throw new StoreError('conflict', `The cluster ${wrong} cannot be a canary of this catalog.`, hint);
  }
  const taken = await first(
    sql`select 1 from catalogs where location_id = ${location} and name = ${canaryName(name)}`,
    trx,
  );
  if (canaries.length > 0 && taken !== null) {
    const hint = 'Set a policy without canary clusters: windows and "go on" by hand work all the same.';
    throw new StoreError('conflict', `There is another catalog "${canaryName(name)}".`, hint);
  }
  await sql`update catalogs set rollout_policy = ${policy === null ? null : json(rest)},
      canary_id = coalesce(canary_id, ${randomUUID()}::uuid) where id = ${id}`.execute(trx);
  await sql`delete from catalog_canaries where catalog_id = ${id}`.execute(trx);
  await sql`insert into catalog_canaries (cluster_id, catalog_id)
    select unnest(${[...new Set(canaries)]}::uuid[]), ${id}
    on conflict (cluster_id) do update set catalog_id = excluded.catalog_id`.execute(trx);
}

/** Whether all clusters are on the same edition. */
function isSettled({ edition, canary, newest }: StoredCatalog): boolean {
  return edition.number === newest.number && canary.number === newest.number;
}
