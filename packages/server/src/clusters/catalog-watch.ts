/** The background work of catalogs: drawn anew when something happened that may change them, and led through their stages. */
import type { Context } from '../context.ts';
import { refreshCatalogs } from './catalog-keeper.ts';

/** How long it waits for quiet: a bulk decision is one edition and not a hundred. */
const MOST_MS = 5_000;
/** What only the clock changes (an approval that ends), and what a turn missed. */
const ANYWAY_MS = 60_000;

/**
 * One turn a second. Decisions, scans and rules leave their mark in the database, so each server sees what another did;
 * two that draw at once make one edition (the store's lock), and a server that stops loses nothing: the first turn of the
 * next one draws.
 */
export function createCatalogWatch(context: Context): () => Promise<void> {
  const { reader, now, events, stopping } = context;
  const { catalogs } = reader.whole;
  let seen: string | null = null;
  let since: number | null = null;
  let drawnAt = Number.NEGATIVE_INFINITY;

  const draw = async (): Promise<void> => {
    const pulse = await catalogs.pulse();
    const time = now().getTime();
    const isNews = pulse !== seen;
    seen = pulse;
    if (isNews) since ??= time;
    const isQuiet = since !== null && (!isNews || time - since >= MOST_MS);
    if (!isQuiet && time - drawnAt < ANYWAY_MS) return;
    since = null;
    drawnAt = time;
    await refreshCatalogs(context, null);
    // Also those that draw nothing new: a revoked image leaves a catalog that is held.
    for (const { id } of await catalogs.list(null)) {
      if (stopping.aborted) return;
      await catalogs.dispatch(id, now());
    }
  };

  return async () => {
    await draw();
    for (const id of await catalogs.staged()) {
      if (stopping.aborted) return;
      if (await catalogs.step(id, now())) events.emit({ type: 'catalog' });
    }
  };
}
