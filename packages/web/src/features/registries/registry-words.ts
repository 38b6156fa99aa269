import type { AuthenticationView, Registry } from '@pharos/contract';

/** Providers by the name their users know. */
export const PROVIDER_NAMES: Readonly<Record<Registry['provider'], string>> = {
  auto: 'Recognise it',
  oci: 'Generic OCI registry',
  acr: 'Azure Container Registry',
  ecr: 'Amazon ECR',
  gar: 'Google Artifact Registry',
  gitlab: 'GitLab',
  harbor: 'Harbor',
  quay: 'Quay',
  dockerhub: 'Docker Hub',
  ghcr: 'GitHub Container Registry',
  ngc: 'NVIDIA NGC',
  artifactory: 'JFrog Artifactory',
  nexus: 'Sonatype Nexus',
  zot: 'zot',
  openshift: 'OpenShift',
  cloudsmith: 'Cloudsmith',
  'oci-layout': 'OCI layout (files)',
};

const TYPES: Record<AuthenticationView['type'], string> = {
  none: 'None',
  basic: 'User name and password',
  token: 'Token',
  docker_config: 'Docker configuration',
  acr: 'Azure identity',
  ecr: 'AWS identity',
  gcp: 'Google identity',
};

const SECRETS: Record<AuthenticationView['secret'], string> = {
  none: '',
  stored: ', stored encrypted',
  'at-agent': ', kept at the agent',
  void: ', dropped because the address changed: enter it again',
};

/** How Pharos signs in, and where the secret is; never the secret. */
export function signInWords({ type, username, secret }: AuthenticationView): string {
  return `${TYPES[type]}${username ? ` (${username})` : ''}${SECRETS[secret]}`;
}

/** What is wrong with an address as far as it is typed, before the server is asked. */
export function addressHint(url: string): string | undefined {
  if (/^https?:\/\//i.test(url)) return 'Leave out http:// or https://; TLS is set below.';
  if (url.includes('@')) return 'No user name or password in the address; sign-in is set below.';
  if (/:[a-z][\w.-]*$/i.test(url)) return 'No tag in the address; tags are chosen by rules.';
  return undefined;
}
