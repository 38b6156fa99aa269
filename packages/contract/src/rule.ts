/** Repository Rules: which registries, repositories and tags come in, and as what kind. */
import { z } from 'zod';
import { DisplayName, Id, RepositoryName, Source, TagName, Time } from './common.ts';
import { LocationId } from './location.ts';

/** A glob (`*`, `?`, `[a-z]`, `{a,b}`), or `re:` and a full-match linear-time regular expression. At most 512 characters. */
export const Pattern = z.string().min(1).max(512);

export const Kind = z.enum(['postgres', 'model', 'extension', 'component', 'other']);
export type Kind = z.infer<typeof Kind>;

export const VersionScheme = z.enum(['pg', 'semver', 'none']);
export type VersionScheme = z.infer<typeof VersionScheme>;

/** One set of tags; a rule takes the union of its sets. */
export const TagSet = z.strictObject({
  include: z.array(Pattern).max(100).default([]).meta({ description: 'Empty: every tag' }),
  exclude: z.array(Pattern).max(100).default([]),
  version: z
    .strictObject({
      scheme: VersionScheme.nullable()
        .default(null)
        .meta({ description: 'null: by the kind; pg for PostgreSQL, semver for everything else' }),
      prerelease: z.enum(['include', 'exclude', 'only']).default('include'),
      parsedOnly: z.boolean().default(false).meta({ description: 'Leave out tags that the scheme cannot read' }),
    })
    .optional(),
  order: z.enum(['version', 'name']).default('version'),
  keep: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .optional()
    .meta({ description: 'Keep the newest N after everything else' }),
});
export type TagSet = z.infer<typeof TagSet>;

/** What a rule says, without who wrote it when. */
export const RuleSpec = z.strictObject({
  name: DisplayName,
  enabled: z.boolean().default(true),
  registryId: Id.nullable().default(null).meta({ description: 'null: every registry of every location' }),
  kind: Kind.nullable().default(null).meta({ description: 'Declared kind; null: as recognised' }),
  description: z
    .string()
    .max(2000)
    .default('')
    .meta({ description: 'Becomes the description of repositories that have none' }),
  repositories: z.strictObject({
    include: z.array(Pattern).min(1).max(1000),
    exclude: z.array(Pattern).max(1000).default([]),
  }),
  tags: z.array(TagSet).max(20).default([]).meta({ description: 'Empty: every tag' }),
});
export type RuleSpec = z.infer<typeof RuleSpec>;

export const Rule = RuleSpec.extend({
  id: Id,
  source: Source,
  locationId: LocationId.nullable().meta({ description: 'Of file rules: the location whose agent reads the file' }),
  repositoryCount: z.number().int(),
  tagCount: z.number().int(),
  requests24h: z.number().int().meta({ description: 'Requests of its scans in the last 24 hours' }),
  createdAt: Time,
  updatedAt: Time,
});
export type Rule = z.infer<typeof Rule>;

export const RulePatch = z.strictObject({
  name: DisplayName.optional(),
  enabled: z.boolean().optional(),
  registryId: Id.nullable().optional(),
  kind: Kind.nullable().optional(),
  description: z.string().max(2000).optional(),
  repositories: RuleSpec.shape.repositories.optional(),
  tags: z.array(TagSet).max(20).optional(),
});
export type RulePatch = z.infer<typeof RulePatch>;

/**
 * Why a tag came in or stayed out. `clause` is the path of the deciding clause in the rule, e.g. `tags.0.exclude.1`;
 * `text` is its value as written.
 */
export const DecisionReason = z.enum([
  'included',
  'repository-not-included',
  'repository-excluded',
  'artifact-tag',
  'tag-excluded',
  'tag-not-included',
  'prerelease',
  'release',
  'version-unparsed',
  'over-keep',
]);
export type DecisionReason = z.infer<typeof DecisionReason>;

export const PreviewRequest = z.strictObject({
  rule: RuleSpec,
  refresh: z
    .boolean()
    .default(false)
    .meta({ description: 'Ask the registries for fresh lists first (through their agents)' }),
  limit: z.number().int().min(1).max(1000).default(100).meta({ description: 'At most this many of each list' }),
  offset: z.number().int().min(0).default(0),
});
export type PreviewRequest = z.infer<typeof PreviewRequest>;

export const PreviewItem = z.object({
  registryId: Id,
  registry: z.string(),
  repository: RepositoryName,
  tag: TagName,
});
export const PreviewExclusion = PreviewItem.extend({
  reason: DecisionReason,
  clause: z.string().nullable(),
  text: z.string().nullable(),
});

export const Preview = z.object({
  included: z.array(PreviewItem),
  excluded: z.array(PreviewExclusion),
  counts: z.object({
    repositories: z.number().int(),
    included: z.number().int(),
    excluded: z.number().int(),
    reasons: z.record(z.string(), z.number().int()),
    new: z.number().int().meta({ description: 'Included and not in the library now' }),
    leaving: z
      .number()
      .int()
      .meta({ description: 'In the library by the stored form of this rule, no longer included' }),
  }),
  cost: z.object({
    requests: z.number().int().meta({ description: 'Estimated requests of the first scan' }),
    perScan: z.number().int().meta({ description: 'Estimated requests of a later, unchanged scan' }),
  }),
  known: z.array(
    z.object({
      registryId: Id,
      registry: z.string(),
      repositories: z.number().int(),
      listedAt: Time.nullable().meta({ description: 'Age of the names this preview rests on; null: never listed' }),
      message: z.string().nullable().meta({ description: 'What could not be listed, and why' }),
    }),
  ),
  messages: z.array(z.string()).meta({ description: 'Hints, e.g. that the rule catches nothing or everything' }),
});
export type Preview = z.infer<typeof Preview>;
