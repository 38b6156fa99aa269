/** The rules that took the repository of a scan: what they say of it, and that they govern it. */
import type { Kind } from '@pharos/contract';
import { sql } from 'kysely';
import type { Db } from './database.ts';
import { keepsOf } from './rules.ts';

interface Governing {
  readonly ruleIds: readonly string[];
  readonly declaredKind: Kind | null;
  readonly description: string;
  /** Of what its rules take, tags that vanish are never retired. */
  readonly keeps: ((name: string) => boolean) | undefined;
}

/** What the rules that took the repository say about it: the first kind and the first description, in their order. */
export async function governing(db: Db, repository: string, ruleIds: readonly string[]): Promise<Governing> {
  const found = await sql<{ id: string; kind: Kind | null; description: string; on_vanish: string | null }>`
    select id, kind, description, clauses->>'onVanish' as on_vanish from rules
    where id = any(${ruleIds}::uuid[]) order by position`.execute(db);
  const keeping = found.rows.filter((rule) => rule.on_vanish === 'keep').map((rule) => rule.id);
  return {
    keeps: keeping.length === 0 ? undefined : await keepsOf(db, repository, keeping),
    ruleIds: found.rows.map((rule) => rule.id),
    declaredKind: found.rows.find((rule) => rule.kind !== null)?.kind ?? null,
    description: found.rows.find((rule) => rule.description !== '')?.description ?? '',
  };
}

export async function governBy(trx: Db, repositoryId: string, ruleIds: readonly string[]): Promise<void> {
  await sql`delete from rule_repositories where repository_id = ${repositoryId}
    and not rule_id = any(${[...ruleIds]}::uuid[])`.execute(trx);
  await sql`insert into rule_repositories (rule_id, repository_id)
    select id, ${repositoryId}::uuid from rules where id = any(${[...ruleIds]}::uuid[]) order by id
    on conflict do nothing`.execute(trx);
}
