/** The registry form's state, and what is sent of it. */
import type { AuthenticationInput, Registry, RegistryInput, RegistryPatch } from '@pharos/contract';
import { EMPTY_IDENTITY, type IdentityDraft, identityOf } from './identity-draft.ts';
import { EMPTY_READING, type ReadingDraft, readingDraftOf, readingOf } from './reading-draft.ts';

export type SignInType = AuthenticationInput['type'] | 'keep';

export interface RegistryDraft extends ReadingDraft {
  name: string;
  url: string;
  provider: Registry['provider'];
  locationId: string;
  signIn: SignInType;
  username: string;
  password: string;
  token: string;
  config: string;
  identity: IdentityDraft;
  caCerts: string;
  skipVerify: boolean;
  plainHttp: boolean;
  intervalSeconds: string;
}

export const EMPTY_DRAFT: RegistryDraft = {
  name: '',
  url: '',
  provider: 'auto',
  locationId: '',
  signIn: 'none',
  username: '',
  password: '',
  token: '',
  config: '',
  identity: EMPTY_IDENTITY,
  caCerts: '',
  skipVerify: false,
  plainHttp: false,
  intervalSeconds: '300',
  ...EMPTY_READING,
};

/** The form of a registry that exists; its secret is not here and is kept unless another is typed. */
export function draftOf(registry: Registry): RegistryDraft {
  const { type, username, secret } = registry.authentication;
  return {
    ...EMPTY_DRAFT,
    name: registry.name,
    url: registry.url,
    provider: registry.provider,
    locationId: registry.locationId,
    signIn: type === 'none' || secret === 'void' ? 'none' : 'keep',
    username: username ?? '',
    caCerts: registry.tls.caCerts,
    skipVerify: registry.tls.skipVerify,
    plainHttp: registry.tls.plainHttp,
    intervalSeconds: String(registry.intervalSeconds),
    ...readingDraftOf(registry),
  };
}

/** The sign-in to send; undefined keeps what is stored. */
function authenticationOf(draft: RegistryDraft): AuthenticationInput | undefined {
  switch (draft.signIn) {
    case 'keep':
      return undefined;
    case 'none':
      return { type: 'none' };
    case 'basic':
      return { type: 'basic', username: draft.username.trim(), password: draft.password };
    case 'token':
      return draft.username.trim() === ''
        ? { type: 'token', token: draft.token.trim() }
        : { type: 'token', username: draft.username.trim(), token: draft.token.trim() };
    case 'docker_config':
      return { type: 'docker_config', config: draft.config };
    case 'acr':
    case 'ecr':
    case 'gcp':
      return identityOf(draft.signIn, draft.identity);
  }
}

const tlsOf = ({ caCerts, skipVerify, plainHttp }: RegistryDraft) => ({ caCerts, skipVerify, plainHttp });

export function inputOf(draft: RegistryDraft): RegistryInput {
  return {
    name: draft.name.trim() || draft.url.trim(),
    url: draft.url.trim(),
    provider: draft.provider,
    ...(draft.locationId ? { locationId: draft.locationId } : {}),
    authentication: authenticationOf(draft) ?? { type: 'none' },
    tls: tlsOf(draft),
    ...readingOf(draft),
    intervalSeconds: Number(draft.intervalSeconds),
  };
}

export function patchOf(draft: RegistryDraft): RegistryPatch {
  const authentication = authenticationOf(draft);
  return {
    name: draft.name.trim(),
    url: draft.url.trim(),
    provider: draft.provider,
    tls: tlsOf(draft),
    ...readingOf(draft),
    intervalSeconds: Number(draft.intervalSeconds),
    ...(authentication ? { authentication } : {}),
  };
}
