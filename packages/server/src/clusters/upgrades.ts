/** Where a cluster can go from the image that it runs, and the step itself. */
import { type ClusterSpec, isFiles, type Upgrade, type UpgradeKind, type Upgrades } from '@pharos/contract';
import {
  compareVersions,
  extensionNameOf,
  type PlacedImage,
  sqlNameOf,
  upgradeKind,
  upgradeRisks,
} from '@pharos/library';
import type { StoredCluster } from '@pharos/store';
import type { Context } from '../context.ts';
import { differenceBetween } from '../difference.ts';
import { ProblemError } from '../problem.ts';
import { requireApproved } from './approved.ts';
import { fittingExtensions, requireAdmissible } from './assemble.ts';
import { clusterImage, extensionImage } from './cluster-view.ts';

/** The newest approved build of the same minor, the newest minor, the newest build of each newer major, newer extensions. */
export async function upgradesOf(context: Context, cluster: StoredCluster): Promise<Upgrades> {
  const { store, now } = context;
  const { spec, engine } = cluster;
  const current = await currentOf(context, cluster);
  const approved = await store.placedImages.approved({ location: spec.location, kind: 'postgres', engine }, now());
  const best = new Map<string, PlacedImage>();
  for (const image of approved) {
    const kind = upgradeKind(current.image, image);
    if (kind === null || image.version?.floating || image.version?.prerelease !== null || isFiles(image.host)) continue;
    const key = kind === 'major' ? `major ${image.version.major}` : kind;
    const before = best.get(key);
    if (before === undefined || isBetter(image, before, current.image)) best.set(key, image);
  }
  const upgrades: Upgrade[] = [];
  for (const image of [...best.values()].sort((one, other) => compareVersions(one.version!, other.version!))) {
    upgrades.push({
      kind: upgradeKind(current.image, image)!,
      image: clusterImage(image),
      extension: null,
      risks: upgradeRisks(current.image, image, spec.operator),
      difference: current.isPlaced ? await differenceBetween(context, spec.image, image.digest, false) : null,
    });
  }
  if (current.isPlaced) upgrades.push(...(await extensionUpgrades(context, spec, current.image)));
  return { current: current.isPlaced ? clusterImage(current.image) : null, upgrades };
}

/** The same flavour and base come before a newer build of another. */
function isBetter(image: PlacedImage, before: PlacedImage, current: PlacedImage): boolean {
  const likeness = (each: PlacedImage) =>
    Number(each.os === current.os) * 2 + Number(each.version?.flavour === current.version?.flavour);
  if (likeness(image) !== likeness(before)) return likeness(image) > likeness(before);
  return compareVersions(image.version!, before.version!) > 0;
}

/** The image that runs; where no tag points to it any more, as much of it as was kept. */
async function currentOf(
  { store, now }: Context,
  { spec, engine, version, tag }: StoredCluster,
): Promise<{ image: PlacedImage; isPlaced: boolean }> {
  const places = await store.placedImages.ofDigests(spec.location, [spec.image], now());
  const place = places.find((each) => each.tag === tag) ?? places[0];
  // What the tag tells may be less than what was known when the cluster was made.
  if (place !== undefined) {
    const known = { ...place, engine: place.engine ?? engine, version: place.version ?? version };
    return { image: known, isPlaced: true };
  }
  const image: PlacedImage = {
    ...{
      digest: spec.image,
      repositoryId: '',
      repository: '',
      host: '',
      location: spec.location,
      tag,
      kind: 'postgres',
    },
    ...{ engine, version, os: version.os, platforms: [], extensions: [], state: 'pending', at: '' },
  };
  return { image, isPlaced: false };
}

async function extensionUpgrades(context: Context, spec: ClusterSpec, image: PlacedImage): Promise<Upgrade[]> {
  const wanted = spec.extensions.filter((each) => each.image !== undefined);
  if (wanted.length === 0) return [];
  const fitting = await fittingExtensions(context, image);
  const upgrades: Upgrade[] = [];
  for (const { name, image: digest } of wanted) {
    const now = await context.store.placedImages.ofDigests(spec.location, [digest!], context.now());
    const newest = fitting.find((each) => sqlNameOf(extensionNameOf(each.repository)) === sqlNameOf(name));
    if (newest === undefined || newest.digest === digest || now[0] === undefined) continue;
    if (compareVersions(newest.version!, now[0].version!) <= 0) continue;
    const message = 'The pods restart; the extension is updated in each database by ALTER EXTENSION … UPDATE.';
    const risks = [
      { id: 'upgrade-restart', state: 'warn', message, hint: 'Do it when a short break of writes is fine.' },
    ] as const;
    const difference = await differenceBetween(context, digest!, newest.digest, false);
    upgrades.push({ kind: 'extension', image: extensionImage(newest), extension: name, risks: [...risks], difference });
  }
  return upgrades;
}

/** A step of a cluster to another image. */
export interface UpgradeStep {
  /** What the cluster is to be after it. */
  readonly spec: ClusterSpec;
  readonly kind: UpgradeKind;
  readonly extension: string | null;
  readonly fromTag: string;
  readonly toTag: string;
}

/** Throws `image-not-approved`, `image-not-available`, `cluster-not-admissible`. */
export async function upgradeStep(context: Context, cluster: StoredCluster, digest: string): Promise<UpgradeStep> {
  const { spec } = cluster;
  await requireApproved(context, [digest]);
  const [target] = await context.store.placedImages.ofDigests(spec.location, [digest], context.now());
  if (target === undefined)
    throw new ProblemError('image-not-available', `No tag of ${spec.location} points to ${digest} now.`);
  if (target.kind === 'extension') {
    const name = sqlNameOf(extensionNameOf(target.repository));
    const extensions = spec.extensions.map((each) =>
      sqlNameOf(each.name) === name ? { ...each, image: digest } : each,
    );
    if (!spec.extensions.some((each) => sqlNameOf(each.name) === name)) {
      throw new ProblemError('cluster-not-admissible', `The cluster has no extension "${name}".`, {
        hint: 'Add it to the cluster first.',
      });
    }
    const old = spec.extensions.find((each) => sqlNameOf(each.name) === name)?.image;
    const [before] =
      old === undefined ? [] : await context.store.placedImages.ofDigests(spec.location, [old], context.now());
    const [fromTag, toTag] = [before?.tag ?? 'what it has', target.tag];
    return { spec: { ...spec, extensions }, kind: 'extension', extension: name, fromTag, toTag };
  }
  const { image } = await currentOf(context, cluster);
  const risks = upgradeRisks(image, target, spec.operator);
  // A catalog that was taken back leads its followers back too, and the operator lets them.
  const isGiven = risks.some(isDowngrade) && (await givenTo(context, cluster)) === digest;
  requireAdmissible(isGiven ? risks.filter((risk) => !isDowngrade(risk)) : risks);
  // Libraries of another major do not load: the fitting ones are looked for anew.
  const kind = upgradeKind(image, target) ?? 'build';
  const extensions = kind === 'major' ? spec.extensions.map(({ name }) => ({ name })) : spec.extensions;
  const [fromTag, toTag] = [cluster.tag, target.tag];
  return { spec: { ...spec, image: digest, extensions }, kind, extension: null, fromTag, toTag };
}

const isDowngrade = ({ id }: { readonly id: string }) => id === 'upgrade-downgrade';

/** What its catalog gives to a cluster that a second person guards and that has something else; null: nothing. */
async function givenTo({ store }: Context, { id, spec, catalog }: StoredCluster): Promise<string | null> {
  if (catalog === null) return null;
  const [stored] = await store.catalogs.named(catalog, spec.location);
  const holds = stored === undefined ? [] : await store.catalogs.held(stored.id);
  return holds.find((each) => each.id === id)?.waitsFor?.digest ?? null;
}
