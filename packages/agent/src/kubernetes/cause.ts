/** What went wrong with an object, in words: a stable code, a sentence, and what to do. */
import type { ObjectRef } from '@pharos/contract';
import { cleanText } from '@pharos/library';
import { KubernetesError } from './api.ts';

export interface Cause {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** Something that this folder found itself. */
export class DispatchError extends Error {
  readonly told: Cause;

  constructor(code: string, message: string, hint: string) {
    super(message);
    this.name = 'DispatchError';
    this.told = { code, message, hint };
  }
}

const ADMISSION = /admission webhook "([^"]{1,253})" denied the request:?\s*/;

/** `orders (Cluster in team-a)`. */
export function nameOf({ kind, namespace, name }: ObjectRef): string {
  return `${name} (${kind}${namespace === null ? '' : ` in ${namespace}`})`;
}

/** The cause of an error of the API, or of one's own. Text from elsewhere is cleaned and bounded. */
export function causeOf(error: unknown, object: ObjectRef, doing: string): Cause {
  if (error instanceof DispatchError) return error.told;
  if (!(error instanceof KubernetesError)) {
    const { name } = error as Error;
    return cause('unexpected', `${nameOf(object)} could not be ${doing} (${name}).`, 'Look into the log of the agent.');
  }
  const said = cleanText(error.message, 500);
  const webhook = ADMISSION.exec(said);
  if (webhook !== null) {
    const why = said.slice(webhook.index + webhook[0].length);
    return cause(
      'admission-refused',
      `The admission webhook ${webhook[1]} refused ${nameOf(object)}: ${why}`,
      'Change what it objects to, or ask whoever runs it.',
    );
  }
  if (error.status === 403 && /^namespaces? /.test(said) && said.includes('being terminated'))
    return cause('namespace-missing', `The namespace of ${nameOf(object)} is being deleted.`, NAMESPACE_HINT);
  if (error.status === 401)
    return cause('kubernetes-sign-in', 'Kubernetes does not accept the sign-in of the agent.', SIGN_IN_HINT);
  if (error.status === 403) {
    const hint = 'Give the agent the role that "pharos agent rbac" prints for this capability.';
    return cause('rbac-missing', `The agent may not let ${nameOf(object)} be ${doing}: ${said}`, hint);
  }
  if (error.status === 404 && error.details.kind === 'namespaces')
    return cause('namespace-missing', `There is no namespace ${object.namespace}.`, NAMESPACE_HINT);
  if (error.status === 404) return kindMissing(object);
  // An apply with a field that the kind does not know is an error of the server by its status, and no less ours.
  if (error.status === 422 || error.status === 400 || said.includes('field not declared in schema')) {
    const hint = 'Correct the fields that it names; the operator may be of another version than expected.';
    return cause('object-invalid', `Kubernetes refused ${nameOf(object)}: ${said}`, hint);
  }
  if (error.status === 0) return cause('kubernetes-unreachable', said, 'It is tried again by itself.');
  return cause('kubernetes-error', `${nameOf(object)} could not be ${doing}: ${said}`, 'It is tried again by itself.');
}

export function kindMissing({ apiVersion, kind }: ObjectRef): Cause {
  return cause('kind-missing', `Kubernetes knows no ${kind} of ${apiVersion}.`, 'Install the operator that brings it.');
}

const NAMESPACE_HINT = 'Create the namespace, or choose another one.';
const SIGN_IN_HINT = 'Check dispatcher.kubernetes of the agent: kubeconfig, context, service account.';

function cause(code: string, message: string, hint: string): Cause {
  return { code, message: message.slice(0, 2000), hint };
}
