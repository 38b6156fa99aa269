/** From what somebody asks for to checked manifests. Every way out of the library for a cluster leads through here. */
import { type ClusterSpec, isFiles, type KubernetesObject, type ManifestCheck } from '@pharos/contract';
import {
  catalogKind,
  catalogManifest,
  catalogOf,
  checkCluster,
  checkExtensionImage,
  clusterManifest,
  compareVersions,
  extensionNameOf,
  isAdmissible,
  operatorVersion,
  type PlacedImage,
  pinnedReference,
  sqlNameOf,
} from '@pharos/library';
import type { ClusterContent } from '@pharos/store';
import type { Context } from '../context.ts';
import { ProblemError } from '../problem.ts';
import { requireApproved } from './approved.ts';
import { refreshCatalogs, servedCatalog } from './catalog-keeper.ts';

export interface Assembled {
  /** With the extension images that were found for names. */
  readonly spec: ClusterSpec;
  readonly image: PlacedImage;
  readonly catalog: string | null;
  readonly checks: ManifestCheck[];
  /** None when a check fails. */
  readonly manifests: KubernetesObject[];
  /** The cluster alone: a catalog has a life of its own. */
  readonly cluster: KubernetesObject | null;
}

export interface AssembleOptions {
  /** It stands, so its image may be deprecated. */
  readonly isRunning?: boolean;
  /** The reference by which the cluster has its image, kept where it still leads there. */
  readonly standing?: string | null;
  /** It follows a catalog and a second person guards it: it is pinned, whatever the catalog gives. */
  readonly isHeld?: boolean;
}

/**
 * Throws `image-not-approved` and `image-not-available`; all else is told in checks. The states are asked for in the same
 * call that writes the manifest.
 */
export async function assemble(
  context: Context,
  asked: ClusterSpec,
  { isRunning = false, standing = null, isHeld = false }: AssembleOptions = {},
): Promise<Assembled> {
  const { store, now } = context;
  const given = asked.extensions.flatMap(({ image }) => (image === undefined ? [] : [image]));
  await requireApproved(context, [asked.image, ...given], isRunning);
  const image = await placeOf(context, asked.location, asked.image, standing);
  const spec = await withExtensionImages(context, asked, image);
  const extensionImages = new Map<string, PlacedImage>();
  for (const { name, image: digest } of spec.extensions) {
    if (digest !== undefined) extensionImages.set(name, await placeOf(context, spec.location, digest));
  }
  const read = await store.images.get(image.digest, now());
  const facts = read?.facts ?? null;
  const mediaType = read?.mediaType ?? '';
  const checks = checkCluster({
    spec,
    image,
    uid: facts?.uid ?? null,
    subkind: facts?.subkind ?? null,
    isIndex: mediaType === '' ? null : /index|manifest\.list/.test(mediaType),
    findings: facts?.findings ?? [],
    extensionImages,
    now: now(),
  });
  const held = spec.via === 'catalog' && isHeld ? heldFrom(image, checks) : null;
  const catalog = spec.via === 'catalog' && !isHeld ? await followCatalog(context, spec, image, checks) : null;
  const name = held ?? catalog?.name ?? null;
  if (!isAdmissible(checks)) return { spec, image, catalog: name, checks, manifests: [], cluster: null };
  // Once more, after all that was read: what was found by name is handed out too.
  const out = [...extensionImages.values()].map(({ digest }) => digest);
  await requireApproved(context, [image.digest, ...out], isRunning);
  const cluster = clusterManifest({
    spec,
    image,
    uid: facts?.uid ?? null,
    extensionImages,
    catalog: catalog && { kind: catalogKind(null), name: catalog.follows },
  });
  const manifests = catalog === null ? [cluster] : [catalog.manifest, cluster];
  return { spec, image, catalog: name, checks, manifests, cluster };
}

/** What is kept of it. */
export function contentOf({ spec, image, catalog }: Assembled, apply: boolean): ClusterContent {
  const { engine, version, tag } = image;
  return { spec, engine: engine!, version: version!, tag, reference: pinnedReference(image), catalog, apply };
}

/** Throws `cluster-not-admissible` with every check that failed. */
export function requireAdmissible(checks: readonly ManifestCheck[]): void {
  const failed = checks.filter(({ state }) => state === 'fail');
  if (failed.length === 0) return;
  const { message, hint } = failed[0]!;
  throw new ProblemError('cluster-not-admissible', message, {
    hint,
    errors: failed.map((check) => ({ path: check.id, message: check.message })),
  });
}

/** Where an image stands in a location: by a tag that the operator can read, where there is one. */
async function placeOf(
  { store, now }: Context,
  location: string,
  digest: string,
  standing: string | null = null,
): Promise<PlacedImage> {
  const places = await store.placedImages.ofDigests(location, [digest], now());
  const pullable = places.filter(({ host }) => !isFiles(host));
  const place =
    pullable.find((each) => pinnedReference(each) === standing) ??
    pullable.find(
      ({ tag, version }) => operatorVersion(tag)?.major === version?.major && version?.floating === false,
    ) ??
    pullable.find(({ tag }) => operatorVersion(tag) !== null) ??
    pullable[0];
  if (place !== undefined) return place;
  throw new ProblemError(
    'image-not-available',
    places.length > 0
      ? `In ${location} the image ${digest} stands in files only, and nothing can pull from these.`
      : `No tag of ${location} points to ${digest} now.`,
  );
}

/** An extension that the image does not bring is looked for among the approved extension images that fit. */
async function withExtensionImages(context: Context, spec: ClusterSpec, image: PlacedImage): Promise<ClusterSpec> {
  const isMissing = spec.extensions.some(
    ({ name, image: digest }) => !digest && !image.extensions.includes(sqlNameOf(name)),
  );
  if (!isMissing) return spec;
  const fitting = await fittingExtensions(context, image);
  const extensions = spec.extensions.map((wish) => {
    if (wish.image !== undefined || image.extensions.includes(sqlNameOf(wish.name))) return wish;
    const found = fitting.find((each) => sqlNameOf(extensionNameOf(each.repository)) === sqlNameOf(wish.name));
    return found === undefined ? wish : { ...wish, image: found.digest };
  });
  return { ...spec, extensions };
}

/** Approved extension images of the image's location that fit it, newest first. */
export async function fittingExtensions({ store, now }: Context, image: PlacedImage): Promise<PlacedImage[]> {
  const found = await store.placedImages.approved({ location: image.location, kind: 'extension' }, now());
  return found
    .filter((each) => each.version?.floating === false && !isFiles(each.host))
    .filter((each) =>
      checkExtensionImage(extensionNameOf(each.repository), image, each).every(({ state }) => state !== 'fail'),
    )
    .sort((one, other) => compareVersions(other.version!, one.version!));
}

/** The name of the catalog that it follows no further than a second person confirms. */
function heldFrom(image: PlacedImage, checks: ManifestCheck[]): string | null {
  const name = catalogOf(image)?.name ?? null;
  const message = `A second person confirms what restarts this cluster, so it is pinned to ${image.tag}, whatever its catalog gives.`;
  const hint = 'The page of the catalog shows what it waits for. Ask for that upgrade, and somebody else confirms it.';
  checks.push({ id: 'catalog-held', state: 'ok', message, hint });
  return name;
}

async function followCatalog(
  context: Context,
  spec: ClusterSpec,
  image: PlacedImage,
  checks: ManifestCheck[],
): Promise<{ name: string; follows: string; manifest: KubernetesObject } | null> {
  const key = catalogOf(image);
  if (key === null) return null;
  await refreshCatalogs(context, spec.location);
  const stored = (await context.store.catalogs.list(spec.location)).find((each) => each.key.name === key.name);
  // A canary cluster follows a catalog of its own, which gets an edition first.
  const follows = await context.reader.whole.catalogs.nameFor(key.name, spec);
  const edition = follows === key.name ? stored?.edition : stored?.canary;
  const served = edition && (await servedCatalog(context, { edition }));
  const entry = served?.entries.find(({ major }) => major === image.version?.major);
  if (edition === undefined || served === undefined || entry === undefined) {
    const hint = 'Approve an exact build of this major, or pin the image in the cluster.';
    checks.push({ id: 'catalog', state: 'fail', message: `No catalog of ${spec.location} serves this image.`, hint });
    return null;
  }
  const isSame = entry.digest === image.digest;
  checks.push({
    id: 'catalog',
    state: isSame ? 'ok' : 'warn',
    message: isSame
      ? `The catalog "${key.name}" serves this image.`
      : `The catalog "${key.name}" serves ${entry.tag}: the cluster runs that, not ${image.tag}.`,
    hint: isSame ? '' : 'Pin the image in the cluster to run exactly this one.',
  });
  checks.push({
    id: 'catalog-restart',
    state: 'warn',
    message:
      stored?.policy == null
        ? 'A change of the catalog restarts every cluster that follows it, at once.'
        : 'A change of the catalog restarts every cluster that follows it: canary clusters first, then the others.',
    hint:
      stored?.policy == null
        ? 'Give the catalog a rollout policy, or hold it at an edition.'
        : 'The page of the catalog shows where its newest edition stands.',
  });
  const { operator } = spec;
  const { at } = edition;
  const parts = { key: { ...key, name: follows }, entries: served.entries, operator, namespace: null, at };
  return { name: key.name, follows, manifest: catalogManifest(parts) };
}
