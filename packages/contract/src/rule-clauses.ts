/**
 * The clauses of a Repository Rule that look beyond names. Every one is optional, and a rule that has none means what it
 * meant before they existed.
 */
import { z } from 'zod';
import { HcpTagName } from './hcp-tag.ts';

/** How versions are read from tags. `regex` needs `pattern`; `none` reads nothing. */
export const VersionScheme = z.enum(['pg', 'semver', 'loose', 'calver', 'numeric', 'regex', 'none']);
export type VersionScheme = z.infer<typeof VersionScheme>;

/** A span of time: whole numbers with units from large to small, e.g. `72h`, `30d`, `1h30m`. A day has 24 hours, a year 365 days. */
export const Span = z
  .string()
  .max(40)
  .regex(
    /^(?=.)(?:\d{1,6}y)?(?:\d{1,6}w)?(?:\d{1,6}d)?(?:\d{1,6}h)?(?:\d{1,6}m)?(?:\d{1,6}s)?$/,
    'must be a span of time, for example 72h, 30d or 1h30m',
  );

/** Whether a tag may move. `auto`: build-stamped tags do not, all others do. */
export const Mutability = z.enum(['auto', 'immutable', 'mutable']);
export type Mutability = z.infer<typeof Mutability>;

/** What `keep` counts apart: majors, major.minor lines, what is written after the version, or its parts. */
export const GroupKey = z.enum(['major', 'minor', 'compatibility', 'flavour', 'os']);
export type GroupKey = z.infer<typeof GroupKey>;

export const PlatformsClause = z.strictObject({
  require: z
    .array(
      z
        .string()
        .max(200)
        .regex(/^[a-z0-9.]+\/[a-z0-9._-]+(?:\/[a-z0-9._-]+)?$/, 'must be os/architecture, for example linux/arm64'),
    )
    .min(1)
    .max(20)
    .meta({ description: 'os/architecture[/variant]; without a variant any will do' }),
  mode: z.enum(['any', 'all']).default('all'),
});
export type PlatformsClause = z.infer<typeof PlatformsClause>;

export const ArtifactsClause = z.strictObject({
  mediaTypes: z
    .array(z.enum(['image', 'index']))
    .max(2)
    .default([])
    .meta({ description: 'image: one platform or an artifact; index: several platforms. Empty: both' }),
  artifactTypes: z.array(z.string().min(1).max(512)).max(50).default([]).meta({
    description:
      'Artifact type, else the media type of the configuration, else of the manifest; * stands for any text, re: for a regular expression. Empty: any',
  }),
  exclude: z
    .enum(['default', 'none'])
    .default('default')
    .meta({ description: 'default: tags named sha256-…, which hold signatures and SBOMs of other images, stay out' }),
});
export type ArtifactsClause = z.infer<typeof ArtifactsClause>;

/** One thing that has to be true of an annotation (or, where there is none, of the label of the same name). */
export const AnnotationClause = z
  .strictObject({
    key: z.string().min(1).max(255),
    equals: z.string().max(2000).optional(),
    matches: z
      .string()
      .min(1)
      .max(512)
      .optional()
      .meta({ description: '* stands for any text, re: for a full-match regular expression' }),
    exists: z.boolean().optional().meta({ description: 'true: it must be there; false: it must not' }),
  })
  .refine(
    ({ equals, matches, exists }) => [equals, matches, exists].filter((each) => each !== undefined).length === 1,
    { error: 'needs exactly one of equals, matches and exists' },
  );
export type AnnotationClause = z.infer<typeof AnnotationClause>;

export const AgeClause = z
  .strictObject({
    min: Span.optional().meta({ description: 'Younger ones stay out until they are this old' }),
    max: Span.optional().meta({ description: 'Older ones stay out' }),
  })
  .meta({ description: 'Age by push time, else creation time, else since when it has been seen' });
export type AgeClause = z.infer<typeof AgeClause>;

/** When the repositories of a rule are read. A registry's own interval stays the least time between two readings. */
export const ScheduleClause = z
  .strictObject({
    every: Span.optional().meta({ description: 'At least this long between two readings of a repository' }),
    cron: z.string().trim().min(9).max(100).optional().meta({
      description: 'Five fields: minute, hour, day of the month, month, day of the week; at the next sweep after each',
    }),
    zone: z
      .string()
      .min(1)
      .max(64)
      .optional()
      .meta({ description: 'Of cron, as Europe/Berlin; UTC when nothing is said' }),
  })
  .refine(({ every, cron }) => (every === undefined) !== (cron === undefined), {
    error: 'needs exactly one of every and cron',
  })
  .refine(({ zone, cron }) => zone === undefined || cron !== undefined, { error: 'zone goes with cron' });
export type ScheduleClause = z.infer<typeof ScheduleClause>;

/** All of them, as keys of a rule. */
export const ruleClauses = {
  mutability: Mutability.optional(),
  platforms: PlatformsClause.optional(),
  artifacts: ArtifactsClause.optional(),
  annotations: z.array(AnnotationClause).max(20).optional(),
  age: AgeClause.optional(),
  hcpTags: z.array(HcpTagName).max(20).optional().meta({ description: 'HCP tags put on what comes in by this rule' }),
  headBudget: z
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .meta({ description: 'Known tags that one scan asks whether they moved, at most; the longest unasked first' }),
  schedule: ScheduleClause.optional(),
  onVanish: z
    .enum(['tombstone', 'keep'])
    .optional()
    .meta({ description: 'keep: a tag that vanished from the registry stays listed as missing and is never retired' }),
};
const RuleClauses = z.strictObject(ruleClauses);
export type RuleClauses = z.infer<typeof RuleClauses>;

/** Their names, in the order of the vocabulary. */
export const RULE_CLAUSES = Object.keys(ruleClauses) as (keyof RuleClauses)[];

/** The clauses of a rule alone; those that it does not have are not there. */
export function clausesOf(rule: { readonly [Key in keyof RuleClauses]: RuleClauses[Key] | null }): RuleClauses {
  const stated = RULE_CLAUSES.flatMap((key) => (rule[key] == null ? [] : [[key, rule[key]]]));
  return Object.fromEntries(stated);
}
