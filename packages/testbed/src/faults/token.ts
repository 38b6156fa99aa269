import { type Answer, json } from '../answer.ts';
import { API, type Fault, type FaultContext } from '../fault.ts';

/** Sends everyone without a living token to this realm. */
function realm({ call, signIn, good }: FaultContext, url: string): Answer {
  return signIn.holdsToken(call) ? good() : signIn.challenge(call, url);
}

/** Changes what a token endpoint gives. */
function onGrant(line: string, change: (grant: Record<string, unknown>) => Record<string, unknown>): Fault {
  return {
    line: `${line} (auth: token)`,
    on: ['token'],
    apply: ({ good }) => {
      const answer = good();
      if (answer.status !== 200) return answer;
      return json(change(JSON.parse(answer.body.toString()) as Record<string, unknown>));
    },
  };
}

/** Faults of the Bearer sign-in. */
export const TOKEN = {
  'token-narrow': {
    line: 'the token endpoint answers 200 with a token that grants nothing (auth: token)',
    on: ['token'],
    apply: ({ call, signIn }) => signIn.issue(call, true),
  },
  'token-only-access-token': onGrant('a token comes as `access_token` alone', ({ token, access_token, ...rest }) => ({
    access_token: token ?? access_token,
    ...rest,
  })),
  'token-no-expiry': onGrant(
    'a token comes without `expires_in`, which means a minute',
    ({ expires_in, ...rest }) => rest,
  ),
  'token-expires-mid-page': {
    line: 'a token is good for `uses` (2) calls, then 401 invalid_token in the middle of a listing (auth: token)',
    on: ['tags', 'manifest', 'blob', 'catalog', 'bulk'],
    apply: ({ call, signIn, options, good }) =>
      signIn.uses(call) > (options.uses ?? 2)
        ? signIn.challenge(call, signIn.realmUrl, ',error="invalid_token"')
        : good(),
  },
  'realm-foreign': {
    line: 'the Bearer realm is on another origin, which hands out tokens for whatever password comes',
    on: API,
    beforeSignIn: true,
    apply: (context) => realm(context, `${context.foreignOrigin}/token`),
  },
  'realm-metadata': {
    line: 'the Bearer realm is a cloud’s metadata address',
    on: API,
    beforeSignIn: true,
    apply: (context) => realm(context, 'http://169.254.169.254/latest/meta-data/iam/security-credentials'),
  },
} as const satisfies Record<string, Fault>;
