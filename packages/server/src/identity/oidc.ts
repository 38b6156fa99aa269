/** Sign-in with an identity provider: OpenID Connect, authorization code with PKCE (OpenID Connect Core 1.0 §3.1, RFC 7636). */

import type { UserGrant } from '@pharos/contract';
import type { ExternalIdentity } from '@pharos/store';
import type { FastifyBaseLogger } from 'fastify';
import * as openid from 'openid-client';
import { ServerError } from '../errors.ts';
import type { Keyring } from '../keyring.ts';
import { ProblemError } from '../problem.ts';
import { seal, unseal } from '../sealing.ts';
import { createIssuerDoor, IssuerUnavailable, mayBeIssuer } from './issuer-door.ts';

/** How long somebody may take at the provider. */
const ATTEMPT_MS = 10 * 60_000;
const METADATA_MS = 5 * 60_000;
const MAX_GROUPS = 1000;

/** What a group of the provider gives here. */
export interface GroupRole extends UserGrant {
  readonly group: string;
}

/** The configuration of an identity provider. */
export interface OidcSettings {
  readonly issuer: string;
  readonly clientId: string;
  /** null: a public client, PKCE alone. */
  readonly clientSecret: string | null;
  /** Beside `openid`. */
  readonly scopes: readonly string[];
  readonly groupsClaim: string;
  readonly roles: readonly GroupRole[];
  /** On the button of the sign-in page. */
  readonly name: string;
}

/** Signs in with a provider. State, nonce and verifier of an attempt travel sealed in a cookie of the browser that began. */
export interface Oidc {
  readonly name: string;
  /** Answers where the browser goes, and what it keeps. Throws `identity-provider-unavailable`. */
  start(redirectUri: string): Promise<{ url: string; attempt: string; expires: Date }>;
  /** Throws `identity-provider-refused`, `identity-provider-unavailable`. */
  finish(query: string, attempt: string | undefined, redirectUri: string): Promise<ExternalIdentity>;
}

interface Attempt {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly until: number;
}

/** @throws ServerError `identity-provider-invalid` for an issuer that is neither https nor on loopback */
export function createOidc(
  settings: OidcSettings,
  { key, now, log }: { key: Keyring; now: () => Date; log: FastifyBaseLogger },
): Oidc {
  const issuer = URL.parse(settings.issuer);
  if (issuer === null || !mayBeIssuer(issuer)) {
    throw new ServerError(
      'identity-provider-invalid',
      'The issuer is not an https address.',
      'Write it as the provider names itself, e.g. https://id.example.com/realms/team.',
    );
  }
  const door = createIssuerDoor(issuer);
  let known: { metadata: openid.ServerMetadata; at: number } | null = null;

  /** A new one for each use: the keys of the provider are read each time, so that a rotation is noticed at once. */
  async function configuration(): Promise<openid.Configuration> {
    const auth = settings.clientSecret === null ? openid.None() : openid.ClientSecretBasic(settings.clientSecret);
    const time = now().getTime();
    if (known === null || known.at + METADATA_MS < time) {
      const found = await openid.discovery(issuer as URL, settings.clientId, undefined, auth, {
        [openid.customFetch]: door as openid.CustomFetch,
        execute: issuer?.protocol === 'http:' ? [openid.allowInsecureRequests] : [],
      });
      known = { metadata: found.serverMetadata(), at: time };
    }
    const config = new openid.Configuration(structuredClone({ ...known.metadata }), settings.clientId, undefined, auth);
    config[openid.customFetch] = door as openid.CustomFetch;
    if (issuer?.protocol === 'http:') openid.allowInsecureRequests(config);
    // The signature of the ID token is verified too, although it comes straight from the provider.
    openid.enableNonRepudiationChecks(config);
    return config;
  }

  function openAttempt(sealed: string | undefined): Attempt {
    if (sealed !== undefined) {
      try {
        const attempt = JSON.parse(unseal(key, sealed, { attempt: 'oidc' })) as Attempt;
        if (attempt.until > now().getTime()) return attempt;
      } catch {
        // The same answer as for an attempt that is too old.
      }
    }
    throw new ProblemError('identity-provider-refused', 'This sign-in was not begun in this browser, or too long ago.');
  }

  function problem(error: unknown): ProblemError {
    if (error instanceof ProblemError) return error;
    const chain = causes(error);
    // Texts and codes only: what hangs on these errors may hold tokens.
    log.warn({ reasons: chain.map((each) => `${each.name}: ${each.message}`.slice(0, 300)) }, 'sign-in by OIDC failed');
    if (chain.some((each) => each instanceof IssuerUnavailable)) {
      return new ProblemError('identity-provider-unavailable', 'The identity provider does not answer as it should.');
    }
    return new ProblemError('identity-provider-refused', 'The identity provider did not confirm who you are.');
  }

  return {
    name: settings.name,
    async start(redirectUri) {
      try {
        const config = await configuration();
        const [state, nonce, verifier] = [openid.randomState(), openid.randomNonce(), openid.randomPKCECodeVerifier()];
        const url = openid.buildAuthorizationUrl(config, {
          redirect_uri: redirectUri,
          scope: [...new Set(['openid', ...settings.scopes])].join(' '),
          state,
          nonce,
          code_challenge: await openid.calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
        });
        if (!mayBeIssuer(url))
          throw new IssuerUnavailable('The identity provider signs in at an address without https.');
        const until = now().getTime() + ATTEMPT_MS;
        const attempt: Attempt = { state, nonce, verifier, until };
        const sealed = seal(key, JSON.stringify(attempt), { attempt: 'oidc' });
        return { url: url.href, attempt: sealed, expires: new Date(until) };
      } catch (error) {
        throw problem(error);
      }
    },
    async finish(query, sealed, redirectUri) {
      try {
        const { state, nonce, verifier } = openAttempt(sealed);
        const config = await configuration();
        const returned = new URL(`${redirectUri}?${query.replace(/^\?/, '')}`);
        const tokens = await openid.authorizationCodeGrant(config, returned, {
          pkceCodeVerifier: verifier,
          expectedState: state,
          expectedNonce: nonce,
          idTokenExpected: true,
        });
        const claims = tokens.claims() as openid.IDToken;
        if (claims.sub.trim() === '') {
          throw new ProblemError(
            'identity-provider-refused',
            'The identity provider names nobody: the subject is empty.',
          );
        }
        let told: Record<string, unknown> = claims;
        if (claims[settings.groupsClaim] === undefined && config.serverMetadata().userinfo_endpoint) {
          told = { ...(await openid.fetchUserInfo(config, tokens.access_token, claims.sub)), ...claims };
        }
        return identityOf(settings, claims, told);
      } catch (error) {
        throw problem(error);
      }
    },
  };
}

function identityOf(
  settings: OidcSettings,
  { iss, sub }: openid.IDToken,
  told: Record<string, unknown>,
): ExternalIdentity {
  const text = (name: string) => (typeof told[name] === 'string' ? told[name].slice(0, 200) : '');
  const claim = told[settings.groupsClaim];
  const groups = (Array.isArray(claim) ? claim : [claim])
    .filter((group): group is string => typeof group === 'string' && group !== '')
    .slice(0, MAX_GROUPS);
  const held = new Set(groups);
  const grants = settings.roles.filter(({ group }) => held.has(group)).map(({ role, scope }) => ({ role, scope }));
  const name = text('preferred_username') || text('email') || sub;
  return { issuer: iss, subject: sub, name, displayName: text('name'), grants, groups };
}

function causes(error: unknown): Error[] {
  const chain: Error[] = [];
  for (let at = error; at instanceof Error && chain.length < 8; at = at.cause) chain.push(at);
  return chain;
}
