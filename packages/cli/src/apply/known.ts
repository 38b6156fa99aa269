/** What the control plane has, of the lists that the files need and no more. */
import type { Client } from '@pharos/contract';
import { findImage } from '../image-reference.ts';
import { readPages } from '../paging.ts';
import type { Documents } from './document.ts';
import type { Known } from './noun.ts';
import { NOUNS } from './nouns.ts';
import { placeKey } from './placed-image.ts';

type Readers = { [Key in keyof Known]: (client: Client, documents: Documents) => Promise<Known[Key]> };

const all = { all: true };

const READERS: Readers = {
  registries: async (client) => (await readPages(all, (query) => client('listRegistries', { query }))).items,
  rules: async (client) => (await readPages(all, (query) => client('listRules', { query }))).items,
  hcpTags: async (client) => (await readPages(all, (query) => client('listHcpTags', { query }))).items,
  trust: async (client) => (await readPages(all, (query) => client('listTrust', { query }))).items,
  policies: async (client) => (await readPages(all, (query) => client('listPolicies', { query }))).items,
  approvalRules: async (client) => (await readPages(all, (query) => client('listApprovalRules', { query }))).items,
  modelServices: async (client) => (await readPages(all, (query) => client('listModelServices', { query }))).items,
  catalogs: async (client) => (await client('listCatalogs', { query: {} })).items,
  clusters: async (client, documents) => {
    const keys = new Set(documents.clusters.map(({ spec }) => placeKey(spec)));
    const { items } = await readPages(all, (query) => client('listClusters', { query }));
    const named = items.filter((one) => keys.has(placeKey(one)));
    return inTurn(named, ({ id }) => client('getCluster', { params: { id } }));
  },
  modelDeployments: async (client, documents) => {
    const keys = new Set(documents.modelDeployments.map(({ spec }) => placeKey(spec)));
    const { items } = await readPages(all, (query) => client('listModelDeployments', { query }));
    const named = items.filter((one) => keys.has(placeKey(one)));
    return inTurn(named, ({ id }) => client('getModelDeployment', { params: { id } }));
  },
  images: async (client, documents) => {
    const written = [...documents.clusters, ...documents.modelDeployments].map(({ image }) => image);
    const references = [...new Set(written)].filter((image) => !/^sha(256|512):/.test(image));
    const found = await inTurn(references, async (image) => {
      const digest = await findImage(client, image).catch((error: Error) => error);
      return [image, digest] as const;
    });
    return new Map(found);
  },
};

export const NOTHING: Known = {
  ...{ registries: [], rules: [], hcpTags: [], trust: [], policies: [], approvalRules: [] },
  ...{ catalogs: [], clusters: [], modelDeployments: [], modelServices: [], images: new Map() },
};

export async function readKnown(client: Client, documents: Documents): Promise<Known> {
  return readLists(
    client,
    documents,
    new Set(NOUNS.filter(({ list }) => documents[list].length > 0).flatMap(({ needs }) => needs)),
  );
}

/** Only these lists. */
export async function readLists(client: Client, documents: Documents, needed: Iterable<keyof Known>): Promise<Known> {
  const read = async <Key extends keyof Known>(key: Key) => [key, await READERS[key](client, documents)] as const;
  return { ...NOTHING, ...Object.fromEntries(await Promise.all([...needed].map(read))) };
}

/** One after the other: a file may name hundreds. */
async function inTurn<T, U>(list: readonly T[], ask: (one: T) => Promise<U>): Promise<U[]> {
  const answers: U[] = [];
  for (const one of list) answers.push(await ask(one));
  return answers;
}
