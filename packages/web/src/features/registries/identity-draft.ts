/** The part of the registry form that is about an identity of a cloud. */
import type { AuthenticationInput } from '@pharos/contract';

export type IdentityType = 'acr' | 'ecr' | 'gcp';
export type AzureMethod = Extract<AuthenticationInput, { type: 'acr' }>['method'];

export interface IdentityDraft {
  method: AzureMethod;
  tenantId: string;
  clientId: string;
  clientSecret: string;
  region: string;
  roleArn: string;
  externalId: string;
  accessKeyId: string;
  secretAccessKey: string;
  serviceAccountKey: string;
}

export const EMPTY_IDENTITY: IdentityDraft = {
  method: 'workload_identity',
  tenantId: '',
  clientId: '',
  clientSecret: '',
  region: '',
  roleArn: '',
  externalId: '',
  accessKeyId: '',
  secretAccessKey: '',
  serviceAccountKey: '',
};

/** The sign-in to send: of the fields only those that belong to its type and method and are filled in. */
export function identityOf(type: IdentityType, draft: IdentityDraft): AuthenticationInput {
  switch (type) {
    case 'acr': {
      const isPrincipal = draft.method === 'service_principal';
      const hasTenant = draft.method !== 'managed_identity';
      const secret = isPrincipal ? filled(draft, ['clientSecret']) : {};
      const tenant = hasTenant ? filled(draft, ['tenantId']) : {};
      return { type, method: draft.method, ...tenant, ...filled(draft, ['clientId']), ...secret };
    }
    case 'ecr':
      return { type, ...filled(draft, ['region', 'roleArn', 'externalId', 'accessKeyId', 'secretAccessKey']) };
    case 'gcp':
      return { type, ...filled(draft, ['serviceAccountKey']) };
  }
}

function filled<K extends Exclude<keyof IdentityDraft, 'method'>>(
  draft: IdentityDraft,
  keys: readonly K[],
): Partial<Record<K, string>> {
  const entries = keys.map((key) => [key, draft[key].trim()] as const).filter(([, value]) => value !== '');
  return Object.fromEntries(entries) as Partial<Record<K, string>>;
}
