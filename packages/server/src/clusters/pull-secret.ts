/** A pull secret that does not stand in the namespace lets no pod start, and the operator says so only after it has made them. */
import type { ClusterSpec } from '@pharos/contract';
import { secretsOf } from '@pharos/library';
import type { Context } from '../context.ts';
import type { Principal } from '../identity/principal.ts';
import { knownSecrets } from '../model-services/location-secrets.ts';
import { ProblemError } from '../problem.ts';

/**
 * Throws `cluster-not-admissible` where an agent of the location says that the secret is not there. Without an answer it says
 * nothing: who applies by hand, or has no agent that looks at secrets, is told by the checks where it must stand.
 */
export async function requirePullSecret(
  context: Context,
  principal: Principal | null,
  { location, namespace, pullSecret }: Pick<ClusterSpec, 'location' | 'namespace' | 'pullSecret'>,
): Promise<void> {
  const names = secretsOf({ pullSecret, secret: null, storage: null, target: 'kserve' });
  const { secrets } = await knownSecrets(context, principal, {
    ...{ location, namespace, names, permission: 'clusters:write' },
  });
  const [name] = names;
  if (name === undefined || typeof secrets === 'string' || secrets.get(name) !== false) return;
  const message = `The secret ${name} does not stand in ${namespace}.`;
  throw new ProblemError('cluster-not-admissible', message, {
    hint: `Make it in ${namespace}: secrets of other namespaces are not seen there.`,
    errors: [{ path: 'pull-secret', message }],
  });
}
