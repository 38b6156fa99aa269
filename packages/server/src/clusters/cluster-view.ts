import type { Cluster, ClusterDetail, ClusterImage, ClusterStatus, ExtensionImage } from '@pharos/contract';
import {
  extensionMajorOf,
  extensionNameOf,
  operatorVersion,
  type PlacedImage,
  pinnedReference,
  sqlNameOf,
} from '@pharos/library';
import type { Dispatch, StoredCluster } from '@pharos/store';
import type { Context } from '../context.ts';
import { found, ProblemError } from '../problem.ts';
import { assemble } from './assemble.ts';
import { isHeld } from './protection.ts';
import { maintenanceView, upgradeView } from './upgrade-view.ts';
import { toYaml } from './yaml.ts';

const MOST_UPGRADES = 20;

/** Stored clusters as people see them, with what is decided of their images now and what agents reported. */
export async function clusterViews(context: Context, stored: readonly StoredCluster[]): Promise<Cluster[]> {
  const { store, now } = context;
  const states = await store.decisions.statesOf([...new Set(stored.map(({ spec }) => spec.image))], now());
  const ids = stored.map(({ id }) => id);
  const [upgrades, maintenance] = await Promise.all([
    store.clusterUpgrades.open(ids),
    store.maintenance.ofClusters(ids),
  ]);
  return Promise.all(
    stored.map(async (cluster) => {
      const { id, spec, engine, version, tag, reference, apply, createdAt, createdBy, updatedAt } = cluster;
      const { name, namespace, location, operator, via, instances } = spec;
      const state = states.get(spec.image)?.state ?? 'pending';
      const status = statusOf(cluster, apply ? await store.dispatches.get('cluster', id) : null);
      const [open, of] = [upgrades.get(id), maintenance.get(id)];
      const upgrade = open && of ? await upgradeView(context, cluster, of, open) : null;
      const image = { digest: spec.image, reference, tag, engine, version, state };
      return {
        id,
        name,
        namespace,
        location,
        operator,
        via,
        image,
        instances,
        apply,
        status,
        upgrade,
        createdAt,
        createdBy,
        updatedAt,
      };
    }),
  );
}

function statusOf({ apply, updatedAt }: StoredCluster, dispatch: Dispatch | null): ClusterStatus {
  const none = { code: null, generation: 0, appliedGeneration: 0, conditions: [], updatedAt: null };
  if (!apply) return { ...none, state: 'file', message: 'Its manifest is a file; nobody here applies it.' };
  if (dispatch === null) {
    return {
      ...none,
      updatedAt,
      state: 'failed',
      message: 'It was not handed to an agent. Change it once more to try again.',
    };
  }
  const { state, code, generation, appliedGeneration, conditions } = dispatch;
  return {
    state,
    code,
    message: dispatch.message,
    generation,
    appliedGeneration,
    conditions: [...conditions],
    updatedAt: dispatch.updatedAt,
  };
}

/** One cluster whole. The manifest is written anew, and withheld when an image is not approved any more. */
export async function clusterDetail(context: Context, stored: StoredCluster): Promise<ClusterDetail> {
  const [view] = await clusterViews(context, [stored]);
  const { store, now } = context;
  const history = await store.clusters.history(stored.id);
  const kept = found(await store.maintenance.ofCluster(stored.id), 'The cluster');
  const upgrades = await Promise.all(
    (await store.clusterUpgrades.ofCluster(stored.id, MOST_UPGRADES)).map((each) =>
      upgradeView(context, stored, kept, each),
    ),
  );
  const rest = {
    ...view!,
    spec: stored.spec,
    kept: await keptBelow(context, stored),
    kubernetes: stored.apply ? inKubernetes(await store.dispatches.get('cluster', stored.id)) : null,
    maintenance: maintenanceView(kept, now()),
    upgrades,
    history,
  };
  try {
    const { manifests, checks } = await assemble(context, stored.spec, {
      isRunning: true,
      standing: stored.reference,
      isHeld: await isHeld(context, stored),
    });
    return { ...rest, manifests, yaml: toYaml(manifests), checks, withheld: null };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return { ...rest, manifests: [], yaml: '', checks: [], withheld: `${error.message} ${error.hint}` };
  }
}

/** @param dispatch null: nothing was handed to an agent */
export function inKubernetes(dispatch: Dispatch | null): ClusterDetail['kubernetes'] {
  if (dispatch === null) return null;
  const { code, message, hint, status, checkedAt } = dispatch;
  return { code, message, hint, objects: [...status], checkedAt };
}

/** Whether its catalog keeps an image for it that is not approved any more: it runs that, whatever was asked for. */
async function keptBelow({ store }: Context, { id, catalog, spec }: StoredCluster): Promise<ClusterDetail['kept']> {
  if (catalog === null) return null;
  const [stored] = await store.catalogs.named(catalog, spec.location);
  const found = stored?.kept.find(({ clusters }) => clusters.includes(id));
  if (found === undefined) return null;
  return {
    id: 'catalog-kept',
    state: 'warn',
    message: `In the catalog "${catalog}": ${found.message}`,
    hint: found.hint,
  };
}

/** An image for the picker, with the reason why it is not selectable. */
export function clusterImage(image: PlacedImage): ClusterImage {
  const { digest, repositoryId, repository, tag, location, engine, version, os, platforms, extensions, state, at } =
    image;
  const reason = reasonAgainst(image);
  return {
    ...{
      digest,
      reference: pinnedReference(image),
      repositoryId,
      repository,
      tag,
      location,
      engine: engine!,
      version: version!,
    },
    ...{ os, platforms: [...platforms], extensions: [...extensions], state, at, selectable: reason === null, reason },
  };
}

export function extensionImage(image: PlacedImage): ExtensionImage {
  const { digest, repositoryId, repository, tag, location, version, os, platforms, state, at } = image;
  const name = extensionNameOf(repository);
  return {
    ...{ digest, reference: pinnedReference(image), repositoryId, repository, tag, location, version: version!, os },
    ...{ platforms: [...platforms], state, at, selectable: true, reason: null },
    ...{ name, sqlName: sqlNameOf(name), major: extensionMajorOf(image) ?? 0 },
  };
}

const REASONS: Readonly<Record<string, string>> = {
  pending: 'It waits for approval.',
  rejected: 'It was rejected.',
  deprecated: 'It is deprecated: not for anything new.',
  revoked: 'It was revoked.',
};

function reasonAgainst({ state, tag, version }: PlacedImage): string | null {
  if (state !== 'approved') return REASONS[state] ?? `It is ${state}.`;
  if (operatorVersion(tag) === null) return `The operator reads no version from the tag "${tag}".`;
  if (version?.major == null || version.major !== operatorVersion(tag)?.major) return 'Tag and version do not agree.';
  return version.prerelease === null ? null : 'It is a pre-release.';
}
