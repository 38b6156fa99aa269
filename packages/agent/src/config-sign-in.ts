/** From a registry's `authentication` in the agent's file to how the agent signs in. */
import { type AuthenticationInput, type SignInProblem, signInProblem } from '@pharos/contract';
import type { FileAuthentication } from './config-schema.ts';
import { type Refuse, readSmallFile } from './config-small-file.ts';

/** The incumbent's word for an identity of AWS. */
export const EKS_MANAGED_IDENTITY = 'eks_managed_identity';

/** Reads a sign-in; what cannot be used is told and becomes `none`. @param directory folder that relative names start from */
export function readAuthentication(entry: FileAuthentication, directory: string, refuse: Refuse): AuthenticationInput {
  switch (entry.type) {
    case 'none':
    case 'basic':
    case 'token':
      return entry;
    case 'docker_config':
      return readDockerConfig(entry, directory, refuse);
    default:
      return checked(readIdentity(entry, directory, refuse), refuse);
  }
}

type Identity = Extract<FileAuthentication, { type: 'acr' | 'ecr' | 'gcp' | 'eks_managed_identity' }>;

function readIdentity(entry: Identity, directory: string, refuse: Refuse): AuthenticationInput {
  switch (entry.type) {
    case 'acr':
      return {
        type: 'acr',
        method: entry.method,
        ...(entry.tenant_id === undefined ? {} : { tenantId: entry.tenant_id }),
        ...(entry.client_id === undefined ? {} : { clientId: entry.client_id }),
        ...(entry.client_secret === undefined ? {} : { clientSecret: entry.client_secret }),
      };
    case 'ecr':
    case 'eks_managed_identity':
      return {
        type: 'ecr',
        ...(entry.region === undefined ? {} : { region: entry.region }),
        ...(entry.role_arn === undefined ? {} : { roleArn: entry.role_arn }),
        ...(entry.external_id === undefined ? {} : { externalId: entry.external_id }),
        ...(entry.type === 'ecr' && entry.access_key_id !== undefined ? { accessKeyId: entry.access_key_id } : {}),
        ...(entry.type === 'ecr' && entry.secret_access_key !== undefined
          ? { secretAccessKey: entry.secret_access_key }
          : {}),
      };
    case 'gcp': {
      const key = entry.service_account_key;
      if (key === undefined) return { type: 'gcp' };
      const isText = key.trimStart().startsWith('{');
      const text = isText
        ? key
        : readSmallFile(key.trim(), directory, 50_000, 'service-account-key-unreadable', refuse);
      return text === null ? { type: 'none' } : { type: 'gcp', serviceAccountKey: text };
    }
  }
}

/** Fields of the contract by their keys in the file. */
const KEYS: Readonly<Record<SignInProblem['field'], string>> = {
  tenantId: 'tenant_id',
  clientId: 'client_id',
  clientSecret: 'client_secret',
  accessKeyId: 'access_key_id',
  secretAccessKey: 'secret_access_key',
  roleArn: 'role_arn',
  serviceAccountKey: 'service_account_key',
};

function checked(input: AuthenticationInput, refuse: Refuse): AuthenticationInput {
  const problem = signInProblem(input);
  if (problem === null) return input;
  refuse('sign-in-invalid', `${KEYS[problem.field]} ${problem.message}.`, `Correct ${KEYS[problem.field]}.`);
  return { type: 'none' };
}

type DockerConfig = Extract<FileAuthentication, { type: 'docker_config' }>;

function readDockerConfig({ path, config }: DockerConfig, directory: string, refuse: Refuse): AuthenticationInput {
  if ((path === undefined) === (config === undefined)) {
    refuse(
      'docker-config-invalid',
      'docker_config needs either path or config.',
      'Give the path of a .dockerconfigjson, or its text as config.',
    );
    return { type: 'none' };
  }
  const isText = config?.trimStart().startsWith('{');
  const text = isText
    ? config!
    : readSmallFile(path ?? config!, directory, 100_000, 'docker-config-unreadable', refuse);
  if (text !== null && !isJsonObject(text)) {
    // Never the parser's own message: it quotes the text, which is a secret.
    refuse(
      'docker-config-invalid',
      'The docker configuration is not a JSON object.',
      'Give a .dockerconfigjson or the config.json of the docker CLI.',
    );
  }
  return { type: 'docker_config', config: text ?? '{}' };
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
