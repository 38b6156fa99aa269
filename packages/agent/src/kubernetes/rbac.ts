/** The least that an agent must be allowed in Kubernetes, by what it shall do there. Printed by `pharos agent rbac`. */
import { type KnownCapability, KUBERNETES_CAPABILITIES } from '@pharos/contract';

export type CapabilityName = KnownCapability;
export const CAPABILITIES: readonly CapabilityName[] = KUBERNETES_CAPABILITIES;

/** One kind, and what is done with it. */
export interface Need {
  readonly apiVersion: string;
  readonly kind: string;
  readonly resource: string;
  /** Stands in no namespace: a Role cannot give it. */
  readonly clusterWide?: boolean;
  readonly verbs: readonly string[];
  /** Of several operators one is enough. */
  readonly optional?: boolean;
}

/** Server-side apply creates and patches; `delete` for what goes; `get` to see before that whose it is. */
const WRITE = ['get', 'create', 'patch', 'delete'] as const;
const WATCH = ['list', 'watch'] as const;
const CNPG = 'postgresql.cnpg.io/v1';
const EDB = 'postgresql.k8s.enterprisedb.io/v1';
const NIM = 'apps.nvidia.com/v1alpha1';
const KSERVE = 'serving.kserve.io/v1alpha1';

const EVENTS: Need = { apiVersion: 'v1', kind: 'Event', resource: 'events', verbs: ['list'], optional: true };
const need = (
  apiVersion: string,
  kind: string,
  resource: string,
  verbs: readonly string[],
  more?: Partial<Need>,
): Need => ({
  apiVersion,
  kind,
  resource,
  verbs,
  ...more,
});

export const NEEDS: Readonly<Record<CapabilityName, readonly Need[]>> = {
  provisioning: [
    ...[CNPG, EDB].flatMap((group) => [
      need(group, 'Cluster', 'clusters', WRITE, { optional: true }),
      need(group, 'ImageCatalog', 'imagecatalogs', WRITE, { optional: true }),
      need(group, 'ClusterImageCatalog', 'clusterimagecatalogs', WRITE, { optional: true, clusterWide: true }),
    ]),
    EVENTS,
  ],
  models: [
    need('serving.kserve.io/v1beta1', 'InferenceService', 'inferenceservices', WRITE, { optional: true }),
    need(KSERVE, 'ServingRuntime', 'servingruntimes', WRITE, { optional: true }),
    need(KSERVE, 'ClusterServingRuntime', 'clusterservingruntimes', WRITE, { optional: true, clusterWide: true }),
    need(NIM, 'NIMService', 'nimservices', WRITE, { optional: true }),
    need(NIM, 'NIMCache', 'nimcaches', WRITE, { optional: true }),
    EVENTS,
  ],
  'used-by': [
    need('v1', 'Pod', 'pods', WATCH),
    need('apps/v1', 'Deployment', 'deployments', WATCH),
    need('apps/v1', 'StatefulSet', 'statefulsets', WATCH),
    ...[CNPG, EDB].flatMap((group) => [
      need(group, 'Cluster', 'clusters', WATCH, { optional: true }),
      need(group, 'Pooler', 'poolers', WATCH, { optional: true }),
    ]),
    need('serving.kserve.io/v1beta1', 'InferenceService', 'inferenceservices', WATCH, { optional: true }),
    need(NIM, 'NIMService', 'nimservices', WATCH, { optional: true }),
  ],
  // The webhook is called by Kubernetes; only writing its configuration needs a permission.
  admission: [
    ...(['Validating', 'Mutating'] as const).map((word) =>
      need(
        'admissionregistration.k8s.io/v1',
        `${word}WebhookConfiguration`,
        `${word.toLowerCase()}webhookconfigurations`,
        WRITE,
        { clusterWide: true },
      ),
    ),
  ],
  // For what fits on their GPUs. Nothing is written, and no node is asked for by its name.
  nodes: [need('v1', 'Node', 'nodes', WATCH, { clusterWide: true })],
  // Whether one stands there. RBAC cannot give the name without what it holds: the agent asks for metadata only.
  secrets: [need('v1', 'Secret', 'secrets', ['get'])],
};

export interface RbacOptions {
  readonly capabilities: readonly CapabilityName[];
  /** Empty: everywhere, by one ClusterRole. */
  readonly namespaces: readonly string[];
  readonly serviceAccount: { readonly namespace: string; readonly name: string };
  /** Only secrets of these names; empty: every secret of the namespaces. */
  readonly secretNames?: readonly string[];
}

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** Roles and their bindings, in the order in which they are applied. */
export function rbacObjects(options: RbacOptions): Record<string, unknown>[] {
  const { capabilities, namespaces, serviceAccount, secretNames = [] } = options;
  const subject = { kind: 'ServiceAccount', ...serviceAccount };
  return capabilities.flatMap((capability) => {
    const needs = NEEDS[capability];
    const rulesFor = (some: readonly Need[]) => {
      const isNamed = capability === 'secrets' && secretNames.length > 0;
      return rulesOf(some).map((rule) => (isNamed ? { ...rule, resourceNames: [...secretNames] } : rule));
    };
    const name = `pharos-agent-${capability}`;
    if (namespaces.length === 0) return bound('ClusterRole', name, null, rulesFor(needs), subject);
    const inside = needs.filter(({ clusterWide }) => !clusterWide);
    const outside = needs.filter(({ clusterWide }) => clusterWide);
    return [
      ...(outside.length === 0 ? [] : bound('ClusterRole', name, null, rulesFor(outside), subject)),
      ...(inside.length === 0 ? [] : namespaces.flatMap((at) => bound('Role', name, at, rulesFor(inside), subject))),
    ];
  });
}

function bound(
  kind: 'Role' | 'ClusterRole',
  name: string,
  namespace: string | null,
  rules: readonly Rule[],
  subject: Record<string, string>,
): Record<string, unknown>[] {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const metadata = namespace === null ? { name } : { name, namespace };
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind, name };
  return [
    { apiVersion, kind, metadata, rules },
    { apiVersion, kind: `${kind}Binding`, metadata, roleRef, subjects: [subject] },
  ];
}

/** One rule for each group and set of verbs. */
function rulesOf(needs: readonly Need[]): Rule[] {
  const rules = new Map<string, { apiGroups: string[]; resources: string[]; verbs: readonly string[] }>();
  for (const { apiVersion, resource, verbs } of needs) {
    const group = groupOf(apiVersion);
    const key = JSON.stringify([group, verbs]);
    const rule = rules.get(key) ?? { apiGroups: [group], resources: [], verbs: [...verbs] };
    rule.resources.push(resource);
    rules.set(key, rule);
  }
  return [...rules.values()];
}

/** `postgresql.cnpg.io` of `postgresql.cnpg.io/v1`; the core group is empty. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}
