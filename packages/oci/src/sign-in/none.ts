import type { Challenge } from '../challenge.ts';
import { Bearer, type TokenContext } from './bearer.ts';
import type { Scope, SignedInBy, SignIn } from './sign-in.ts';

/** Nobody: sends nothing, and fetches an anonymous token where the registry asks for one (Docker Hub, GHCR, quay.io). */
export class NoSignIn implements SignIn {
  readonly hasCredentials = false;
  signedInBy: SignedInBy = 'nobody';
  readonly #bearer: Bearer;

  constructor(context: TokenContext) {
    this.#bearer = new Bearer(context, { kind: 'none' });
  }

  header(scope: Scope): string | null | Promise<string> {
    return this.#bearer.header(scope);
  }

  direct(): null {
    return null;
  }

  async answer(challenges: readonly Challenge[], scope: Scope, used: string | null): Promise<string | null> {
    const header = await this.#bearer.answer(challenges, scope, used);
    if (header !== null) this.signedInBy = 'bearer';
    return header;
  }
}
