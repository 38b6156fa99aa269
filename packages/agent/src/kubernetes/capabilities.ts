/** What the agent can do in its Kubernetes, and what is missing for the rest: asked of Kubernetes, not assumed. */
import type { KubernetesCapability, KubernetesStatus } from '@pharos/contract';
import { cleanText } from '@pharos/library';
import { type KubernetesApi, KubernetesError } from './api.ts';
import type { Cluster } from './apply.ts';
import { CAPABILITIES, groupOf, NEEDS, type Need } from './rbac.ts';

/** Asked of the first few only: they are given alike. */
const NAMESPACES_ASKED = 5;

/** Never throws but for the signal. */
export async function kubernetesStatus(cluster: Cluster): Promise<KubernetesStatus> {
  const { api, namespaces, signal } = cluster;
  const base = { namespaces: [...namespaces], checkedAt: new Date().toISOString() };
  try {
    const { gitVersion } = await api.call('GET', '/version', { signal });
    const version = typeof gitVersion === 'string' ? cleanText(gitVersion, 100) : null;
    const capabilities: KubernetesCapability[] = [];
    for (const name of CAPABILITIES) capabilities.push({ name, ...(await judge(cluster, NEEDS[name])) });
    return { ...base, connected: true, version, message: '', capabilities };
  } catch (error) {
    if (signal.aborted) throw error;
    const message =
      error instanceof KubernetesError ? cleanText(error.message, 1000) : 'Kubernetes could not be asked.';
    return { ...base, connected: false, version: null, message, capabilities: [] };
  }
}

async function judge(cluster: Cluster, needs: readonly Need[]): Promise<{ ok: boolean; missing: string[] }> {
  const missing: string[] = [];
  let installed = 0;
  let isWhole = true;
  const absent: string[] = [];
  for (const need of needs) {
    const resource = await cluster.discovery.find(need.apiVersion, need.kind, cluster.signal);
    if (resource === null) {
      absent.push(`${need.kind} of ${groupOf(need.apiVersion)}`);
      if (!need.optional) isWhole = false;
      continue;
    }
    if (need.kind !== 'Event') installed += 1;
    const refused = await refusedVerbs(cluster, need);
    if (refused.length === 0) continue;
    if (need.kind !== 'Event') isWhole = false;
    missing.push(
      `It may not ${refused.join(', ')} ${need.resource}${groupOf(need.apiVersion) && `.${groupOf(need.apiVersion)}`}.`,
    );
  }
  if (absent.length > 0) missing.push(`Not installed: ${absent.join(', ')}.`);
  return { ok: isWhole && installed > 0, missing: missing.map((text) => text.slice(0, 500)).slice(0, 50) };
}

async function refusedVerbs({ api, namespaces, signal }: Cluster, need: Need): Promise<string[]> {
  const places = need.clusterWide || namespaces.length === 0 ? [''] : namespaces.slice(0, NAMESPACES_ASKED);
  const refused = new Set<string>();
  for (const namespace of places)
    for (const verb of need.verbs) if (!(await mayI(api, need, verb, namespace, signal))) refused.add(verb);
  return [...refused];
}

async function mayI(
  api: KubernetesApi,
  need: Need,
  verb: string,
  namespace: string,
  signal: AbortSignal,
): Promise<boolean> {
  const resourceAttributes = { group: groupOf(need.apiVersion), resource: need.resource, verb, namespace };
  const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes } };
  const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
  return (await api.call('POST', path, { body, signal })).status?.allowed === true;
}
