/** Connections to OCI registries. */
import { randomUUID } from 'node:crypto';
import type { AuthenticationView, Registry, RegistryBudget } from '@pharos/contract';
import { type RawBuilder, sql } from 'kysely';
import { noteAudit } from './audit-context.ts';
import { after, cut, type Order, orderBy } from './cursor.ts';
import { allOf, containing, countUpTo, type Db, first, iso, json } from './database.ts';
import { StoreError } from './errors.ts';
import { ensureLocation } from './locations.ts';
import { modelKeysOfRegistry, summariseModels } from './model-summary.ts';
import { type KnownStates, keepChanges, listEvents, mayChange } from './registry-events.ts';
import { replaceFile } from './registry-file.ts';
import type { NewCredential, Registries, RegistryChange, RegistryNews } from './registry-port.ts';
import { NOT_IN_FILE, REGISTRY_COLUMNS, type RegistryRow, registryOf } from './registry-row.ts';
import { profilesChanged } from './tag-profiles.ts';

const BY_NAME: Order<RegistryRow> = {
  name: 'registries',
  descending: false,
  keys: [
    { column: sql`g.name`, type: 'text', read: (row) => row.name },
    { column: sql`g.id`, type: 'id', read: (row) => row.id },
  ],
};

export function registriesOf(db: Db): Registries {
  return {
    list: async ({ limit, cursor, q }) => {
      const filter = q ? [sql`(g.name ilike ${containing(q)} or g.url ilike ${containing(q)})`] : [];
      const where = allOf(cursor === undefined ? filter : [...filter, after(BY_NAME, cursor)]);
      const found = await sql<RegistryRow>`select ${REGISTRY_COLUMNS} from registries g
        where ${where} order by ${orderBy(BY_NAME)} limit ${limit + 1}`.execute(db);
      const { rows, next } = cut(BY_NAME, found.rows, limit);
      const total = await countUpTo(db, sql`from registries g where ${allOf(filter)}`);
      return { items: rows.map(registryOf), next, ...total };
    },

    get: (id) => registryById(db, id),

    create: (input, now) =>
      db.transaction().execute(async (trx) => {
        const id = randomUUID();
        noteAudit({ subject: id, locationId: input.locationId });
        await ensureLocation(trx, input.locationId, now);
        await sql`insert into registries (id, name, url, provider, location_id, auth_type, auth_username, secret,
            credential_sealed, credential_origin, api_url, tls, budget, source, interval_seconds, created_at, updated_at)
          values (${id}, ${input.name}, ${input.url}, ${input.provider}, ${input.locationId},
            ${input.authentication.type}, ${input.authentication.username},
            ${secretOf(input.authentication.type, input.credential)}, ${input.credential?.sealed ?? null},
            ${input.credential?.origin ?? null}, ${input.apiUrl}, ${json(input.tls)}, ${json(input.budget)}, 'ui', ${input.intervalSeconds},
            ${iso(now)}, ${iso(now)})`.execute(trx);
        return (await registryById(trx, id))!;
      }),

    update: (id, change, now) =>
      db
        .transaction()
        .execute(async (trx) => {
          const row = await first(sql<RegistryRow>`select g.* from registries g where g.id = ${id} for update`, trx);
          if (row === null) return null;
          if (row.source === 'file') throw readOnly(row.name);
          const settings = assignments(row, change);
          await sql`update registries set ${sql.join([...settings, sql`updated_at = ${iso(now)}`])}
          where id = ${id}`.execute(trx);
          return registryById(trx, id);
        })
        .finally(profilesChanged),

    remove: (id) =>
      db
        .transaction()
        .execute(async (trx) => {
          const row = await first(sql<RegistryRow>`select g.* from registries g where g.id = ${id} for update`, trx);
          if (row === null) return false;
          // What its file no longer names would never be sent again, so it may be forgotten here.
          if (row.source === 'file' && row.status_code !== NOT_IN_FILE) throw readOnly(row.name);
          const models = await modelKeysOfRegistry(trx, id);
          await sql`delete from registries where id = ${id}`.execute(trx);
          await summariseModels(trx, models);
          return true;
        })
        .finally(profilesChanged),

    credential: async (id) => {
      const row = await first(
        sql<{ sealed: string | null; origin: string | null }>`
          select credential_sealed as sealed, credential_origin as origin from registries where id = ${id}`,
        db,
      );
      return row?.sealed == null || row.origin === null ? null : { sealed: row.sealed, origin: row.origin };
    },

    setStatus: (id, status, now) =>
      db.transaction().execute(async (trx) => {
        const locked = await first(
          sql<{ id: string; known: KnownStates; budget: RegistryBudget }>`
            select id, known_states as known, budget from registries where id = ${id} for update`,
          trx,
        );
        if (locked === null) return false;
        if (mayChange(status)) await keepChanges(trx, locked, status, now);
        const settings = newsOf(status, now);
        if (settings.length > 0) {
          await sql`update registries set ${sql.join(settings)} where id = ${id}`.execute(trx);
        }
        return true;
      }),

    events: async (id, query) => {
      const exists = await first(sql<{ id: string }>`select id from registries where id = ${id}`, db);
      return exists && listEvents(db, id, query);
    },

    ofLocation: async (locationId) => {
      const found = await sql<RegistryRow>`select ${REGISTRY_COLUMNS} from registries g
        where g.location_id = ${locationId} and g.source = 'ui' order by g.created_at, g.id`.execute(db);
      return found.rows.map(registryOf);
    },

    replaceFile: (locationId, registries, rules, now) =>
      db
        .transaction()
        .execute((trx) => replaceFile(trx, { locationId, registries, rules, now }))
        .finally(profilesChanged),
  };
}

async function registryById(db: Db, id: string): Promise<Registry | null> {
  const row = await first(sql<RegistryRow>`select ${REGISTRY_COLUMNS} from registries g where g.id = ${id}`, db);
  return row && registryOf(row);
}

/** SET clauses of what is told about how a registry answers. */
function newsOf(status: RegistryNews, now: Date): RawBuilder<unknown>[] {
  const settings: RawBuilder<unknown>[] = [];
  if (status.state !== undefined) {
    settings.push(sql`status_state = ${status.state}`);
    if (status.state !== 'checking') settings.push(sql`status_checked_at = ${iso(now)}`);
  }
  if (status.message !== undefined) settings.push(sql`status_message = ${status.message}`);
  if (status.code !== undefined) settings.push(sql`status_code = ${status.code}`);
  if (status.checks !== undefined) settings.push(sql`status_checks = ${json(status.checks)}`);
  if (status.reading !== undefined) {
    settings.push(sql`reading = ${status.reading === null ? null : json(status.reading)}`);
  }
  if (status.nextScanAt !== undefined) settings.push(sql`next_scan_at = ${iso(status.nextScanAt)}`);
  return settings;
}

/**
 * SET clauses of a change. A credential is bound to scheme, host and port of the registry and of the product's own API,
 * for it goes to both: with another address of either it is dropped.
 */
function assignments(row: RegistryRow, change: RegistryChange): RawBuilder<unknown>[] {
  const { name, url, provider, apiUrl, authentication, tls, budget, intervalSeconds } = change;
  const settings: RawBuilder<unknown>[] = [];
  if (name !== undefined) settings.push(sql`name = ${name}`);
  if (url !== undefined) settings.push(sql`url = ${url}`);
  if (provider !== undefined) settings.push(sql`provider = ${provider}`);
  if (apiUrl !== undefined) settings.push(sql`api_url = ${apiUrl}`);
  // What was found out of another place says nothing of this one.
  const isElsewhere = [url, provider, apiUrl].some((value, at) => {
    return value !== undefined && value !== [row.url, row.provider, row.api_url][at];
  });
  if (isElsewhere) settings.push(sql`reading = null`);
  if (tls !== undefined) settings.push(sql`tls = ${json(tls)}`);
  if (budget !== undefined) settings.push(sql`budget = ${json(budget)}`);
  if (intervalSeconds !== undefined) settings.push(sql`interval_seconds = ${intervalSeconds}`);
  if (authentication !== undefined) {
    settings.push(sql`auth_type = ${authentication.type}, auth_username = ${authentication.username}`);
  }
  const type = authentication?.type ?? row.auth_type;
  const isMoved =
    row.credential_origin !== null &&
    (!isSameOrigin(row.credential_origin, originOf(row, change)) || isApiMoved(row, change));
  const credential = change.credential === undefined && (isMoved || type === 'none') ? null : change.credential;
  if (credential === undefined) return settings;
  const secret = isMoved && change.credential === undefined && type !== 'none' ? 'void' : secretOf(type, credential);
  settings.push(sql`credential_sealed = ${credential?.sealed ?? null},
    credential_origin = ${credential?.origin ?? null}, secret = ${secret}`);
  return settings;
}

function secretOf(type: AuthenticationView['type'], credential: NewCredential | null): AuthenticationView['secret'] {
  if (credential !== null && credential.holdsSecret !== false) return 'stored';
  return type === 'acr' || type === 'ecr' || type === 'gcp' ? 'at-agent' : 'none';
}

function originOf(row: RegistryRow, change: RegistryChange): string {
  const scheme = (change.tls ?? row.tls).plainHttp ? 'http' : 'https';
  return `${scheme}://${(change.url ?? row.url).split('/', 1)[0]}`;
}

/** Whether the credential would go to a host that it was not entered for. At the registry's own host it is anyway. */
function isApiMoved(row: RegistryRow, { apiUrl }: RegistryChange): boolean {
  if (apiUrl === undefined || apiUrl === null || row.credential_origin === null) return false;
  return !isSameOrigin(apiUrl, row.credential_origin) && !isSameOrigin(apiUrl, row.api_url ?? '');
}

/** URL's own origin leaves the default port out on both sides. */
function isSameOrigin(a: string, b: string): boolean {
  return URL.canParse(a) && URL.canParse(b) && new URL(a).origin === new URL(b).origin;
}

function readOnly(name: string): StoreError {
  return new StoreError(
    'read-only-source',
    `"${name}" comes from an agent's file.`,
    'Change it in beacon_agent.yaml; the agent sends it again.',
  );
}
