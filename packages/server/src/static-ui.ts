/** The built web UI: index.html for every page of it, hashed assets for ever. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/**
 * No inline script and nothing from elsewhere. Styles too come from files only: React writes `style` through the CSSOM,
 * which this policy does not concern, and PatternFly adds no style elements.
 */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

const NOT_BUILT = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Pharos</title></head><body>
<h1>Pharos runs, but its web UI is not built</h1>
<p>Run <code>npm run build</code> in the checkout and start Pharos again.</p>
<p>The API is at <a href="/api/v1/openapi.json">/api/v1</a>.</p>
</body></html>
`;

/** Files named by their content stay for ever; a browser asks for the icon at every change of the address. */
function cachingOf(path: string): string {
  if (path.includes('/assets/')) return 'public, max-age=31536000, immutable';
  return path.endsWith('/favicon.svg') ? 'public, max-age=86400' : 'no-cache';
}

/** Sends the page of the UI; null: this is not a request for a page. */
export type SendPage = (request: FastifyRequest, reply: FastifyReply) => FastifyReply | null;

/** Serves the files of `webDir` and answers how to send its page. Without a built UI the page says how to build it. */
export async function mountStaticUi(app: FastifyInstance, webDir: string | undefined): Promise<SendPage> {
  const built = webDir !== undefined && existsSync(join(webDir, 'index.html'));
  if (built) {
    await app.register(fastifyStatic, {
      root: webDir,
      index: false,
      wildcard: true,
      dotfiles: 'deny',
      cacheControl: false,
      setHeaders(reply, path) {
        reply.header('cache-control', cachingOf(path));
      },
      globIgnore: ['**/.*'],
    });
    app.get('/', { schema: { hide: true } }, async (_request, reply) => sendIndex(reply));
  }

  function sendIndex(reply: FastifyReply): FastifyReply {
    reply.header('cache-control', 'no-cache');
    return built ? reply.sendFile('index.html') : reply.type('text/html; charset=utf-8').send(NOT_BUILT);
  }

  return (request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '/';
    const last = path.slice(path.lastIndexOf('/') + 1);
    const wantsPage = request.method === 'GET' && (request.headers.accept ?? '*/*').match(/text\/html|\*\/\*/) !== null;
    // A missing file of the UI is missing; a page of it is drawn by index.html. A tag's name may hold dots.
    if (!wantsPage || path.startsWith('/api/') || path.startsWith('/assets/')) return null;
    if (/\.(?:js|css|map|ico|svg|png|woff2?|txt|json)$/.test(last) && !path.includes('/tags/')) return null;
    return sendIndex(reply.code(200));
  };
}
