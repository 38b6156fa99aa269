import { canaryName, catalogManifest, covers, reachOf } from '@pharos/library';
import type { StoredCatalog } from '@pharos/store';
import { askForHeld } from '../clusters/catalog-ask.ts';
import { changesOf, drawnCatalogs, idOf, refreshCatalogs, servedCatalog } from '../clusters/catalog-keeper.ts';
import { catalogDetail, catalogView, followersOf, restartedBy, without } from '../clusters/catalog-view.ts';
import { toYaml } from '../clusters/yaml.ts';
import type { Context } from '../context.ts';
import { type Principal, whoAsks } from '../identity/principal.ts';
import { found, ProblemError } from '../problem.ts';
import type { Handlers } from '../route.ts';

type Names =
  | 'listCatalogs'
  | 'getCatalogYaml'
  | 'getCatalog'
  | 'previewCatalog'
  | 'publishCatalog'
  | 'moveCatalogRollout'
  | 'askForCatalog'
  | 'setCatalogPolicy';

/** Image catalogs of approved digests. */
export function catalogHandlers(context: Context): Pick<Handlers, Names> {
  const { store, now, events } = context;
  const { catalogs } = context.reader.whole;

  const one = (all: readonly StoredCatalog[], name: string): StoredCatalog => {
    if (all.length > 1) {
      const places = all.map(({ key }) => key.location).join(', ');
      throw new ProblemError('conflict', `Several locations have a catalog "${name}": ${places}.`, {
        hint: 'Say which one: ?location=…',
      });
    }
    return found(all[0], 'The catalog');
  };
  const named = async (name: string, location: string | undefined): Promise<StoredCatalog> =>
    one(await store.catalogs.named(name, location ?? null), name);
  /** One that whoever asks may change: of a name that several locations have, the others are not meant. */
  const toChange = async (name: string, location: string | undefined, principal: Principal | null) => {
    const held = principal === null ? [] : reachOf(principal.access, 'clusters:write');
    const isHeld = ({ key }: StoredCatalog) =>
      held === 'everywhere' || covers(held, { locationId: key.location, repository: null });
    return one((await store.catalogs.named(name, location ?? null)).filter(isHeld), name);
  };
  const get = async (name: string, location: string | undefined): Promise<StoredCatalog> => {
    await refreshCatalogs(context, location ?? null);
    return named(name, location);
  };
  /** After a change: read anew, and handed to the agents. */
  const changed = async ({ id, key }: StoredCatalog) => {
    await catalogs.step(id, now());
    await catalogs.dispatch(id, now());
    events.emit({ type: 'catalog' });
    return catalogDetail(context, await named(key.name, key.location));
  };

  /** What a change would serve: an edition of the past, or what is approved now. */
  const wanted = async (stored: StoredCatalog, edition: number | null) => {
    if (edition === null) {
      const drawn = (await drawnCatalogs(context, stored.key.location)).get(idOf(stored));
      return { entries: drawn?.entries ?? [], refused: [] };
    }
    const editions = await store.catalogs.editions(stored.id);
    const past = found(
      editions.find(({ number }) => number === edition),
      'The edition',
    );
    return servedCatalog(context, { edition: past });
  };

  return {
    listCatalogs: async ({ query: { location = null } }) => {
      await refreshCatalogs(context, location);
      const stored = await store.catalogs.list(location);
      const followers = await store.clusters.followers();
      const items = await Promise.all(stored.map((each) => catalogView(context, each, followers)));
      return { items, next: null, total: items.length };
    },
    getCatalog: async ({ params, query }) => catalogDetail(context, await get(params.name, query.location)),
    getCatalogYaml: async ({ params, query: { location, operator, namespace, stage }, reply }) => {
      const stored = await get(params.name, location);
      const edition = stage === 'canary' ? stored.canary : stored.edition;
      const key = stage === 'canary' ? { ...stored.key, name: canaryName(stored.key.name) } : stored.key;
      const { entries, refused } = await servedCatalog(context, { edition });
      if (entries.length === 0) {
        throw new ProblemError('image-not-approved', `No image of the catalog "${key.name}" is approved now.`);
      }
      const manifest = catalogManifest({ key, entries, operator, namespace: namespace ?? null, at: edition.at });
      const left = refused.map(({ major, image, reason }) => `# left out: ${major} ${image}. ${reason}\n`).join('');
      reply.type('application/yaml').send(`# edition ${edition.number}\n${left}${toYaml([manifest])}`);
      return undefined;
    },
    previewCatalog: async ({ params, body }) => {
      const stored = await get(params.name, body.location);
      const { entries, refused } = await wanted(stored, body.edition);
      const before = (await servedCatalog(context, stored)).entries;
      const followers = await followersOf(context, stored);
      const held = await store.catalogs.held(stored.id);
      return {
        entries,
        changes: changesSince(before, stored, entries),
        refused,
        restarts: restartedBy(stored, entries, without(followers, held), await store.catalogs.standing(stored.id)),
        held: followers.filter(({ id, major }) => {
          const hold = held.find((each) => each.id === id);
          const entry = entries.find((each) => each.major === major);
          return hold !== undefined && entry !== undefined && entry.digest !== hold.digest;
        }),
        isStaged: stored.policy !== null && !body.urgent,
      };
    },
    publishCatalog: async ({ params, body, principal }) => {
      await refreshCatalogs(context, body.location ?? null);
      const stored = await toChange(params.name, body.location, principal);
      const { edition, urgent: isUrgent } = body;
      const { entries, refused } = await wanted(stored, edition);
      if (refused.length > 0) {
        const [{ image, reason }] = refused as [(typeof refused)[number]];
        throw new ProblemError('image-not-approved', `${image}: ${reason}`, {
          hint: 'Choose an edition whose images are all approved.',
          errors: refused.map((each) => ({ path: `entries.${each.major}`, message: `${each.image}: ${each.reason}` })),
        });
      }
      if (entries.length === 0) {
        throw new ProblemError('image-not-approved', 'Nothing of this catalog is approved now.');
      }
      const by = whoAsks(principal);
      const words = edition === null ? 'Follows approvals again' : `Back to edition ${edition}`;
      const reason = body.reason === '' ? words : `${words}: ${body.reason}`;
      const mode = edition === null ? 'automatic' : 'held';
      const before = stored.newest.number;
      const kept = await catalogs.publish(
        stored.key,
        before,
        { mode, by, reason, entries, isUrgent, backTo: edition },
        now(),
      );
      if (kept.newest.number !== before + 1 || kept.newest.by !== by) {
        throw new ProblemError('conflict', 'The catalog was changed meanwhile.');
      }
      return changed(kept);
    },
    moveCatalogRollout: async ({ params, body: { location, edition, action, reason }, principal }) => {
      const stored = await toChange(params.name, location, principal);
      await catalogs.act(stored.id, edition, action, { by: whoAsks(principal), reason }, now());
      return changed(stored);
    },
    askForCatalog: async ({ params, body: { location, when }, principal }) => {
      const stored = await toChange(params.name, location, principal);
      const answer = await askForHeld(context, stored, when, principal);
      return { ...answer, catalog: await changed(stored) };
    },
    setCatalogPolicy: async ({ params, body: { location, policy }, principal }) => {
      const stored = await toChange(params.name, location, principal);
      await catalogs.setPolicy(stored.id, policy);
      return changed(stored);
    },
  };
}

/** Against what is served, and for majors that stay so against what canary clusters were given meanwhile. */
function changesSince(
  served: Parameters<typeof changesOf>[0],
  stored: StoredCatalog,
  entries: Parameters<typeof changesOf>[1],
): ReturnType<typeof changesOf> {
  const changes = changesOf(served, entries);
  if (stored.canary.number === stored.edition.number) return changes;
  const also = changesOf(stored.canary.entries, entries).filter(
    ({ major }) => !changes.some((each) => each.major === major),
  );
  return [...changes, ...also].sort((one, other) => other.major - one.major);
}
