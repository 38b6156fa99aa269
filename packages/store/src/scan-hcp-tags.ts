/** The HCP tags that rules put on what they bring in. */
import { type Reconciliation, takesByName } from '@pharos/library';
import { sql } from 'kysely';
import type { Db } from './database.ts';
import { assignByRule } from './hcp-tag-assign.ts';
import { compiledRules } from './rules.ts';

/**
 * Puts each rule's HCP tags on the images of tags that came in or moved and whose names the rule takes. Once: what a
 * person takes off again stays off until another image comes in. Runs in the commit of a scan.
 */
export async function tagByRules(trx: Db, { repository, ruleIds, changes, now }: TagByRules): Promise<void> {
  const tags = [...changes.added, ...changes.moved];
  if (tags.length === 0 || ruleIds.length === 0) return;
  const found = await sql<{ id: string }>`select id from rules
    where id = any(${[...ruleIds]}::uuid[]) and clauses -> 'hcpTags' is not null`.execute(trx);
  if (found.rows.length === 0) return;
  const rules = await compiledRules(
    trx,
    found.rows.map(({ id }) => id),
  );
  for (const rule of rules) {
    const digests = tags.filter(({ name }) => takesByName(rule, repository, name)).map(({ digest }) => digest);
    await assignByRule(trx, { names: rule.spec.hcpTags ?? [], digests, rule: rule.name, now });
  }
}

interface TagByRules {
  readonly repository: string;
  readonly ruleIds: readonly string[];
  readonly changes: Pick<Reconciliation, 'added' | 'moved'>;
  readonly now: Date;
}
