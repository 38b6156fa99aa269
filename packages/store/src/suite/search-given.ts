/** What the suites of search share. */
import assert from 'node:assert/strict';
import { type TagFacets, TagFacetsQuery, TagQuery } from '@pharos/contract';
import type { Store } from '../store.ts';
import { digestOf, hours, observation, registry, scan } from './given.ts';

export const NOW = hours(24);

export async function library(store: Store): Promise<{ team: string; other: string }> {
  const team = await registry(store);
  const other = await registry(store, { name: 'Elsewhere', url: 'elsewhere.example', locationId: 'there' });
  const epas = (name: string, architectures: readonly string[], extensions: readonly string[], size: number) => {
    const digest = digestOf(`epas ${name}`);
    const platforms = architectures.map((architecture) => ({ os: 'linux', architecture, variant: null, digest, size }));
    const annotations = {
      'org.enterprisedb.pg.flavor': 'epas',
      'org.enterprisedb.pg.extensions': JSON.stringify(extensions.map((one) => ({ name: one, version: '1.0' }))),
    };
    const labels = { vendor: 'EDB', 'built by': name };
    return observation(digest, { platforms, annotations, labels, size, configCreated: null });
  };
  const images = [
    epas('17.4-2610010000-full', ['amd64', 'arm64'], ['vector', 'postgis'], 900),
    epas('17.4-2609010000', ['amd64'], [], 300),
    epas('16.9-2610010000-full', ['amd64', 'arm64'], ['vector'], 800),
  ];
  await scan(store, team, {
    repository: 'edb-postgres-advanced',
    tags: ['17.4-2610010000-full', '17.4-2609010000', '16.9-2610010000-full'].map((name) => ({
      name,
      digest: digestOf(`epas ${name}`),
      pushedAt: hours(name.startsWith('16') ? -24 * 100 : -1).toISOString(),
    })),
    images,
  });
  await scan(store, other, { repository: 'team/postgresql', tags: ['17', '17.4', '9.6.24', '18beta1'] });
  await scan(store, other, { repository: 'nim/meta/llama', tags: ['1.8.5', '2026.10.1', '1.0.0-abc123def'] });
  return { team, other };
}

export const query = (q: string, more: Partial<TagQuery> = {}) => ({ ...TagQuery.parse({ q, sort: 'name' }), ...more });

export const found = async (store: Store, q: string, more: Partial<TagQuery> = {}) => {
  const page = await store.tags.list(query(q, more), NOW);
  assert.equal(page.total, page.items.length, q);
  return page.items.map(({ name }) => name);
};
export const F17 = '17.4-2610010000-full';
export const F16 = '16.9-2610010000-full';
export const P17 = '17.4-2609010000';

export const facetsQuery = (q: string) => TagFacetsQuery.parse({ q });
export const counts = ({ facets }: TagFacets, field: string) =>
  Object.fromEntries(facets.find((facet) => facet.field === field)!.values.map(({ label, count }) => [label, count]));
