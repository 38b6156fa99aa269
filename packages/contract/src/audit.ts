/** The audit log on the wire: who changed what, what was refused, and the signed head that a copy of the log is held against. */
import { z } from 'zod';
import { Time } from './common.ts';
import { PageQuery } from './page.ts';

/** `denied`: refused for who asked or for wrong credentials. `failed`: part of it was done before it failed. */
export const AuditOutcome = z.enum(['done', 'denied', 'failed']);
export type AuditOutcome = z.infer<typeof AuditOutcome>;

/** By what the actor was known. `policy` and `system`: Pharos itself. */
export const AuditActorKind = z.enum(['session', 'token', 'agent', 'policy', 'system', 'nobody']);
export type AuditActorKind = z.infer<typeof AuditActorKind>;

const Hash = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits');

export const AuditEvent = z.object({
  seq: z.number().int().meta({ description: 'Its place in the log; there are no gaps' }),
  at: Time,
  actor: z.string(),
  actorKind: AuditActorKind,
  action: z.string().meta({ description: 'What was done or tried, e.g. rule.update' }),
  outcome: AuditOutcome,
  subjectKind: z.string().meta({ description: 'What it was done to, e.g. rule; empty: nothing in particular' }),
  subject: z.string().meta({ description: 'Id or name of that' }),
  locationId: z.string().nullable(),
  reason: z.string(),
  requestId: z.string().nullable(),
  detail: z.string().meta({
    description: 'JSON text, as it was hashed: asked (the input without secrets), before (what it changed), more',
  }),
  previousHash: z.string().meta({ description: 'Hash of the entry before; empty for the first' }),
  hash: z.string().meta({ description: 'SHA-256 over the hash before and the entry (docs/audit.md)' }),
});
export type AuditEvent = z.infer<typeof AuditEvent>;

const Text = z.string().trim().min(1).max(500);

/** What narrows the log. */
export const AuditFilter = z.strictObject({
  actor: Text.optional(),
  action: Text.optional().meta({ description: 'Exact, or rule.* for every action on rules; several with commas' }),
  outcome: z
    .string()
    .regex(/^(done|denied|failed)(,(done|denied|failed))*$/, 'must be done, denied or failed')
    .optional()
    .meta({ description: 'done, denied, failed; several with commas' }),
  subjectKind: Text.optional(),
  subject: Text.optional().meta({ description: 'Exact id or name' }),
  locationId: Text.optional(),
  from: Time.optional(),
  to: Time.optional(),
  q: Text.optional().meta({ description: 'Part of actor, subject, reason or detail' }),
});
export type AuditFilter = z.infer<typeof AuditFilter>;

export const AuditQuery = AuditFilter.extend({
  ...PageQuery.shape,
  order: z.enum(['newest', 'oldest']).default('newest'),
});
export type AuditQuery = z.infer<typeof AuditQuery>;

export const AuditFacet = z.object({ value: z.string(), count: z.number().int() });
export const AuditFacets = z.object({
  actions: z.array(AuditFacet),
  outcomes: z.array(AuditFacet),
  complete: z.boolean().meta({ description: 'false: counted over the newest 100,000 entries that fit' }),
});
export type AuditFacets = z.infer<typeof AuditFacets>;

/** A head signed by the server: kept elsewhere, it proves what the log was at that time. */
export const SignedAuditHead = z.object({
  serverEpoch: z.string().meta({ description: 'Which database it is the log of' }),
  seq: z.number().int(),
  hash: z.string(),
  at: Time,
  signature: z.string().meta({ description: 'Ed25519 over the text of docs/audit.md, base64' }),
  publicKey: z.string().meta({ description: 'PEM (SubjectPublicKeyInfo)' }),
});
export type SignedAuditHead = z.infer<typeof SignedAuditHead>;

export const AuditHead = z.object({
  head: SignedAuditHead,
  verified: z
    .object({
      seq: z.number().int().meta({ description: 'Up to here every entry was recomputed by this server' }),
      at: Time,
      findings: z.array(z.object({ seq: z.number().int(), kind: z.string(), message: z.string() })),
    })
    .nullable()
    .meta({ description: 'What the check in the background has found so far; null: it has not begun' }),
});
export type AuditHead = z.infer<typeof AuditHead>;

export const AuditExportQuery = z.strictObject({
  after: z.coerce.number().int().min(0).default(0).meta({ description: 'Entries behind this number' }),
});
export const AuditBySeq = z.strictObject({ seq: z.coerce.number().int().min(1) });
export { Hash as AuditHash };

/** The last line of an export: the signed head it reaches to. */
export const AuditExportEnd = z.object({ head: SignedAuditHead });
