/** What a cluster needs to ask the agent: the two webhook configurations, the service in front of it, and no permissions at all. */
import { ADMITTED_KINDS } from './references.ts';

export interface AdmissionManifestInput {
  /** Name of the service, and of the two configurations. */
  readonly name: string;
  /** Namespace of the agent. */
  readonly namespace: string;
  /** Port that the agent listens on. */
  readonly port: number;
  /** PEM of the certificate authority that signed the agent's certificate. */
  readonly caBundle: string;
  /** Labels of the agent's pods. */
  readonly selector: Readonly<Record<string, string>>;
  /** Namespaces that are not asked about, by exact name. */
  readonly exemptNamespaces: readonly string[];
  /** Ignore lets everything through while the agent does not answer. */
  readonly failurePolicy: 'Fail' | 'Ignore';
  /** With the mutating twin that turns tags into digests. */
  readonly pinTags: boolean;
  /** 1 to 30. */
  readonly timeoutSeconds: number;
}

interface ServedKind {
  readonly versions: readonly string[];
  readonly resources: readonly string[];
}

/** Versions and plural names by group; kinds of a group that a cluster does not have do no harm in a rule. */
const SERVED: Readonly<Record<string, ServedKind>> = {
  '': { versions: ['v1'], resources: ['pods', 'pods/ephemeralcontainers', 'podtemplates', 'replicationcontrollers'] },
  apps: { versions: ['v1'], resources: ['deployments', 'statefulsets', 'daemonsets', 'replicasets'] },
  batch: { versions: ['v1'], resources: ['jobs', 'cronjobs'] },
  'postgresql.cnpg.io': {
    versions: ['v1'],
    resources: ['clusters', 'imagecatalogs', 'clusterimagecatalogs', 'poolers'],
  },
  'postgresql.k8s.enterprisedb.io': {
    versions: ['v1'],
    resources: ['clusters', 'imagecatalogs', 'clusterimagecatalogs', 'poolers'],
  },
  'serving.kserve.io': {
    versions: ['v1alpha1', 'v1beta1'],
    resources: ['inferenceservices', 'servingruntimes', 'clusterservingruntimes'],
  },
  'apps.nvidia.com': { versions: ['v1alpha1'], resources: ['nimservices', 'nimcaches', 'nimbuilds', 'nimpipelines'] },
};

/** Rules of both webhooks. Never DELETE: what may not run may always go. */
function admissionRules(): {
  apiGroups: string[];
  apiVersions: string[];
  resources: string[];
  operations: string[];
}[] {
  const groups = new Set(ADMITTED_KINDS.map((each) => each.slice(0, each.indexOf('/'))));
  return [...groups].map((group) => ({
    apiGroups: [group],
    apiVersions: [...SERVED[group]!.versions],
    resources: [...SERVED[group]!.resources],
    operations: ['CREATE', 'UPDATE'],
  }));
}

/** The objects to apply, in this order. The agent asks the cluster for nothing, so that its account has no role. */
export function admissionManifest(input: AdmissionManifestInput): Record<string, unknown>[] {
  const { name, namespace, port, selector, pinTags } = input;
  const labels = { 'app.kubernetes.io/name': name, 'app.kubernetes.io/part-of': 'pharos' };
  const account = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name, namespace, labels },
    automountServiceAccountToken: false,
  };
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, labels },
    spec: { selector: { ...selector }, ports: [{ name: 'https', port: 443, targetPort: port, protocol: 'TCP' }] },
  };
  const configuration = (kind: string, path: string, more: object) => ({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind,
    metadata: { name, labels },
    webhooks: [webhookOf(input, path, more)],
  });
  return [
    account,
    service,
    ...(pinTags
      ? // After other webhooks have written images, such as an operator's default, they are looked at again.
        [configuration('MutatingWebhookConfiguration', '/mutate', { reinvocationPolicy: 'IfNeeded' })]
      : []),
    configuration('ValidatingWebhookConfiguration', '/validate', {}),
  ];
}

function webhookOf(input: AdmissionManifestInput, path: string, more: object): object {
  const { name, namespace, caBundle, exemptNamespaces, failurePolicy, timeoutSeconds } = input;
  const selector = {
    matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: [...exemptNamespaces] }],
  };
  return {
    // A name of three parts is asked for; this one is nobody else's.
    name: `${path.slice(1)}.${name}.${namespace}.svc`,
    admissionReviewVersions: ['v1'],
    clientConfig: { service: { name, namespace, path, port: 443 }, caBundle: base64(caBundle) },
    rules: admissionRules(),
    matchPolicy: 'Equivalent',
    ...(exemptNamespaces.length === 0 ? {} : { namespaceSelector: selector }),
    sideEffects: 'NoneOnDryRun',
    failurePolicy,
    timeoutSeconds,
    ...more,
  };
}

/** PEM is ASCII. */
function base64(text: string): string {
  return btoa(text);
}
