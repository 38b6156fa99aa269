import type { IncomingHttpHeaders } from 'node:http';

/** One request as it arrived, secrets and all: tests look here for credentials that went where they must not. */
export type LoggedRequest = {
  method: string;
  /** Path with query. */
  path: string;
  headers: IncomingHttpHeaders;
  /** Up to 64 KiB. */
  body: string;
};

/** True when the text stands anywhere in the requests: path, headers, body, or inside a Basic credential. */
export function mentions(log: readonly LoggedRequest[], text: string): boolean {
  return log.some(({ path, headers, body }) => {
    const [, basic = ''] = /^Basic (.+)$/i.exec(headers.authorization ?? '') ?? [];
    const decoded = Buffer.from(basic, 'base64').toString();
    return [path, body, decoded, JSON.stringify(headers)].some((part) => part.includes(text));
  });
}
