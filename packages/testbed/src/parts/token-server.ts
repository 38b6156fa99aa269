import { createPrivateKey, randomUUID, sign, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { json, ociError } from '../answer.ts';
import type { LoggedRequest } from '../request-log.ts';
import { startServer } from '../server.ts';
import type { Credential } from '../sign-in.ts';
import type { KeyPair } from './certificates.ts';

/** The `service` of the challenge and audience of the tokens. */
export const TOKEN_SERVICE = 'pharos-testbed';
/** The `iss` that the registry expects. */
export const TOKEN_ISSUER = 'pharos-testbed-issuer';

/** A running token server. */
export type TokenServer = { url: string; readonly log: readonly LoggedRequest[]; stop(): Promise<void> };

/** Whom it knows and with what it signs. */
export type TokenServerOptions = {
  credential: Credential;
  signer: KeyPair;
  /** Docker's registry forgives 60 seconds, so only a life below -60 is really over. */
  ttlSeconds: number;
};

/** Distribution's token protocol: GET with Basic, or POST with a form. Signs ES256 with the certificate in `x5c`. */
export async function startTokenServer({ credential, signer, ttlSeconds }: TokenServerOptions): Promise<TokenServer> {
  const key = createPrivateKey(readFileSync(signer.keyFile));
  const certificate = new X509Certificate(readFileSync(signer.certificateFile));
  const log: LoggedRequest[] = [];
  const basic = `Basic ${Buffer.from(`${credential.username}:${credential.password}`).toString('base64')}`;

  const server = await startServer(0, (request, body) => {
    log.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, body });
    const query = new URL(request.url ?? '/', 'http://token').searchParams;
    const form = new URLSearchParams(body);
    const posted = form.get('username') === credential.username && form.get('password') === credential.password;
    if (request.headers.authorization !== basic && !posted) {
      return ociError(401, 'UNAUTHORIZED', 'incorrect username or password');
    }
    const scopes = [...query.getAll('scope'), ...form.getAll('scope')].flatMap((scope) => scope.split(' '));
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: TOKEN_ISSUER,
      sub: credential.username,
      aud: TOKEN_SERVICE,
      exp: now + ttlSeconds,
      nbf: now - 10,
      iat: now,
      jti: randomUUID(),
      access: scopes.filter(Boolean).map(access),
    };
    const head = { typ: 'JWT', alg: 'ES256', x5c: [certificate.raw.toString('base64')] };
    const data = `${encode(head)}.${encode(claims)}`;
    const signature = sign('sha256', Buffer.from(data), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
    return json({
      token: `${data}.${signature}`,
      expires_in: ttlSeconds,
      issued_at: new Date(now * 1000).toISOString(),
    });
  });
  return { url: `http://127.0.0.1:${server.port}/token`, log, stop: server.stop };
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** `repository:a/b:pull,push`; the name may hold colons (a registry with a port), so the ends decide. */
function access(scope: string): { type: string; name: string; actions: string[] } {
  const parts = scope.split(':');
  return {
    type: parts[0] ?? '',
    name: parts.slice(1, -1).join(':'),
    actions: (parts.at(-1) ?? '').split(','),
  };
}
