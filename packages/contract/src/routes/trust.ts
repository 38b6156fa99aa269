/** The route table: whose signatures count, and what was verified. */
import { ImageVerification, VerificationQuery } from '../evidence.ts';
import { PageQuery, page } from '../page.ts';
import type { Route } from '../route.ts';
import { TrustChange, TrustChangeQuery, TrustCheck, TrustEntry, TrustInput, TrustPatch } from '../trust.ts';
import { ImageVulnerabilityReports } from '../vulnerability-report.ts';
import { ByDigest, ById, get, MiB, patch, post, remove } from './parts.ts';

export const trustRoutes = {
  listTrust: {
    ...get,
    path: '/trust',
    permission: 'library:read',
    group: 'trust',
    summary: 'Keys, roots and identities whose signatures count',
    query: PageQuery,
    response: page(TrustEntry),
  },
  createTrust: {
    ...post,
    path: '/trust',
    permission: 'trust:write',
    audit: 'trust.create',
    group: 'trust',
    summary: 'Trust a key, a root or an identity; stored signatures are verified again',
    body: TrustInput,
    bodyLimit: 2 * MiB,
    response: TrustEntry,
  },
  checkTrust: {
    ...post,
    status: 200,
    path: '/trust/check',
    permission: 'trust:write',
    audit: null,
    group: 'trust',
    summary: 'What an entry would verify, without making it',
    body: TrustInput,
    bodyLimit: 2 * MiB,
    response: TrustCheck,
  },
  listTrustChanges: {
    ...get,
    path: '/trust-changes',
    permission: 'library:read',
    group: 'trust',
    summary: 'Who changed what is trusted, newest first',
    query: TrustChangeQuery,
    response: page(TrustChange),
  },
  getTrust: {
    ...get,
    path: '/trust/{id}',
    permission: 'library:read',
    group: 'trust',
    summary: 'One trust entry',
    params: ById,
    response: TrustEntry,
  },
  updateTrust: {
    ...patch,
    path: '/trust/{id}',
    permission: 'trust:write',
    audit: 'trust.update',
    group: 'trust',
    summary: 'Change where, whom and whether it is trusted; stored signatures are verified again',
    params: ById,
    body: TrustPatch,
    response: TrustEntry,
  },
  deleteTrust: {
    ...remove,
    path: '/trust/{id}',
    permission: 'trust:write',
    audit: 'trust.delete',
    group: 'trust',
    summary: 'Trust it no longer: what it verified counts no more, at once',
    params: ById,
  },
  getImageVerification: {
    ...get,
    path: '/images/{digest}/verification',
    permission: 'library:read',
    group: 'trust',
    summary: 'Signatures of an image, and what was verified by which key when',
    params: ByDigest,
    query: VerificationQuery,
    response: ImageVerification,
  },
  listImageVulnerabilityReports: {
    ...get,
    path: '/images/{digest}/vulnerability-reports',
    permission: 'library:read',
    group: 'trust',
    summary: 'Vulnerability reports about an image in numbers: who made them, when, and who vouches for them',
    params: ByDigest,
    response: ImageVulnerabilityReports,
  },
} as const satisfies Record<string, Route>;
