import { randomUUID } from 'node:crypto';
import type { ClusterDetail, ClusterSpec } from '@pharos/contract';
import { compareVersions, type PlacedImage, patchedSpec, specOf } from '@pharos/library';
import type { StoredCluster } from '@pharos/store';
import { type Assembled, assemble, contentOf, fittingExtensions, requireAdmissible } from '../clusters/assemble.ts';
import { clusterDetail, clusterImage, clusterViews, extensionImage } from '../clusters/cluster-view.ts';
import { specAfter, upgradesOf } from '../clusters/upgrades.ts';
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
  | 'upgradeCluster';

const MOST_CHOICES = 200;

/** PostgreSQL clusters from approved images. */
export function clusterHandlers(context: Context): Pick<Handlers, Names> {
  const { store, now } = context;
  const get = async (id: string) => found(await store.clusters.get(id), 'The cluster');

  /** Hands the objects to the agents of the location; the catalog first, for the cluster points to it. */
  const dispatch = async (id: string, { spec, cluster, catalog }: Assembled, requestedBy: string) => {
    const followed = catalog === null ? [] : await context.reader.whole.catalogs.list(spec.location);
    for (const each of followed)
      if (each.key.name === catalog) await context.reader.whole.catalogs.dispatch(each.id, now());
    const owner = { ownerKind: 'cluster', ownerId: id, locationId: spec.location } as const;
    await store.dispatches.put({ ...owner, objects: [cluster!], requestedBy }, now());
  };

  /** One change of a cluster: checked, kept with who made it, handed to the agent. */
  const change = async (
    before: StoredCluster,
    spec: ClusterSpec,
    apply: boolean,
    note: { action: 'update' | 'upgrade'; actor: string; detail: string },
  ): Promise<ClusterDetail> => {
    const assembled = await assemble(context, spec, note.action === 'update');
    requireAdmissible(assembled.checks);
    const content = contentOf(assembled, apply);
    const after = await store.clusters.update(before.id, before.revision, content, note, now());
    if (apply) await dispatch(before.id, assembled, note.actor);
    return clusterDetail(context, after);
  };

  return {
    listClusters: async ({ query }) => {
      const page = await store.clusters.list(query);
      return { ...page, items: await clusterViews(context, page.items) };
    },
    getCluster: async ({ params }) => clusterDetail(context, await get(params.id)),
    clusterManifest: async ({ body }) => {
      const { manifests, checks } = await assemble(context, specOf(body));
      return { manifests, checks, yaml: toYaml(manifests) };
    },
    createCluster: async ({ body, principal }) => {
      const { apply } = body;
      const assembled = await assemble(context, specOf(body));
      requireAdmissible(assembled.checks);
      const content = contentOf(assembled, apply);
      const actor = whoAsks(principal);
      const note = { action: 'create', actor, detail: `from ${content.tag}` } as const;
      const cluster = await store.clusters.create(randomUUID(), content, note, now());
      if (apply) await dispatch(cluster.id, assembled, actor);
      return clusterDetail(context, cluster);
    },
    updateCluster: async ({ params, body, principal }) => {
      const before = await get(params.id);
      const detail = Object.keys(body).join(', ');
      const note = { action: 'update', actor: whoAsks(principal), detail } as const;
      return change(before, patchedSpec(before.spec, body), before.apply || body.apply === true, note);
    },
    deleteCluster: async ({ params: { id } }) => {
      const { apply } = await get(id);
      if (apply) await store.dispatches.remove('cluster', id, now());
      found((await store.clusters.remove(id)) || null, 'The cluster');
      return undefined;
    },
    listUpgrades: async ({ params }) => upgradesOf(context, await get(params.id)),
    upgradeCluster: async ({ params, body, principal }) => {
      const before = await get(params.id);
      const { spec, detail } = await specAfter(context, before, body.image);
      return change(before, spec, before.apply, { action: 'upgrade', actor: whoAsks(principal), detail });
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

function majorsOf(images: readonly PlacedImage[]): { major: number; approved: number }[] {
  const counts = new Map<number, Set<string>>();
  for (const { version, digest } of images) {
    counts.set(version!.major!, (counts.get(version!.major!) ?? new Set()).add(digest));
  }
  return [...counts]
    .sort(([one], [other]) => other - one)
    .map(([major, digests]) => ({ major, approved: digests.size }));
}
