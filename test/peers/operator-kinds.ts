/** The operators' own definitions, read out of their Go modules and installed in an API server; and objects of them, applied. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectKubernetes, type KubernetesApi } from '@pharos/agent';
import { goModule, type Kubernetes } from '@pharos/testbed';
import { parseAllDocuments } from 'yaml';

// biome-ignore lint/suspicious/noExplicitAny: objects as Kubernetes answers them
export type Any = any;

/** CloudNativePG and KServe at the versions that our manifests are written for. */
export const CNPG_MODULE = await goModule('github.com/cloudnative-pg/cloudnative-pg', 'v1.30.0');
export const KSERVE_MODULE = await goModule('github.com/kserve/kserve', 'v0.20.0');

export const CNPG_DEFINITIONS = 'config/crd/bases';
export const KSERVE_DEFINITIONS = 'config/crd/full';

/** The documents of the YAML files in one folder of a module; folders inside it are passed over. */
export function documentsIn(module: string, folder: string): Any[] {
  const names = readdirSync(join(module, folder)).filter((name) => name.endsWith('.yaml'));
  return names.flatMap((name) =>
    parseAllDocuments(readFileSync(join(module, folder, name), 'utf8')).map((document) => document.toJS()),
  );
}

/** Installs the definitions among the documents, and waits until the kinds are served. */
export async function installDefinitions(kubernetes: Kubernetes, documents: readonly Any[]): Promise<void> {
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const definitions = documents.filter(({ kind }) => kind === 'CustomResourceDefinition');
  for (const definition of definitions) {
    for (const { schema } of definition.spec.versions) requireKeys(schema.openAPIV3Schema);
    await kubernetes.call('POST', path, definition);
  }
  for (const { metadata, spec } of definitions) {
    for (let attempt = 0; ; attempt += 1) {
      const { status } = await kubernetes.call<Any>('GET', `${path}/${metadata.name}`);
      if (status?.conditions?.some(({ type, status: is }: Any) => type === 'Established' && is === 'True')) break;
      if (attempt === 200) throw new Error(`${metadata.name} is not established: ${JSON.stringify(status)}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const { name } = spec.versions.find(({ served }: Any) => served);
    for (let attempt = 0; ; attempt += 1) {
      try {
        await kubernetes.call('GET', `/apis/${spec.group}/${name}/${spec.names.plural}`);
        break;
      } catch (error) {
        if (attempt === 200) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }
}

/**
 * KServe's definitions have lists with keys that may be absent, which no API server takes; its kustomize patch makes them
 * required (config/crd/patches/protocol.yaml, kubernetes#91395), and so does this.
 */
function requireKeys(schema: Any): void {
  if (typeof schema !== 'object' || schema === null) return;
  const keys: string[] = schema['x-kubernetes-list-map-keys'] ?? [];
  for (const key of keys) {
    const { items } = schema;
    if (items.properties[key]?.default !== undefined || items.required?.includes(key)) continue;
    items.required = [...(items.required ?? []), key];
  }
  for (const inner of Object.values(schema)) requireKeys(inner);
}

export const PLURALS: Readonly<Record<string, string>> = {
  Cluster: 'clusters',
  ImageCatalog: 'imagecatalogs',
  ClusterImageCatalog: 'clusterimagecatalogs',
  ServingRuntime: 'servingruntimes',
  ClusterServingRuntime: 'clusterservingruntimes',
  InferenceService: 'inferenceservices',
  PersistentVolumeClaim: 'persistentvolumeclaims',
};

/** Where an object stands. */
export function pathOf({ apiVersion, kind, metadata }: Any): string {
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const place = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`;
  return `${group}${place}/${PLURALS[kind]}/${metadata.name}`;
}

export const connectAs = (kubernetes: Kubernetes, user = 'admin'): Promise<KubernetesApi> =>
  connectKubernetes({ kubeconfig: kubernetes.kubeconfig(user), context: null, namespaces: [] });

export interface HowApplied {
  /** Everything but the writing. */
  readonly dryRun?: boolean;
  /** Default true: an unknown field is an error. */
  readonly strict?: boolean;
  /** Default: where the object itself says. */
  readonly path?: string;
}

/** Server-side apply as an agent does it. @throws KubernetesError */
export function apply(api: KubernetesApi, object: Any, how: HowApplied = {}): Promise<Any> {
  const { dryRun = false, strict = true, path = pathOf(object) } = how;
  const query = {
    fieldManager: 'pharos',
    force: 'false',
    ...(strict ? { fieldValidation: 'Strict' } : {}),
    ...(dryRun ? { dryRun: 'All' } : {}),
  };
  return api.call('PATCH', path, { body: object, type: 'application/apply-patch+yaml', query });
}

/** Why the server refuses it; null: it does not. @throws when the server says nothing */
export async function refusal(api: KubernetesApi, object: Any, path = pathOf(object)): Promise<string | null> {
  try {
    await apply(api, object, { dryRun: true, path });
    return null;
  } catch (error) {
    if (!((error as { status?: number }).status! > 0)) throw error;
    return (error as Error).message;
  }
}

/** Where `held` lacks what `given` says, as paths: nothing of it may be lost or changed; more may stand there. */
export function lost(given: Any, held: Any, path = ''): string[] {
  if (typeof given !== 'object' || given === null)
    return given === held ? [] : [`${path}: ${JSON.stringify(given)} became ${JSON.stringify(held)}`];
  if (typeof held !== 'object' || held === null || Array.isArray(given) !== Array.isArray(held))
    return [`${path}: ${JSON.stringify(held)}`];
  if (Array.isArray(given) && given.length !== held.length) return [`${path}: ${given.length} became ${held.length}`];
  return Object.keys(given).flatMap((key) => lost(given[key], held[key], `${path}.${key}`));
}
