/** What the control plane has, of the lists that the files need and no more. */
import type { Client } from '@pharos/contract';
import { findImage } from '../image-reference.ts';
import { readPages } from '../paging.ts';
import type { Documents } from './document.ts';
import { modelKey } from './model.ts';
import type { Known } from './noun.ts';
import { NOUNS } from './nouns.ts';
import { placeKey } from './placed-image.ts';
import { isRepository } from './repository.ts';

/** @param documents null: everything there is */
type Readers = { [Key in keyof Known]: (client: Client, documents: Documents | null) => Promise<Known[Key]> };

const all = { all: true };

const READERS: Readers = {
  registries: async (client) => (await readPages(all, (query) => client('listRegistries', { query }))).items,
  rules: async (client) => (await readPages(all, (query) => client('listRules', { query }))).items,
  hcpTags: async (client) => (await readPages(all, (query) => client('listHcpTags', { query }))).items,
  trust: async (client) => (await readPages(all, (query) => client('listTrust', { query }))).items,
  policies: async (client) => (await readPages(all, (query) => client('listPolicies', { query }))).items,
  approvalRules: async (client) => (await readPages(all, (query) => client('listApprovalRules', { query }))).items,
  users: async (client) => (await readPages(all, (query) => client('listUsers', { query }))).items,
  teams: async (client) => (await readPages(all, (query) => client('listTeams', { query }))).items,
  receivers: async (client) => (await readPages(all, (query) => client('listReceivers', { query }))).items,
  webhooks: async (client) => (await readPages(all, (query) => client('listWebhooks', { query }))).items,
  modelServices: async (client) => (await readPages(all, (query) => client('listModelServices', { query }))).items,
  catalogs: async (client) => (await client('listCatalogs', { query: {} })).items,
  clusterList: async (client) => (await readPages(all, (query) => client('listClusters', { query }))).items,
  deploymentList: async (client) => (await readPages(all, (query) => client('listModelDeployments', { query }))).items,
  repositories: async (client, documents) => {
    const found = documents
      ? await inTurn(documents.repositories, async (document) => {
          const last = document.name.split('/').at(-1) ?? document.name;
          const { items } = await client('listRepositories', { query: { limit: 1000, q: last.slice(0, 200) } });
          return items.filter((one) => isRepository(one, document));
        })
      : [(await readPages(all, (query) => client('listRepositories', { query }))).items];
    const ids = new Set(found.flat().map(({ id }) => id));
    return inTurn([...ids], (id) => client('getRepository', { params: { id } }));
  },
  models: async (client, documents) => {
    const found = documents
      ? await inTurn(documents.models, async ({ name }) => {
          const { items } = await client('listModels', { query: { limit: 1000, q: name.slice(0, 200) } });
          return items.filter(({ key }) => key === modelKey(name));
        })
      : [(await readPages(all, (query) => client('listModels', { query }))).items];
    return inTurn(found.flat(), ({ id }) => client('getModel', { params: { id } }));
  },
  locations: async (client, documents) => {
    const { items } = await readPages(all, (query) => client('listLocations', { query }));
    const isNamed = among(documents?.locations.map(({ id }) => id));
    const named = items.filter(({ id }) => isNamed(id));
    return inTurn(named, ({ id }) => client('getLocationMaintenance', { params: { id } }));
  },
  clusters: async (client, documents) => {
    const { items } = await readPages(all, (query) => client('listClusters', { query }));
    const isNamed = among(documents?.clusters.map(({ spec }) => placeKey(spec)));
    const named = items.filter((one) => isNamed(placeKey(one)));
    return inTurn(named, ({ id }) => client('getCluster', { params: { id } }));
  },
  modelDeployments: async (client, documents) => {
    const { items } = await readPages(all, (query) => client('listModelDeployments', { query }));
    const isNamed = among(documents?.modelDeployments.map(({ spec }) => placeKey(spec)));
    const named = items.filter((one) => isNamed(placeKey(one)));
    return inTurn(named, ({ id }) => client('getModelDeployment', { params: { id } }));
  },
  images: async (client, documents) => {
    const placed = documents ? [...documents.clusters, ...documents.modelDeployments] : [];
    const references = [...new Set(placed.map(({ image }) => image))].filter((image) => !/^sha(256|512):/.test(image));
    const found = await inTurn(references, async (image) => {
      const digest = await findImage(client, image).catch((error: Error) => error);
      return [image, digest] as const;
    });
    return new Map(found);
  },
};

export const NOTHING: Known = {
  ...{ registries: [], rules: [], hcpTags: [], trust: [], policies: [], approvalRules: [], users: [], teams: [] },
  ...{ receivers: [], webhooks: [], repositories: [], models: [], locations: [], catalogs: [], clusters: [] },
  ...{ clusterList: [], modelDeployments: [], deploymentList: [], modelServices: [], images: new Map() },
};

export async function readKnown(client: Client, documents: Documents): Promise<Known> {
  const used = NOUNS.filter(({ list }) => documents[list].length > 0);
  return readLists(client, documents, new Set(used.flatMap(({ needs }) => needs)));
}

/** Only these lists. @param documents null: all that is in them, not what files name */
export async function readLists(
  client: Client,
  documents: Documents | null,
  needed: Iterable<keyof Known>,
): Promise<Known> {
  const read = async <Key extends keyof Known>(key: Key) => [key, await READERS[key](client, documents)] as const;
  return { ...NOTHING, ...Object.fromEntries(await Promise.all([...needed].map(read))) };
}

/** @param keys undefined: every one is */
function among(keys: readonly string[] | undefined): (key: string) => boolean {
  if (keys === undefined) return () => true;
  const named = new Set(keys);
  return (key) => named.has(key);
}

/** One after the other: a file may name hundreds. */
async function inTurn<T, U>(list: readonly T[], ask: (one: T) => Promise<U>): Promise<U[]> {
  const answers: U[] = [];
  for (const one of list) answers.push(await ask(one));
  return answers;
}
