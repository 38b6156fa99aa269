import type { Challenge } from '../challenge.ts';
import type { Authentication } from '../connection.ts';
import { RegistryError } from '../errors.ts';
import type { TokenContext } from './bearer.ts';
import { parseGoogleKey } from './google-key.ts';
import { checkIdentityHost, type IdentityPlace, identityError, inTime, loadSdk } from './identity.ts';
import { type Fetched, Renewing } from './renewing.ts';
import { basicHeader, type DirectCredential, type Scope, type SignIn } from './sign-in.ts';

export type GoogleAuthentication = Extract<Authentication, { type: 'gcp' }>;

const HOSTS = /^(?:[a-z0-9-]+\.)*(?:pkg\.dev|gcr\.io)$/;
const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
/** Tokens live an hour; this is assumed when the library does not say. */
const LIFE_MS = 3_600_000;
const TOKEN = /^[\x21-\x7e]{1,65536}$/;

/**
 * Google's registries by an access token: of a service account's key, of workload identity federation, or of the
 * metadata server (GKE Workload Identity). It goes to the registry's own origin with the first request.
 */
export class GoogleSignIn implements SignIn {
  readonly hasCredentials = true;
  readonly signedInBy = 'basic';
  readonly #key: Readonly<Record<string, unknown>> | null;
  readonly #token = new Renewing<string>(() => this.#fetch());

  /** @throws RegistryError `authentication-invalid`, `identity-host-refused` */
  constructor(_context: TokenContext, authentication: GoogleAuthentication, place: IdentityPlace) {
    const text = authentication.serviceAccountKey;
    this.#key = text ? parseGoogleKey(text, place.fromOwnFile) : null;
    // Federation makes a token of what the agent's machine is trusted with, so it counts as the machine's identity.
    if (this.#key?.type !== 'service_account') checkIdentityHost(place, HOSTS, 'Google');
  }

  header(_scope: Scope): string | Promise<string> {
    const token = this.#token.get();
    return token instanceof Promise ? token.then(headerOf) : headerOf(token);
  }

  async direct(_scope: Scope): Promise<DirectCredential> {
    const token = await this.#token.get();
    return { header: `Bearer ${token}`, username: null, secret: token };
  }

  /** A challenge is not read at all: it names a token service, and this token is for the registry itself. */
  async answer(_challenges: readonly Challenge[], _scope: Scope, used: string | null): Promise<string | null> {
    const held = await this.#token.get();
    if (headerOf(held) !== used) return headerOf(held);
    const renewed = await this.#token.renewed(held);
    return renewed === null || headerOf(renewed) === used ? null : headerOf(renewed);
  }

  async #fetch(): Promise<Fetched<string>> {
    const { GoogleAuth } = await loadSdk('google-auth-library', () => import('google-auth-library'));
    try {
      // A new one each time: the library keeps a token until five minutes before its end, also one that was refused.
      // A project given keeps it from running gcloud to find one, which no token needs.
      const settings = { scopes: SCOPE, projectId: 'none' };
      const auth = new GoogleAuth(this.#key === null ? settings : { ...settings, credentials: this.#key });
      const client = await inTime('Google', auth.getClient());
      const { token } = await inTime('Google', client.getAccessToken());
      if (typeof token !== 'string' || !TOKEN.test(token)) throw identityError({ cloud: 'Google', kind: 'failed' });
      const end = client.credentials.expiry_date;
      return { value: token, lifeMs: typeof end === 'number' ? end - Date.now() : LIFE_MS };
    } catch (error) {
      throw error instanceof RegistryError ? error : googleError(error);
    }
  }
}

function headerOf(token: string): string {
  return basicHeader('oauth2accesstoken', token);
}

/** The library's sentences may quote what it sent or got; only the protocol's own words are told. */
function googleError(error: unknown): RegistryError {
  const { message, status, code, response } = error as {
    message?: unknown;
    status?: unknown;
    code?: unknown;
    response?: { status?: unknown; data?: { error?: unknown } };
  };
  if (/Could not load the default credentials|Unable to detect a Project Id/.test(String(message))) {
    return identityError({ cloud: 'Google', kind: 'missing' });
  }
  const answered = Number(response?.status ?? status);
  const word = response?.data?.error;
  const detail = typeof word === 'string' ? word : typeof code === 'string' ? code : undefined;
  const isRefused = answered >= 400 && answered < 500 && answered !== 429;
  return identityError({ cloud: 'Google', kind: isRefused ? 'refused' : 'failed', detail });
}
