/** The route table: the audit log. */
import { AuditBySeq, AuditEvent, AuditExportQuery, AuditFacets, AuditFilter, AuditHead, AuditQuery } from '../audit.ts';
import { page } from '../page.ts';
import type { Route } from '../route.ts';
import { get } from './parts.ts';

export const auditRoutes = {
  listAuditEvents: {
    ...get,
    path: '/audit-events',
    permission: 'audit:read',
    group: 'audit',
    summary: 'Who changed what, and what was refused',
    query: AuditQuery,
    response: page(AuditEvent),
  },
  getAuditEvent: {
    ...get,
    path: '/audit-events/{seq}',
    permission: 'audit:read',
    group: 'audit',
    summary: 'One entry of the audit log',
    params: AuditBySeq,
    response: AuditEvent,
  },
  getAuditFacets: {
    ...get,
    path: '/audit-facets',
    permission: 'audit:read',
    group: 'audit',
    summary: 'Actions and outcomes in the log, with counts',
    query: AuditFilter,
    response: AuditFacets,
  },
  getAuditHead: {
    ...get,
    path: '/audit-head',
    permission: 'audit:read',
    group: 'audit',
    summary: 'The newest entry, signed, and how far the log was verified',
    response: AuditHead,
  },
  exportAudit: {
    ...get,
    path: '/audit-export',
    permission: 'audit:read',
    group: 'audit',
    summary: 'The log as JSON lines, oldest first; the last line is the signed head',
    query: AuditExportQuery,
    produces: 'application/x-ndjson',
  },
} as const satisfies Record<string, Route>;
