/** Which dispatches wait for another: a cluster that follows a catalog is made when its catalog stands there. */
import type { DispatchTask, ObjectRef } from '@pharos/contract';
import { imagesNamed } from '@pharos/library';
import type { Dispatch, KubernetesObject } from './dispatch-port.ts';

/** What is looked at of a dispatch. */
export interface OrderedRow {
  readonly id: string;
  readonly owner_kind: Dispatch['ownerKind'];
  readonly generation: number;
  readonly applied_generation: number;
  readonly objects: readonly KubernetesObject[];
  readonly state: Dispatch['state'];
  readonly message: string;
  readonly touched: readonly ObjectRef[];
  readonly applied_digests: readonly string[];
}

/** Why a dispatch waits for another. */
export const NOT_APPLIED = 'catalog-not-applied';
export const NOT_APPLIED_HINT =
  'The catalog goes first. Where it waits or fails, the list of dispatches (Agents and locations) and its page say why.';

interface CatalogRef {
  readonly apiGroup: string;
  readonly kind: string;
  readonly name: string;
  readonly major: unknown;
}

/**
 * Clusters that no agent has applied yet and whose catalog does not hold their image in Kubernetes, each with the reason. The
 * operator takes such a cluster and then calls it broken until the catalog comes. What stands already is changed and
 * observed whatever its catalog does. `all`: every dispatch of the location.
 */
export function waitingForCatalog(
  rows: readonly OrderedRow[],
  all: readonly OrderedRow[],
  taskOf: (row: OrderedRow) => DispatchTask['task'],
): Map<string, string> {
  const waiting = new Map<string, string>();
  for (const row of rows) {
    if (row.owner_kind !== 'cluster' || row.applied_generation > 0 || taskOf(row) !== 'apply') continue;
    for (const ref of row.objects.flatMap((object) => catalogRefOf(object) ?? [])) {
      const why = whyNot(ref, all);
      if (why !== null) waiting.set(row.id, `It waits until its catalog ${ref.name} is applied there: ${why}`);
    }
  }
  return waiting;
}

function whyNot(ref: CatalogRef, all: readonly OrderedRow[]): string | null {
  const catalog = all.find((row) => row.owner_kind === 'catalog' && isNamed(row, ref));
  if (catalog === undefined || catalog.state === 'deleting') return 'none of its images is handed to an agent.';
  if (catalog.applied_generation === catalog.generation) return null;
  // An older form of it may stand there; the same image for this major is enough.
  const digest = digestOf(ref, catalog.objects);
  if (digest !== null && catalog.applied_digests.includes(digest)) return null;
  return catalog.message === '' ? 'no agent has applied it yet.' : catalog.message.slice(0, 500);
}

function catalogRefOf(object: KubernetesObject): CatalogRef | null {
  if (object.kind !== 'Cluster') return null;
  const ref = (object.spec as { imageCatalogRef?: Partial<Record<keyof CatalogRef, unknown>> } | undefined)
    ?.imageCatalogRef;
  if (ref === undefined) return null;
  const { apiGroup, kind, name, major } = ref;
  return { apiGroup: String(apiGroup ?? ''), kind: String(kind ?? ''), name: String(name ?? ''), major };
}

function isNamed({ objects, touched }: OrderedRow, { apiGroup, kind, name }: CatalogRef): boolean {
  const isIt = (is: { apiVersion?: unknown; kind?: unknown }, its: unknown) =>
    is.kind === kind && its === name && String(is.apiVersion).startsWith(`${apiGroup}/`);
  return (
    objects.some((object) => isIt(object, (object.metadata as { name?: unknown } | undefined)?.name)) ||
    touched.some((ref) => isIt(ref, ref.name))
  );
}

function digestOf({ kind, name, major }: CatalogRef, objects: readonly KubernetesObject[]): string | null {
  const object = objects.find(
    (each) => each.kind === kind && (each.metadata as { name?: unknown } | undefined)?.name === name,
  );
  const images = (object?.spec as { images?: readonly { major?: unknown }[] } | undefined)?.images;
  const entry = images?.find((each) => each.major === major);
  if (object === undefined || entry === undefined) return null;
  return imagesNamed({ ...object, spec: { images: [entry] } })[0]?.digest ?? null;
}
