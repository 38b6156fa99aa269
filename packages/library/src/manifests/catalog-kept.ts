/**
 * What of a catalog in stages stays in Kubernetes although it is not approved any more. An operator cannot repair a cluster whose
 * entry is gone, so an entry that something runs waits for its replacement; one that nothing runs goes at once.
 */
import type { CatalogEntry, CatalogKept, CatalogStage } from '@pharos/contract';

/** Who runs what an entry names. */
export interface EntryUsers {
  /** Clusters made here that follow the entry: its stage and its major. */
  readonly clusters: readonly string[];
  /** By digest: pods of other clusters. */
  readonly pods: (digest: string) => number;
}

export interface StandingEntry {
  readonly stage: CatalogStage;
  readonly entry: CatalogEntry;
  /** Of each digest, now. */
  readonly stateOf: (digest: string) => CatalogKept['state'];
  /** What agents have applied of the object. */
  readonly applied: ReadonlySet<string>;
  readonly users: EntryUsers;
  /** Nothing else is left in the catalog, and the operator takes none without an image. */
  readonly isLast: boolean;
}

const isServed = (state: string) => state === 'approved' || state === 'deprecated';

/** The entry as it stays in the applied object, with what of it is not approved; null: it goes. */
export function keptEntry(standing: StandingEntry): { entry: CatalogEntry; kept: CatalogKept[] } | null {
  const { entry, stateOf, applied, users, isLast } = standing;
  const isBad = !isServed(stateOf(entry.digest));
  const foreign = users.pods(entry.digest);
  if (isBad && (!applied.has(entry.digest) || (users.clusters.length + foreign === 0 && !isLast))) return null;
  const kept = isBad ? [told(standing, entry, users.clusters, foreign)] : [];
  const extensions = entry.extensions.filter((each) => {
    if (isServed(stateOf(each.digest))) return true;
    // Clusters made here name their extension images themselves; others may take them from the catalog.
    const pods = users.pods(each.digest);
    if (pods === 0 || !applied.has(each.digest)) return false;
    kept.push(told(standing, { ...entry, ...each, tag: `${entry.tag}, ${each.name}` }, [], pods));
    return true;
  });
  return { entry: { ...entry, extensions }, kept };
}

function told(
  { stage, stateOf }: StandingEntry,
  { major, digest, tag, image }: CatalogEntry,
  clusters: readonly string[],
  pods: number,
): CatalogKept {
  const state = stateOf(digest);
  const who = [
    ...(clusters.length === 0
      ? []
      : [clusters.length === 1 ? '1 cluster made here' : `${clusters.length} clusters made here`]),
    ...(pods === 0 ? [] : [pods === 1 ? '1 pod of others' : `${pods} pods of others`]),
  ];
  const why =
    who.length === 0
      ? 'and nothing else is left in the catalog, which the operator takes with an image only'
      : `and ${who.join(' and ')} ${clusters.length + pods === 1 ? 'runs' : 'run'} it`;
  return {
    ...{ stage, major, digest, tag, image, state, clusters: [...clusters], pods },
    message: `${tag} is ${state}, ${why}: it stays in Kubernetes until its replacement has come. Nobody new is handed it.`,
    hint: 'Approve a replacement if there is none, then let its edition go on, or publish it at once (urgent).',
  };
}
