/** Whose signatures count: public keys, certificate roots and identities, and the repositories they count in. Nothing secret. */
import { z } from 'zod';
import { Digest, DisplayName, Id, Time } from './common.ts';
import { PageQuery } from './page.ts';

/** `key`: a public key (cosign, skopeo). `keyless`: identities in certificates of a Fulcio (sigstore). `x509`: certificates of own roots (notation). */
export const TrustKind = z.enum(['key', 'keyless', 'x509']);
export type TrustKind = z.infer<typeof TrustKind>;

export const TrustIdentity = z.strictObject({
  issuer: z.string().max(500).nullable().default(null).meta({
    description: 'keyless: the exact OpenID Connect issuer, e.g. https://token.actions.githubusercontent.com',
  }),
  subject: z.string().min(1).max(512).meta({
    description: 'The subject in the certificate: exact, a glob (** crosses slashes), or re: and a regular expression',
  }),
});
export type TrustIdentity = z.infer<typeof TrustIdentity>;

export const TrustInput = z.strictObject({
  name: DisplayName,
  kind: TrustKind,
  scope: z.string().min(1).max(512).default('**').meta({
    description: 'host/repository where it counts: a glob, or re: and a regular expression',
  }),
  enabled: z.boolean().default(true),
  key: z.string().max(16_384).nullable().default(null).meta({ description: 'key: the public key as PEM' }),
  roots: z.string().max(262_144).nullable().default(null).meta({ description: 'x509: root certificates as PEM' }),
  trustedRoot: z
    .string()
    .max(1_048_576)
    .nullable()
    .default(null)
    .meta({ description: 'keyless: the text of a trusted_root.json of Sigstore' }),
  identities: z.array(TrustIdentity).max(50).default([]).meta({ description: 'keyless: at least one' }),
  requireReference: z
    .boolean()
    .default(false)
    .meta({ description: 'key: the signed docker-reference must be the repository where it was found' }),
});
export type TrustInput = z.infer<typeof TrustInput>;

/** The key material of an entry is never changed: another key is another entry. */
export const TrustPatch = z.strictObject({
  name: DisplayName.optional(),
  scope: z.string().min(1).max(512).optional(),
  enabled: z.boolean().optional(),
  identities: z.array(TrustIdentity).max(50).optional(),
  requireReference: z.boolean().optional(),
});
export type TrustPatch = z.infer<typeof TrustPatch>;

/** A key or certificate as people compare it. */
export const TrustedKey = z.object({
  algorithm: z.string().meta({ description: 'e.g. ECDSA P-256' }),
  fingerprint: z.string().meta({ description: 'SHA-256 in hex: of the public key (DER), or of the certificate' }),
  subject: z.string().nullable(),
  expiresAt: Time.nullable(),
});
export type TrustedKey = z.infer<typeof TrustedKey>;

export const TrustEntry = z.object({
  id: Id,
  name: z.string(),
  kind: TrustKind,
  scope: z.string(),
  enabled: z.boolean(),
  key: z.string().nullable(),
  roots: z.string().nullable(),
  trustedRootSha256: z.string().nullable().meta({ description: 'SHA-256 of the trusted_root.json' }),
  identities: z.array(TrustIdentity),
  requireReference: z.boolean(),
  keys: z.array(TrustedKey),
  images: z.number().int().meta({ description: 'Images that it verifies now' }),
  createdAt: Time,
  createdBy: z.string(),
  updatedAt: Time,
  updatedBy: z.string(),
});
export type TrustEntry = z.infer<typeof TrustEntry>;

/** What an entry would do, before it is one. */
export const TrustCheck = z.object({
  keys: z.array(TrustedKey),
  signatures: z.number().int().meta({ description: 'Signatures of the library that were tried' }),
  complete: z.boolean().meta({ description: 'False: the library has more, and only the newest were tried' }),
  images: z.number().int().meta({ description: 'Images that would be verified' }),
  examples: z.array(z.object({ digest: Digest, repository: z.string() })).meta({ description: 'The first 20' }),
  reasons: z
    .array(z.object({ reason: z.string(), count: z.number().int() }))
    .meta({ description: 'Why others would not be' }),
});
export type TrustCheck = z.infer<typeof TrustCheck>;

export const TrustChange = z.object({
  id: z.number().int(),
  at: Time,
  actor: z.string(),
  action: z.enum(['create', 'update', 'delete']),
  trustId: Id,
  name: z.string(),
  detail: z.string().meta({ description: 'What changed, in words' }),
});
export type TrustChange = z.infer<typeof TrustChange>;

export const TrustChangeQuery = PageQuery.extend({ trustId: Id.optional() });
