import { randomUUID } from 'node:crypto';
import { type ClusterMaintenancePatch, windowText } from '@pharos/contract';
import { compareVersions, type PlacedImage, specOf } from '@pharos/library';
import { assemble, contentOf, fittingExtensions, requireAdmissible } from '../clusters/assemble.ts';
import { dispatchFollowed, patchCluster } from '../clusters/change.ts';
import { clusterDetail, clusterImage, clusterViews, extensionImage } from '../clusters/cluster-view.ts';
import { holdFollowers, isHeld, requireProtection } from '../clusters/protection.ts';
import { requirePullSecret } from '../clusters/pull-secret.ts';
import { carryOutDue, requestUpgrade } from '../clusters/upgrade-run.ts';
import { maintenanceView, upgradeView } from '../clusters/upgrade-view.ts';
import { upgradesOf } from '../clusters/upgrades.ts';
import { toYaml } from '../clusters/yaml.ts';
import type { Context } from '../context.ts';
import { whoAsks } from '../identity/principal.ts';
import { found } from '../problem.ts';
import type { Handlers } from '../route.ts';

type Names =
  | 'listClusters'
  | 'createCluster'
  | 'clusterManifest'
  | 'clusterChoices'
  | 'getCluster'
  | 'updateCluster'
  | 'deleteCluster'
  | 'listUpgrades'
  | 'upgradeCluster'
  | 'approveUpgrade'
  | 'cancelUpgrade'
  | 'getClusterMaintenance'
  | 'setClusterMaintenance';

const MOST_CHOICES = 200;

/** PostgreSQL clusters from approved images. */
export function clusterHandlers(context: Context): Pick<Handlers, Names> {
  const { store, now, events } = context;
  const get = async (id: string) => found(await store.clusters.get(id), 'The cluster');

  const upgradeOf = async ({ id, upgradeId }: { id: string; upgradeId: string }) => {
    const upgrade = await store.clusterUpgrades.get(upgradeId);
    return found(upgrade?.clusterId === id ? upgrade : null, 'The upgrade');
  };
  const shownUpgrade = async (params: { id: string; upgradeId: string }) => {
    const maintenance = found(await store.maintenance.ofCluster(params.id), 'The cluster');
    return upgradeView(context, await get(params.id), maintenance, await upgradeOf(params));
  };

  return {
    listClusters: async ({ query }) => {
      const page = await store.clusters.list(query);
      return { ...page, items: await clusterViews(context, page.items) };
    },
    getCluster: async ({ params }) => clusterDetail(context, await get(params.id)),
    clusterManifest: async ({ body }) => {
      const spec = specOf(body);
      const of = { id: null, spec, apply: body.apply };
      const { manifests, checks } = await assemble(context, spec, { isHeld: await isHeld(context, of) });
      return { manifests, checks, yaml: toYaml(manifests) };
    },
    createCluster: async ({ body, principal }) => {
      const { apply } = body;
      const spec = specOf(body);
      const assembled = await assemble(context, spec, { isHeld: await isHeld(context, { id: null, spec, apply }) });
      requireAdmissible(assembled.checks);
      if (apply) await requirePullSecret(context, principal, spec);
      const content = contentOf(assembled, apply);
      const actor = whoAsks(principal);
      const note = { action: 'create', actor, detail: `from ${content.tag}` } as const;
      const objects = apply ? [assembled.cluster!] : undefined;
      const cluster = await store.clusters.create(randomUUID(), content, note, now(), objects);
      events.emit({ type: 'cluster', id: cluster.id });
      if (apply) await dispatchFollowed(context, cluster);
      return clusterDetail(context, cluster);
    },
    updateCluster: async ({ params, body, principal }) => {
      const before = await get(params.id);
      const pullSecret = body.pullSecret === undefined ? before.spec.pullSecret : body.pullSecret;
      const isNew = !before.apply || pullSecret !== before.spec.pullSecret;
      if (isNew && (body.apply ?? before.apply))
        await requirePullSecret(context, principal, { ...before.spec, pullSecret });
      await patchCluster(context, before, body, principal);
      // The window may be open now.
      await carryOutDue(context, params.id);
      return clusterDetail(context, await get(params.id));
    },
    deleteCluster: async ({ params: { id } }) => {
      found((await store.clusters.remove(id, now())) || null, 'The cluster');
      events.emit({ type: 'cluster', id });
      return undefined;
    },
    listUpgrades: async ({ params }) => upgradesOf(context, await get(params.id)),
    upgradeCluster: async ({ params, body, principal }) => {
      await requestUpgrade(context, await get(params.id), body, principal);
      return clusterDetail(context, await get(params.id));
    },
    approveUpgrade: async ({ params, principal }) => {
      const { id } = await upgradeOf(params);
      const approver = { actor: whoAsks(principal), person: principal?.userId ?? null };
      await store.clusterUpgrades.approve(id, approver, now());
      events.emit({ type: 'cluster', id: params.id });
      await carryOutDue(context, params.id);
      return shownUpgrade(params);
    },
    cancelUpgrade: async ({ params, principal }) => {
      const { id } = await upgradeOf(params);
      await store.clusterUpgrades.cancel(id, whoAsks(principal), now());
      events.emit({ type: 'cluster', id: params.id });
      return shownUpgrade(params);
    },
    getClusterMaintenance: async ({ params }) =>
      maintenanceView(found(await store.maintenance.ofCluster(params.id), 'The cluster'), now()),
    setClusterMaintenance: async ({ params, body, principal }) => {
      await requireProtection(context, params.id, body, principal);
      const note = { actor: whoAsks(principal), detail: maintenanceWords(body) };
      const kept = found(await store.maintenance.setCluster(params.id, body, note, now()), 'The cluster');
      events.emit({ type: 'cluster', id: params.id });
      if (body.upgradeApproval !== undefined) await holdFollowers(context, kept.location.locationId);
      return maintenanceView(kept, now());
    },
    clusterChoices: async ({ query: { location, engine, major, image } }) => {
      const approved = await store.placedImages.approved({ location, kind: 'postgres' }, now());
      const seen = approved.filter((each) => clusterImage(each).selectable);
      const engines = [...new Set(seen.map((each) => each.engine!))].map((each) => ({
        engine: each,
        majors: majorsOf(seen.filter((one) => one.engine === each)),
      }));
      const fits = (each: PlacedImage) =>
        each.engine === engine && (major === undefined || each.version?.major === major);
      const others =
        engine === undefined
          ? []
          : await store.placedImages.newest({ location, engine, major: major ?? null, limit: MOST_CHOICES }, now());
      const images = [...approved.filter(fits), ...others.filter(({ state }) => state !== 'approved')].map(
        clusterImage,
      );
      const ordered = images.sort(
        (one, other) =>
          Number(other.selectable) - Number(one.selectable) || compareVersions(other.version, one.version),
      );
      const [operand] = image === undefined ? [] : await store.placedImages.ofDigests(location, [image], now());
      const extensions = operand === undefined ? [] : (await fittingExtensions(context, operand)).map(extensionImage);
      return { engines, images: ordered.slice(0, MOST_CHOICES), extensions };
    },
  };
}

function maintenanceWords({ windows, upgradeApproval }: ClusterMaintenancePatch): string {
  const words = [
    ...(windows === undefined
      ? []
      : [windows === null ? 'maintenance windows of its location' : windows.map(windowText).join('; ')]),
    ...(upgradeApproval === undefined
      ? []
      : [`a second person ${upgradeApproval ? 'confirms' : 'need not confirm'} upgrades`]),
  ];
  return words.join(', ');
}

function majorsOf(images: readonly PlacedImage[]): { major: number; approved: number }[] {
  const counts = new Map<number, Set<string>>();
  for (const { version, digest } of images) {
    counts.set(version!.major!, (counts.get(version!.major!) ?? new Set()).add(digest));
  }
  return [...counts]
    .sort(([one], [other]) => other - one)
    .map(([major, digests]) => ({ major, approved: digests.size }));
}
