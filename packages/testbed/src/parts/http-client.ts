import { type Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';

/** A whole answer. */
export type HttpAnswer = { status: number; headers: IncomingHttpHeaders; body: Buffer };

/** What to send; default GET. */
export type HttpOptions = {
  method?: string;
  headers?: Readonly<Record<string, string>>;
  body?: Buffer;
  /** PEM of the CA that a TLS registry is signed by. */
  ca?: string;
  agent?: Agent;
};

/** One plain HTTP exchange without redirects, retries or cleverness: the seeder's and the starters' own eyes. */
export function send(url: string, options: HttpOptions = {}): Promise<HttpAnswer> {
  const { method = 'GET', headers, body, ca, agent } = options;
  const request = url.startsWith('https:') ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent: agent ?? false, ...(ca ? { ca } : {}) }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      );
      response.on('error', reject);
    });
    sent.once('error', reject);
    sent.end(body);
  });
}
