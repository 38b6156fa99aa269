/** Small definitions of the operators' kinds: the API server keeps and validates them, and nothing acts on them. */
import type { Kubernetes } from '@pharos/testbed';

interface Kind {
  group: string;
  version: string;
  kind: string;
  plural: string;
  clusterWide?: boolean;
}

export const CNPG_CLUSTER: Kind = { group: 'postgresql.cnpg.io', version: 'v1', kind: 'Cluster', plural: 'clusters' };
export const CNPG_CATALOG: Kind = {
  ...CNPG_CLUSTER,
  kind: 'ClusterImageCatalog',
  plural: 'clusterimagecatalogs',
  clusterWide: true,
};

/** Installs a kind and waits until objects of it can be made. */
export async function installKind(
  kubernetes: Kubernetes,
  { group, version, kind, plural, clusterWide }: Kind,
): Promise<void> {
  const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const properties = { spec: { ...open, properties: { instances: { type: 'integer', minimum: 1 } } }, status: open };
  await kubernetes.call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: clusterWide ? 'Cluster' : 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: { openAPIV3Schema: { type: 'object', properties } },
        },
      ],
    },
  });
  const place = clusterWide ? '' : '/namespaces/default';
  for (let attempt = 0; ; attempt += 1) {
    try {
      await kubernetes.call('GET', `/apis/${group}/${version}${place}/${plural}`);
      return;
    } catch (error) {
      if (attempt === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
