import type { BlobReader, ManifestReader, RepositoryLister, TagLister } from './abilities.ts';
import { answerError } from './answer-error.ts';
import type { RegistryConnection } from './connection.ts';
import { OciDialect } from './dialects/oci.ts';
import { refuseWebPage, Session, type SessionOptions } from './session.ts';
import type { Scope, SignedInBy } from './sign-in/sign-in.ts';

const API: Scope = { repository: null, text: '' };

/** A registry that can be read. Nothing is sent before the first call; `close` ends its connections. */
export interface Registry extends TagLister, RepositoryLister, ManifestReader, BlobReader {
  readonly name: string;
  /** host[:port] as the operator wrote it. */
  readonly host: string;
  /** A sentence for each danger that was switched on; show them wherever the registry is shown. */
  readonly warnings: readonly string[];
  /** HTTP requests sent so far, with those for tokens and redirects. */
  readonly requests: number;
  /** How the registry let us in last. */
  readonly signedInBy: SignedInBy;
  readonly hasCredentials: boolean;
  /** Asks for the API itself, signing in when the registry wants it. */
  ping(signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a registry; sends nothing yet.
 * @throws RegistryError `registry-url-invalid`, `address-refused`, `ca-certs-invalid`, `authentication-invalid`, `docker-config-invalid`
 */
export function createRegistry(connection: RegistryConnection, options: SessionOptions = {}): Registry {
  const session = new Session(connection, options);
  // Dialects that list in bulk will be chosen here by `connection.provider`, ability by ability.
  const dialect = new OciDialect(session);
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
    ping: (signal) => ping(session, signal),
    listTags: (repository, listing) => dialect.listTags(repository, listing),
    listRepositories: (listing) => dialect.listRepositories(listing),
    headManifest: (repository, reference, signal) => dialect.headManifest(repository, reference, signal),
    getManifest: (repository, reference, signal) => dialect.getManifest(repository, reference, signal),
    getConfig: (repository, descriptor, signal) => dialect.getConfig(repository, descriptor, signal),
    getBlob: (repository, descriptor, blob) => dialect.getBlob(repository, descriptor, blob),
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
