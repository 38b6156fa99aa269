import { answerError } from '../answer-error.ts';
import type { Challenge } from '../challenge.ts';
import type { Authentication } from '../connection.ts';
import { RegistryError } from '../errors.ts';
import type { Answer } from '../http.ts';
import { Bearer, type TokenContext, type TokenCredential } from './bearer.ts';
import {
  checkIdentityHost,
  type IdentityPlace,
  identityError,
  incomplete,
  inTime,
  jwtLifeMs,
  loadSdk,
} from './identity.ts';
import { type Fetched, Renewing } from './renewing.ts';
import type { Scope, SignIn } from './sign-in.ts';

export type AzureAuthentication = Extract<Authentication, { type: 'acr' }>;

/** Registries whose tokens nobody but Microsoft gets to see. */
const HOSTS = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.azurecr\.(?:io|cn|us)$/;

/** Audience of the Entra token, and authority, by the cloud that the registry's domain belongs to. */
const CLOUDS = {
  io: { audience: 'https://containerregistry.azure.net', authority: 'https://login.microsoftonline.com' },
  cn: { audience: 'https://management.chinacloudapi.cn', authority: 'https://login.chinacloudapi.cn' },
  us: { audience: 'https://management.usgovcloudapi.net', authority: 'https://login.microsoftonline.us' },
} as const;

/** The refresh token lives about three hours; this is assumed when it does not say so itself. */
const REFRESH_LIFE_MS = 3 * 3_600_000;
const TOKEN = /^[\x21-\x7e]{1,65536}$/;

/**
 * Azure Container Registry by an identity of Microsoft Entra: its token is exchanged at the registry for a refresh
 * token, and that for an access token per scope. Both only ever at the registry's own origin, whatever it asks for.
 */
export class AzureSignIn implements SignIn {
  readonly hasCredentials = true;
  readonly signedInBy = 'bearer';
  readonly #context: TokenContext;
  readonly #authentication: AzureAuthentication;
  readonly #host: string;
  readonly #cloud: (typeof CLOUDS)[keyof typeof CLOUDS];
  readonly #bearer: Bearer;

  /** @throws RegistryError `authentication-invalid`, `identity-host-refused` */
  constructor(context: TokenContext, authentication: AzureAuthentication, place: IdentityPlace) {
    const { method, tenantId, clientId, clientSecret } = authentication;
    if (method === 'service_principal') {
      if (!tenantId || !clientId || !clientSecret) {
        throw incomplete(
          'A service principal needs tenant id, client id and client secret.',
          'Give all three, or use workload_identity or managed_identity without a secret.',
        );
      }
    } else checkIdentityHost(place, HOSTS, 'Azure');
    this.#context = context;
    this.#authentication = authentication;
    this.#host = new URL(context.home.origin).host;
    const end = HOSTS.test(place.hostname) ? place.hostname.slice(-2) : 'io';
    this.#cloud = CLOUDS[end as keyof typeof CLOUDS];
    const refresh = new Renewing<TokenCredential>(() => this.#exchange());
    this.#bearer = new Bearer(context, refresh, {
      realm: `${context.home.origin}/oauth2/token`,
      service: this.#host,
    });
  }

  header(scope: Scope): string | null | Promise<string> {
    return this.#bearer.header(scope);
  }

  /** The registry's tokens are made for one scope each; there is none for anything else. */
  direct(): null {
    return null;
  }

  answer(challenges: readonly Challenge[], scope: Scope, used: string | null): Promise<string | null> {
    return this.#bearer.answer(challenges, scope, used);
  }

  async #exchange(): Promise<Fetched<TokenCredential>> {
    const tenant = this.#authentication.tenantId || process.env.AZURE_TENANT_ID;
    const body = new URLSearchParams({ grant_type: 'access_token', service: this.#host });
    if (tenant) body.set('tenant', tenant);
    body.set('access_token', await this.#entraToken());
    const answer = await this.#context.door.send({
      kind: 'token',
      method: 'POST',
      origin: this.#context.home.origin,
      path: '/oauth2/exchange',
      reach: 'any',
      headers: {
        accept: 'application/json',
        'accept-encoding': 'identity',
        'user-agent': this.#context.userAgent,
        'content-type': 'application/x-www-form-urlencoded',
      },
      maxBytes: this.#context.limits.tokenBytes,
      body: body.toString(),
    });
    const token = refreshTokenOf(answer);
    return { value: { kind: 'refresh', token }, lifeMs: jwtLifeMs(token) ?? REFRESH_LIFE_MS };
  }

  async #entraToken(): Promise<string> {
    const sdk = await loadSdk('@azure/identity', () => import('@azure/identity'));
    const { method, tenantId, clientId, clientSecret } = this.#authentication;
    const own = process.env.AZURE_AUTHORITY_HOST;
    const options = {
      authorityHost: own || this.#cloud.authority,
      // Only Microsoft's own authorities are in its directory of authorities; one that the operator names is not asked there.
      disableInstanceDiscovery: own !== undefined && own !== '',
    };
    try {
      const credential =
        method === 'service_principal'
          ? new sdk.ClientSecretCredential(tenantId!, clientId!, clientSecret!, options)
          : method === 'managed_identity'
            ? new sdk.ManagedIdentityCredential(clientId ? { clientId } : {})
            : new sdk.WorkloadIdentityCredential({
                ...options,
                ...(tenantId ? { tenantId } : {}),
                ...(clientId ? { clientId } : {}),
              });
      const { token } = await inTime('Azure', credential.getToken(`${this.#cloud.audience}/.default`));
      if (!TOKEN.test(token)) throw identityError({ cloud: 'Azure', kind: 'failed' });
      return token;
    } catch (error) {
      throw error instanceof RegistryError ? error : azureError(error);
    }
  }
}

function refreshTokenOf(answer: Answer): string {
  const { status } = answer;
  if (status === 429) throw answerError(answer, 'token', 'a token');
  // 404: no such registry, or no ACR at all.
  if (status === 400 || status === 401 || status === 403) {
    throw answerError({ ...answer, status: 401 }, 'token', 'a token');
  }
  let token: unknown;
  try {
    token = (JSON.parse(answer.body.toString('utf8')) as { refresh_token?: unknown } | null)?.refresh_token;
  } catch {
    // Said below.
  }
  if (status === 200 && typeof token === 'string' && TOKEN.test(token)) return token;
  throw new RegistryError({
    code: 'token-failed',
    message: `${new URL(answer.origin).host} gave no token for the Azure identity (HTTP ${status}).`,
    hint: status === 404 ? 'Is this a registry of Azure? Only there this sign-in works.' : undefined,
    status,
    url: answer.origin + answer.path,
    transient: status >= 500,
  });
}

/** The SDK's own sentences quote requests; only its numbered errors (AADSTS…) and names are told. */
function azureError(error: unknown): RegistryError {
  const { name, message, errorResponse } = error as { name?: string; message?: string; errorResponse?: unknown };
  const numbered = /AADSTS\d{4,9}/.exec(message ?? '')?.[0];
  if (numbered !== undefined) return identityError({ cloud: 'Azure', kind: 'refused', detail: numbered });
  // A token that the cluster should have written is not there: the SDK passes on what the file system says.
  const isUnset = name === 'CredentialUnavailableError' || (error as { code?: string }).code === 'ENOENT';
  if (isUnset) return identityError({ cloud: 'Azure', kind: 'missing', detail: name });
  return identityError({ cloud: 'Azure', kind: errorResponse === undefined ? 'failed' : 'refused', detail: name });
}
