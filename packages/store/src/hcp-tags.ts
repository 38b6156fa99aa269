/** HCP tags: the library's own labels. What they are on is in hcp-tag-assign.ts. */
import { randomUUID } from 'node:crypto';
import type { HcpTag, HcpTagColor, HcpTagQuery } from '@pharos/contract';
import { type RawBuilder, sql } from 'kysely';
import { noteAudit } from './audit-context.ts';
import { after, cut, type Order, orderBy, type SortKey } from './cursor.ts';
import { allOf, containing, countUpTo, type Db, first, iso } from './database.ts';
import { assignHcpTags } from './hcp-tag-assign.ts';
import { listChanges, noteChange } from './hcp-tag-changes.ts';
import type { HcpTags } from './hcp-tag-port.ts';
import type { Upkeep } from './upkeep.ts';

interface HcpTagRow {
  id: string;
  name: string;
  color: HcpTagColor;
  description: string;
  repositories: number;
  images: number;
  created_by: string;
  created_at: Date;
  updated_by: string;
  updated_at: Date;
}

/** Repositories that no rule wants any more are in no list, so they do not count. */
const COLUMNS: RawBuilder<HcpTagRow> = sql`
  h.id, h.name, h.color, h.description, h.created_by, h.created_at, h.updated_by, h.updated_at,
  (select count(*) from hcp_tag_repositories x join repositories r on r.id = x.repository_id
    where x.hcp_tag_id = h.id and not r.released) as repositories,
  (select count(*) from hcp_tag_images x where x.hcp_tag_id = h.id) as images`;

const IDENTITY: readonly SortKey<HcpTagRow>[] = [
  { column: sql`h.name`, type: 'text', read: (row) => row.name },
  { column: sql`h.id`, type: 'id', read: (row) => row.id },
];

function orderOf(sort: HcpTagQuery['sort']): Order<HcpTagRow> {
  const updated: SortKey<HcpTagRow> = { column: sql`h.updated_at`, type: 'time', read: (row) => iso(row.updated_at) };
  return {
    name: `hcp-tags:${sort}`,
    descending: sort.startsWith('-'),
    keys: sort.endsWith('updated') ? [updated, ...IDENTITY] : IDENTITY,
  };
}

export function hcpTagsOf(db: Db, upkeep: Upkeep): HcpTags {
  return {
    list: async ({ limit, cursor, q, sort }) => {
      const order = orderOf(sort);
      const filters = q ? [sql`(h.name ilike ${containing(q)} or h.description ilike ${containing(q)})`] : [];
      const where = allOf(cursor === undefined ? filters : [...filters, after(order, cursor)]);
      const found = await sql<HcpTagRow>`select ${COLUMNS} from hcp_tags h
        where ${where} order by ${orderBy(order)} limit ${limit + 1}`.execute(db);
      const { rows, next } = cut(order, found.rows, limit);
      return {
        items: rows.map(hcpTagOf),
        next,
        ...(await countUpTo(db, sql`from hcp_tags h where ${allOf(filters)}`)),
      };
    },

    get: (id) => hcpTagById(db, id),

    create: (input, by) =>
      db.transaction().execute(async (trx) => {
        const id = randomUUID();
        noteAudit({ subject: id });
        await sql`insert into hcp_tags (id, name, color, description, created_by, created_at, updated_by, updated_at)
          values (${id}, ${input.name}, ${input.color}, ${input.description}, ${by.name}, ${iso(by.now)}, ${by.name},
            ${iso(by.now)})`.execute(trx);
        await noteChange(trx, by, {
          action: 'create',
          hcpTagId: id,
          name: input.name,
          detail: `Colour ${input.color}`,
        });
        return (await hcpTagById(trx, id))!;
      }),

    update: (id, patch, by) =>
      db.transaction().execute(async (trx) => {
        const before = await first(sql<HcpTagRow>`select h.* from hcp_tags h where h.id = ${id} for update`, trx);
        if (before === null) return null;
        const { name = before.name, color = before.color, description = before.description } = patch;
        const detail = changesOf(before, { name, color, description });
        if (detail === '') return hcpTagById(trx, id);
        await sql`update hcp_tags set name = ${name}, color = ${color}, description = ${description},
          updated_by = ${by.name}, updated_at = ${iso(by.now)} where id = ${id}`.execute(trx);
        await noteChange(trx, by, { action: 'update', hcpTagId: id, name, detail });
        return hcpTagById(trx, id);
      }),

    remove: (id, by) =>
      db.transaction().execute(async (trx) => {
        await sql`select from hcp_tags where id = ${id} for update`.execute(trx);
        const before = await hcpTagById(trx, id);
        if (before === null) return false;
        await sql`delete from hcp_tags where id = ${id}`.execute(trx);
        const { name, repositoryCount: repositories, imageCount: images } = before;
        await noteChange(trx, by, { action: 'delete', hcpTagId: id, name, repositories, images });
        return true;
      }),

    assign: (assignment, by) => assignHcpTags(db, assignment, by, upkeep),

    changes: (query) => listChanges(db, query),
  };
}

function changesOf(before: HcpTagRow, after: Pick<HcpTagRow, 'name' | 'color' | 'description'>): string {
  const changes: string[] = [];
  if (after.name !== before.name) changes.push(`Renamed from ${before.name}`);
  if (after.color !== before.color) changes.push(`Colour ${before.color} to ${after.color}`);
  if (after.description !== before.description) changes.push('Description changed');
  return changes.join('; ');
}

async function hcpTagById(db: Db, id: string): Promise<HcpTag | null> {
  const row = await first(sql<HcpTagRow>`select ${COLUMNS} from hcp_tags h where h.id = ${id}`, db);
  return row && hcpTagOf(row);
}

function hcpTagOf(row: HcpTagRow): HcpTag {
  return {
    id: row.id,
    name: row.name,
    color: row.color,
    description: row.description,
    repositoryCount: row.repositories,
    imageCount: row.images,
    createdAt: iso(row.created_at),
    createdBy: row.created_by,
    updatedAt: iso(row.updated_at),
    updatedBy: row.updated_by,
  };
}
