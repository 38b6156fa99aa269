/**
 * Observations that this process has just stored. A scan's commit draws facts from what its chunks brought a moment before, so
 * that most need not be read back. The row's `xmin` says whether it still is what was stored: every change gives it another.
 */
import type { Observation } from '@pharos/contract';
import type { KnownObservation } from '@pharos/library';
import { sql } from 'kysely';
import type { Db } from './database.ts';

/** Some kB each. */
const MOST = 5_000;

export class ObservationCache {
  readonly #stored = new Map<string, { readonly xmin: string; readonly observation: Observation }>();

  /** Keeps what a row without packages holds; the oldest make way. */
  put(digest: string, xmin: string, observation: Observation): void {
    this.#stored.delete(digest);
    if (this.#stored.size >= MOST) this.#stored.delete(this.#stored.keys().next().value!);
    this.#stored.set(digest, { xmin, observation });
  }

  /** The observations of some digests, with their packages; digests that nobody read are absent. What was kept is given away. */
  async take(db: Db, digests: readonly string[]): Promise<Map<string, KnownObservation>> {
    const kept = new Map(digests.map((digest) => [digest, this.#stored.get(digest)]));
    for (const digest of digests) this.#stored.delete(digest);
    const found = await sql<{ digest: string } & (Kept | Read)>`
      select i.digest, i.xmin::text = n.xmin as "isKept",
        case when i.xmin::text = n.xmin then null else i.observation end as observation,
        case when i.xmin::text = n.xmin then null else i.packages end as packages
      from unnest(${[...kept.keys()]}::text[], ${[...kept.values()].map((one) => one?.xmin ?? '')}::text[]) as n(digest, xmin)
      join images i on i.digest = n.digest collate "C"`.execute(db);
    return new Map(
      found.rows.map(({ digest, ...row }) => {
        const known = row.isKept ? { ...kept.get(digest)!.observation, packages: null } : row.observation;
        return [digest, row.isKept ? known : { ...known, packages: row.packages }];
      }),
    );
  }
}

interface Kept {
  readonly isKept: true;
}

interface Read {
  readonly isKept: false;
  readonly observation: Observation;
  readonly packages: KnownObservation['packages'];
}
