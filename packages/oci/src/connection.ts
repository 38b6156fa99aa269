/** How to sign in. `docker_config` takes the JSON text of a `.dockerconfigjson` secret or of the docker CLI's `config.json`. */
export type Authentication =
  | { type: 'none' }
  | { type: 'basic'; username: string; password: string }
  | { type: 'token'; token: string; username?: string | undefined }
  | { type: 'docker_config'; config: string }
  | {
      type: 'acr';
      method: 'workload_identity' | 'managed_identity' | 'service_principal';
      tenantId?: string | undefined;
      clientId?: string | undefined;
      clientSecret?: string | undefined;
    }
  | {
      type: 'ecr';
      region?: string | undefined;
      roleArn?: string | undefined;
      externalId?: string | undefined;
      accessKeyId?: string | undefined;
      secretAccessKey?: string | undefined;
    }
  | { type: 'gcp'; serviceAccountKey?: string | undefined };

/** Bounds on everything a registry can make this client do. Times in milliseconds, sizes in bytes. */
export interface Limits {
  /** Connections per origin. */
  concurrency: number;
  /** TCP and TLS together. */
  connectMs: number;
  /** From the request to the end of the answer's headers. */
  headersMs: number;
  /** For the whole body, and for any pause in it. */
  bodyMs: number;
  manifestBytes: number;
  configBytes: number;
  /** One page of a tag list or catalog; Distribution 2.8 answers with all tags in one. */
  tagPageBytes: number;
  /** How much of an error's body is read; the rest is thrown away. */
  errorBytes: number;
  tokenBytes: number;
  maxPages: number;
  maxTags: number;
  maxRepositories: number;
}

const MIB = 1024 * 1024;

export const DEFAULT_LIMITS: Readonly<Limits> = Object.freeze({
  concurrency: 8,
  connectMs: 5_000,
  headersMs: 15_000,
  bodyMs: 60_000,
  manifestBytes: 8 * MIB,
  configBytes: 8 * MIB,
  tagPageBytes: 32 * MIB,
  errorBytes: 8 * 1024,
  tokenBytes: 128 * 1024,
  maxPages: 10_000,
  maxTags: 2_000_000,
  maxRepositories: 200_000,
});

export interface TlsOptions {
  /** PEM text of authorities that are trusted besides the system's. */
  caCerts?: string | undefined;
  /** Accept any certificate of the registry's own host. Other hosts (storage, token service) are verified all the same. */
  skipVerify?: boolean | undefined;
  /** Speak http to an address without a scheme, and accept http:// addresses. */
  plainHttp?: boolean | undefined;
}

/** One registry as the operator describes it. */
export interface RegistryConnection {
  name: string;
  url: string;
  /** `auto`, `oci` or a dialect (see `dialects/`). */
  provider: string;
  /**
   * Where the product's own API stands when it is not at the registry's host: https://host[/path]. The operator's word:
   * the credentials go there too.
   */
  apiUrl?: string | null | undefined;
  authentication: Authentication;
  /**
   * Whoever runs this agent wrote this in its own file. Only then credential helpers are run, and the machine's own
   * identity is shown to hosts that are not the cloud's; the control plane cannot set it.
   */
  fromOwnFile?: boolean | undefined;
  tls: TlsOptions;
  limits?: Partial<Limits> | undefined;
  /** Hosts (`host` or `host:port`) that may receive the credentials as token services though the rules would refuse them. */
  tokenHosts?: readonly string[] | undefined;
}

/** What a request is for, as told to `onRequest` and used in error sentences. */
export type RequestKind =
  | 'ping'
  | 'tags'
  | 'catalog'
  | 'manifest'
  | 'blob'
  | 'referrers'
  | 'api'
  | 'token'
  | 'redirect';

/** Told after every request; `status` is 0 when no answer came. */
export type OnRequest = (info: { kind: RequestKind; status: number }) => void;
