import type { Answer } from '../answer.ts';
import { API, type Fault, type FaultContext } from '../fault.ts';
import { unauthorized } from '../sign-in.ts';

/** Asks everyone without a living token in an odd way; with `auth: token` the token endpoint does its part. */
function asks(line: string, challenge: (context: FaultContext, plain: string) => string): Fault {
  return {
    line: `${line} (auth: token)`,
    on: API,
    beforeSignIn: true,
    apply: (context): Answer => {
      const { signIn, call, good } = context;
      if (signIn.holdsToken(call)) return good();
      return unauthorized(challenge(context, signIn.challenge(call).headers['WWW-Authenticate'] ?? ''));
    },
  };
}

/** Faults of how a registry asks to sign in. */
export const CHALLENGE = {
  'challenge-two-schemes': asks(
    'one header asks for Basic and Bearer',
    (_context, plain) => `Basic realm="testbed, the first", ${plain}`,
  ),
  'challenge-lower-case': asks('the scheme is in lower case, the parameters are not', (_context, plain) =>
    plain.replace(/^Bearer/, 'bearer').replace('realm=', 'Realm='),
  ),
  'challenge-quoted-comma': asks(
    'a parameter with commas and escaped quotes stands before the realm',
    (_context, plain) => plain.replace('Bearer ', 'Bearer note="one, \\"two\\", realm=three", '),
  ),
  'realm-own-query': asks(
    'the realm has a query with the scope, and there are no other parameters',
    ({ call, signIn }) => `Bearer realm="${signIn.realmUrl}?scope=repository:${call.repo}:${signIn.realm.tagAction}"`,
  ),
  'realm-relative': asks('the realm is no absolute address', ({ signIn }, plain) =>
    plain.replace(/realm="[^"]*"/, `realm="${signIn.realm.path}"`),
  ),
  'banned-after-failures': {
    line: 'after `uses` (30) failed sign-ins everything is 403, as GitLab does for an hour',
    on: [...API, 'token'],
    beforeSignIn: true,
    apply: ({ signIn, options, good }) =>
      signIn.failures >= (options.uses ?? 30)
        ? { status: 403, headers: { 'Content-Type': 'text/plain' }, body: Buffer.from('Forbidden\n') }
        : good(),
  },
} as const satisfies Record<string, Fault>;
