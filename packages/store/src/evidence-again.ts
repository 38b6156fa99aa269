/** Large attestations that were refused for want of room: their agent is asked for them again once there is some. */
import type { EvidenceWanted } from '@pharos/contract';
import { sql } from 'kysely';
import { type Db, first, iso } from './database.ts';
import { roomOfRegistry } from './evidence-parts.ts';

/** Asked for at once: what one scan fetches of large ones (64 MiB, docs/signatures.md), so that nothing waits at an agent. */
const MOST_BYTES_AT_ONCE = 64 * 1024 * 1024;
const MOST_AT_ONCE = 20;
/** What could not be had (its registry has lost it, its agent is full) is not asked for by every scan. */
const AGAIN_AFTER_MS = 24 * 3600_000;
/** So long an answer keeps its room, so that the same room is not promised to every repository of a registry. */
const PROMISED_MS = 3600_000;

interface Refused {
  id: number;
  subject: string;
  digest: string;
  size: number;
}

/** @see EvidenceStore.askAgain */
export async function askAgain(db: Db, scanId: string, space: number, now: Date): Promise<EvidenceWanted[]> {
  const due = sql`e.problem = 'no-room'
    and (e.asked_again_at is null or e.asked_again_at <= ${before(now, AGAIN_AFTER_MS)}::timestamptz)`;
  const waiting = await first(
    sql<{
      repository_id: string;
    }>`select e.repository_id from scans s join evidence e on e.repository_id = s.repository_id
      where s.id = ${scanId} and s.agent_id is not null and ${due} limit 1`,
    db,
  );
  if (waiting === null) return [];
  const { repository_id: repositoryId } = waiting;
  return db.transaction().execute(async (trx) => {
    let room = (await roomOfRegistry(trx, repositoryId, space)) - (await promised(trx, repositoryId, now));
    room = Math.min(room, MOST_BYTES_AT_ONCE);
    if (room <= 0) return [];
    const { rows } = await sql<Refused>`select e.id, e.subject, e.digest, e.size from evidence e
      where e.repository_id = ${repositoryId}::uuid and ${due} and e.size <= ${room}
      order by e.asked_again_at nulls first, e.id limit ${MOST_AT_ONCE}`.execute(trx);
    const asked = rows.filter(({ size }) => {
      if (size > room) return false;
      room -= size;
      return true;
    });
    await sql`update evidence set asked_again_at = ${iso(now)}::timestamptz
      where id = any(${asked.map(({ id }) => id)}::bigint[])`.execute(trx);
    const manifests = asked.map(({ subject, digest }) => [`${subject} ${digest}`, { subject, digest }] as const);
    return [...new Map(manifests).values()];
  });
}

/** Bytes that were asked for lately and have not come. */
async function promised(trx: Db, repositoryId: string, now: Date): Promise<number> {
  const open = await first(
    sql<{ bytes: number }>`select coalesce(sum(e.size), 0)::float8 as bytes
      from repositories of join repositories r on r.registry_id = of.registry_id
        join evidence e on e.repository_id = r.id and e.problem = 'no-room'
          and e.asked_again_at > ${before(now, PROMISED_MS)}::timestamptz
      where of.id = ${repositoryId}::uuid`,
    trx,
  );
  return open!.bytes;
}

function before(now: Date, milliseconds: number): string {
  return new Date(now.getTime() - milliseconds).toISOString();
}
