/** What a sign-in says of itself: its user, whether it holds a secret, and what it lacks. Never the secret. */
import type { AuthenticationInput } from './registry.ts';

/** The user name to show: of an identity of a cloud its own name there. Null when it has none. */
export function signInUser(input: AuthenticationInput): string | null {
  switch (input.type) {
    case 'basic':
    case 'token':
      return input.username ?? null;
    case 'acr':
      return input.clientId || null;
    case 'ecr':
      return input.accessKeyId || input.roleArn || null;
    case 'gcp': {
      const email = keyOf(input.serviceAccountKey ?? '')?.client_email;
      return typeof email === 'string' ? email.slice(0, 500) : null;
    }
    default:
      return null;
  }
}

/** False for the identity that the agent's own machine has: then there is nothing to keep, and nothing to enter again. */
export function holdsSecret(input: AuthenticationInput): boolean {
  switch (input.type) {
    case 'none':
      return false;
    case 'acr':
      return Boolean(input.clientSecret);
    case 'ecr':
      return Boolean(input.secretAccessKey);
    case 'gcp':
      return Boolean(input.serviceAccountKey);
    default:
      return true;
  }
}

/** A part of a sign-in that is missing or cannot be used; `message` completes a sentence that begins with the field. */
export interface SignInProblem {
  field: 'tenantId' | 'clientId' | 'clientSecret' | 'accessKeyId' | 'secretAccessKey' | 'roleArn' | 'serviceAccountKey';
  message: string;
}

/** What the schema cannot say: which parts of an identity go together. Null when there is nothing to say. */
export function signInProblem(input: AuthenticationInput): SignInProblem | null {
  if (input.type === 'acr') {
    if (input.method !== 'service_principal') {
      const message = 'is only for a service principal; the other methods have no secret';
      return input.clientSecret ? { field: 'clientSecret', message } : null;
    }
    const missing = (['tenantId', 'clientId', 'clientSecret'] as const).find((field) => !input[field]);
    return missing === undefined ? null : { field: missing, message: 'is needed for a service principal' };
  }
  if (input.type === 'ecr') {
    if (!input.accessKeyId && input.secretAccessKey) {
      return { field: 'accessKeyId', message: 'is needed beside the secret access key' };
    }
    if (input.accessKeyId && !input.secretAccessKey) {
      return { field: 'secretAccessKey', message: 'is needed beside the access key id' };
    }
    const isArn = !input.roleArn || /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/.test(input.roleArn);
    if (!isArn) return { field: 'roleArn', message: 'must be written as arn:aws:iam::<account>:role/<name>' };
    return null;
  }
  if (input.type !== 'gcp' || input.serviceAccountKey === undefined) return null;
  const key = keyOf(input.serviceAccountKey);
  const isAccount = typeof key?.client_email === 'string' && typeof key.private_key === 'string';
  if (isAccount || key?.type === 'external_account') return null;
  const message =
    'must be the JSON of a service account key (client_email, private_key) or of the type external_account';
  return { field: 'serviceAccountKey', message };
}

function keyOf(text: string): Record<string, unknown> | null {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
