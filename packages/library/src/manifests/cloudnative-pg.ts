/** The `Cluster` of CloudNativePG as a value; EDB's has the same shape under another group (edb.ts). */
import type { ClusterSpec, KubernetesObject } from '@pharos/contract';
import { OPERATORS } from './operator-version.ts';
import { type PlacedImage, pinnedReference, sqlNameOf } from './placed-image.ts';

export interface ClusterParts {
  readonly spec: ClusterSpec;
  readonly image: PlacedImage;
  readonly uid: string | null;
  /** By the name that the spec gives them. */
  readonly extensionImages: ReadonlyMap<string, PlacedImage>;
  /** The catalog that the cluster follows; null: the image is pinned in the cluster. */
  readonly catalog: { readonly kind: 'ImageCatalog' | 'ClusterImageCatalog'; readonly name: string } | null;
}

/** CRD postgresql.cnpg.io/v1 Cluster of v1.30.0. The checks of cluster-checks.ts have passed. */
export function clusterManifest({ spec, image, uid, extensionImages, catalog }: ClusterParts): KubernetesObject {
  const operator = OPERATORS[spec.operator];
  const { resources, storage, pullSecret } = spec;
  const mounted = spec.extensions.flatMap(({ name }) => {
    const found = extensionImages.get(name);
    return found === undefined ? [] : [{ name, image: { reference: pinnedReference(found) } }];
  });
  const user = uid !== null && /^\d+$/.test(uid) && uid !== '26' && uid !== '0' ? Number(uid) : null;
  const requests = defined({ cpu: resources.cpu, memory: resources.memory });
  const isSized = Object.keys(requests).length > 0;
  return {
    apiVersion: operator.apiVersion,
    kind: 'Cluster',
    metadata: {
      name: spec.name,
      namespace: spec.namespace,
      labels: { 'app.kubernetes.io/managed-by': 'pharos' },
    },
    spec: {
      instances: spec.instances,
      ...(catalog === null
        ? { imageName: pinnedReference(image) }
        : // The group is not required by the schema, and its rule fails without it.
          { imageCatalogRef: { apiGroup: operator.group, ...catalog, major: image.version!.major } }),
      ...(pullSecret === null ? {} : { imagePullSecrets: [{ name: pullSecret }] }),
      ...(user === null ? {} : { postgresUID: user, postgresGID: user }),
      storage: defined({ size: storage.size, storageClass: storage.storageClass }),
      ...(storage.walSize === undefined
        ? {}
        : { walStorage: defined({ size: storage.walSize, storageClass: storage.storageClass }) }),
      // Memory without a limit above the request: the database is the last that is pushed out.
      ...(isSized
        ? {
            resources: {
              requests,
              ...(resources.memory === undefined ? {} : { limits: { memory: resources.memory } }),
            },
          }
        : {}),
      ...(mounted.length === 0 ? {} : { postgresql: { extensions: mounted } }),
      ...(spec.extensions.length === 0 ? {} : { bootstrap: { initdb: { postInitApplicationSQL: createAll(spec) } } }),
    },
  };
}

/** Names are checked to be plain; a dash needs the quotes. */
function createAll({ extensions }: ClusterSpec): string[] {
  return extensions.map(({ name }) => `CREATE EXTENSION IF NOT EXISTS "${sqlNameOf(name)}" CASCADE`);
}

function defined(values: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Record<
    string,
    string
  >;
}
