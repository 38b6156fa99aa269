import type {
  BlobReader,
  DialectInfo,
  ManifestReader,
  Quota,
  ReferrerLister,
  RepositoryLister,
  ScannerReader,
  TagDescriber,
  TagLister,
} from './abilities.ts';
import { answerError } from './answer-error.ts';
import type { RegistryConnection } from './connection.ts';
import { DialectSwitch } from './dialect-switch.ts';
import type { Advice, Failure } from './dialects/dialect.ts';
import { OciReader } from './dialects/oci.ts';
import { namesFiles } from './layout/address.ts';
import { LayoutRegistry } from './layout/registry.ts';
import { refuseWebPage, Session, type SessionOptions } from './session.ts';
import type { Scope, SignedInBy } from './sign-in/sign-in.ts';

const API: Scope = { repository: null, text: '' };

/** A registry that can be read. Nothing is sent before the first call; `close` ends its connections. */
export interface Registry
  extends TagLister,
    TagDescriber,
    RepositoryLister,
    ManifestReader,
    BlobReader,
    ReferrerLister,
    ScannerReader {
  readonly name: string;
  /** host[:port] as the operator wrote it; for files the whole address, `oci-layout:/path`. */
  readonly host: string;
  /** A sentence for each danger that was switched on; show them wherever the registry is shown. */
  readonly warnings: readonly string[];
  /** HTTP requests sent so far, with those for tokens and redirects. */
  readonly requests: number;
  /** How the registry let us in last. */
  readonly signedInBy: SignedInBy;
  readonly hasCredentials: boolean;
  /** What the registry last said about its own limit; null when it never said. */
  readonly quota: Quota | null;
  /** Its clock minus ours in milliseconds, by the last Date header, to the second; null when it sends none. */
  readonly clockSkewMs: number | null;
  /** Whether it has the referrers API; null as long as it was not asked. */
  readonly hasReferrers: boolean | null;
  /** The dialect, found out on the first call when the provider is `auto`. @throws RegistryError when the registry does not answer */
  dialect(signal?: AbortSignal): Promise<DialectInfo>;
  /** What a failed check means at this product, in its own words; null when there is nothing better to say than the error. */
  advise(failure: Failure): Advice | null;
  /** The dialect without asking anybody; null as long as it was not found out. */
  readonly knownDialect: DialectInfo | null;
  /** Asks for the API itself, signing in when the registry wants it. */
  ping(signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a registry; sends nothing yet. An `oci-layout:` address or provider is read from files: let nobody but the
 * operator of this machine choose it.
 * @throws RegistryError `registry-url-invalid`, `address-refused`, `ca-certs-invalid`, `authentication-invalid`, `docker-config-invalid`
 */
export function createRegistry(connection: RegistryConnection, options: SessionOptions = {}): Registry {
  if (namesFiles(connection)) return new LayoutRegistry(connection);
  const session = new Session(connection, options);
  const reader = new OciReader(session);
  const dialects = new DialectSwitch(session, reader, connection.provider);
  const { host } = session.address;
  return {
    name: connection.name,
    host,
    warnings: warningsOf(connection, session.origin),
    hasCredentials: session.signIn.hasCredentials,
    get requests() {
      return session.door.requests;
    },
    get signedInBy() {
      return session.signIn.signedInBy;
    },
    get quota() {
      return session.quota;
    },
    get clockSkewMs() {
      return session.clockSkewMs;
    },
    get hasReferrers() {
      return reader.hasReferrers;
    },
    dialect: (signal) => dialects.info(signal),
    get knownDialect() {
      return dialects.known;
    },
    advise: (failure) => dialects.current.advise?.(failure) ?? null,
    ping: (signal) => ping(session, signal),
    listTags: (repository, listing) => reader.listTags(repository, listing),
    describeTags: (repository, listing) => dialects.describeTags(repository, listing),
    listRepositories: (listing) => dialects.listRepositories(listing),
    headManifest: (repository, reference, signal) => reader.headManifest(repository, reference, signal),
    getManifest: (repository, reference, signal) => reader.getManifest(repository, reference, signal),
    getConfig: (repository, descriptor, signal) => reader.getConfig(repository, descriptor, signal),
    getBlob: (repository, descriptor, blob) => reader.getBlob(repository, descriptor, blob),
    listReferrers: (repository, digest, signal) => reader.listReferrers(repository, digest, signal),
    scannerAnswer: (repository, digest, signal) => dialects.scannerAnswer(repository, digest, signal),
    close: () => session.door.close(),
  };
}

async function ping(session: Session, signal: AbortSignal | undefined): Promise<void> {
  const answer = await session.request({
    kind: 'ping',
    method: 'GET',
    path: '/v2/',
    scope: API,
    accept: 'application/json',
    maxBytes: session.limits.configBytes,
    signal,
  });
  if (answer.status !== 200) throw answerError(answer, 'ping', 'its API', session.signIn.hasCredentials);
  if (answer.headers['docker-distribution-api-version'] === undefined) refuseWebPage(answer);
}

function warningsOf(connection: RegistryConnection, origin: string): string[] {
  const warnings: string[] = [];
  if (origin.startsWith('http:')) {
    warnings.push('plain_http is on: passwords and images travel unprotected, and anybody on the way can change them.');
  } else if (connection.tls.skipVerify) {
    warnings.push('skip_verify is on: the certificate is not checked, so another server can pose as this registry.');
  }
  return warnings;
}
