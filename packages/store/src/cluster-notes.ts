/** The history of a cluster: one line for each change, in the transaction of the change. */
import { sql } from 'kysely';
import type { ClusterNote } from './cluster-port.ts';
import { type Db, iso, storableText } from './database.ts';

/** A longer detail is cut. */
const LONGEST = 1000;

export async function noteChange(
  trx: Db,
  id: string,
  { action, actor, detail }: ClusterNote,
  now: Date,
): Promise<void> {
  await sql`insert into cluster_changes (cluster_id, at, actor, action, detail)
    values (${id}, ${iso(now)}, ${storableText(actor)}, ${action}, ${storableText(detail.slice(0, LONGEST))})`.execute(
    trx,
  );
}
