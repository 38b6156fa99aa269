import type { ECRClient } from '@aws-sdk/client-ecr';
import type { Challenge } from '../challenge.ts';
import type { Authentication } from '../connection.ts';
import { RegistryError } from '../errors.ts';
import type { Answer } from '../http.ts';
import { awsDoor } from './aws-door.ts';
import { awsSignInError } from './aws-error.ts';
import { Bearer, type TokenContext, type TokenCredential } from './bearer.ts';
import { checkIdentityHost, type IdentityPlace, identityError, incomplete, inTime, loadSdk } from './identity.ts';
import { type Fetched, Renewing } from './renewing.ts';
import type { Scope, SignedInBy, SignIn } from './sign-in.ts';

export type AwsAuthentication = Extract<Authentication, { type: 'ecr' }>;

/** The SDK and a client of it that is signed in; for listing by the product's own API. Errors: `awsApiError`. */
export interface AwsApi {
  client: ECRClient;
  /** The module, for its commands: `client.send(new sdk.DescribeImagesCommand({…}), { abortSignal })`. */
  sdk: typeof import('@aws-sdk/client-ecr');
  /** The account whose registry this is, from its host; undefined: that of the credentials. */
  registryId: string | undefined;
}

const PRIVATE =
  /^(\d{12})\.dkr[.-]ecr(-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.(?:com|eu)(?:\.cn)?|(on\.(?:aws|amazonwebservices\.com\.cn)))$/;
const PUBLIC = 'public.ecr.aws';
const HOSTS = new RegExp(`${PRIVATE.source}|^${PUBLIC.replaceAll('.', '\\.')}$`);
const API_HOSTS = /\.(?:amazonaws\.(?:com|eu)(?:\.cn)?|api\.aws)$/;
/** The API of the public registry stands here only. */
const PUBLIC_REGION = 'us-east-1';
/** Passwords live twelve hours; this is assumed when the answer does not say. */
const LIFE_MS = 12 * 3_600_000;
const BASE64 = /^[A-Za-z0-9+/=]{4,65536}$/;

/**
 * Amazon ECR by an identity of AWS: the SDK finds the credentials (or takes on a role), and GetAuthorizationToken makes
 * a password of them, which goes to the registry's own origin with the first request.
 */
export class AwsSignIn implements SignIn {
  readonly hasCredentials = true;
  readonly signedInBy: SignedInBy;
  readonly #context: TokenContext;
  readonly #authentication: AwsAuthentication;
  readonly #apiUrl: string | null;
  readonly #hostname: string;
  readonly #password = new Renewing<TokenCredential>(() => this.#fetch());
  /** Only the public registry has a token service; it is the same for everybody. */
  readonly #bearer: Bearer | null;
  #api: Promise<AwsApi> | null = null;

  /**
   * @param apiUrl where the API of ECR stands when the operator says so
   * @throws RegistryError `authentication-invalid`, `identity-host-refused`
   */
  constructor(context: TokenContext, authentication: AwsAuthentication, place: IdentityPlace, apiUrl: string | null) {
    const { accessKeyId, secretAccessKey } = authentication;
    if (!accessKeyId !== !secretAccessKey) {
      throw incomplete(
        'An access key has two parts, and one of them is missing.',
        'Give both access key id and secret access key, or neither to use the identity of the agent.',
      );
    }
    if (!accessKeyId) {
      checkIdentityHost(place, HOSTS, 'AWS');
      if (apiUrl !== null) checkIdentityHost({ ...place, hostname: new URL(apiUrl).hostname }, API_HOSTS, 'AWS');
    }
    this.#context = context;
    this.#authentication = authentication;
    this.#apiUrl = apiUrl;
    this.#hostname = place.hostname;
    const { origin } = context.home;
    this.#bearer = this.#isPublic
      ? new Bearer(context, this.#password, { realm: `${origin}/token/`, service: PUBLIC })
      : null;
    this.signedInBy = this.#bearer === null ? 'basic' : 'bearer';
  }

  header(scope: Scope): string | null | Promise<string | null> {
    if (this.#bearer !== null) return this.#bearer.header(scope);
    const password = this.#password.get();
    return password instanceof Promise ? password.then(headerOf) : headerOf(password);
  }

  async answer(challenges: readonly Challenge[], scope: Scope, used: string | null): Promise<string | null> {
    if (this.#bearer !== null) return this.#bearer.answer(challenges, scope, used);
    const held = await this.#password.get();
    if (headerOf(held) !== used) return headerOf(held);
    const renewed = await this.#password.renewed(held);
    const header = renewed === null ? null : headerOf(renewed);
    return header === used ? null : header;
  }

  /** ECR answers 403 to a password that has ended, and 401 to none. */
  isExpiry({ status, body }: Answer): boolean {
    return status === 403 && /authorization token has expired/i.test(body.toString('latin1', 0, 4096));
  }

  /** ECR's own API takes signed requests and no header of this kind: see `aws`. */
  direct(): null {
    return null;
  }

  /** The client of ECR's own API with the same credentials, through the same door; made on the first call. Not for the public registry. */
  aws(): Promise<AwsApi> {
    this.#api ??= this.#open().catch((error: unknown) => {
      this.#api = null;
      throw awsSignInError(error);
    });
    return this.#api;
  }

  get #isPublic(): boolean {
    return this.#hostname === PUBLIC;
  }

  async #open(): Promise<AwsApi> {
    const sdk = await loadSdk('@aws-sdk/client-ecr', () => import('@aws-sdk/client-ecr'));
    const client = new sdk.ECRClient(await this.#settings());
    return { client, sdk, registryId: PRIVATE.exec(this.#hostname)?.[1] };
  }

  async #fetch(): Promise<Fetched<TokenCredential>> {
    try {
      const asking = this.#isPublic ? this.#publicToken() : this.#privateToken();
      const { token, expiresAt } = await inTime('AWS', asking);
      if (token === undefined || !BASE64.test(token)) throw identityError({ cloud: 'AWS', kind: 'failed' });
      const lifeMs = expiresAt === undefined ? LIFE_MS : expiresAt.getTime() - Date.now();
      return { value: { kind: 'basic', header: `Basic ${token}` }, lifeMs };
    } catch (error) {
      throw awsSignInError(error);
    }
  }

  async #privateToken(): Promise<{ token?: string | undefined; expiresAt?: Date | undefined }> {
    const { client, sdk } = await this.aws();
    const { authorizationData } = await client.send(new sdk.GetAuthorizationTokenCommand({}));
    return { token: authorizationData?.[0]?.authorizationToken, expiresAt: authorizationData?.[0]?.expiresAt };
  }

  async #publicToken(): Promise<{ token?: string | undefined; expiresAt?: Date | undefined }> {
    const sdk = await loadSdk('@aws-sdk/client-ecr-public', () => import('@aws-sdk/client-ecr-public'));
    const client = new sdk.ECRPUBLICClient(await this.#settings());
    const { authorizationData } = await client.send(new sdk.GetAuthorizationTokenCommand({}));
    return { token: authorizationData?.authorizationToken, expiresAt: authorizationData?.expiresAt };
  }

  async #settings() {
    const region = this.#region();
    const requestHandler = awsDoor(this.#context);
    const isFips = PRIVATE.exec(this.#hostname)?.[2] !== undefined;
    const isDual = PRIVATE.exec(this.#hostname)?.[4] !== undefined;
    return {
      region,
      requestHandler,
      // Scans are tried again as a whole; more here would only hide how long a request takes.
      maxAttempts: 2,
      credentials: await this.#credentials(region, requestHandler),
      ...(this.#apiUrl === null ? {} : { endpoint: this.#apiUrl }),
      ...(isFips ? { useFipsEndpoint: true } : {}),
      ...(isDual ? { useDualstackEndpoint: true } : {}),
    };
  }

  #region(): string {
    if (this.#isPublic) return PUBLIC_REGION;
    const region =
      this.#authentication.region ||
      PRIVATE.exec(this.#hostname)?.[3] ||
      process.env.AWS_REGION ||
      process.env.AWS_DEFAULT_REGION;
    if (region) return region;
    throw incomplete('The host of this registry does not show its region.', 'Give the region, such as eu-central-1.');
  }

  async #credentials(region: string, requestHandler: ReturnType<typeof awsDoor>) {
    const { accessKeyId, secretAccessKey, roleArn, externalId } = this.#authentication;
    const own = accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : null;
    if (own !== null && !roleArn) return own;
    const sdk = await loadSdk('@aws-sdk/credential-providers', () => import('@aws-sdk/credential-providers'));
    // The chain asks the metadata addresses of AWS, which our door never dials; so it has its own way out.
    const base = own ?? sdk.fromNodeProviderChain({ clientConfig: { region } });
    if (!roleArn) return base;
    return sdk.fromTemporaryCredentials({
      masterCredentials: base,
      params: { RoleArn: roleArn, RoleSessionName: 'pharos', ...(externalId ? { ExternalId: externalId } : {}) },
      clientConfig: { region, requestHandler },
    });
  }
}

function headerOf(credential: TokenCredential): string | null {
  return credential.kind === 'basic' ? credential.header : null;
}

/** The API of ECR of a sign-in. @throws RegistryError `api-unavailable` when it is no identity of AWS */
export function awsOf(signIn: SignIn): Promise<AwsApi> {
  if (signIn.aws !== undefined) return signIn.aws();
  throw new RegistryError({
    code: 'api-unavailable',
    message: 'The API of ECR takes an identity of AWS, and this registry is signed in to by other means.',
    hint: 'Use the sign-in of the type ecr.',
  });
}
