/** How senders prove that they have the secret. Every comparison takes a time that says nothing of where texts differ. */
import { createHmac } from 'node:crypto';
import { equalSecret } from '../identity/secret.ts';
import { header, type Incoming } from './source.ts';

/** `Authorization: <secret>`, `Bearer <secret>`, or Basic with it as the password, whoever the user. */
export function hasAuthorization(incoming: Incoming, secret: string): boolean {
  const sent = header(incoming, 'authorization');
  if (sent === null) return false;
  const [, scheme = '', value = ''] = /^(bearer|basic) +(\S+)$/i.exec(sent) ?? [];
  if (scheme.toLowerCase() === 'bearer') return equalSecret(value, secret);
  if (scheme.toLowerCase() === 'basic') {
    const text = Buffer.from(value, 'base64').toString('utf8');
    return equalSecret(text.slice(text.indexOf(':') + 1), secret);
  }
  return equalSecret(sent, secret);
}

/** The HMAC of the body as it came, in hex. */
function hexHmac(algorithm: 'sha256' | 'sha1', { body }: Incoming, secret: string): string {
  return createHmac(algorithm, secret).update(body).digest('hex');
}

/** Whether a header holds the HMAC of the body in hex, behind `prefix`. */
export function isSigned(
  incoming: Incoming,
  secret: string,
  how: { header: string; algorithm: 'sha256' | 'sha1'; prefix?: string },
): boolean {
  const sent = header(incoming, how.header);
  if (sent === null) return false;
  return equalSecret(sent.toLowerCase(), `${how.prefix ?? ''}${hexHmac(how.algorithm, incoming, secret)}`);
}
