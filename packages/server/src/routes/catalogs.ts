import type { Catalog, CatalogEntry } from '@pharos/contract';
import { catalogManifest } from '@pharos/library';
import type { StoredCatalog } from '@pharos/store';
import {
  changesOf,
  dispatchCatalog,
  drawnCatalogs,
  idOf,
  refreshCatalogs,
  servedCatalog,
} from '../clusters/catalog-keeper.ts';
import { toYaml } from '../clusters/yaml.ts';
import type { Context } from '../context.ts';
import { whoAsks } from '../identity/principal.ts';
import { found, ProblemError } from '../problem.ts';
import type { Handlers } from '../route.ts';

type Names = 'listCatalogs' | 'getCatalogYaml' | 'getCatalog' | 'previewCatalog' | 'publishCatalog';

/** Image catalogs of approved digests. */
export function catalogHandlers(context: Context): Pick<Handlers, Names> {
  const { store, now } = context;

  const get = async (name: string, location: string | undefined): Promise<StoredCatalog> => {
    await refreshCatalogs(context, location ?? null);
    const named = (await store.catalogs.list(location ?? null)).filter(({ key }) => key.name === name);
    if (named.length > 1) {
      const places = named.map(({ key }) => key.location).join(', ');
      throw new ProblemError('conflict', `Several locations have a catalog "${name}": ${places}.`, {
        hint: 'Say which one: ?location=…',
      });
    }
    return found(named[0], 'The catalog');
  };

  const viewOf = async (stored: StoredCatalog, followers: ReadonlyMap<string, number>): Promise<Catalog> => {
    const { entries, refused } = await servedCatalog(context, stored);
    const { key, mode, edition } = stored;
    const clusters = followers.get(idOf(stored)) ?? 0;
    return { ...key, mode, edition: edition.number, editionAt: edition.at, entries, withheld: refused, clusters };
  };
  const detailOf = async (stored: StoredCatalog) => ({
    ...(await viewOf(stored, await store.clusters.followers())),
    editions: await store.catalogs.editions(stored.id),
  });

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
      const items = await Promise.all(stored.map((each) => viewOf(each, followers)));
      return { items, next: null, total: items.length };
    },
    getCatalog: async ({ params, query }) => detailOf(await get(params.name, query.location)),
    getCatalogYaml: async ({ params, query: { location, operator, namespace }, reply }) => {
      const { key, edition } = await get(params.name, location);
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
      const changes = changesOf(before, entries);
      const majors = new Set(changes.map(({ major }) => major));
      const clusters = await store.clusters.ofCatalog(stored.key.location, stored.key.name);
      const restarts = clusters
        .map(({ id, spec, version }) => ({ id, name: spec.name, namespace: spec.namespace, major: version.major ?? 0 }))
        .filter(({ major }) => majors.has(major));
      return { entries, changes, refused, restarts };
    },
    publishCatalog: async ({ params, body, principal }) => {
      const stored = await get(params.name, body.location);
      const { entries, refused } = await wanted(stored, body.edition);
      if (refused.length > 0) {
        const [{ image, reason }] = refused as [(typeof refused)[number]];
        throw new ProblemError('image-not-approved', `${image}: ${reason}`, {
          hint: 'Choose an edition whose images are all approved.',
        });
      }
      if (entries.length === 0) {
        throw new ProblemError('image-not-approved', 'Nothing of this catalog is approved now.');
      }
      const kept = await publish(stored, entries, body.edition, body.reason, whoAsks(principal));
      return detailOf(kept);
    },
  };

  async function publish(
    stored: StoredCatalog,
    entries: readonly CatalogEntry[],
    edition: number | null,
    given: string,
    by: string,
  ): Promise<StoredCatalog> {
    const words = edition === null ? 'Follows approvals again' : `Back to edition ${edition}`;
    const reason = given === '' ? words : `${words}: ${given}`;
    const mode = edition === null ? 'automatic' : 'held';
    const before = stored.edition.number;
    const kept = await context.reader.whole.catalogs.publish(stored.key, before, { mode, by, reason, entries }, now());
    if (kept.edition.number !== before + 1 || kept.edition.by !== by) {
      throw new ProblemError('conflict', 'The catalog was changed meanwhile.');
    }
    await dispatchCatalog(context, kept);
    return kept;
  }
}
