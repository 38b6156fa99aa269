/** What is known about every error code: whether the same request may succeed later by itself, and the next step for a person. */
const ERRORS = {
  'registry-url-invalid': [
    false,
    'Give the address as host, host:port or https://host/prefix, without user name, query or fragment.',
  ],
  'reference-invalid': [
    false,
    'Write an image as [host[:port]/]repository[:tag][@sha256:digest] with a lower-case repository.',
  ],
  'ca-certs-invalid': [
    false,
    'Set tls.ca_certs to one or more certificates in PEM form (-----BEGIN CERTIFICATE-----).',
  ],
  'docker-config-invalid': [
    false,
    'Give the JSON text of a .dockerconfigjson or of ~/.docker/config.json with an "auths" entry for this registry.',
  ],
  'authentication-invalid': [false, 'Give the token or password exactly as the registry shows it, in one line.'],
  'address-refused': [
    false,
    'Metadata, link-local and unspecified addresses are never dialled. Use the address of the registry itself.',
  ],
  'dns-failed': [true, 'Check the spelling of the host, and that the name resolves where the agent runs.'],
  'connection-refused': [true, 'Check host and port, and that the registry is running and reachable from the agent.'],
  'registry-unreachable': [true, 'Check network, firewall and proxy between the agent and the registry.'],
  timeout: [true, 'Check network and load of the registry; raise the limits for a registry that is known to be slow.'],
  aborted: [true, 'Nothing to do: the work was cancelled.'],
  'tls-untrusted': [false, 'Put the certificate of the authority that signed it into tls.ca_certs.'],
  'tls-name-mismatch': [
    false,
    'Use a host name that stands in the certificate, or have the certificate reissued with this name.',
  ],
  'tls-expired': [false, 'Renew the certificate of the registry, and check the clocks on both sides.'],
  'tls-failed': [false, 'Check which TLS versions the registry offers, and whether it asks for a client certificate.'],
  'tls-expected-plain-http': [
    false,
    'Give the registry TLS; or set tls.plain_http when an unprotected connection is intended.',
  ],
  'plain-http-expected-tls': [false, 'Turn tls.plain_http off (or write https:// in the address).'],
  'not-a-registry': [
    true,
    'Check that the address names the registry itself and not a web page or a login proxy in front of it.',
  ],
  unauthorized: [
    false,
    'Check user name and password or token. Some registries also answer so for a repository that does not exist.',
  ],
  forbidden: [false, 'Give the account the right to pull (read) this repository.'],
  'policy-blocked': [
    false,
    'A policy of the registry holds this image back, for example a vulnerability or signature rule. Look at it there.',
  ],
  'token-failed': [true, 'Check the token service of the registry and the clock of the machine.'],
  'token-realm-refused': [
    false,
    "If this token host is the right one, list it under token_hosts of this registry in the agent's file.",
  ],
  'sdk-missing': [
    false,
    'Install Pharos with all of its packages (npm ci), or sign in by basic, token or docker_config.',
  ],
  'identity-missing': [
    true,
    'Give the agent an identity (Azure Workload Identity, EKS Pod Identity or IRSA, GKE Workload Identity), or enter a credential.',
  ],
  'identity-failed': [
    true,
    'Check that the identity exists, that it is trusted where the agent runs, and that clock and network there are right.',
  ],
  'identity-host-refused': [
    false,
    'Use the registry’s own address at the cloud, or describe this registry in the file of the agent.',
  ],
  'credential-helper-failed': [
    true,
    'Run docker-credential-NAME get where the agent runs, as its user, and mend what it reports.',
  ],
  'redirect-refused': [
    false,
    'Check the registry’s storage redirect; its target must be https and not a local or private address.',
  ],
  'link-refused': [false, 'The registry must page with links to itself under /v2/. Check the proxy in front of it.'],
  'link-loop': [true, 'The registry repeats its pages. Check the registry or the proxy in front of it.'],
  'too-many-pages': [false, 'Name the repositories you need, or raise the limit on pages.'],
  'too-many-names': [false, 'Narrow what is scanned, or raise the limit on names.'],
  'repository-not-found': [false, 'Check the name of the repository, including its prefix.'],
  'manifest-not-found': [false, 'The tag or digest is not there (any more). Nothing to do if it was deleted.'],
  'blob-not-found': [false, 'The image is incomplete in the registry. Push it again.'],
  'catalog-unavailable': [
    false,
    'Name the repositories in a rule or in the agent’s file; most registries do not list them.',
  ],
  'api-unavailable': [
    false,
    'Give the account the right to read by the product’s API. Until then every tag is asked for one by one.',
  ],
  'budget-spent': [
    false,
    'Nothing to do: the scan goes on when the allowance is free again. Raise budget.requests_per_day to read more.',
  ],
  'rate-limited': [true, 'Wait, sign in for a higher limit, or scan less often.'],
  'registry-failed': [true, 'Look into the log of the registry; the scan is tried again later.'],
  'request-refused': [false, 'The registry does not accept this request. Check its kind and version.'],
  'response-invalid': [true, 'Check the registry or the proxy in front of it.'],
  'body-too-large': [false, 'No image needs this much metadata. Raise the limit only if you know this content.'],
  'digest-mismatch': [
    false,
    'The bytes are not what the digest names: do not use this image. Check the registry’s storage and proxies.',
  ],
  'manifest-invalid': [false, 'Push the image again with a current tool (OCI or Docker schema 2).'],
  'manifest-ambiguous': [
    false,
    'Do not use this image: different tools would read different contents (CVE-2021-41190).',
  ],
  'layout-invalid': [
    false,
    'Give a folder or tar archive in the OCI image layout, as skopeo copy … oci-archive:FILE:REPOSITORY:TAG writes it.',
  ],
  'layout-unreadable': [
    true,
    'Check that the path is right, mounted, and readable for the user that the agent runs as.',
  ],
  'layout-incomplete': [
    true,
    'Wait until it is copied completely, or copy it again. Copy under a name that begins with a dot, then rename it.',
  ],
  'layout-refused': [false, 'Name files as a registry in beacon_agent.yaml of the agent that can read them.'],
  'queue-full': [true, 'Too much work waits for this registry. It is tried again later.'],
} as const satisfies Record<string, readonly [transient: boolean, hint: string]>;

/** Stable, kebab-case; see the table above for the meaning of each. */
export type RegistryErrorCode = keyof typeof ERRORS;

/** Every code with its usual hint, for documentation and for screens that explain a code. */
export const REGISTRY_ERROR_HINTS: Readonly<Record<RegistryErrorCode, string>> = Object.fromEntries(
  Object.entries(ERRORS).map(([code, [, hint]]) => [code, hint]),
) as Record<RegistryErrorCode, string>;

/** What the answer says about existence: only a registry's own 404 code proves absence. */
export type Absence = 'no' | 'tag' | 'repository';

export interface RegistryErrorDetails {
  code: RegistryErrorCode;
  message: string;
  hint?: string | undefined;
  /** HTTP status of the answer, where there was one. */
  status?: number | undefined;
  /** Where it happened; query and user name are cut off, for both can hold secrets. */
  url?: string | undefined;
  /** How long the registry asks to wait, in milliseconds. */
  retryAfterMs?: number | undefined;
  transient?: boolean | undefined;
  absence?: Absence | undefined;
  /** A short technical word for logs, such as ECONNREFUSED or MANIFEST_UNKNOWN. Never free text of the registry: it may echo a secret. */
  evidence?: string | undefined;
}

/**
 * The one error of this package: a stable `code`, a sentence (`message`), a next step (`hint`). `transient` says
 * that the same request may succeed later by itself; `absence` is `tag` or `repository` only when the registry
 * itself said that the thing does not exist, never for a sign-in failure, an outage or a proxy's 404.
 */
export class RegistryError extends Error {
  override readonly name = 'RegistryError';
  readonly code: RegistryErrorCode;
  readonly hint: string;
  readonly status: number | undefined;
  readonly url: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly transient: boolean;
  readonly absence: Absence;
  readonly evidence: string | undefined;

  constructor(details: RegistryErrorDetails) {
    super(details.message);
    const [transient, hint] = ERRORS[details.code];
    this.code = details.code;
    this.hint = details.hint ?? hint;
    this.status = details.status;
    this.url = details.url === undefined ? undefined : bareUrl(details.url);
    this.retryAfterMs = details.retryAfterMs;
    this.transient = details.transient ?? transient;
    this.absence = details.absence ?? 'no';
    this.evidence = details.evidence;
  }
}

/** The address without user name, password, query and fragment: each of them can carry a secret. */
function bareUrl(text: string): string {
  const url = URL.parse(text);
  return url === null
    ? text.replace(/[?#].*$/s, '').replace(/\/\/[^/]*@/, '//')
    : `${url.protocol}//${url.host}${url.pathname}`;
}
