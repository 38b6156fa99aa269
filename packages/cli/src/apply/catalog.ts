/** Whether an image catalog follows approvals or is held at an edition, of files. Pharos draws the catalogs itself. */
import { CatalogChange, CatalogName } from '@pharos/contract';
import type { Place } from './entry.ts';
import type { Known, Noun } from './noun.ts';
import { conflict, difference, type Step, update } from './step.ts';

export interface CatalogDocument {
  place: Place;
  name: string;
  spec: CatalogChange;
}

export const catalogNoun: Noun<CatalogDocument> = {
  noun: 'catalog',
  kind: 'Catalog',
  list: 'catalogs',
  needs: ['catalogs'],
  keyOf: ({ name, spec }) => (spec.location === undefined ? name : `${spec.location}/${name}`),
  read: (reader) => {
    const { name, ...rest } = reader.value;
    const spec = reader.parse(CatalogChange, rest, ['name', ...Object.keys(CatalogChange.shape)]);
    if (!CatalogName.safeParse(name).success) return reader.problem(['name'], '"name" must be the name of a catalog.');
    return spec && { place: reader.place, name: String(name), spec };
  },
  plan: planCatalog,
};

function planCatalog({ name, spec }: CatalogDocument, { catalogs }: Known): Step {
  const { location, edition } = spec;
  const head = { noun: 'catalog', name: location === undefined ? name : `${location}/${name}` };
  const [before, second] = catalogs.filter(
    (one) => one.name === name && (location === undefined || one.location === location),
  );
  if (!before) return conflict(head, null, 'There is no such catalog. Pharos draws them from approved images.');
  if (second) return conflict(head, null, 'Several locations have it: write "location".');
  const held = (one: number | null) => ({ edition: one ?? 'follows approvals' });
  const changes = difference(held(before.mode === 'held' ? before.edition : null), held(edition));
  const body = { ...spec, location: before.location };
  return update(head, name, changes, body, (client) => client('publishCatalog', { params: { name }, body }));
}
