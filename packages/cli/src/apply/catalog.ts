/** Whether an image catalog follows approvals or is held at an edition, and how editions reach clusters, of files. Pharos draws the catalogs itself. */
import { type Catalog, CatalogChange, CatalogName, type Cluster, RolloutPolicy } from '@pharos/contract';
import { CliError } from '../failure.ts';
import { isId } from '../resolve.ts';
import type { Documents } from './document.ts';
import type { Place } from './entry.ts';
import type { Known, Noun, PlanOptions } from './noun.ts';
import type { Reader } from './reader.ts';
import { conflict, difference, late, type Step } from './step.ts';

export interface CatalogDocument {
  place: Place;
  name: string;
  spec: CatalogChange;
  /** null: no stages. undefined: they stay as they are. Canaries as written: `namespace/name`, name or id. */
  policy: { canaries: string[]; spec: RolloutPolicy } | null | undefined;
}

const WithoutCanaries = RolloutPolicy.omit({ canaries: true });
const KEYS = ['name', 'policy', ...Object.keys(CatalogChange.shape), ...Object.keys(RolloutPolicy.shape)];

export const catalogNoun: Noun<CatalogDocument> = {
  noun: 'catalog',
  kind: 'Catalog',
  list: 'catalogs',
  needs: ['catalogs', 'clusterList'],
  keyOf: ({ name, spec }) => keyOf(name, spec.location),
  read: (reader) => {
    const { name, policy, ...rest } = reader.value;
    const spec = reader.parse(CatalogChange, rest, KEYS);
    const stages = policy === undefined || policy === null ? policy : readPolicy(reader, policy);
    if (!CatalogName.safeParse(name).success) return reader.problem(['name'], '"name" must be the name of a catalog.');
    if (spec === null || (stages === null && policy !== null)) return null;
    return { place: reader.place, name: String(name), spec, policy: stages };
  },
  plan: planCatalog,
  write: ({ catalogs, clusterList }) =>
    catalogs
      .filter(({ mode, policy }) => mode === 'held' || policy !== null)
      .map(({ name, location, mode, edition, policy }) => ({
        fields: {
          ...{ name, location },
          edition: mode === 'held' ? edition : undefined,
          policy: policy === null ? undefined : { ...policy, canaries: namesOf(policy.canaries, clusterList) },
        },
      })),
};

const keyOf = (name: string, location: string | undefined) => (location === undefined ? name : `${location}/${name}`);

/** null: the problems say why. */
function readPolicy(reader: Reader, value: unknown): CatalogDocument['policy'] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return reader.problem(['policy'], '"policy" must hold the stages, or be null for none.');
  }
  const { canaries = [], ...rest } = value as Record<string, unknown>;
  const isNone = Array.isArray(canaries) && canaries.length === 0;
  const names = isNone ? [] : reader.names(canaries, ['policy', 'canaries']);
  const spec = reader.parse(WithoutCanaries, rest, KEYS, ['policy']);
  return spec && names && { canaries: names, spec: { ...spec, canaries: [] } };
}

function planCatalog(document: CatalogDocument, known: Known, _options: PlanOptions, documents: Documents): Step {
  const { name, spec, policy } = document;
  const head = { noun: 'catalog', name: keyOf(name, spec.location) };
  const [before, second] = known.catalogs.filter(
    (one) => one.name === name && (spec.location === undefined || one.location === spec.location),
  );
  if (!before) return conflict(head, null, 'There is no such catalog. Pharos draws them from approved images.');
  if (second) return conflict(head, null, 'Several locations have it: write "location".');
  const { location } = before;
  const present = before.policy?.canaries ?? [];
  const lost = policy?.canaries
    .filter((one) => !present.includes(one))
    .map((one) => missing(one, location, known, documents))
    .find((one) => one !== null);
  if (lost) return conflict(head, name, lost);
  const edition = { edition: before.mode === 'held' ? before.edition : null };
  const stages = difference(policyFields(before, policy, known), wantedFields(policy, known, location));
  const changes = [...difference(heldFields(edition), heldFields(spec)), ...stages];
  const isMoved = edition.edition !== spec.edition;
  return late(head, name, changes, async (client, now) => {
    // First how editions go out, then the edition: it takes these stages.
    if (policy !== undefined && stages.length > 0) {
      const wanted = policy && { ...policy.spec, canaries: idsOf(document, policy.canaries, location, now) };
      await client('setCatalogPolicy', { params: { name }, body: { location, policy: wanted } });
    }
    if (isMoved) await client('publishCatalog', { params: { name }, body: { ...spec, location } });
    return name;
  });
}

const heldFields = ({ edition }: { edition: number | null }) => ({ edition: edition ?? 'follows approvals' });

/** Nothing where the file does not say how editions go out. */
function policyFields({ policy }: Catalog, wanted: CatalogDocument['policy'], { clusterList }: Known) {
  if (wanted === undefined) return {};
  return stageFields(policy, policy === null ? [] : namesOf(policy.canaries, clusterList));
}

function wantedFields(wanted: CatalogDocument['policy'], { clusterList }: Known, location: string) {
  if (wanted === undefined) return {};
  const names = wanted?.canaries.map((one) => {
    const [only] = matching(one, location, clusterList);
    return only ? nameOf(only) : one;
  });
  return stageFields(wanted?.spec ?? null, names ?? []);
}

function stageFields(policy: RolloutPolicy | null, canaries: readonly string[]): Record<string, unknown> {
  if (policy === null) return { policy: 'none: every cluster at once' };
  const { canaries: _, ...rest } = policy;
  return {
    ...Object.fromEntries(Object.entries(rest).map(([key, value]) => [`policy.${key}`, value])),
    'policy.canaries': canaries.length > 0 ? [...canaries].sort() : undefined,
  };
}

const nameOf = ({ namespace, name }: Pick<Cluster, 'namespace' | 'name'>) => `${namespace}/${name}`;

/** Ids of clusters that are gone stay ids. */
function namesOf(ids: readonly string[], clusters: readonly Cluster[]): string[] {
  return ids.map((id) => {
    const found = clusters.find((one) => one.id === id);
    return found ? nameOf(found) : id;
  });
}

/** An id means whatever it names; a name, a cluster of the catalog's location. */
function matching(written: string, location: string, clusters: readonly Cluster[]): Cluster[] {
  const isNamed = (one: Cluster) => one.location === location && (one.name === written || nameOf(one) === written);
  return clusters.filter((one) => one.id === written || isNamed(one));
}

/** Why a canary cannot be meant; null: it can. */
function missing(written: string, location: string, { clusterList }: Known, documents: Documents): string | null {
  const [only, second] = matching(written, location, clusterList);
  if (second) return `Several clusters of ${location} are called "${written}": write namespace/name.`;
  const isMade = documents.clusters.some(
    ({ spec }) => spec.location === location && (spec.name === written || nameOf(spec) === written),
  );
  return only || isMade ? null : `There is no cluster "${written}" in ${location}, here or in the file.`;
}

/** @throws CliError `not-found`, where a cluster of the same file could not be made */
function idsOf(
  { place }: CatalogDocument,
  names: readonly string[],
  location: string,
  { clusterList }: Known,
): string[] {
  return names.map((name) => {
    const [found] = matching(name, location, clusterList);
    if (found) return found.id;
    // One that is gone stays in the list until somebody takes it out.
    if (isId(name)) return name;
    const message = `${place}: there is no cluster "${name}" in ${location}.`;
    throw new CliError('not-found', message, 'Correct the name, or make it first.');
  });
}
