/** The route table: the process itself and its description. */
import { z } from 'zod';
import type { Route } from '../route.ts';
import { get } from './parts.ts';

const Ok = z.object({ status: z.string() });

export const systemRoutes = {
  health: {
    ...get,
    root: true,
    path: '/healthz',
    permission: 'public',
    group: 'system',
    summary: 'The process lives',
    response: Ok,
  },
  readiness: {
    ...get,
    root: true,
    path: '/readyz',
    permission: 'public',
    group: 'system',
    summary: 'The database answers',
    response: Ok,
  },
  metrics: {
    ...get,
    root: true,
    path: '/metrics',
    permission: 'public',
    group: 'system',
    summary: 'Prometheus metrics',
    produces: 'text/plain',
  },
  openapi: {
    ...get,
    path: '/openapi.json',
    permission: 'public',
    group: 'system',
    summary: 'This description',
    response: z.record(z.string(), z.unknown()),
  },
} as const satisfies Record<string, Route>;
