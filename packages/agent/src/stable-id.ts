import { hash } from 'node:crypto';

/**
 * A UUID made of the words that name a thing, the same at every start and on every machine. Version 8 (RFC 9562 §5.8:
 * custom, here the first 122 bits of SHA-256), for the usual version 5 rests on SHA-1.
 */
export function stableId(...words: readonly string[]): string {
  const hex = hash('sha256', JSON.stringify(words), 'hex');
  const variant = ((Number.parseInt(hex[16]!, 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20, 32),
  ].join('-');
}
