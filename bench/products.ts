/** How the stand-in of each product is addressed and signed in to, by the agent and by the replicas of its peers. */
import { DEFAULT_API_TOKEN, DEFAULT_CREDENTIAL, type DialectName } from '@pharos/testbed';
import type { RegistryEntry } from './agent.ts';

export interface Product {
  /** As rules name it. */
  readonly repository: string;
  /** Prefix of the address below which the repository stands. */
  readonly prefix?: string;
  /** In the agent's file. */
  readonly authentication: NonNullable<RegistryEntry['authentication']>;
  /** User and password as a generic client has them; null where the stand-in is open. */
  readonly login: { readonly username: string; readonly password: string } | null;
}

const { username: USER, password } = DEFAULT_CREDENTIAL;

function product(repository: string, username: string = USER, more: Partial<Product> = {}): Product {
  return {
    repository,
    authentication: { type: 'basic', username, password },
    login: { username, password },
    ...more,
  };
}

const OPEN = { authentication: { type: 'none' }, login: null } as const;

export const PRODUCTS: Readonly<Record<DialectName, Product>> = {
  oci: product('team/pg'),
  acr: product('team/pg'),
  ecr: product('team/pg', 'AWS', {
    authentication: { type: 'ecr', region: 'eu-central-1', access_key_id: 'AKID', secret_access_key: password },
  }),
  gar: product('project/repo/pg', 'oauth2accesstoken'),
  gitlab: product('team/project/pg'),
  harbor: product('team/pg'),
  // Its API and its registry want two credentials, and an address has one.
  quay: product('team/pg', USER, OPEN),
  dockerhub: product('team/pg'),
  ghcr: product('team/pg'),
  ngc: product('team/pg', '$oauthtoken', {
    // In the agent's file a dollar sign is doubled.
    authentication: { type: 'basic', username: '$$oauthtoken', password },
  }),
  artifactory: product('team/pg', USER, { prefix: '/docker-local' }),
  nexus: product('team/pg'),
  zot: product('team/pg'),
  openshift: product('team/pg', USER, { authentication: { type: 'token', token: password } }),
  // Its API wants a key of its own, and the stand-in of its registry is open.
  cloudsmith: product('org/k8s/pg', USER, { ...OPEN, authentication: { type: 'token', token: DEFAULT_API_TOKEN } }),
};
