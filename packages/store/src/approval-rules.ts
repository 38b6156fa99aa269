/** How many people an approval takes, by repository. */
import type { ApprovalRule } from '@pharos/contract';
import { sql } from 'kysely';
import type { ApprovalRules } from './approval-port.ts';
import { noteAudit } from './audit-context.ts';
import { after, cut, type Order, orderBy } from './cursor.ts';
import { countUpTo, type Db, first, iso, storableText } from './database.ts';
import { recallByRule } from './decision-recall.ts';
import { StoreError } from './errors.ts';

interface RuleRow {
  id: string;
  pattern: string;
  people: 1 | 2;
  created_at: Date;
  created_by: string;
}

const BY_PATTERN: Order<RuleRow> = {
  name: 'approval-rules',
  descending: false,
  keys: [{ column: sql`a.pattern`, type: 'text', read: (row) => row.pattern }],
};

export function approvalRulesOf(db: Db): ApprovalRules {
  return {
    list: async ({ limit, cursor }) => {
      const where = cursor === undefined ? sql`true` : after(BY_PATTERN, cursor);
      const found = await sql<RuleRow>`select a.* from approval_rules a where ${where}
        order by ${orderBy(BY_PATTERN)} limit ${limit + 1}`.execute(db);
      const { rows, next } = cut(BY_PATTERN, found.rows, limit);
      return { items: rows.map(ruleOf), next, ...(await countUpTo(db, sql`from approval_rules`)) };
    },

    create: async (id, { pattern, people = 2 }, actor, now) => {
      return db.transaction().execute(async (trx) => {
        noteAudit({ subject: id });
        const row = await first(
          sql<RuleRow>`insert into approval_rules (id, pattern, people, created_at, created_by)
            values (${id}, ${storableText(pattern)}, ${people}, ${iso(now)}, ${actor})
            on conflict (pattern) do nothing returning *`,
          trx,
        );
        if (row === null) {
          throw new StoreError('name-taken', `There is a rule for ${pattern} already.`, 'Remove that one first.');
        }
        await recallByRule(trx, row, now);
        return ruleOf(row);
      });
    },

    remove: async (id) =>
      (await first(sql`delete from approval_rules where id = ${id} returning 1 as gone`, db)) !== null,
  };
}

function ruleOf(row: RuleRow): ApprovalRule {
  const { id, pattern, people } = row;
  return { id, pattern, people, createdAt: iso(row.created_at), createdBy: row.created_by };
}
