/** Catalogs keep themselves: drawn from what is approved now; what changes is kept as an edition. */
import type { CatalogEntry } from '@pharos/contract';
import { isFiles } from '@pharos/contract';
import { catalogEntries, digestsOf, groupByCatalog, isSameEntries, servable, urgentEntries } from '@pharos/library';
import type { StoredCatalog } from '@pharos/store';
import type { Context } from '../context.ts';

const ITSELF = 'Pharos';

/**
 * Draws the catalogs of a location, or of all. Each that follows approvals and would hold something else gets one more
 * edition, and the agents of its location what it serves. What catalogs hold does not depend on who asks, so the whole
 * store is read.
 */
export async function refreshCatalogs(context: Context, location: string | null): Promise<void> {
  for (const one of (await drawnCatalogs(context, location)).values()) await keep(context, one);
}

async function keep(context: Context, { key, stored, entries, states }: Drawn): Promise<void> {
  const { catalogs } = context.reader.whole;
  const publish = async (before: number, edition: Parameters<typeof catalogs.publish>[2]) => {
    const kept = await catalogs.publish(key, before, edition, context.now());
    await catalogs.dispatch(kept.id, context.now());
    context.events.emit({ type: 'catalog' });
    return kept;
  };
  if (stored === null) {
    if (entries.length === 0) return;
    await publish(0, { mode: 'automatic', by: ITSELF, reason: 'First approved image', entries });
    return;
  }
  if (stored.mode === 'held') return;
  let now = stored;
  const isStopped = stored.rollout?.state === 'stopped';
  const urgent = stored.policy?.urgentRevocations ? urgentOf(stored, entries, states) : null;
  if (urgent !== null) {
    const reason = `At once: ${reasonOf(stored.edition.entries, urgent)}`;
    // What somebody stopped is not begun again because of it.
    const mode = isStopped ? 'held' : 'automatic';
    now = await publish(stored.newest.number, { mode, by: ITSELF, reason, entries: urgent, isUrgent: true });
  }
  if (now.mode === 'held' || isStopped || isSameEntries(now.newest.entries, entries)) return;
  const reason = reasonOf(now.newest.entries, entries);
  await publish(now.newest.number, { mode: 'automatic', by: ITSELF, reason, entries });
}

/** What takes the place of images that are not approved any more, and nothing else; null: all of them still are. */
function urgentOf({ edition }: StoredCatalog, drawn: readonly CatalogEntry[], states: States): CatalogEntry[] | null {
  const { refused } = servable(edition.entries, states);
  if (refused.length === 0) return null;
  return urgentEntries(edition.entries, new Set(refused.map(({ major }) => major)), drawn);
}

type States = (digest: string) => string;

interface Drawn {
  readonly key: StoredCatalog['key'];
  readonly stored: StoredCatalog | null;
  /** What is approved now. */
  readonly entries: CatalogEntry[];
  /** Of what stands in its editions. */
  readonly states: States;
}

/** By `location/name`: what each catalog would hold when it followed approvals. */
export async function drawnCatalogs({ reader, now }: Context, location: string | null): Promise<Map<string, Drawn>> {
  const { whole } = reader;
  const approved = async (kind: 'postgres' | 'extension') =>
    (await whole.placedImages.approved({ location, kind }, now())).filter(({ host }) => !isFiles(host));
  const groups = groupByCatalog(await approved('postgres'));
  const extensions = await approved('extension');
  const stored = new Map((await whole.catalogs.list(location)).map((each) => [idOf(each), each]));
  const held = [...stored.values()].flatMap(({ edition, newest }) =>
    digestsOf([...edition.entries, ...newest.entries]),
  );
  const found = await whole.decisions.statesOf([...new Set(held)], now());
  const states = (digest: string) => found.get(digest)?.state ?? 'pending';
  const ids = new Set([...stored.keys(), ...groups.keys()]);
  return new Map(
    [...ids].map((id) => {
      const before = stored.get(id) ?? null;
      const key = before?.key ?? groups.get(id)!.key;
      const kept = (before?.newest.entries ?? []).filter(({ digest }) => states(digest) === 'deprecated');
      const near = extensions.filter((each) => each.location === key.location);
      const entries = catalogEntries(groups.get(id)?.images ?? [], near, kept);
      return [id, { key, stored: before, entries, states }];
    }),
  );
}

export function idOf({ key }: Pick<StoredCatalog, 'key'>): string {
  return `${key.location}/${key.name}`;
}

/** What of an edition may be handed out now. */
export async function servedCatalog(
  { reader, now }: Context,
  { edition }: Pick<StoredCatalog, 'edition'>,
): Promise<ReturnType<typeof servable>> {
  const states = await reader.whole.decisions.statesOf([...new Set(digestsOf(edition.entries))], now());
  return servable(edition.entries, (digest) => states.get(digest)?.state ?? 'pending');
}

/** Where clusters that an agent applied follow a catalog, the agent applies the catalog too. */
export async function dispatchCatalog({ reader, now }: Context, { id }: Pick<StoredCatalog, 'id'>): Promise<void> {
  await reader.whole.catalogs.dispatch(id, now());
}

export function changesOf(before: readonly CatalogEntry[], after: readonly CatalogEntry[]) {
  const majors = [...new Set([...before, ...after].map(({ major }) => major))].sort((one, other) => other - one);
  return majors.flatMap((major) => {
    const [old, young] = [before, after].map((list) => list.find((each) => each.major === major));
    const isSame = isSameEntries(old ? [old] : [], young ? [young] : []);
    return isSame ? [] : [{ major, before: old?.image ?? null, after: young?.image ?? null }];
  });
}

function reasonOf(before: readonly CatalogEntry[], after: readonly CatalogEntry[]): string {
  const words = changesOf(before, after).map(({ major }) => {
    const [old, young] = [before, after].map((list) => list.find((each) => each.major === major)?.tag);
    if (old === undefined) return `${young} came`;
    if (young === undefined) return `${old} is not approved any more`;
    return old === young ? `extensions of ${young}` : `${old} → ${young}`;
  });
  return words.join('; ').slice(0, 500);
}
