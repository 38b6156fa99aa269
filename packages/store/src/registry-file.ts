/**
 * Registries and rules of an agent's file, made equal to what the file says.
 *
 * A registry that left the file is kept, marked and no longer read, while the library knows repositories of it: a file
 * edited by mistake must not delete what is known. Without repositories it is removed. A file's name that a registry of
 * the UI already has gets " (file)" added.
 */
import { clausesOf, type FileRegistry, type FileRule } from '@pharos/contract';
import { sql } from 'kysely';
import { noteAudit, withoutAudit } from './audit-context.ts';
import { type Db, iso, json } from './database.ts';
import { ensureLocation } from './locations.ts';
import { NOT_IN_FILE } from './registry-row.ts';
import { releaseUngoverned } from './release.ts';

export interface FileContents {
  readonly locationId: string;
  readonly registries: readonly FileRegistry[];
  readonly rules: readonly FileRule[];
  readonly now: Date;
}

/** Runs inside the caller's transaction. Rows written in the UI are never touched, whatever ids the file brings. */
export async function replaceFile(trx: Db, file: FileContents): Promise<void> {
  const before = await fromFile(trx, file.locationId);
  await ensureLocation(trx, file.locationId, file.now);
  await retireRegistries(trx, file);
  await writeRegistries(trx, file);
  await writeRules(trx, file);
  await releaseUngoverned(trx, file.now, sql`g.location_id = ${file.locationId}`);
  noteDifference(before, await fromFile(trx, file.locationId));
}

interface FromFile {
  readonly id: string;
  readonly name: string;
  readonly fingerprint: string;
}

/** What stands in the library of a location's file, each with a fingerprint of what the file says of it. */
async function fromFile(trx: Db, locationId: string): Promise<FromFile[]> {
  const found = await sql<FromFile>`
    select id, 'registry ' || name as name, md5(jsonb_build_array(name, url, provider, api_url, tls, budget, auth_type, auth_username,
      interval_seconds, status_code is not distinct from ${NOT_IN_FILE})::text) as fingerprint
    from registries where location_id = ${locationId} and source = 'file'
    union all
    select id, 'rule ' || name, md5(jsonb_build_array(name, enabled, registry_id, kind, description, repositories, tags, clauses)::text)
    from rules where location_id = ${locationId} and source = 'file'`.execute(trx);
  return found.rows;
}

/** An agent says its file at every start: only a file that says something else than before is an entry of the audit log. */
function noteDifference(before: readonly FromFile[], after: readonly FromFile[]): void {
  const old = new Map(before.map((row) => [row.id, row]));
  const next = new Map(after.map((row) => [row.id, row]));
  const added = after.filter(({ id }) => !old.has(id));
  const removed = before.filter(({ id }) => !next.has(id));
  const changed = after.filter(({ id, fingerprint }) => (old.get(id)?.fingerprint ?? fingerprint) !== fingerprint);
  const names = (rows: readonly FromFile[]) => rows.slice(0, 100).map(({ name }) => name);
  if (added.length + removed.length + changed.length === 0) withoutAudit();
  else noteAudit({ detail: { added: names(added), changed: names(changed), removed: names(removed) } });
}

async function retireRegistries(trx: Db, { locationId, registries, now }: FileContents): Promise<void> {
  const ids = registries.map((registry) => registry.id);
  const gone = sql`location_id = ${locationId} and source = 'file' and not id = any(${ids}::uuid[])`;
  const known = sql`exists (select from repositories r where r.registry_id = registries.id)`;
  await sql`delete from registries where ${gone} and not ${known}`.execute(trx);
  await sql`update registries set status_state = 'unknown', status_code = ${NOT_IN_FILE}, next_scan_at = null,
      status_message = 'It is no longer in the agent''s file, so it is not read any more.', updated_at = ${iso(now)}
    where ${gone} and status_code is distinct from ${NOT_IN_FILE}`.execute(trx);
}

async function writeRegistries(trx: Db, { locationId, registries, now }: FileContents): Promise<void> {
  const ids = registries.map((registry) => registry.id);
  const existing = await sql<{ id: string; name: string; source: string }>`
    select id, name, source from registries`.execute(trx);
  const fromUi = new Set(existing.rows.filter((row) => row.source === 'ui').map((row) => row.id));
  const others = existing.rows.filter((row) => fromUi.has(row.id) || !ids.includes(row.id));
  const taken = new Set(others.map((row) => row.name.toLowerCase()));
  const mine = registries.filter((registry) => !fromUi.has(registry.id));
  const named = mine.map((registry) => ({ registry, name: freeName(registry.name, taken) }));
  const before = new Map(existing.rows.map((row) => [row.id, row.name]));
  // Two registries of one file may swap their names.
  const renamed = named.filter(({ registry, name }) => before.has(registry.id) && before.get(registry.id) !== name);
  await sql`update registries set name = id::text where id = any(${renamed.map(({ registry }) => registry.id)}::uuid[])`.execute(
    trx,
  );
  for (const { registry, name } of named) {
    const secret = registry.authentication.type === 'none' ? 'none' : 'at-agent';
    await sql`
      insert into registries (id, name, url, provider, location_id, auth_type, auth_username, secret, api_url, tls, budget,
        source, is_sample, is_default, interval_seconds, created_at, updated_at)
      values (${registry.id}, ${name}, ${registry.url}, ${registry.provider}, ${locationId},
        ${registry.authentication.type}, ${registry.authentication.username}, ${secret}, ${registry.apiUrl},
        ${json(registry.tls)}, ${json(registry.budget)}, 'file',
        ${registry.isSample}, ${registry.isDefault}, ${registry.intervalSeconds}, ${iso(now)}, ${iso(now)})
      on conflict (id) do update set name = excluded.name, url = excluded.url, provider = excluded.provider,
        location_id = excluded.location_id, auth_type = excluded.auth_type, auth_username = excluded.auth_username,
        secret = excluded.secret, api_url = excluded.api_url, tls = excluded.tls, budget = excluded.budget, is_sample = excluded.is_sample,
        is_default = excluded.is_default, interval_seconds = excluded.interval_seconds,
        status_state = case when registries.status_code = ${NOT_IN_FILE} or registries.url <> excluded.url
          then 'unknown' else registries.status_state end,
        status_message = case when registries.status_code = ${NOT_IN_FILE} or registries.url <> excluded.url
          then '' else registries.status_message end,
        status_code = nullif(registries.status_code, ${NOT_IN_FILE}),
        updated_at = case when (registries.name, registries.url, registries.provider, registries.api_url, registries.tls, registries.budget,
            registries.auth_type, registries.auth_username, registries.interval_seconds)
          is distinct from (excluded.name, excluded.url, excluded.provider, excluded.api_url, excluded.tls, excluded.budget,
            excluded.auth_type, excluded.auth_username, excluded.interval_seconds)
          then excluded.updated_at else registries.updated_at end
      where registries.source = 'file'`.execute(trx);
  }
}

function freeName(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let count = 1; taken.has(name.toLowerCase()); count += 1) {
    const suffix = count === 1 ? ' (file)' : ` (file ${count})`;
    name = wanted.slice(0, 100 - suffix.length) + suffix;
  }
  taken.add(name.toLowerCase());
  return name;
}

async function writeRules(trx: Db, { locationId, rules, now }: FileContents): Promise<void> {
  const ids = rules.map((rule) => rule.id);
  await sql`delete from rules where location_id = ${locationId} and source = 'file'
    and not id = any(${ids}::uuid[])`.execute(trx);
  for (const rule of rules) {
    await sql`
      insert into rules (id, name, enabled, registry_id, location_id, kind, description, repositories, tags, clauses,
        source, created_at, updated_at)
      select ${rule.id}, ${rule.name}, ${rule.enabled}, ${rule.registryId}::uuid, ${locationId}, ${rule.kind},
        ${rule.description}, ${json(rule.repositories)}, ${json(rule.tags)}, ${json(clausesOf(rule))},
        'file', ${iso(now)}, ${iso(now)}
      where ${rule.registryId}::uuid is null or exists (select from registries where id = ${rule.registryId}::uuid)
      on conflict (id) do update set name = excluded.name, enabled = excluded.enabled,
        registry_id = excluded.registry_id, location_id = excluded.location_id, kind = excluded.kind,
        description = excluded.description, repositories = excluded.repositories, tags = excluded.tags,
        clauses = excluded.clauses, updated_at = excluded.updated_at
      where rules.source = 'file' and (rules.name, rules.enabled, rules.registry_id, rules.location_id, rules.kind,
          rules.description, rules.repositories, rules.tags, rules.clauses)
        is distinct from (excluded.name, excluded.enabled, excluded.registry_id, excluded.location_id, excluded.kind,
          excluded.description, excluded.repositories, excluded.tags, excluded.clauses)`.execute(trx);
  }
}
