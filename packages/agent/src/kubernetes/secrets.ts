/** Whether secrets stand there, and never what they hold: the API server is asked for metadata, and sends no more. */
import type { SecretAnswer, SecretRef } from '@pharos/contract';
import { type KubernetesApi, KubernetesError } from './api.ts';
import type { Cluster } from './apply.ts';

/**
 * The object without `data` (Kubernetes API concepts, "Alternate representations of resources"). No plain JSON behind it:
 * a server that cannot do this shall refuse, and not send the secret.
 */
const METADATA_ONLY = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io';

/** What could not be found out just now is left out, and asked again. */
export async function lookForSecrets(
  { api, namespaces, signal }: Pick<Cluster, 'api' | 'namespaces' | 'signal'>,
  secrets: readonly SecretRef[],
): Promise<SecretAnswer[]> {
  const answers = await Promise.all(
    secrets.map(async ({ namespace, name }): Promise<SecretAnswer | null> => {
      const isServed = namespaces.length === 0 || namespaces.includes(namespace);
      const answer = isServed ? await look(api, namespace, name, signal) : 'denied';
      return answer === null ? null : { namespace, name, answer };
    }),
  );
  return answers.filter((answer) => answer !== null);
}

async function look(
  api: KubernetesApi,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<SecretAnswer['answer'] | null> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets/${encodeURIComponent(name)}`;
  try {
    await api.call('GET', path, { accept: METADATA_ONLY, signal });
    return 'there';
  } catch (error) {
    if (!(error instanceof KubernetesError)) return null;
    if (error.status === 404) return 'absent';
    return error.status === 401 || error.status === 403 || error.status === 406 ? 'denied' : null;
  }
}
