/** The route table: Scans. */
import { page } from '../page.ts';
import type { Route } from '../route.ts';
import { Scan, ScanQuery, ScanRequest } from '../scan.ts';
import { ById, get, post } from './parts.ts';

export const scansRoutes = {
  listScans: {
    ...get,
    path: '/scans',
    permission: 'library:read',
    group: 'scans',
    summary: 'Scans, newest first',
    query: ScanQuery,
    response: page(Scan),
  },
  createScan: {
    ...post,
    status: 202,
    path: '/scans',
    permission: 'scans:write',
    row: 'scan-request',
    audit: 'scan.start',
    group: 'scans',
    summary: 'Sync now: a registry or one repository',
    body: ScanRequest,
    response: Scan,
  },
  getScan: {
    ...get,
    path: '/scans/{id}',
    permission: 'library:read',
    group: 'scans',
    summary: 'One scan',
    params: ById,
    response: Scan,
  },
} as const satisfies Record<string, Route>;
