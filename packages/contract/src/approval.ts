/** What waits for a decision: the queue, who asked for it, and what was said. */
import { z } from 'zod';
import { Digest, Id, Time } from './common.ts';
import { ImageState, Reason } from './decision.ts';
import { VerificationSummary } from './evidence.ts';
import { ImageTag } from './image.ts';
import { PageQuery } from './page.ts';
import { Tag } from './tag.ts';

/**
 * Why an image is in the queue, in the order of the queue. `requested`: somebody asked. `newer`: it is the newest build of
 * what is approved (same repository, major and flavour). `waiting`: all others that are pending.
 */
export const APPROVAL_REASONS = ['requested', 'newer', 'waiting'] as const;
export const ApprovalWhy = z.enum(APPROVAL_REASONS);
export type ApprovalWhy = z.infer<typeof ApprovalWhy>;

export const ApprovalRequest = z.object({
  id: z.number().int(),
  requestedBy: z.string(),
  reason: z.string(),
  at: Time,
  state: z.enum(['open', 'withdrawn', 'decided']),
});
export type ApprovalRequest = z.infer<typeof ApprovalRequest>;

export const ApprovalComment = z.object({ id: z.number().int(), author: z.string(), text: z.string(), at: Time });
export type ApprovalComment = z.infer<typeof ApprovalComment>;

export const ApprovalItem = z.object({
  digest: Digest,
  why: ApprovalWhy,
  state: ImageState,
  tag: Tag.meta({ description: 'The image by its highest tag, with what the library knows of it' }),
  places: z.number().int().meta({ description: 'Tags that point to it' }),
  verification: VerificationSummary,
  sbom: z
    .enum(['read', 'attached', 'none'])
    .meta({ description: 'attached: something hangs on it that may hold an SBOM, and it was not read' }),
  predecessor: z
    .object({ digest: Digest, name: z.string(), isOlder: z.boolean() })
    .nullable()
    .meta({ description: 'The newest approved image of the same repository, major and flavour' }),
  requests: z.array(ApprovalRequest).meta({ description: 'Open ones, oldest first' }),
  assignee: z.string().nullable(),
  comments: z.number().int(),
});
export type ApprovalItem = z.infer<typeof ApprovalItem>;

/** One image as an approver reviews it. `why` is null for an image that waits for nothing. */
export const ApprovalReview = ApprovalItem.omit({ why: true, comments: true }).extend({
  why: ApprovalWhy.nullable(),
  tags: z.array(ImageTag).meta({ description: 'Where it stands, at most 100' }),
  requests: z.array(ApprovalRequest).meta({ description: 'All of them, newest first, at most 100' }),
  comments: z.array(ApprovalComment).meta({ description: 'Oldest first, the last 200' }),
  people: z
    .union([z.literal(0), z.literal(1), z.literal(2)])
    .meta({ description: 'By the approval rules: 0 no rule, 1 who asked may not approve, 2 two people are needed' }),
  refusal: z
    .object({ code: z.string(), message: z.string(), hint: z.string() })
    .nullable()
    .meta({ description: 'Why whoever asks may not approve it now; null: may' }),
});
export type ApprovalReview = z.infer<typeof ApprovalReview>;

export const ApprovalQuery = PageQuery.extend({
  why: ApprovalWhy.optional(),
  repositoryId: Id.optional(),
  assignee: z.string().max(100).optional().meta({ description: 'Name of a person' }),
});
export type ApprovalQuery = z.infer<typeof ApprovalQuery>;

export const ApprovalRequestInput = z.strictObject({ digest: Digest, reason: Reason });
export const ApprovalCommentInput = z.strictObject({ text: z.string().trim().min(1).max(4000) });
export const ApprovalAssigneeInput = z.strictObject({
  assignee: z.string().max(100).nullable().meta({ description: 'Name of a person; null: nobody' }),
});

/** How many people an approval takes in the repositories that a pattern names. */
export const ApprovalRule = z.object({
  id: Id,
  pattern: z.string(),
  people: z.union([z.literal(1), z.literal(2)]),
  createdAt: Time,
  createdBy: z.string(),
});
export type ApprovalRule = z.infer<typeof ApprovalRule>;

export const ApprovalRuleInput = z.strictObject({
  pattern: z.string().trim().min(1).max(512).meta({ description: 'Glob over names of repositories, e.g. prod/**' }),
  people: z
    .union([z.literal(1), z.literal(2)])
    .default(2)
    .meta({
      description: '1: who asked may never approve. 2: besides, another person must have asked',
    }),
});
export type ApprovalRuleInput = z.infer<typeof ApprovalRuleInput>;
