/** The tags of a scan: those that are known, those that must be written, those that are absent. */
import { setImmediate } from 'node:timers/promises';
import type { Kind, Presence } from '@pharos/contract';
import type { Reconciliation } from '@pharos/library';
import { sql } from 'kysely';
import { batches, type Db, iso, jsonText } from './database.ts';
import type { ObservationCache } from './observation-cache.ts';
import { termsOf } from './profile-terms.ts';
import { tagFacts } from './tag-facts.ts';
import { OBSERVATION_BATCH, type TagWrite } from './tag-write.ts';

export interface TagReport {
  readonly name: string;
  readonly digest: string;
  readonly pushedAt: string | null;
}

export interface KnownRow {
  name: string;
  digest: string;
  pushed_at: Date | null;
  presence: Presence;
  missing_scans: number;
  missing_since: Date | null;
  first_seen_at: Date;
}

/** A tag as it is written, and the kind that it was drawn for. */
interface Drawn extends TagWrite {
  readonly declaredKind: Kind | null;
}

export async function knownTags(db: Db, repositoryId: string): Promise<KnownRow[]> {
  const found = await sql<KnownRow>`
    select name, digest, pushed_at, presence, missing_scans, missing_since, first_seen_at from tags
    where repository_id = ${repositoryId}`.execute(db);
  return found.rows;
}

/**
 * Facts drawn for the tags of one scan. Most are drawn before the transaction, so that it is short; in it only what
 * changed in between is drawn.
 */
export class TagDrawing {
  readonly #repository: string;
  readonly #now: Date;
  readonly #drawn = new Map<string, Drawn>();

  readonly #observations: ObservationCache;

  constructor(repository: string, now: Date, observations: ObservationCache) {
    this.#repository = repository;
    this.#now = now;
    this.#observations = observations;
  }

  /**
   * The tags to write: new, moved, back again, pushed again, or now declared to be of another kind. Called once outside
   * the transaction and once inside.
   */
  async writes(
    db: Db,
    known: readonly KnownRow[],
    kind: { readonly before: Kind | null; readonly declared: Kind | null },
    staged: ReadonlyMap<string, TagReport>,
  ): Promise<TagWrite[]> {
    const before = new Map(known.map((row) => [row.name, row]));
    const tags = [...staged.values()].filter((tag) => {
      const row = before.get(tag.name);
      if (row === undefined || kind.before !== kind.declared) return true;
      return row.digest !== tag.digest || row.presence !== 'present' || iso(row.pushed_at) !== tag.pushedAt;
    });
    const missing = tags.filter(({ name, digest, pushedAt }) => {
      const drawn = this.#drawn.get(name);
      return drawn?.digest !== digest || drawn.pushed_at !== pushedAt || drawn.declaredKind !== kind.declared;
    });
    const now = iso(this.#now);
    const parts = [...batches(missing, OBSERVATION_BATCH)];
    const read = (at: number) => this.#observations.take(db, [...new Set((parts[at] ?? []).map((tag) => tag.digest))]);
    let next = parts.length === 0 ? null : await read(0);
    for (const [at, batch] of parts.entries()) {
      const observations = next!;
      // The database reads the next part while this one is drawn.
      const reading = at + 1 < parts.length ? read(at + 1) : null;
      reading?.catch(() => {});
      await setImmediate();
      for (const tag of batch) {
        const known = before.get(tag.name);
        const firstSeenAt = known === undefined ? now : iso(known.first_seen_at);
        const seen = { repository: this.#repository, tag: tag.name, declaredKind: kind.declared, firstSeenAt };
        const observation = observations.get(tag.digest) ?? null;
        const facts = tagFacts(observation, { ...seen, pushedAt: tag.pushedAt }, this.#now);
        const { name, digest, pushedAt } = tag;
        const terms = termsOf(name, observation?.labels);
        this.#drawn.set(name, { declaredKind: kind.declared, name, digest, pushed_at: pushedAt, facts, terms });
      }
      next = await reading;
    }
    return tags.map(({ name }) => this.#drawn.get(name)!);
  }
}

/** Marks what the reconciliation says is missing, retired, or released by the rules. */
export async function markAbsences(trx: Db, repositoryId: string, changes: Reconciliation): Promise<void> {
  const lastSeen = sql`case when t.presence = 'present' then greatest(t.last_seen_at, r.complete_at)
    else t.last_seen_at end`;
  const absent = [
    ...changes.missing.map((tag) => ({ ...tag, presence: 'missing' })),
    ...changes.retired.map((tag) => ({ ...tag, presence: 'retired' })),
  ].map((tag) => ({
    name: tag.name,
    presence: tag.presence,
    missing_scans: tag.missingScans,
    missing_since: iso(tag.missingSince),
  }));
  if (absent.length > 0) {
    await sql`update tags t set presence = n.presence, missing_scans = n.missing_scans,
        missing_since = n.missing_since, last_seen_at = ${lastSeen},
        retired_by = case when n.presence = 'retired' then 'absence' end
      from jsonb_to_recordset(${jsonText(absent)}::jsonb)
          as n(name text, presence text, missing_scans int, missing_since timestamptz),
        repositories r
      where r.id = t.repository_id and t.repository_id = ${repositoryId} and t.name = n.name collate "C"`.execute(trx);
  }
  if (changes.released.length > 0) {
    await sql`update tags t set presence = 'retired', retired_by = 'rule', missing_scans = 0, missing_since = null,
        last_seen_at = ${lastSeen}
      from repositories r
      where r.id = t.repository_id and t.repository_id = ${repositoryId}
        and t.name = any(${[...changes.released]}::text[])`.execute(trx);
  }
}
