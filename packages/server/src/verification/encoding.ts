/** Decoding of what a signature is made of, in one way only: two texts never mean the same bytes. */
import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { NoPass } from './verdict.ts';

/** The bytes of a base64 text in its one canonical form. A decoder that forgives would let changed texts verify. */
export function fromBase64(text: unknown, what: string): Buffer {
  if (typeof text !== 'string' || text === '') throw new NoPass(`${what} is missing.`);
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) throw new NoPass(`${what} is not base64 text.`);
  return bytes;
}

/** The same for base64url without padding (RFC 7515 §2). */
export function fromBase64Url(text: unknown, what: string): Buffer {
  if (typeof text !== 'string' || text === '') throw new NoPass(`${what} is missing.`);
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.toString('base64url') !== text) throw new NoPass(`${what} is not base64url text.`);
  return bytes;
}

/** A JSON object; fields are hostile. */
export function jsonObject(bytes: Uint8Array, what: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    if (!isUtf8(bytes)) throw new SyntaxError('not UTF-8');
    value = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    throw new NoPass(`${what} is not JSON.`);
  }
  return object(value, what);
}

/** The value as an object, or no pass. */
export function object(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new NoPass(`${what} is not an object.`);
  return value as Record<string, unknown>;
}

/** An own text field, or null; so that a field named `constructor` is what it says. */
export function textOf(record: Readonly<Record<string, unknown>>, key: string): string | null {
  const value = Object.hasOwn(record, key) ? record[key] : undefined;
  return typeof value === 'string' ? value : null;
}

/** The digest of bytes by the algorithm of another digest (`sha256:…`, `sha512:…`). */
export function digestLike(digest: string, bytes: Uint8Array): string {
  const algorithm = digest.startsWith('sha512:') ? 'sha512' : 'sha256';
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}
