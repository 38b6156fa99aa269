/** The middle steps of a scan's report: a part of its tags, and what was read of the images. */
import type { ChunkTaken, ScanChunk } from '@pharos/contract';
import { sql } from 'kysely';
import { type Db, first, iso, json, jsonText } from './database.ts';
import { StoreError } from './errors.ts';
import { storeImages } from './images.ts';
import type { ObservationCache } from './observation-cache.ts';
import { storeReferrers } from './referrers.ts';
import { refuseStaleAgent, stale } from './scan-begin.ts';
import { redrawTags } from './tag-write.ts';

export interface ChunkInput {
  readonly id: string;
  readonly n: number;
  readonly chunk: ScanChunk;
  readonly now: Date;
  /** Keeps what is stored, for the commit. */
  readonly observations: ObservationCache;
}

/** A staged tag: name, digest, push time. */
export type StagedTag = readonly [name: string, digest: string, pushedAt: string | null];

interface OpenScanRow {
  agent_id: string | null;
  epoch: number;
  next_chunk: number;
  status: string;
  committed: boolean;
  repository_id: string | null;
}

/**
 * Stages the tags of one chunk, which nobody sees before the commit. Images are stored at once: they are named by what
 * they are, so nothing about them can be half, and nobody sees one before a tag points to it.
 */
export function takeChunk(db: Db, { id, n, chunk, now, observations }: ChunkInput): Promise<ChunkTaken> {
  return db.transaction().execute(async (trx) => {
    const scan = await first(
      sql<OpenScanRow>`select agent_id, epoch, next_chunk, status, repository_id, answer is not null as committed
        from scans where id = ${id} for update`,
      trx,
    );
    if (scan === null || scan.agent_id === null) throw stale('This scan was not begun here.');
    if (scan.committed) return { nextChunk: scan.next_chunk, needImages: [] };
    await refuseStaleAgent(trx, scan.agent_id, scan.epoch);
    if (scan.status !== 'running') throw stale('This scan was given up because its agent was silent.');
    if (n < scan.next_chunk) return answerAgain(trx, id, n, chunk.sha256, scan.next_chunk);
    if (n > scan.next_chunk) throw outOfOrder(n, scan.next_chunk);
    const changed = await storeImages(trx, chunk.images, now, { cache: observations });
    if (changed.length > 0) await redrawTags(trx, changed, now);
    if (scan.repository_id !== null) await storeReferrers(trx, scan.repository_id, chunk.referrers, now);
    const answer: ChunkTaken = { nextChunk: n + 1, needImages: await unread(trx, chunk) };
    const tags = chunk.tags.map((tag): StagedTag => [tag.name, tag.digest, tag.pushedAt]);
    await sql`insert into scan_chunks (scan_id, n, sha256, tags, answer)
      values (${id}, ${n}, ${chunk.sha256}, ${jsonText(tags)}, ${json(answer)})`.execute(trx);
    await sql`update scans set next_chunk = ${n + 1}, heard_at = ${iso(now)} where id = ${id}`.execute(trx);
    return answer;
  });
}

async function answerAgain(trx: Db, id: string, n: number, sha256: string, next: number): Promise<ChunkTaken> {
  const taken = await first(
    sql<{ sha256: string; answer: ChunkTaken }>`
      select sha256, answer from scan_chunks where scan_id = ${id} and n = ${n}`,
    trx,
  );
  if (taken?.sha256 !== sha256) throw outOfOrder(n, next);
  return taken.answer;
}

function outOfOrder(n: number, expected: number): StoreError {
  const message = `Chunk ${n} does not follow; chunk ${expected} is expected.`;
  return new StoreError('chunk-out-of-order', message, 'Send the expected chunk first.', { expected });
}

/** Digests of the chunk that no agent ever read. */
async function unread(trx: Db, chunk: ScanChunk): Promise<string[]> {
  const digests = [...new Set(chunk.tags.map((tag) => tag.digest))];
  if (digests.length === 0) return [];
  const known = await sql<{ digest: string }>`
    select digest from images where digest = any(${digests}::text[])`.execute(trx);
  const read = new Set(known.rows.map((row) => row.digest));
  return digests.filter((digest) => !read.has(digest));
}
