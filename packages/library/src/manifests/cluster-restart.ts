/**
 * What a change of a cluster makes the operator do to the pods that run. Whatever replaces an image or restarts instances
 * goes the way of an upgrade. A pod is made anew when its image, its image volumes, its resources, its user or the number of
 * its volumes is not that of the cluster any more; the number of instances and the size of a volume change in place, and pull
 * secrets go to the service account (cloudnative-pg v1.30.0, pkg/specs and internal/controller/cluster_upgrade.go).
 */
import type { ClusterSpec, KubernetesObject } from '@pharos/contract';
import { sqlNameOf } from './placed-image.ts';

/** A cluster as it stands, and as it is to be. `object` is the `Cluster` that agents apply; null: nobody here does. */
export interface ClusterForm {
  readonly spec: ClusterSpec;
  /** `repository:tag@digest` of its image. */
  readonly reference: string;
  readonly object: KubernetesObject | null;
}

/** The `Cluster` among what is handed to agents. */
export function clusterObject(objects: readonly KubernetesObject[] | undefined): KubernetesObject | null {
  return objects?.find(({ kind }) => kind === 'Cluster') ?? null;
}

/** `image` and `extensions` replace an image; the others restart the same one. */
export type RestartCause = 'image' | 'extensions' | 'resources' | 'user' | 'volume';

/** Why the operator restarts instances after the change; none: it does not. */
export function restartsOf(before: ClusterForm, after: ClusterForm): RestartCause[] {
  const [old, young] = [partsOf(before), partsOf(after)];
  // What nobody here applies is known by what was asked for.
  const isKnown = before.object !== null && after.object !== null;
  return (Object.keys(old.asked) as RestartCause[]).filter((cause) =>
    isKnown
      ? text(old.written[cause]) !== text(young.written[cause])
      : text(old.asked[cause]) !== text(young.asked[cause]),
  );
}

type Parts = Readonly<Record<RestartCause, unknown>>;

function partsOf({ spec, reference, object }: ClusterForm): { asked: Parts; written: Parts } {
  const { extensions, resources, storage, via, image } = spec;
  const written = (object?.spec ?? {}) as Record<string, unknown>;
  const major = (written.imageCatalogRef as { major?: unknown } | undefined)?.major;
  return {
    asked: {
      // A tag of another name is another image to the operator. Followers of a catalog run what that holds.
      image: via === 'image' ? reference : image,
      extensions: mountedBy(extensions),
      resources: [resources.cpu ?? '', resources.memory ?? ''],
      user: '',
      volume: storage.walSize !== undefined,
    },
    written: {
      image: written.imageName ?? major ?? '',
      extensions: written.postgresql ?? '',
      resources: written.resources ?? '',
      user: [written.postgresUID ?? '', written.postgresGID ?? ''],
      volume: written.walStorage !== undefined,
    },
  };
}

function mountedBy(extensions: ClusterSpec['extensions']): string[] {
  return extensions.flatMap(({ name, image }) => (image === undefined ? [] : [`${sqlNameOf(name)} ${image}`])).sort();
}

/** The same value is the same text, whatever the order of its keys: a database may turn that round. */
function text(value: unknown): string {
  return JSON.stringify(value, (_, each) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([one], [other]) => (one < other ? -1 : 1)))
      : each,
  );
}

/** Extension images that stand in the second form and not in the first: nobody has handed them out to this cluster yet. */
export function newExtensionImages(before: ClusterSpec, after: ClusterSpec): string[] {
  const had = new Set(before.extensions.map(({ image }) => image));
  return [...new Set(after.extensions.flatMap(({ image }) => (image === undefined || had.has(image) ? [] : [image])))];
}

const MOST_WORDS = 500;

/** The change in words, for whoever confirms it. `tagOf` names an image; `step` is that to another image, which comes first. */
export function changeWords(
  before: ClusterSpec,
  after: ClusterSpec,
  tagOf: (digest: string) => string,
  step: string | null = null,
): string {
  const words: string[] = step === null ? [] : [step];
  const instead = (what: string, old: string | undefined, young: string | undefined) => {
    if (old === young) return;
    if (young === undefined) words.push(`without ${what} ${old}`);
    else words.push(old === undefined ? `${what} ${young}` : `${what} ${young} instead of ${old}`);
  };
  const old = new Map(before.extensions.map((each) => [sqlNameOf(each.name), each.image]));
  const young = new Map(after.extensions.map((each) => [sqlNameOf(each.name), each.image]));
  for (const [name, image] of young) {
    if (!old.has(name)) words.push(`with ${name}${image === undefined ? '' : ` from ${tagOf(image)}`}`);
    else if (old.get(name) !== image)
      words.push(`${name} from ${image === undefined ? 'the image itself' : tagOf(image)}`);
  }
  for (const name of old.keys()) if (!young.has(name)) words.push(`without ${name}`);
  instead('memory', before.resources.memory, after.resources.memory);
  instead('CPU', before.resources.cpu, after.resources.cpu);
  instead('storage', before.storage.size, after.storage.size);
  instead('a volume for the write-ahead log of', before.storage.walSize, after.storage.walSize);
  instead('instances', String(before.instances), String(after.instances));
  if (before.pullSecret !== after.pullSecret) words.push(`pull secret ${after.pullSecret ?? 'none'}`);
  return (words.join(', ') || 'the same image by another tag').slice(0, MOST_WORDS);
}
