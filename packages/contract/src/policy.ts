/** Policies: what an image must show before it may be approved, approved by itself, or rejected. Data, tried out before they count. */
import { z } from 'zod';
import { Digest, Id, Time } from './common.ts';
import { Reason } from './decision.ts';
import { LocationId } from './location.ts';
import { PageQuery } from './page.ts';
import { Kind } from './rule.ts';
import { ImageUsage } from './usage.ts';

export const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const;
export const Severity = z.enum(SEVERITIES);
export type Severity = z.infer<typeof Severity>;

const Glob = z.string().trim().min(1).max(300);
const Wildcard = z.string().trim().min(1).max(500);
const Name = z.string().trim().min(1).max(100);

/**
 * Which vulnerability reports count: those in attestations that a trusted key signed; also what the registry's own scanner says over its
 * API; also what hangs on an image unsigned, which anybody may have attached who can push.
 */
export const ReportTrust = z.enum(['signed', 'signed-or-registry', 'any']);
export type ReportTrust = z.infer<typeof ReportTrust>;

/** Which images a policy is about. What is left out does not narrow; an image is in scope where one of its places is. */
export const PolicyScope = z.strictObject({
  repositories: z.array(Glob).max(50).default([]).meta({ description: 'Globs, as in rules' }),
  kinds: z.array(Kind).max(20).default([]),
  locations: z.array(LocationId).max(50).default([]),
});
export type PolicyScope = z.infer<typeof PolicyScope>;

/**
 * What an image must show, all of it. Each is passed, failed, or unknown; missing, unreadable and expired evidence is unknown, and
 * unknown is never a pass (issue 5, point 4).
 */
export const PolicyRequirements = z.strictObject({
  registries: z.array(Id).min(1).max(50).optional().meta({ description: 'It comes from one of these registries' }),
  rules: z.array(Id).min(1).max(50).optional().meta({ description: 'One of these rules let it in' }),
  signedBy: z
    .union([z.literal('any'), z.array(Id).min(1).max(50)])
    .optional()
    .meta({ description: 'A trusted key signed this digest: any, or one of these trust entries' }),
  attestations: z
    .array(z.strictObject({ predicateType: z.string().min(1).max(500), builder: Wildcard.optional() }))
    .min(1)
    .max(10)
    .optional()
    .meta({
      description: 'Attestations signed by a trusted key; builder: the builder.id of SLSA provenance, as a glob',
    }),
  sbom: z.literal(true).optional().meta({ description: 'A list of its packages was read' }),
  vulnerabilities: z
    .strictObject({
      above: Severity.meta({ description: 'None of this severity or worse' }),
      onlyFixable: z.boolean().default(false).meta({ description: 'Those without a fix do not count' }),
      maxAgeDays: z.number().int().min(1).max(3650).default(30).meta({ description: 'Of the report' }),
      reports: ReportTrust.optional().meta({ description: 'Which reports count; default: signed-or-registry' }),
      vex: z.boolean().optional().meta({
        description: 'Signed VEX takes out what it calls not affected or fixed; default: it takes out nothing',
      }),
    })
    .optional()
    .meta({ description: 'By the newest report of every source that counts; the worst of them decides' }),
  minAgeDays: z
    .number()
    .min(0)
    .max(3650)
    .optional()
    .meta({ description: 'Quarantine: since the library first saw it' }),
  supported: z
    .literal(true)
    .optional()
    .meta({ description: 'Neither its PostgreSQL nor its base is past its end of life' }),
  platforms: z
    .array(z.string().max(100))
    .min(1)
    .max(20)
    .optional()
    .meta({ description: 'All of these, as linux/amd64' }),
  baseImages: z
    .array(Wildcard)
    .min(1)
    .max(50)
    .optional()
    .meta({ description: 'The base it names matches one of these' }),
  licences: z
    .array(Wildcard)
    .min(1)
    .max(50)
    .optional()
    .meta({ description: 'The licence it names matches one of these' }),
  extensions: z
    .strictObject({
      allow: z.array(Name).max(500).optional().meta({ description: 'No others' }),
      deny: z.array(Name).max(500).optional().meta({ description: 'None of these' }),
    })
    .optional(),
  kindAsDeclared: z.literal(true).optional().meta({ description: 'It is what its rule says it is' }),
});
export type PolicyRequirements = z.infer<typeof PolicyRequirements>;
export type RequirementName = keyof PolicyRequirements;

/**
 * `require`: nothing in scope is approved, by whomever, unless it passes. `approve`: what passes every such policy in whose scope
 * it is, and every `require`, is approved by itself. `reject`: what fails is rejected by itself; unknown is not. `advise`: it is told.
 */
export const PolicyEffect = z.enum(['require', 'approve', 'reject', 'advise']);
export type PolicyEffect = z.infer<typeof PolicyEffect>;

/** `report`: evaluated and told, without any effect. */
export const PolicyMode = z.enum(['report', 'enforce']);
export type PolicyMode = z.infer<typeof PolicyMode>;

export const PolicySpec = z.strictObject({
  name: Name,
  description: z.string().max(2000).default(''),
  effect: PolicyEffect,
  mode: PolicyMode.default('report'),
  enabled: z.boolean().default(true),
  scope: PolicyScope.default({ repositories: [], kinds: [], locations: [] }),
  requirements: PolicyRequirements.refine((value) => Object.values(value).some((each) => each !== undefined), {
    message: 'must hold at least one requirement',
  }),
});
export type PolicySpec = z.infer<typeof PolicySpec>;

export const PolicyOutcome = z.enum(['pass', 'fail', 'unknown']);
export type PolicyOutcome = z.infer<typeof PolicyOutcome>;

export const Policy = PolicySpec.extend({
  id: Id,
  version: z.number().int().meta({ description: 'Counts up with every change' }),
  updatedAt: Time,
  updatedBy: z.string(),
  results: z.object({ pass: z.number().int(), fail: z.number().int(), unknown: z.number().int() }),
});
export type Policy = z.infer<typeof Policy>;

export const PolicyVersion = z.object({ version: z.number().int(), spec: PolicySpec, at: Time, by: z.string() });
export type PolicyVersion = z.infer<typeof PolicyVersion>;

/** What one requirement says of one image. */
export const RequirementResult = z.object({
  requirement: z.string(),
  outcome: PolicyOutcome,
  sentence: z.string().meta({ description: 'What was looked at, in words' }),
});
export type RequirementResult = z.infer<typeof RequirementResult>;

/** What one policy says of one image. */
export const PolicyResult = z.object({
  policyId: Id,
  policy: z.string(),
  version: z.number().int(),
  effect: PolicyEffect,
  mode: PolicyMode,
  outcome: PolicyOutcome,
  requirements: z.array(RequirementResult),
  isExcepted: z.boolean().meta({ description: 'A confirmed exception holds for this digest and policy' }),
});
export type PolicyResult = z.infer<typeof PolicyResult>;

export const ImagePolicyResults = z.object({
  digest: Digest,
  isApprovable: z.boolean().meta({ description: 'No enforced policy forbids its approval' }),
  sentence: z.string(),
  results: z.array(PolicyResult).meta({ description: 'Evaluated now, from what is stored' }),
});
export type ImagePolicyResults = z.infer<typeof ImagePolicyResults>;

export const PolicyPreviewInput = z.strictObject({
  spec: PolicySpec,
  /** The policy that the draft takes the place of. */
  policyId: Id.optional(),
  limit: z.number().int().min(1).max(50_000).default(50_000).meta({ description: 'How many images are looked at' }),
  after: Digest.optional().meta({ description: 'Goes on where the answer before ended: its `next`' }),
});
export type PolicyPreviewInput = z.infer<typeof PolicyPreviewInput>;

export const PreviewExample = z.object({
  digest: Digest,
  repositoryId: Id,
  repository: z.string(),
  tag: z.string(),
  state: z.string(),
  sentence: z.string(),
  isNew: z.boolean().meta({ description: 'Today it is otherwise' }),
});
export type PreviewExample = z.infer<typeof PreviewExample>;

const OutcomeCounts = z.object({ pass: z.number().int(), fail: z.number().int(), unknown: z.number().int() });

/** An image that runs now, and that the draft is against. */
const PreviewInUse = PreviewExample.extend({
  effect: z.enum(['blocked', 'rejected']),
  uses: z.number().int(),
  where: z.array(ImageUsage).meta({ description: 'The first 5; the rest: `/images/{digest}/usages`' }),
});

/** What would be, if the draft were enforced. Nothing is changed by asking. */
export const PolicyPreview = z.object({
  images: z.number().int().meta({ description: 'In scope, as many as were looked at' }),
  looked: z.number().int().meta({ description: 'Images that were looked at, in scope or not' }),
  isWhole: z.boolean().meta({ description: 'False: there are more than were looked at' }),
  next: Digest.nullable().meta({ description: 'Where to go on; null: every image was looked at' }),
  counts: OutcomeCounts,
  before: OutcomeCounts.meta({ description: 'Of the policy that it takes the place of, on the same images' }),
  effects: z.object({
    approved: z.number().int().meta({ description: 'Pending images that would be approved' }),
    rejected: z.number().int().meta({ description: 'Pending images that would be rejected' }),
    blocked: z.number().int().meta({ description: 'Images that could no longer be approved' }),
    blockedApproved: z.number().int().meta({ description: 'Of these, images that are approved today; they stay so' }),
    blockedAlone: z.number().int().meta({ description: 'Of these, images that no other policy forbids' }),
  }),
  difference: z
    .object({
      blocked: z.number().int().meta({ description: 'Images that can be approved today, and could not then' }),
      freed: z.number().int().meta({ description: 'Images that cannot be approved today, and could then' }),
    })
    .meta({ description: 'By all policies together, as they are today' }),
  reasons: z.array(z.object({ requirement: z.string(), outcome: PolicyOutcome, count: z.number().int() })),
  examples: z.object({
    pass: z.array(PreviewExample),
    fail: z.array(PreviewExample),
    unknown: z.array(PreviewExample),
    approved: z.array(PreviewExample),
    rejected: z.array(PreviewExample),
    blocked: z.array(PreviewExample).meta({ description: 'Those that are not forbidden today first' }),
    freed: z.array(PreviewExample),
  }),
  inUse: z
    .object({
      images: z
        .number()
        .int()
        .meta({ description: 'Images that would be blocked or rejected, and that run somewhere' }),
      uses: z.number().int().meta({ description: 'Containers and fields that name them, in all' }),
      first: z.array(PreviewInUse).meta({ description: 'Those with the most uses first, at most 20' }),
    })
    .meta({ description: 'Who runs now what the policy is against, as far as whoever asks may see; it keeps running' }),
});
export type PolicyPreview = z.infer<typeof PolicyPreview>;

export const PolicyExceptionInput = z.strictObject({
  digest: Digest,
  policyId: Id,
  reason: Reason,
  expiresAt: Time,
});
export type PolicyExceptionInput = z.infer<typeof PolicyExceptionInput>;

export const PolicyException = z.object({
  id: Id,
  digest: Digest,
  places: z.array(z.string()).meta({ description: 'repository:tag of the image, the newest first; three at most' }),
  policyId: Id,
  policy: z.string(),
  reason: z.string(),
  state: z.enum(['asked', 'holds', 'expired', 'revoked']),
  expiresAt: Time,
  requestedBy: z.string(),
  requestedAt: Time,
  confirmedBy: z.string().nullable(),
  confirmedAt: Time.nullable(),
});
export type PolicyException = z.infer<typeof PolicyException>;

export const PolicyExceptionQuery = PageQuery.extend({ digest: Digest.optional(), policyId: Id.optional() });
export type PolicyExceptionQuery = z.infer<typeof PolicyExceptionQuery>;
