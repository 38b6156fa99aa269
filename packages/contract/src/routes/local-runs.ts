/** The route table: databases on the machine of `pharos up`. Elsewhere the list says that nothing starts, and the rest is refused. */
import { z } from 'zod';
import { LocalRunInput, LocalRunName, LocalRunStarted, LocalRuns } from '../local-run.ts';
import type { Route } from '../route.ts';
import { get, post, remove } from './parts.ts';

/** Containers of a machine stand in no location: who may start one holds the permission everywhere. */
const runs = { group: 'local runs', permission: 'clusters:write' } as const;
const ByName = z.strictObject({ name: LocalRunName });

export const localRunsRoutes = {
  listLocalRuns: {
    ...get,
    ...runs,
    path: '/local-runs',
    summary: 'Databases that run on this machine, stopped and failed ones too',
    response: LocalRuns,
  },
  startLocalRun: {
    ...post,
    ...runs,
    path: '/local-runs',
    audit: 'local-run.start',
    summary: 'Pull an approved database image by digest, start it, and wait until it answers',
    body: LocalRunInput,
    response: LocalRunStarted,
  },
  stopLocalRun: {
    ...post,
    ...runs,
    status: 204,
    path: '/local-runs/{name}/stop',
    audit: 'local-run.stop',
    summary: 'Stop a database of this machine; its data stays',
    params: ByName,
  },
  removeLocalRun: {
    ...remove,
    ...runs,
    path: '/local-runs/{name}',
    audit: 'local-run.remove',
    summary: 'Remove a database of this machine with its data',
    params: ByName,
  },
} as const satisfies Record<string, Route>;
