/** Random secrets, and the forms they are kept and compared in. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';

const TOKEN_START = 'pharos_';
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const TOKEN_SHAPE = /^pharos_([0-9A-Za-z]{43})([0-9A-Za-z]{6})$/;

/** SHA-256 in hex: the only form in which a session id or a token is stored. */
export function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/** Whether two texts are equal, in a time that says nothing of where they differ. */
export function equalSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text, 'utf8').digest();
  return timingSafeEqual(digest(a), digest(b));
}

/** An opaque id of 256 random bits, base64url. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** A new API token: `pharos_`, 43 base62 digits (256 bits), 6 digits CRC-32, so that leak scanners know it and typos show. */
export function newToken(): string {
  const body = base62(BigInt(`0x${randomBytes(32).toString('hex')}`), 43);
  return `${TOKEN_START}${body}${checksum(body)}`;
}

/** Whether a text has the form and checksum of a token. Says nothing of whether it is valid. */
export function looksLikeToken(text: string): boolean {
  const match = TOKEN_SHAPE.exec(text);
  return match !== null && checksum(match[1] as string) === match[2];
}

/** What may be shown of a token, to know it again: its first 12 characters. */
export function tokenPrefix(token: string): string {
  return token.slice(0, 12);
}

function checksum(body: string): string {
  return base62(BigInt(crc32(body)), 6);
}

function base62(value: bigint, length: number): string {
  let rest = value;
  let text = '';
  while (text.length < length) {
    text = BASE62[Number(rest % 62n)] + text;
    rest /= 62n;
  }
  return text;
}
