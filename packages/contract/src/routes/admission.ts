/** The route table: what admission control asks. */
import {
  AdmissionCheck,
  AdmissionChecked,
  AdmissionRefusal,
  AdmissionRefusalQuery,
  AdmissionReport,
  AdmissionSnapshot,
  AdmissionStatus,
  SnapshotQuery,
} from '../admission.ts';
import { PageQuery, page } from '../page.ts';
import type { Route } from '../route.ts';
import { told } from '../told.ts';
import { get, MiB, post } from './parts.ts';

export const admissionRoutes = {
  listAdmission: {
    ...get,
    path: '/admission',
    permission: 'library:read',
    group: 'admission',
    summary: 'Admission control of each agent: mode, snapshot, counts',
    query: PageQuery,
    response: page(AdmissionStatus),
  },
  listAdmissionRefusals: {
    ...get,
    path: '/admission/refusals',
    permission: 'library:read',
    group: 'admission',
    summary: 'What admission control refused, or would have, latest first; the last 1,000 of a location',
    query: AdmissionRefusalQuery,
    response: page(AdmissionRefusal),
  },
  checkAdmission: {
    ...post,
    status: 200,
    path: '/admission/check',
    permission: 'library:read',
    audit: null,
    group: 'admission',
    summary: 'What would be decided of these objects in a location',
    body: AdmissionCheck,
    bodyLimit: 8 * MiB,
    response: AdmissionChecked,
  },
  agentAdmissionSnapshot: {
    ...get,
    path: '/agent/admission/snapshot',
    permission: 'agents:report',
    group: 'agent protocol',
    summary: 'What may run in the location of the agent, signed',
    query: told(SnapshotQuery),
    response: AdmissionSnapshot,
  },
  agentAdmissionReport: {
    ...post,
    status: 204,
    path: '/agent/admission/report',
    permission: 'agents:report',
    audit: null,
    group: 'agent protocol',
    summary: 'How admission control of the agent stands, and what it refused',
    body: told(AdmissionReport),
    bodyLimit: 2 * MiB,
  },
} as const satisfies Record<string, Route>;
