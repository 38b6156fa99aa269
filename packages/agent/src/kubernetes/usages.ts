/** Which images an object runs, or is pinned to. */
import type { ReportedUsage } from '@pharos/contract';
import { digestIn, imagesNamed, kindOfObject, type ObjectKind } from '@pharos/library';
import type { KubeObject } from './api.ts';

/** The uses in one object; null: none that names a digest. */
export function usagesIn(of: { apiVersion: string; kind: string }, object: KubeObject): ReportedUsage[] | null {
  // Items of a list do not always state their kind.
  const uses = of.kind === 'Pod' ? inPod(object) : inOthers(object, kindOfObject(of));
  return uses.length === 0 ? null : uses;
}

/** What runs: the runtime's own word (`imageID`) comes before what was asked for. */
function inPod(pod: KubeObject): ReportedUsage[] {
  // What has ended runs nothing.
  if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') return [];
  const running = new Map<string, string>();
  for (const list of ['containerStatuses', 'initContainerStatuses'])
    for (const { name, imageID } of listOf(pod.status?.[list]))
      if (typeof imageID === 'string') running.set(name, imageID);
  const containers = [...listOf(pod.spec?.containers), ...listOf(pod.spec?.initContainers)];
  const run = containers.flatMap(({ name, image }) => {
    if (typeof image !== 'string' || typeof name !== 'string') return [];
    const pinned = digestIn(image);
    // A bare `sha256:…` is the configuration's digest: it names no manifest.
    const digest = digestIn(running.get(name) ?? '') ?? pinned;
    return digest === null ? [] : [usage(pod, { container: name, image, digest, pinned })];
  });
  return [...run, ...mounted(pod)];
}

/** Images that are mounted as volumes (Kubernetes 1.31, `volumes[].image`): extensions of a database. */
function mounted(pod: KubeObject): ReportedUsage[] {
  return listOf(pod.spec?.volumes).flatMap(({ name, image }) => {
    const reference: unknown = image?.reference;
    const digest = typeof reference === 'string' ? digestIn(reference) : null;
    if (digest === null) return [];
    return [usage(pod, { container: `volumes/${name}`, image: reference as string, digest, pinned: digest })];
  });
}

/** What is pinned. Whoever names a tag only is known by the pods that come of it. */
function inOthers(object: KubeObject, kind: ObjectKind | null): ReportedUsage[] {
  // Where CloudNativePG says what a catalog resolved to.
  const status =
    typeof object.status?.image === 'string' ? [{ reference: object.status.image, path: 'status.image' }] : [];
  return [...imagesNamed(object, kind), ...status].flatMap(({ reference, path }) => {
    const digest = digestIn(reference);
    return digest === null ? [] : [usage(object, { container: path, image: reference, digest, pinned: digest })];
  });
}

function usage(
  { metadata }: KubeObject,
  { container, image, ...digests }: Pick<ReportedUsage, 'container' | 'image' | 'digest' | 'pinned'>,
): ReportedUsage {
  return {
    namespace: String(metadata?.namespace ?? '').slice(0, 253),
    name: String(metadata?.name ?? '').slice(0, 253),
    container: container.slice(0, 253),
    image: image.slice(0, 1000),
    ...digests,
    owner: ownerOf(metadata),
  };
}

/** The Cluster of a pod of CloudNativePG, else whatever controls the object. */
function ownerOf(metadata: KubeObject | undefined): string | null {
  const cluster = metadata?.labels?.['cnpg.io/cluster'] ?? metadata?.labels?.['k8s.enterprisedb.io/cluster'];
  if (typeof cluster === 'string') return `Cluster/${cluster}`.slice(0, 400);
  const owner = listOf(metadata?.ownerReferences).find(({ controller }) => controller === true);
  return owner === undefined ? null : `${owner.kind}/${owner.name}`.slice(0, 400);
}

function listOf(value: unknown): KubeObject[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'object' && item !== null) : [];
}
