import { createHash, createHmac } from 'node:crypto';
import type { Call } from '../call.ts';

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/;

/** Checks a Signature Version 4 over everything that it must cover: method, path, query, headers and body. */
export function isSigned(call: Call, secret: string, service: string): boolean {
  const [, , day = '', region = '', named = '', signed = '', signature = ''] =
    AUTHORIZATION.exec(call.headers.authorization ?? '') ?? [];
  const at = String(call.headers['x-amz-date'] ?? '');
  if (named !== service || !at.startsWith(day) || !signed.split(';').includes('host')) return false;
  const query = [...call.url.searchParams].map(([name, value]) => `${quote(name)}=${quote(value)}`).sort();
  const headers = signed.split(';').map((name) => `${name}:${String(call.headers[name] ?? '').trim()}\n`);
  const canonical = [call.method, call.url.pathname, query.join('&'), headers.join(''), signed, sha256(call.body)];
  const scope = `${day}/${region}/${service}/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', at, scope, sha256(canonical.join('\n'))].join('\n');
  const key = [day, region, service, 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secret}`);
  return hmac(key, text).toString('hex') === signature;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

const quote = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`);
