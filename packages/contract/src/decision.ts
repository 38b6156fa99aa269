/** States of images, and the decisions that lead to them. All of it is bound to a digest, never to a tag. */
import { z } from 'zod';
import { Digest, Id, Time } from './common.ts';

/** `pending` → `approved` | `rejected`; `approved` → `deprecated` → `revoked`. Bound to the digest. */
export const ImageState = z.enum(['pending', 'approved', 'rejected', 'deprecated', 'revoked']);
export type ImageState = z.infer<typeof ImageState>;

/** The ways between states. What was revoked is never approved in one step. */
export const STATES_AFTER: Readonly<Record<ImageState, readonly ImageState[]>> = {
  pending: ['approved', 'rejected'],
  approved: ['deprecated', 'revoked', 'pending'],
  rejected: ['pending', 'approved'],
  deprecated: ['revoked', 'approved'],
  revoked: ['pending'],
};

/** Why somebody asks or decides: people read it later, so it is never left out. */
export const Reason = z.string().trim().min(1).max(2000);

export const Decision = z.object({
  id: z.number().int(),
  digest: Digest,
  state: ImageState,
  previousState: ImageState.meta({ description: 'The state that counted before' }),
  reason: z.string(),
  actor: z.string(),
  actorKind: z.enum(['session', 'token', 'policy', 'system']),
  policyId: Id.nullable(),
  successor: Digest.nullable().meta({ description: 'Use this instead' }),
  expiresAt: Time.nullable().meta({ description: 'An approval counts until then, and is pending afterwards' }),
  at: Time,
});
export type Decision = z.infer<typeof Decision>;

const Verdict = {
  state: ImageState,
  reason: Reason,
  expiresAt: Time.nullable().optional().meta({ description: 'Of an approval: it counts until then' }),
  successor: Digest.nullable()
    .optional()
    .meta({ description: 'The image to use instead; not with approved or pending' }),
};

export const DecisionInput = z.strictObject(Verdict);
export type DecisionInput = z.infer<typeof DecisionInput>;

/** The most images that one call decides. */
export const MOST_DECIDED = 500;

export const DecisionsInput = z.strictObject({
  digests: z.array(Digest).min(1).max(MOST_DECIDED),
  ...Verdict,
  dryRun: z.boolean().default(false).meta({ description: 'Only say what would be decided' }),
});
export type DecisionsInput = z.infer<typeof DecisionsInput>;

export const DecisionRefusal = z.object({
  digest: Digest,
  code: z.string(),
  message: z.string(),
  hint: z.string(),
});
export type DecisionRefusal = z.infer<typeof DecisionRefusal>;

/** What a decision about several images does: all of them or, when one is refused, none. */
export const DecisionSummary = z.object({
  dryRun: z.boolean(),
  decided: z.number().int().meta({ description: 'Images that are decided, or would be' }),
  changes: z.array(z.object({ from: ImageState, to: ImageState, count: z.number().int() })),
  refused: z.array(DecisionRefusal).meta({ description: 'Of a dry run: what would be refused, and why' }),
  affected: z
    .object({ repositories: z.number().int(), tags: z.number().int(), locations: z.number().int() })
    .meta({ description: 'Where the images stand' }),
});
export type DecisionSummary = z.infer<typeof DecisionSummary>;
