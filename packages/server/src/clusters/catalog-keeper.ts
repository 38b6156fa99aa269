/** Catalogs keep themselves: drawn from what is approved now; what changes is kept as an edition. */
import { type CatalogEntry, isFiles, type Operator } from '@pharos/contract';
import { catalogEntries, catalogManifest, digestsOf, groupByCatalog, isSameEntries, servable } from '@pharos/library';
import type { StoredCatalog } from '@pharos/store';
import type { Context } from '../context.ts';

const ITSELF = 'Pharos';

/**
 * Draws the catalogs of a location, or of all. Each that follows approvals and would serve something else gets one more
 * edition. What catalogs hold does not depend on who asks, so the whole store is read.
 */
export async function refreshCatalogs(context: Context, location: string | null): Promise<void> {
  const drawn = await drawnCatalogs(context, location);
  for (const { key, stored, entries } of drawn.values()) {
    if (stored?.mode === 'held') continue;
    if (stored === null ? entries.length === 0 : isSameEntries(stored.edition.entries, entries)) continue;
    const reason = stored === null ? 'First approved image' : reasonOf(stored.edition.entries, entries);
    const before = stored?.edition.number ?? 0;
    const edition = { mode: 'automatic', by: ITSELF, reason, entries } as const;
    const kept = await context.reader.whole.catalogs.publish(key, before, edition, context.now());
    await dispatchCatalog(context, kept);
  }
}

interface Drawn {
  readonly key: StoredCatalog['key'];
  readonly stored: StoredCatalog | null;
  /** What is approved now. */
  readonly entries: CatalogEntry[];
}

/** By `location/name`: what each catalog would hold when it followed approvals. */
export async function drawnCatalogs({ reader, now }: Context, location: string | null): Promise<Map<string, Drawn>> {
  const { whole } = reader;
  const approved = async (kind: 'postgres' | 'extension') =>
    (await whole.placedImages.approved({ location, kind }, now())).filter(({ host }) => !isFiles(host));
  const groups = groupByCatalog(await approved('postgres'));
  const extensions = await approved('extension');
  const stored = new Map((await whole.catalogs.list(location)).map((each) => [idOf(each), each]));
  const served = [...stored.values()].flatMap(({ edition }) => digestsOf(edition.entries));
  const states = await whole.decisions.statesOf([...new Set(served)], now());
  const ids = new Set([...stored.keys(), ...groups.keys()]);
  return new Map(
    [...ids].map((id) => {
      const before = stored.get(id) ?? null;
      const key = before?.key ?? groups.get(id)!.key;
      const kept = (before?.edition.entries ?? []).filter(({ digest }) => states.get(digest)?.state === 'deprecated');
      const near = extensions.filter((each) => each.location === key.location);
      return [id, { key, stored: before, entries: catalogEntries(groups.get(id)?.images ?? [], near, kept) }];
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
export async function dispatchCatalog(context: Context, stored: StoredCatalog): Promise<void> {
  const { whole } = context.reader;
  const { key, edition } = stored;
  const followers = (await whole.clusters.ofCatalog(key.location, key.name)).filter(({ apply }) => apply);
  if (followers.length === 0) return;
  const { entries } = await servedCatalog(context, stored);
  if (entries.length === 0) return;
  const operators = [...new Set(followers.map(({ spec }): Operator => spec.operator))].sort();
  const objects = operators.map((operator) =>
    catalogManifest({ key, entries, operator, namespace: null, at: edition.at }),
  );
  const before = await whole.dispatches.get('catalog', stored.id);
  if (before !== null && JSON.stringify(before.objects) === JSON.stringify(objects)) return;
  const owner = { ownerKind: 'catalog', ownerId: stored.id, locationId: key.location } as const;
  await whole.dispatches.put({ ...owner, objects, requestedBy: edition.by }, context.now());
}

export function changesOf(before: readonly CatalogEntry[], after: readonly CatalogEntry[]) {
  const majors = [...new Set([...before, ...after].map(({ major }) => major))].sort((one, other) => other - one);
  return majors.flatMap((major) => {
    const [old, young] = [before, after].map((list) => list.find((each) => each.major === major));
    const text = (entry: CatalogEntry | undefined) => (entry === undefined ? null : JSON.stringify(entry));
    if (text(old) === text(young)) return [];
    return [{ major, before: old?.image ?? null, after: young?.image ?? null }];
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
