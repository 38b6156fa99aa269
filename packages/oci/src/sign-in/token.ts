import type { Challenge } from '../challenge.ts';
import { RegistryError } from '../errors.ts';
import { Bearer, type TokenContext } from './bearer.ts';
import type { DirectCredential, Scope, SignedInBy, SignIn } from './sign-in.ts';

/**
 * A token without a user name. It may be an access token or an identity (refresh) token, and its text does not tell:
 * so it is first sent to the registry as `Bearer`; when the registry answers with a token service, it is exchanged
 * there as an OAuth2 refresh token. (A token with a user name is a password: see `BasicSignIn`.)
 */
export class TokenSignIn implements SignIn {
  readonly hasCredentials = true;
  signedInBy: SignedInBy = 'bearer';
  readonly #header: string | null;
  readonly #bearer: Bearer;

  /** @param sendAsIs false for a token that is known to be an identity token, which only the token service may see. @throws RegistryError `authentication-invalid` */
  constructor(context: TokenContext, token: string, sendAsIs = true) {
    if (!/^[\x21-\x7e]+$/.test(token)) {
      throw new RegistryError({
        code: 'authentication-invalid',
        message: 'The token is empty, or holds a space or a control character.',
      });
    }
    this.#header = sendAsIs ? `Bearer ${token}` : null;
    this.#bearer = new Bearer(context, { kind: 'refresh', token });
  }

  header(scope: Scope): string | null | Promise<string> {
    return this.#bearer.header(scope) ?? this.#header;
  }

  direct(): DirectCredential | null {
    return this.#header === null ? null : { header: this.#header, username: null, secret: this.#header.slice(7) };
  }

  answer(challenges: readonly Challenge[], scope: Scope, used: string | null): Promise<string | null> {
    return this.#bearer.answer(challenges, scope, used);
  }
}
