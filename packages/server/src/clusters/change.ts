/** Changes of a cluster that stands: each checked, then kept with its history and with what agents apply, all or nothing. */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { ClusterPatch, ClusterSpec } from '@pharos/contract';
import {
  changeWords,
  checkChange,
  clusterObject,
  newExtensionImages,
  nextWindow,
  patchedSpec,
  pinnedReference,
  restartsOf,
} from '@pharos/library';
import {
  type ClusterNote,
  type ClusterStep,
  type NewUpgrade,
  type StoredCluster,
  type UpgradeChange,
  windowsOf,
} from '@pharos/store';
import type { Context } from '../context.ts';
import { type Principal, whoAsks } from '../identity/principal.ts';
import { ProblemError } from '../problem.ts';
import { requireApproved } from './approved.ts';
import { type Assembled, assemble, contentOf, requireAdmissible } from './assemble.ts';
import { dispatchCatalog } from './catalog-keeper.ts';
import { isHeld } from './protection.ts';
import { upgradeStep } from './upgrades.ts';

export interface ClusterChangeInput {
  readonly before: StoredCluster;
  readonly spec: ClusterSpec;
  readonly apply: boolean;
  readonly note: ClusterNote;
  /** The upgrade that this is. */
  readonly upgrade?: ClusterStep['upgrade'];
}

/**
 * Throws `image-not-approved`, `image-not-available`, `cluster-not-admissible`, and `conflict` when the cluster was changed
 * meanwhile.
 */
export async function changeCluster(context: Context, input: ClusterChangeInput): Promise<StoredCluster> {
  const { before, spec } = input;
  return keep(context, input, await checked(context, before, spec, input));
}

/** Where its image stays, one that is deprecated may run on; extension images that it gets are handed out anew. */
async function checked(
  context: Context,
  before: StoredCluster,
  spec: ClusterSpec,
  { apply, note }: Pick<ClusterChangeInput, 'apply' | 'note'>,
): Promise<Assembled> {
  const isUpdate = note.action === 'update' && spec.image === before.spec.image;
  const isPinned = await isHeld(context, { id: before.id, spec, apply });
  const assembled = await assemble(context, spec, {
    isRunning: isUpdate,
    standing: before.reference,
    isHeld: isPinned,
  });
  requireAdmissible([...assembled.checks, ...checkChange(before.spec, spec)]);
  if (isUpdate) await requireApproved(context, newExtensionImages(before.spec, assembled.spec));
  return assembled;
}

async function keep(context: Context, input: ClusterChangeInput, assembled: Assembled): Promise<StoredCluster> {
  const { before, apply, note, upgrade } = input;
  const content = contentOf(assembled, apply);
  const objects = apply ? [assembled.cluster!] : undefined;
  const step = { objects, upgrade };
  const after = await context.store.clusters.update(before.id, before.revision, content, note, context.now(), step);
  context.events.emit({ type: 'cluster', id: before.id });
  if (apply) await dispatchFollowed(context, after);
  return after;
}

/**
 * What a patch makes of a cluster: with `image` the step there, and the rest on top of it. Throws as `upgradeStep` does, and
 * `cluster-not-admissible` for the image of an extension.
 */
export async function patchedCluster(
  context: Context,
  before: StoredCluster,
  patch: UpgradeChange['patch'],
): Promise<{ spec: ClusterSpec; kind: NewUpgrade['kind'] }> {
  const { image } = patch;
  if (image === undefined || image === before.spec.image) {
    return { spec: patchedSpec(before.spec, patch), kind: 'change' };
  }
  const step = await upgradeStep(context, before, image);
  if (step.extension !== null) {
    throw new ProblemError(
      'cluster-not-admissible',
      `${step.toTag} is an image of the extension "${step.extension}".`,
      {
        hint: 'Name it under "extensions"; "image" is that of the database.',
      },
    );
  }
  return { spec: patchedSpec(step.spec, patch), kind: step.kind };
}

/**
 * Changes what is asked for. What restarts no instance is done at once; all else goes the way of an upgrade: at once, in the
 * window, after a second person. Throws as `changeCluster` does, `no-maintenance-window`, `second-person-needed`, and `conflict`
 * when something else of the cluster waits already.
 */
export async function patchCluster(
  context: Context,
  before: StoredCluster,
  { when, ...patch }: ClusterPatch,
  principal: Principal | null,
): Promise<void> {
  const { store, now, events } = context;
  const apply = before.apply || patch.apply === true;
  const { spec, kind } = await patchedCluster(context, before, patch);
  const actor = whoAsks(principal);
  const note = { action: 'update', actor, detail: Object.keys(patch).join(', ') } as const;
  const assembled = await checked(context, before, spec, { apply, note });
  const after = { spec: assembled.spec, reference: pinnedReference(assembled.image), object: assembled.cluster };
  const handed = before.apply ? await store.dispatches.get('cluster', before.id) : null;
  const causes = restartsOf({ ...before, object: clusterObject(handed?.objects) }, after);
  const input = { before, spec, apply, note };
  if (causes.length === 0) {
    await keep(context, input, assembled);
    return;
  }
  const change = await changeOf(context, before, assembled, patch);
  const open = (await store.clusterUpgrades.open([before.id])).get(before.id);
  // Asked once more by a program that asks every minute: it waits already.
  if (open?.state !== 'applying' && isDeepStrictEqual(open?.change, change)) return;
  const maintenance = (await store.maintenance.ofCluster(before.id))!;
  if (when === 'window' && nextWindow(windowsOf(maintenance), now()) === null) {
    throw new ProblemError(
      'no-maintenance-window',
      `Neither the cluster nor ${before.spec.location} has a maintenance window.`,
    );
  }
  const upgrade: NewUpgrade = {
    ...{ id: randomUUID(), clusterId: before.id, kind, digest: spec.image, extension: null },
    ...{ fromTag: before.tag, toTag: assembled.image.tag, timing: when, change },
    requestedBy: actor,
    requestedPerson: principal?.userId ?? null,
  };
  if (when === 'now' && !maintenance.upgradeApproval && !maintenance.location.upgradeApproval) {
    await keep(context, { ...input, upgrade: { at: 'once', upgrade } }, assembled);
    return;
  }
  await store.clusterUpgrades.request(upgrade, now());
  events.emit({ type: 'cluster', id: before.id });
}

async function changeOf(
  { store, now }: Context,
  { spec: before, tag }: StoredCluster,
  { spec: after, image }: Assembled,
  patch: UpgradeChange['patch'],
): Promise<UpgradeChange> {
  const isMoved = before.image !== after.image;
  const mounted = newExtensionImages(before, after);
  const places = await store.placedImages.ofDigests(before.location, mounted, now());
  const tagOf = (digest: string) => places.find((each) => each.digest === digest)?.tag ?? digest.slice(0, 19);
  // By digest: what is confirmed is what is carried out, whatever is approved meanwhile.
  const isNamed = patch.extensions !== undefined || isMoved;
  const extensions = isNamed ? { extensions: [...after.extensions] } : {};
  const { image: _, ...rest } = patch;
  const moved = isMoved ? { image: after.image } : {};
  const asked = JSON.parse(JSON.stringify({ ...rest, ...extensions, ...moved })) as UpgradeChange['patch'];
  const step = isMoved ? `${tag} to ${image.tag}` : null;
  const words = changeWords(before, after, tagOf, step);
  return { words, patch: asked, digests: isMoved ? [after.image, ...mounted] : mounted };
}

/** The catalog that a cluster points to is applied by the agent too. */
export async function dispatchFollowed(context: Context, { spec, catalog }: StoredCluster): Promise<void> {
  if (catalog === null) return;
  for (const each of await context.reader.whole.catalogs.list(spec.location)) {
    if (each.key.name === catalog) await dispatchCatalog(context, each);
  }
}
