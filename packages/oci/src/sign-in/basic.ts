import type { Challenge } from '../challenge.ts';
import { Bearer, type TokenContext } from './bearer.ts';
import {
  basicHeader,
  challengeOf,
  type DirectCredential,
  type Scope,
  type SignedInBy,
  type SignIn,
} from './sign-in.ts';

/**
 * User name and password. The registry says where they go: to itself (Basic) or to its token service (Bearer). Until
 * it has asked, nothing is sent, so that a registry that hands out tokens never sees the password itself.
 */
export class BasicSignIn implements SignIn {
  readonly hasCredentials = true;
  signedInBy: SignedInBy = 'nobody';
  readonly #header: string;
  readonly #direct: DirectCredential;
  readonly #bearer: Bearer;

  constructor(context: TokenContext, username: string, password: string) {
    this.#header = basicHeader(username, password);
    this.#direct = { header: this.#header, username, secret: password };
    this.#bearer = new Bearer(context, { kind: 'basic', header: this.#header });
  }

  header(scope: Scope): string | null | Promise<string> {
    return this.signedInBy === 'basic' ? this.#header : this.#bearer.header(scope);
  }

  direct(): DirectCredential {
    return this.#direct;
  }

  async answer(challenges: readonly Challenge[], scope: Scope, used: string | null): Promise<string | null> {
    const token = await this.#bearer.answer(challenges, scope, used);
    if (token !== null) {
      this.signedInBy = 'bearer';
      return token;
    }
    // The same password again would only count as a second failure (GitLab bans an address after 30).
    if (challengeOf(challenges, 'basic') === undefined || used === this.#header) return null;
    this.signedInBy = 'basic';
    return this.#header;
  }
}
