/** The request pattern of a peer: what it would send to a registry, without being it. */
import type { Peer } from './peer.ts';

export interface Replica {
  /** As in the names of measures. */
  readonly key: string;
  /** The product and the mode whose pattern this is. */
  readonly of: string;
  /** What it knows at the end; so that nobody takes names for images. */
  readonly learns: string;
  /** Requests at once. */
  readonly atOnce: number;
  /** Requests in a second that the product allows itself unless told otherwise; null for no bound. */
  readonly ceiling: number | null;
  /** One scan; the next one finds in `this` what the product would remember. */
  scan(peer: Peer): Promise<void>;
}

/** Does the work for each item, so many at once. */
export async function forEach<T>(items: Iterable<T>, atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  const open = items[Symbol.iterator]();
  const worker = async () => {
    for (let next = open.next(); !next.done; next = open.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
