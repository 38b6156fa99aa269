/** Whether secrets stand there, and never what they hold: the API server is asked for metadata, and sends no more. */
import type { SecretAnswer, SecretRef } from '@pharos/contract';
import { cleanText } from '@pharos/library';
import { type KubeObject, type KubernetesApi, KubernetesError } from './api.ts';
import type { Cluster } from './apply.ts';

/**
 * The object without `data` (Kubernetes API concepts, "Alternate representations of resources"). No plain JSON behind it:
 * a server that cannot do this shall refuse, and not send the secret.
 */
const METADATA_ONLY = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io';
const MOST_KEYS = 100;

/** What could not be found out just now is left out, and asked again. */
export async function lookForSecrets(
  { api, namespaces, signal }: Pick<Cluster, 'api' | 'namespaces' | 'signal'>,
  secrets: readonly SecretRef[],
): Promise<SecretAnswer[]> {
  const answers = await Promise.all(
    secrets.map(async ({ namespace, name, keys }): Promise<SecretAnswer | null> => {
      const isServed = namespaces.length === 0 || namespaces.includes(namespace);
      const seen: Seen | null = isServed ? await look(api, namespace, name, signal) : { answer: 'denied' };
      if (seen === null) return null;
      const { answer, metadata } = seen;
      // A control plane of before asks for no keys, and takes no answer with them.
      return { namespace, name, answer, ...(keys && metadata !== undefined ? { keys: keyNames(metadata) } : {}) };
    }),
  );
  return answers.filter((answer) => answer !== null);
}

interface Seen {
  readonly answer: SecretAnswer['answer'];
  readonly metadata?: KubeObject;
}

async function look(api: KubernetesApi, namespace: string, name: string, signal: AbortSignal): Promise<Seen | null> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets/${encodeURIComponent(name)}`;
  try {
    const { metadata } = await api.call('GET', path, { accept: METADATA_ONLY, signal });
    return { answer: 'there', metadata };
  } catch (error) {
    if (!(error instanceof KubernetesError)) return null;
    if (error.status === 404) return { answer: 'absent' };
    return error.status === 401 || error.status === 403 || error.status === 406 ? { answer: 'denied' } : null;
  }
}

/**
 * The names of its keys, from who wrote which field (`managedFields`, FieldsV1: `f:data` holds an `f:NAME` for each). Metadata
 * tells them without a value. null: whoever wrote it left no such trace.
 */
export function keyNames(metadata: KubeObject): string[] | null {
  const names = new Set<string>();
  const managed: unknown = metadata?.managedFields;
  for (const entry of Array.isArray(managed) ? managed : []) {
    const { 'f:data': data, 'f:stringData': texts } = entry?.fieldsV1 ?? {};
    for (const field of [...Object.keys(data ?? {}), ...Object.keys(texts ?? {})])
      if (field.startsWith('f:')) names.add(cleanText(field.slice(2), 253));
  }
  return names.size === 0 ? null : [...names].sort().slice(0, MOST_KEYS);
}
