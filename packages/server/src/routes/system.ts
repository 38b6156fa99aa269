import { setTimeout as delay } from 'node:timers/promises';
import type { Context } from '../context.ts';
import { ProblemError } from '../problem.ts';
import type { Handlers } from '../route.ts';

const PING_MS = 2_000;

/** Health, readiness, metrics, the API's description. */
export function systemHandlers(context: Context): Pick<Handlers, 'health' | 'readiness' | 'metrics' | 'openapi'> {
  return {
    // Liveness asks nothing: a dead database is no reason to kill the process.
    health: async () => ({ status: 'ok' }),
    readiness: async () => {
      if (context.stopping.aborted) throw new ProblemError('stopping', 'Pharos is stopping.');
      await pingWithin(context);
      return { status: 'ok' };
    },
    metrics: async ({ reply }) => {
      reply.type(context.metrics.contentType);
      return (await context.metrics.text()) as unknown as undefined;
    },
    openapi: async ({ request }) => request.server.swagger() as unknown as Record<string, unknown>,
  };
}

/** A database that hangs is as unready as one that refuses. Migrations ran before there was a store. */
async function pingWithin(context: Context): Promise<void> {
  const tooLate = new AbortController();
  const late = delay(PING_MS, undefined, { signal: tooLate.signal, ref: false }).then(() => {
    throw new ProblemError('database-unavailable', `The database did not answer within ${PING_MS / 1000} seconds.`);
  });
  try {
    await Promise.race([context.store.ping(), late]);
  } finally {
    late.catch(() => undefined);
    tooLate.abort();
  }
}
