/** Every form of manifest for databases, made as the library makes it: for the checks here, and for operators and API servers elsewhere. */
import { ClusterInput, type KubernetesObject, type Operator } from '@pharos/contract';
import { parseVersion } from '../version.ts';
import { catalogEntries } from './catalog-entries.ts';
import { clusterManifest } from './cloudnative-pg.ts';
import { specOf } from './cluster-spec.ts';
import { catalogManifest } from './image-catalog.ts';
import type { PlacedImage } from './placed-image.ts';

const AT = '2026-11-25T00:00:00.000Z';

export function placed(repository: string, tag: string, more: Partial<PlacedImage> = {}): PlacedImage {
  const version = parseVersion(more.kind === 'extension' ? 'semver' : 'pg', tag);
  return {
    digest: `sha256:${Buffer.from(tag).toString('hex').slice(0, 64).padEnd(64, '0')}`,
    repositoryId: '019ab000-0000-7000-8000-000000000001',
    repository,
    host: 'registry.example.com',
    location: 'here',
    tag,
    kind: 'postgres',
    engine: 'postgresql',
    version,
    os: version.os,
    platforms: ['linux/amd64'],
    extensions: [],
    state: 'approved',
    at: AT,
    ...more,
  };
}

export const PG18 = placed('postgresql', '18.6-202608310817-minimal-trixie');
const EPAS17 = placed('edb-postgres-advanced', '17.6-2509120845-full', { engine: 'epas' });
const PGVECTOR = placed('pgvector', '0.8.6-202608031106-18-trixie', { kind: 'extension', engine: null });
const IMAGES: Readonly<Record<Operator, PlacedImage>> = { cnpg: PG18, edb: EPAS17 };

const SMALL = { name: 'orders', location: 'here', storage: '20Gi' };
const LARGE = {
  ...SMALL,
  namespace: 'team-a',
  instances: 3,
  storage: { size: '20Gi', storageClass: 'fast', walSize: '5Gi' },
  resources: { cpu: '1', memory: '2Gi' },
  pullSecret: 'registry-pullsecret',
  extensions: ['pgvector', 'pgaudit'],
};

function cluster(operator: Operator, more: object, catalog: 'ImageCatalog' | 'ClusterImageCatalog' | null) {
  const image = IMAGES[operator];
  const spec = specOf(ClusterInput.parse({ ...more, operator, image: image.digest }));
  return clusterManifest({
    spec,
    image,
    uid: more === SMALL ? null : '999',
    extensionImages: new Map(more === SMALL || operator === 'edb' ? [] : [['pgvector', PGVECTOR]]),
    catalog: catalog === null ? null : { kind: catalog, name: 'postgresql-minimal-trixie' },
  });
}

function catalog(operator: Operator, namespace: string | null) {
  const image = IMAGES[operator];
  const { flavour, os } = image.version!;
  return catalogManifest({
    key: { name: 'of-approved', engine: image.engine!, flavour, os },
    entries: catalogEntries([image], operator === 'cnpg' ? [PGVECTOR] : []),
    operator,
    namespace,
    at: AT,
  });
}

export const DATABASE_FORMS: Readonly<Record<string, KubernetesObject>> = Object.fromEntries(
  (['cnpg', 'edb'] as const).flatMap((operator) => [
    [`${operator}: Cluster, pinned`, cluster(operator, SMALL, null)],
    [`${operator}: Cluster, pinned, with everything`, cluster(operator, LARGE, null)],
    [`${operator}: Cluster of an ImageCatalog`, cluster(operator, LARGE, 'ImageCatalog')],
    [`${operator}: Cluster of a ClusterImageCatalog`, cluster(operator, LARGE, 'ClusterImageCatalog')],
    [`${operator}: ImageCatalog`, catalog(operator, 'team-a')],
    [`${operator}: ClusterImageCatalog`, catalog(operator, null)],
  ]),
);
