/** Signature material that agents fetch and the control plane verifies, and what came of that. */
import { z } from 'zod';
import { Digest, Id, RepositoryName, Time } from './common.ts';

/** At most this much of one signature is fetched and travels whole. */
export const MAX_EVIDENCE_BYTES = 256 * 1024;
/** An attestation may be larger, for what it states is a list of packages or a report: it is fetched up to here, and travels in parts. */
export const MAX_LARGE_EVIDENCE_BYTES = 16 * 1024 * 1024;
export const EVIDENCE_PART_BYTES = 1024 * 1024;
/** Bytes of large ones of one image in one repository that are kept; what comes above it is told as too large. */
export const MAX_LARGE_EVIDENCE_BYTES_OF_SUBJECT = 48 * 1024 * 1024;
/** So many signatures of one image, and so many bytes of them together, are fetched. */
export const MAX_EVIDENCE_OF_SUBJECT = 20;
export const MAX_EVIDENCE_BYTES_OF_SUBJECT = 1024 * 1024;

/**
 * `cosign-simple`: a simple-signing payload with its signature in an annotation (cosign 1 and 2, skopeo). `sigstore-bundle`:
 * cosign 3. `cosign-dsse`: an attestation behind cosign 2's `.att` tag, signed in its envelope. `notation-jws`, `notation-cose`: Notary
 * Project. `unknown`: found where signatures are, of a form nobody here knows.
 */
export const EvidenceForm = z.enum([
  'cosign-simple',
  'sigstore-bundle',
  'cosign-dsse',
  'notation-jws',
  'notation-cose',
  'unknown',
]);
export type EvidenceForm = z.infer<typeof EvidenceForm>;

/** Why a signature that was found could not be fetched, or was not kept (`no-room`): then nothing is verified with it. */
export const EvidenceProblem = z.enum(['too-large', 'too-many', 'digest-mismatch', 'unreadable', 'no-room']);
export type EvidenceProblem = z.infer<typeof EvidenceProblem>;

const Base64 = z.base64().max(Math.ceil(MAX_EVIDENCE_BYTES_OF_SUBJECT / 3) * 4 + 4);

/** One signature of one image, as an agent fetched it. Every byte was hashed against the digest that named it. */
export const ReportedEvidence = z.strictObject({
  subject: Digest.meta({ description: 'What is signed, by the word of whoever attached it' }),
  digest: Digest.meta({ description: 'The manifest that the signature is in' }),
  position: z.number().int().min(0).max(10_000).meta({ description: 'Which of its layers' }),
  form: EvidenceForm,
  mediaType: z.string().max(255),
  annotations: z.record(z.string().max(1000), z.string().max(65_536)),
  payloadDigest: Digest,
  payload: Base64.nullable().meta({ description: 'The signed bytes, or the envelope; null: see problem' }),
  subjectManifest: Base64.nullable().meta({ description: 'Bytes of the image itself, for signatures over these' }),
  problem: EvidenceProblem.nullable(),
});
export type ReportedEvidence = z.infer<typeof ReportedEvidence>;

export const EvidenceReport = z.strictObject({ evidence: z.array(ReportedEvidence).min(1).max(100) });
export type EvidenceReport = z.infer<typeof EvidenceReport>;

/** A piece of an attestation that is too large to travel whole. Its bytes are put together, hashed and verified when all are there. */
export const EvidencePart = z.strictObject({
  evidence: ReportedEvidence.extend({ payload: z.null(), subjectManifest: z.null(), problem: z.null() }),
  size: z.number().int().min(1).max(MAX_LARGE_EVIDENCE_BYTES).meta({ description: 'Of all parts together' }),
  part: z.number().int().min(0).max(15),
  bytes: z
    .base64()
    .min(1)
    .max(Math.ceil(EVIDENCE_PART_BYTES / 3) * 4),
});
export type EvidencePart = z.infer<typeof EvidencePart>;

/** A manifest that holds attestations of an image, and that is to be fetched again. */
export const EvidenceWanted = z.strictObject({ subject: Digest, digest: Digest });
export type EvidenceWanted = z.infer<typeof EvidenceWanted>;

/** Whether a trusted key made the signature. `unsupported`: nobody here can say; it is never a pass. */
export const VerificationOutcome = z.enum(['verified', 'failed', 'unsupported']);
export type VerificationOutcome = z.infer<typeof VerificationOutcome>;

/** What one trust entry says of one signature. */
export const VerificationResult = z.object({
  trustId: Id,
  trust: z.string().meta({ description: 'Name of the trust entry' }),
  outcome: VerificationOutcome,
  reason: z.string().meta({ description: 'In words: what was compared, or why it is no pass' }),
  what: z.enum(['signature', 'attestation']),
  predicateType: z.string().nullable(),
  signer: z.string().nullable().meta({ description: 'Fingerprint of the key, or identity in the certificate' }),
  signedAt: Time.nullable().meta({ description: 'When it was signed, where a log or timestamp proves it' }),
  validUntil: Time.nullable().meta({ description: 'When the certificate or signature expires; then it is no pass' }),
  verifiedAt: Time,
});
export type VerificationResult = z.infer<typeof VerificationResult>;

/** One signature that was found, and what every trust entry that applies says of it. */
export const Evidence = z.object({
  subject: Digest,
  digest: Digest,
  position: z.number().int(),
  form: EvidenceForm,
  mediaType: z.string(),
  size: z.number().int().nullable(),
  problem: EvidenceProblem.nullable(),
  repositoryId: Id,
  repository: RepositoryName,
  host: z.string(),
  fetchedAt: Time,
  checked: z.boolean().meta({ description: 'False: what is trusted changed, and it is being verified again' }),
  results: z.array(VerificationResult),
});
export type Evidence = z.infer<typeof Evidence>;

/**
 * `verified`: a trusted key signed this very digest. `partial`: only manifests of single platforms are signed. `failed`: signed,
 * and no trusted key made it. `unsupported`: signed in a form that cannot be verified here, or not fetched. `untrusted`: signed,
 * and no trust entry applies. `checking`: not verified yet. `none`: no signature is known. All but `verified` are no pass.
 */
export const VerificationState = z.enum([
  'verified',
  'partial',
  'failed',
  'unsupported',
  'untrusted',
  'checking',
  'none',
]);
export type VerificationState = z.infer<typeof VerificationState>;

export const VerificationSummary = z.object({
  state: VerificationState,
  sentence: z.string().meta({ description: 'The state in words' }),
  verifiedBy: z.array(
    z.object({
      trustId: Id,
      trust: z.string(),
      signer: z.string().nullable(),
      evidence: Digest,
      repository: RepositoryName,
      verifiedAt: Time,
    }),
  ),
  signatures: z.number().int().meta({ description: 'Signatures that were found, of any form' }),
});
export type VerificationSummary = z.infer<typeof VerificationSummary>;

export const ImageVerification = VerificationSummary.extend({
  digest: Digest,
  evidence: z.array(Evidence).meta({ description: 'At most 200' }),
});
export type ImageVerification = z.infer<typeof ImageVerification>;

export const VerificationQuery = z.strictObject({
  repositoryId: Id.optional().meta({ description: 'Only signatures that were found in this repository' }),
});
