/** An identity provider made in the test: discovery, authorization, token, keys, userinfo, and ways to go wrong. Not exported. */
import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';

export interface Person {
  sub: string;
  name?: string;
  groups?: unknown;
  [claim: string]: unknown;
}

/** What the next ID token has in place of what it should. */
export interface Fault {
  claims?: JWTPayload;
  algorithm?: 'none' | 'foreign-key';
  status?: number;
}

export async function startIssuer(client: { id: string; secret: string }) {
  let keys = await newKey();
  const foreign = await newKey();
  const codes = new Map<string, { nonce: string; challenge: string; redirectUri: string; person: Person }>();
  const tokens = new Map<string, Person>();
  const asked: string[] = [];
  const state = { fault: {} as Fault, userinfo: {} as Record<string, unknown>, down: false };

  const server = createServer((request, response) => {
    void answer(request, response).catch(() => response.writeHead(500).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const send = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const path = (request.url ?? '').split('?')[0];
    asked.push(path as string);
    if (state.down) return send(503, {});
    switch (path) {
      case '/.well-known/openid-configuration':
        return send(200, {
          issuer: url,
          authorization_endpoint: `${url}/authorize`,
          token_endpoint: `${url}/token`,
          jwks_uri: `${url}/jwks`,
          userinfo_endpoint: `${url}/userinfo`,
          response_types_supported: ['code'],
          subject_types_supported: ['public'],
          id_token_signing_alg_values_supported: ['RS256'],
          code_challenge_methods_supported: ['S256'],
        });
      case '/jwks':
        return send(200, { keys: [keys.jwk] });
      case '/userinfo': {
        const person = tokens.get((request.headers.authorization ?? '').replace('Bearer ', ''));
        return person ? send(200, { sub: person.sub, ...state.userinfo }) : send(401, {});
      }
      case '/token':
        return send(...(await exchange(request)));
      default:
        return send(404, {});
    }
  }

  async function exchange(request: IncomingMessage): Promise<[number, unknown]> {
    let text = '';
    for await (const part of request) text += part;
    const form = new URLSearchParams(text);
    // RFC 6749 §2.3.1: both are form-encoded before they are put together.
    const basic = Buffer.from((request.headers.authorization ?? '').replace('Basic ', ''), 'base64').toString('utf8');
    const [id, secret] = basic.split(':').map(decodeURIComponent);
    if (id !== client.id || secret !== client.secret) return [401, { error: 'invalid_client' }];
    const code = codes.get(form.get('code') ?? '');
    codes.delete(form.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (!code || challenge !== code.challenge || form.get('redirect_uri') !== code.redirectUri) {
      return [400, { error: 'invalid_grant' }];
    }
    const accessToken = randomUUID();
    tokens.set(accessToken, code.person);
    const idToken = await idTokenOf(code.person, code.nonce);
    return [200, { access_token: accessToken, token_type: 'Bearer', id_token: idToken }];
  }

  async function idTokenOf(person: Person, nonce: string): Promise<string> {
    const time = Math.floor(Date.now() / 1000);
    const standard = { iss: url, aud: client.id, iat: time, exp: time + 300, nonce };
    const payload: JWTPayload = { ...standard, ...person, ...state.fault.claims };
    if (state.fault.algorithm === 'none') return new UnsecuredJWT(payload).encode();
    const signer = state.fault.algorithm === 'foreign-key' ? foreign : keys;
    return new SignJWT(payload)
      .setProtectedHeader({ alg: 'RS256', kid: keys.jwk.kid as string })
      .sign(signer.privateKey);
  }

  return {
    url,
    asked,
    state,
    /** What a person does there: signs in, and is sent back. Answers the query of the address. */
    authorize(address: string, person: Person): string {
      const query = new URL(address).searchParams;
      const code = randomUUID();
      codes.set(code, {
        nonce: query.get('nonce') ?? '',
        challenge: query.get('code_challenge') ?? '',
        redirectUri: query.get('redirect_uri') ?? '',
        person,
      });
      return new URLSearchParams({ code, state: query.get('state') ?? '' }).toString();
    },
    async rotate() {
      keys = await newKey();
    },
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

async function newKey() {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid: randomUUID(), alg: 'RS256', use: 'sig' } };
}
