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
  /** Names of their keys, where the agent could tell them. */
  readonly secretKeys?: ReadonlyMap<string, readonly string[]>;
  /** Whether the operator of the target is installed, as an agent found; absent: not known. */
  readonly hasOperator?: boolean | undefined;
  /** An agent applies it now: what is missing cannot come with the same commit. */
  readonly applies: boolean;
}

/** The secrets that a deployment reads, in its own namespace; those with a name that Kubernetes takes. */
export function secretsOf({
  secret,
  pullSecret,
  target,
  storage,
}: Pick<ModelDeploymentSpec, 'secret' | 'pullSecret' | 'target' | 'storage'>): string[] {
  const key = secret ?? (target === 'nim-operator' ? DEFAULT_AUTH_SECRET : null);
  const stored = storage?.kind === 'object-storage' ? (storage.secret ?? null) : null;
  const named = [key, pullSecret, stored].filter((name) => name !== null);
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
  checks.push(...storageKeysCheck(spec, cluster));
  return checks;
}

/** Keys that the storage initializer of KServe looks for, by the kind of address (v0.20.0, pkg/credentials). */
const STORAGE_KEYS: readonly [prefix: string, keys: readonly string[]][] = [
  ['s3://', ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']],
  ['gs://', ['gcloud-application-credentials.json']],
];

function storageKeysCheck(spec: ModelDeploymentSpec, cluster: ClusterFacts): ManifestCheck[] {
  const { storage } = spec;
  if (storage?.kind !== 'object-storage' || storage.secret === undefined) return [];
  const [, keys = []] = STORAGE_KEYS.find(([prefix]) => storage.uri.startsWith(prefix)) ?? [];
  return [secretCheck('storage-secret', storage.secret, spec, cluster, keys)];
}

const NGC_KEYS = ['NGC_API_KEY'];

function keyCheck(spec: ModelDeploymentSpec, cluster: ClusterFacts): ManifestCheck {
  const { secret, namespace, target } = spec;
  if (secret !== null) return secretCheck('secret', secret, spec, cluster, NGC_KEYS);
  if (target === 'nim-operator') {
    if (typeof cluster.secrets !== 'string') return secretCheck('secret', DEFAULT_AUTH_SECRET, spec, cluster, NGC_KEYS);
    return warn(
      'secret',
      `No secret was named: ${DEFAULT_AUTH_SECRET} is taken, for the NIM Operator serves nothing without one.`,
      `It must stand in ${namespace}${withKeys(NGC_KEYS)}.`,
    );
  }
  return warn(
    'secret',
    'No secret with NGC_API_KEY is named: only public NIMs, or those with their profiles in storage, start without.',
    'Name a secret of the namespace.',
  );
}

const withKeys = (keys: readonly string[]) =>
  keys.length === 0 ? '' : ` with the ${keys.length === 1 ? 'key' : 'keys'} ${keys.join(' and ')}`;

/** Whether it stands there and has these keys, by their names; never what it holds, which nobody here reads. */
function secretCheck(
  id: string,
  name: string,
  { namespace }: ModelDeploymentSpec,
  { secrets, secretKeys, applies }: ClusterFacts,
  keys: readonly string[] = [],
): ManifestCheck {
  const withWhat = withKeys(keys);
  if (!SUBDOMAIN.test(name))
    return fail(id, `"${name}" is not the name of a secret.`, 'Use lower-case letters, digits, "-" and ".".');
  const look = `kubectl -n ${namespace} get secret ${name}`;
  const isThere = typeof secrets === 'string' ? undefined : secrets.get(name);
  if (isThere === undefined || isThere === null) {
    const silent = isThere === null ? 'the agent may not look at secrets' : 'the agent did not answer in time';
    const why = typeof secrets === 'string' ? secrets : silent;
    return warn(id, `The secret ${name} must stand in ${namespace}${withWhat}; not known: ${why}.`, look);
  }
  if (isThere) {
    const known = keys.length === 0 ? undefined : secretKeys?.get(name);
    const stands = `The secret ${name} stands in ${namespace}`;
    if (known === undefined) return ok(id, `${stands}; what it holds was not read.`);
    const lacking = keys.filter((key) => !known.includes(key));
    if (lacking.length === 0) return ok(id, `${stands}${withWhat}; what stands under it was not read.`);
    // What wrote it tells its keys, and may have told too little: this refuses nothing.
    const message = `${stands}, and as far as its metadata tells it has no ${lacking.join(' and no ')}.`;
    const add = `Add it there: ${look.replace(' get ', ' edit ')}.`;
    return warn(id, message, add);
  }
  const make = `Make it in ${namespace}${withWhat}: secrets of other namespaces are not seen there.`;
  const message = `The secret ${name} does not stand in ${namespace}.`;
  return applies ? fail(id, message, make) : warn(id, message, make);
}
