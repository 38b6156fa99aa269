/**
 * Repositories that no rule wants any more. Nobody would scan them again, so nobody would notice: when rules change,
 * their tags are retired by rule here and they leave the lists. History and images stay; a rule that wants them again
 * brings them back with the next scan. Tags released inside a repository that is still read are the scan's business.
 */
import type { Rule } from '@pharos/contract';
import { type CompiledRule, compileRule, decideRepository } from '@pharos/library';
import { type RawBuilder, sql } from 'kysely';
import { type Db, iso } from './database.ts';
import { NOT_IN_FILE } from './registry-row.ts';
import { summarise } from './repository-summary.ts';
import { rulesOfRegistry } from './rules.ts';

/** `registries` narrows the registries `g` looked at. Runs inside the caller's transaction. */
export async function releaseUngoverned(
  trx: Db,
  now: Date,
  registries: RawBuilder<unknown> = sql`true`,
): Promise<void> {
  const found = await sql<{ id: string }>`select g.id from registries g
    where ${registries} and g.status_code is distinct from ${NOT_IN_FILE}
      and exists (select from repositories r where r.registry_id = g.id and not r.released)`.execute(trx);
  for (const { id } of found.rows) await releaseOfRegistry(trx, id, now);
}

async function releaseOfRegistry(trx: Db, registryId: string, now: Date): Promise<void> {
  const rules = compiled(await rulesOfRegistry(trx, registryId));
  // A rule that cannot be judged might want anything.
  if (rules === null) return;
  const repositories = await sql<{ id: string; name: string }>`
    select id, name from repositories where registry_id = ${registryId} and not released`.execute(trx);
  const unwanted = repositories.rows
    .filter(({ name }) => !rules.some((rule) => decideRepository(rule, name).included))
    .map(({ id }) => id);
  if (unwanted.length === 0) return;
  await sql`update tags t set presence = 'retired', retired_by = 'rule',
      last_seen_at = case when t.presence = 'present' then greatest(t.last_seen_at, r.complete_at) else t.last_seen_at end
    from repositories r where r.id = t.repository_id and t.repository_id = any(${unwanted}::uuid[])
      and t.presence <> 'retired'`.execute(trx);
  await sql`update repositories set released = true, updated_at = ${iso(now)} where id = any(${unwanted}::uuid[])`.execute(
    trx,
  );
  await summarise(trx, unwanted);
}

function compiled(rules: readonly Rule[]): CompiledRule[] | null {
  try {
    return rules.map(compileRule);
  } catch {
    return null;
  }
}
