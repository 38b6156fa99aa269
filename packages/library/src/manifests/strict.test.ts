/** Every form of manifest for databases against what the operators' API servers take, and proof that this looks at every field. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ClusterInput, type KubernetesObject, type Operator } from '@pharos/contract';
import { mutations, strictProblems } from '@pharos/testbed/operators';
import { parseVersion } from '../version.ts';
import { catalogEntries } from './catalog-entries.ts';
import { clusterManifest } from './cloudnative-pg.ts';
import { specOf } from './cluster-spec.ts';
import { catalogKind, catalogManifest } from './image-catalog.ts';
import { OPERATORS } from './operator-version.ts';
import type { PlacedImage } from './placed-image.ts';

const AT = '2026-11-25T00:00:00.000Z';

function placed(repository: string, tag: string, more: Partial<PlacedImage> = {}): PlacedImage {
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

const PG18 = placed('postgresql', '18.6-202608310817-minimal-trixie');
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

const FORMS: Readonly<Record<string, KubernetesObject>> = Object.fromEntries(
  (['cnpg', 'edb'] as const).flatMap((operator) => [
    [`${operator}: Cluster, pinned`, cluster(operator, SMALL, null)],
    [`${operator}: Cluster, pinned, with everything`, cluster(operator, LARGE, null)],
    [`${operator}: Cluster of an ImageCatalog`, cluster(operator, LARGE, 'ImageCatalog')],
    [`${operator}: Cluster of a ClusterImageCatalog`, cluster(operator, LARGE, 'ClusterImageCatalog')],
    [`${operator}: ImageCatalog`, catalog(operator, 'team-a')],
    [`${operator}: ClusterImageCatalog`, catalog(operator, null)],
  ]),
);

/** What the CRDs and their rules require of each kind; paths that a form does not have are passed over. */
const REQUIRED = [
  'metadata',
  'spec',
  'spec.instances',
  'spec.imageCatalogRef.apiGroup',
  'spec.imageCatalogRef.kind',
  'spec.imageCatalogRef.name',
  'spec.imageCatalogRef.major',
  'spec.imagePullSecrets.0.name',
  'spec.postgresql.extensions.0.name',
  'spec.images',
  'spec.images.0.major',
  'spec.images.0.image',
  'spec.images.0.extensions.0.name',
];

describe('every form of manifest for databases', () => {
  for (const [name, manifest] of Object.entries(FORMS)) {
    test(`${name}: taken as it is, and with nothing wrong in it`, () => {
      assert.deepEqual(strictProblems(manifest), []);
      for (const { name: spoilt, manifest: wrong } of mutations(manifest))
        assert.notDeepEqual(strictProblems(wrong), [], spoilt);
      for (const path of REQUIRED) {
        const wrong = without(manifest, path.split('.'));
        if (wrong !== null) assert.notDeepEqual(strictProblems(wrong), [], `without ${path}`);
      }
    });
  }

  test('each form holds what it is named for', () => {
    const held = Object.values(FORMS).map(({ spec }) => Object.keys(spec as object));
    for (const field of ['imageName', 'imageCatalogRef', 'walStorage', 'postgresql', 'imagePullSecrets', 'resources'])
      assert.ok(
        held.some((keys) => keys.includes(field)),
        field,
      );
    const { images } = FORMS['cnpg: ClusterImageCatalog']!.spec as { images: { extensions?: unknown[] }[] };
    assert.equal(images[0]?.extensions?.length, 1);
    assert.equal(catalogKind(null), 'ClusterImageCatalog');
  });

  test('the group of the other operator is found, and an image beside a catalog', () => {
    const { spec, ...rest } = FORMS['edb: Cluster of an ImageCatalog']!;
    const { imageCatalogRef } = spec as { imageCatalogRef: object };
    const foreign = { ...(spec as object), imageCatalogRef: { ...imageCatalogRef, apiGroup: OPERATORS.cnpg.group } };
    assert.match(strictProblems({ ...rest, spec: foreign }).join(), /apiGroup/);
    const both = { ...(spec as object), imageName: 'a:17' };
    assert.match(strictProblems({ ...rest, spec: both }).join(), /mutually exclusive/);
  });
});

function without(manifest: KubernetesObject, path: readonly string[]): KubernetesObject | null {
  const copy = structuredClone(manifest);
  let holder: Record<string, unknown> = copy;
  for (const key of path.slice(0, -1)) {
    const next = holder[key];
    if (typeof next !== 'object' || next === null) return null;
    holder = next as Record<string, unknown>;
  }
  if (!Object.hasOwn(holder, path.at(-1)!)) return null;
  delete holder[path.at(-1)!];
  return copy;
}
