/** Whether the secrets that a deployment reads stand in its namespace: as an agent says, or why nobody does. */
import type { ManifestCheck, ModelDeploymentSpec } from '@pharos/contract';
import { fail, ok, warn } from './gpu-fit.ts';
import { DEFAULT_AUTH_SECRET } from './nim-operator.ts';
import type { KnownNodes } from './node-fit.ts';
import type { ServedImage } from './served-image.ts';

export const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LONGEST = 253;

/** What only the cluster knows: as an agent told it, or why it did not. */
export interface ClusterFacts {
  readonly nodes: KnownNodes;
  /** Whether a secret stands in the namespace, by its name; null: the agent may not look. A string: nothing is known, and why. */
  readonly secrets: ReadonlyMap<string, boolean | null> | string;
  /** An agent applies it now: what is missing cannot come with the same commit. */
  readonly applies: boolean;
}

/** The secrets that a deployment reads, in its own namespace; those with a name that Kubernetes takes. */
export function secretsOf({
  secret,
  pullSecret,
  target,
}: Pick<ModelDeploymentSpec, 'secret' | 'pullSecret' | 'target'>): string[] {
  const key = secret ?? (target === 'nim-operator' ? DEFAULT_AUTH_SECRET : null);
  const named = [key, pullSecret].filter((name) => name !== null);
  return [...new Set(named)].filter((name) => SUBDOMAIN.test(name) && name.length <= LONGEST);
}

export function secretChecks(spec: ModelDeploymentSpec, image: ServedImage, cluster: ClusterFacts): ManifestCheck[] {
  const { pullSecret, namespace } = spec;
  const checks: ManifestCheck[] = [];
  if (image.format === 'nim') checks.push(keyCheck(spec, cluster));
  if (pullSecret === null) {
    const isNgc = image.host === 'nvcr.io';
    checks.push(
      isNgc
        ? warn(
            'pull-secret',
            'nvcr.io lets nobody pull without signing in, and accepts the terms of each NIM in the browser only.',
            `Make a pull secret in ${namespace}: user $oauthtoken, password an NGC key.`,
          )
        : ok('pull-secret', 'No pull secret is named: the nodes, or the service account, must be allowed to pull.'),
    );
  } else {
    checks.push(secretCheck('pull-secret', pullSecret, spec, cluster));
  }
  return checks;
}

const WITH_KEY = ' with the key NGC_API_KEY';

function keyCheck(spec: ModelDeploymentSpec, cluster: ClusterFacts): ManifestCheck {
  const { secret, namespace, target } = spec;
  if (secret !== null) return secretCheck('secret', secret, spec, cluster, WITH_KEY);
  if (target === 'nim-operator') {
    if (typeof cluster.secrets !== 'string') return secretCheck('secret', DEFAULT_AUTH_SECRET, spec, cluster, WITH_KEY);
    return warn(
      'secret',
      `No secret was named: ${DEFAULT_AUTH_SECRET} is taken, for the NIM Operator serves nothing without one.`,
      `It must stand in ${namespace}${WITH_KEY}.`,
    );
  }
  return warn(
    'secret',
    'No secret with NGC_API_KEY is named: only public NIMs, or those with their profiles in storage, start without.',
    'Name a secret of the namespace.',
  );
}

/** Whether it stands there; never what it holds, which nobody here reads. */
function secretCheck(
  id: string,
  name: string,
  { namespace }: ModelDeploymentSpec,
  { secrets, applies }: ClusterFacts,
  withWhat = '',
): ManifestCheck {
  if (!SUBDOMAIN.test(name))
    return fail(id, `"${name}" is not the name of a secret.`, 'Use lower-case letters, digits, "-" and ".".');
  const look = `kubectl -n ${namespace} get secret ${name}`;
  const isThere = typeof secrets === 'string' ? undefined : secrets.get(name);
  if (isThere === undefined || isThere === null) {
    const silent = isThere === null ? 'the agent may not look at secrets' : 'the agent did not answer in time';
    const why = typeof secrets === 'string' ? secrets : silent;
    return warn(id, `The secret ${name} must stand in ${namespace}${withWhat}; not known: ${why}.`, look);
  }
  if (isThere) return ok(id, `The secret ${name} stands in ${namespace}; what it holds was not read.`);
  const make = `Make it in ${namespace}${withWhat}: secrets of other namespaces are not seen there.`;
  const message = `The secret ${name} does not stand in ${namespace}.`;
  return applies ? fail(id, message, make) : warn(id, message, make);
}
