/** The audit of HCP tags: who did what, to which repositories and images. It outlives the HCP tag. */
import type { HcpTagChange, HcpTagChangeQuery, Page } from '@pharos/contract';
import { sql } from 'kysely';
import { after, cut, type Order, orderBy } from './cursor.ts';
import { allOf, countUpTo, type Db, iso } from './database.ts';

/** Who changes something, and when. */
export interface By {
  readonly name: string;
  readonly now: Date;
}

interface ChangeRow extends Omit<HcpTagChange, 'at' | 'hcpTagId'> {
  at: Date;
  hcp_tag_id: string;
}

const NEWEST: Order<ChangeRow> = {
  name: 'hcp-tag-changes',
  descending: true,
  keys: [{ column: sql`c.id`, type: 'number', read: (row) => row.id }],
};

/** Subjects that one line keeps by name; the counts are exact. */
const MOST_SUBJECTS = 1000;

export async function noteChange(
  trx: Db,
  { name: by, now }: By,
  change: Pick<HcpTagChange, 'action' | 'hcpTagId' | 'name'> & Partial<HcpTagChange>,
): Promise<void> {
  const { action, hcpTagId, name, detail = '', repositories = 0, images = 0, subjects = [] } = change;
  await sql`insert into hcp_tag_changes (at, by, action, hcp_tag_id, name, detail, repositories, images, subjects)
    values (${iso(now)}, ${by}, ${action}, ${hcpTagId}, ${name}, ${detail}, ${repositories}, ${images},
      ${subjects.slice(0, MOST_SUBJECTS)}::text[])`.execute(trx);
}

/** Newest first. */
export async function listChanges(db: Db, { limit, cursor, hcpTagId }: HcpTagChangeQuery): Promise<Page<HcpTagChange>> {
  const filters = hcpTagId === undefined ? [] : [sql`c.hcp_tag_id = ${hcpTagId}`];
  const where = allOf(cursor === undefined ? filters : [...filters, after(NEWEST, cursor)]);
  const found = await sql<ChangeRow>`
    select c.id, c.at, c.by, c.action, c.hcp_tag_id, c.name, c.detail, c.repositories, c.images, c.subjects
    from hcp_tag_changes c where ${where} order by ${orderBy(NEWEST)} limit ${limit + 1}`.execute(db);
  const { rows, next } = cut(NEWEST, found.rows, limit);
  const items = rows.map(({ hcp_tag_id, at, ...row }) => ({ ...row, at: iso(at), hcpTagId: hcp_tag_id }));
  return { items, next, ...(await countUpTo(db, sql`from hcp_tag_changes c where ${allOf(filters)}`)) };
}
