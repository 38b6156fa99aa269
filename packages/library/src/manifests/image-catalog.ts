/** `ClusterImageCatalog` and `ImageCatalog` as values. */
import type { CatalogEntry, KubernetesObject, Operator } from '@pharos/contract';
import type { CatalogKey } from './catalog-entries.ts';
import { OPERATORS } from './operator-version.ts';

/** A catalog of one namespace, or of the whole Kubernetes cluster when `namespace` is null. */
export interface CatalogParts {
  readonly key: Pick<CatalogKey, 'name' | 'engine' | 'flavour' | 'os'>;
  readonly entries: readonly CatalogEntry[];
  readonly operator: Operator;
  readonly namespace: string | null;
  /** Of the edition, RFC 3339. */
  readonly at: string;
}

/** Which kind of catalog that is. */
export function catalogKind(namespace: string | null): 'ImageCatalog' | 'ClusterImageCatalog' {
  return namespace === null ? 'ClusterImageCatalog' : 'ImageCatalog';
}

/** CRDs of CloudNativePG 1.30; the labels are those of the community's catalogs. Needs at least one entry. */
export function catalogManifest({ key, entries, operator, namespace, at }: CatalogParts): KubernetesObject {
  return {
    apiVersion: OPERATORS[operator].apiVersion,
    kind: catalogKind(namespace),
    metadata: {
      name: key.name,
      ...(namespace === null ? {} : { namespace }),
      labels: {
        'app.kubernetes.io/managed-by': 'pharos',
        'images.cnpg.io/family': key.engine,
        ...(key.flavour === null ? {} : { 'images.cnpg.io/type': labelValue(key.flavour) }),
        ...(key.os === null ? {} : { 'images.cnpg.io/os': labelValue(key.os) }),
        'images.cnpg.io/date': at.slice(0, 10).replaceAll('-', ''),
        'images.cnpg.io/publisher': 'pharos',
      },
    },
    spec: {
      images: entries.map(({ major, image, extensions }) => ({
        major,
        image,
        ...(extensions.length === 0
          ? {}
          : { extensions: extensions.map((each) => ({ name: each.name, image: { reference: each.image } })) }),
      })),
    },
  };
}

/** At most 63 of letters, digits, ".", "_", "-" (Kubernetes label syntax); flavours come from tags. */
function labelValue(text: string): string {
  return text
    .slice(0, 63)
    .replace(/[^A-Za-z0-9._-]/g, '-')
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
}
