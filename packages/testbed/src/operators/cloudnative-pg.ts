/**
 * What an API server with the CRDs of CloudNativePG says to a manifest: the validators of the typed npm package, strict
 * about unknown fields, and the CEL rules of those CRDs, which the package leaves out. EDB publishes no CRDs apart from its
 * operator: its objects have the same shape under its own group, also in `imageCatalogRef.apiGroup`.
 */
import { Cluster, ClusterImageCatalog, ImageCatalog } from '@kubernetes-models/cloudnative-pg/postgresql.cnpg.io/v1';
import { type Manifest, textOf } from './manifest.ts';
import { unreadFields } from './watched.ts';

const KINDS = { Cluster, ClusterImageCatalog, ImageCatalog };
const GROUP = 'postgresql.cnpg.io';
const EDB_GROUP = 'postgresql.k8s.enterprisedb.io';

export function isPostgresKind(manifest: Manifest): boolean {
  const [group, version] = textOf(manifest, 'apiVersion').split('/');
  return (group === GROUP || group === EDB_GROUP) && version === 'v1' && Object.hasOwn(KINDS, textOf(manifest, 'kind'));
}

export function postgresProblems(manifest: Manifest): string[] {
  const group = textOf(manifest, 'apiVersion').split('/')[0]!;
  const model = KINDS[manifest.kind as keyof typeof KINDS];
  const problems: string[] = [];
  const unknown = unreadFields({ ...manifest, apiVersion: `${GROUP}/v1` }, (watched) => {
    try {
      model.prototype.validate.call(watched);
    } catch (thrown) {
      problems.push(...(thrown as Error).message.split(', '));
    }
  });
  problems.push(...unknown.map((path) => `data${path} is an unknown field`));
  if (problems.length > 0) return problems;
  return [...namespaceProblems(manifest), ...ruleProblems(manifest, group)];
}

function namespaceProblems({ kind, metadata }: Manifest): string[] {
  const isGiven = (metadata as { namespace?: string }).namespace !== undefined;
  if (kind === 'ClusterImageCatalog')
    return isGiven ? ['data/metadata/namespace: the kind stands in no namespace'] : [];
  return isGiven ? [] : ['data/metadata/namespace is not given'];
}

/** `x-kubernetes-validations` of the CRDs of v1.30.0, as far as manifests of ours reach them. */
function ruleProblems({ kind, spec }: Manifest, group: string): string[] {
  if (kind !== 'Cluster') {
    const { images } = spec as { images: { major: number }[] };
    const majors = images.map(({ major }) => major);
    return new Set(majors).size === majors.length ? [] : ['data/spec/images: Images must have unique major versions'];
  }
  const { imageName, imageCatalogRef } = spec as {
    imageName?: string;
    imageCatalogRef?: { apiGroup?: string; kind?: string };
  };
  const problems: string[] = [];
  if (imageName !== undefined && imageCatalogRef !== undefined)
    problems.push('data/spec: imageName and imageCatalogRef are mutually exclusive');
  if (imageCatalogRef === undefined) return problems;
  if (imageCatalogRef.apiGroup !== group)
    problems.push(`data/spec/imageCatalogRef/apiGroup: Only ${group} is supported`);
  if (imageCatalogRef.kind !== 'ImageCatalog' && imageCatalogRef.kind !== 'ClusterImageCatalog')
    problems.push('data/spec/imageCatalogRef/kind: Only image catalogs are supported');
  return problems;
}
