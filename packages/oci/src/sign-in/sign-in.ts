import type { Challenge } from '../challenge.ts';
import type { Answer } from '../http.ts';
import type { AwsApi } from './aws.ts';

/** What a request needs access to. `text` is the scope in the token protocol's words, `''` for the API itself. */
export interface Scope {
  /** The full repository name at the registry, or null for requests to no repository. */
  repository: string | null;
  text: string;
}

/** How the registry was last signed in to. */
export type SignedInBy = 'nobody' | 'basic' | 'bearer';

/** One way to sign in. The headers it gives are for the registry's own origin and nowhere else. */
export interface SignIn {
  /** Whether there is anything secret to sign in with. */
  readonly hasCredentials: boolean;
  readonly signedInBy: SignedInBy;
  /** The Authorization value to send with the first try; null to send none. A promise only while a token is fetched. */
  header(scope: Scope): string | null | Promise<string | null>;
  /**
   * Answers a 401 to a request that was sent with `used`: the value for one more try, or null when there is nothing better.
   * @throws RegistryError when the token service refuses or fails
   */
  answer(challenges: readonly Challenge[], scope: Scope, used: string | null): Promise<string | null>;
  /**
   * The credential itself as an Authorization value, for the product's own API (Harbor, Quay, Docker Hub …): null when
   * there is none. It goes to the registry's origin or to the API address that the operator or the dialect names.
   */
  direct(scope: Scope): DirectCredential | null | Promise<DirectCredential | null>;
  /** Whether an answer that is no 401 says all the same that the credential has ended. */
  isExpiry?(answer: Answer): boolean;
  /** The client of ECR's own API, signed in; only an identity of AWS has one (see `awsOf`). */
  aws?(): Promise<AwsApi>;
}

/** A credential in the clear, as far as there is one: `header` is its usual form. */
export interface DirectCredential {
  header: string;
  username: string | null;
  secret: string;
}

/** The first challenge with this scheme. */
export function challengeOf(challenges: readonly Challenge[], scheme: 'basic' | 'bearer'): Challenge | undefined {
  return challenges.find((challenge) => challenge.scheme === scheme);
}

/** The Basic credentials of RFC 7617, in UTF-8. */
export function basicHeader(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
}
