/** Repository Rules: which registries, repositories and tags come in, and as what kind. */
import { z } from 'zod';
import { DisplayName, Id, RepositoryName, Source, TagName, Time } from './common.ts';
import { LocationId } from './location.ts';
import { PageQuery } from './page.ts';
import { clausesOf, GroupKey, Mutability, ruleClauses, VersionScheme } from './rule-clauses.ts';

export * from './rule-clauses.ts';

/** A glob (`*`, `?`, `[a-z]`, `{a,b}`), or `re:` and a full-match linear-time regular expression. At most 512 characters. */
export const Pattern = z.string().min(1).max(512);

export const Kind = z.enum(['postgres', 'model', 'extension', 'component', 'other']);
export type Kind = z.infer<typeof Kind>;

/** One set of tags; a rule takes the union of its sets. */
export const TagSet = z.strictObject({
  include: z.array(Pattern).max(100).default([]).meta({ description: 'Empty: every tag' }),
  exclude: z.array(Pattern).max(100).default([]),
  version: z
    .strictObject({
      scheme: VersionScheme.nullable()
        .default(null)
        .meta({ description: 'null: by the kind; pg for PostgreSQL, semver for everything else' }),
      pattern: z.string().min(1).max(512).optional().meta({
        description:
          'For the scheme regex: a full-match linear-time expression with the named groups major minor patch build revision prerelease compatibility',
      }),
      range: z
        .string()
        .min(1)
        .max(200)
        .optional()
        .meta({ description: 'e.g. ">=17 <18", "17.x", "^1.2", "16 || 17"; what is no version stays out' }),
      prerelease: z.enum(['include', 'exclude', 'only']).default('include'),
      floating: z
        .enum(['include', 'exclude', 'only'])
        .optional()
        .meta({ description: 'Tags that name no exact version, such as 17 and latest; include without it' }),
      parsedOnly: z.boolean().default(false).meta({ description: 'Leave out tags that the scheme cannot read' }),
    })
    .optional(),
  order: z
    .enum(['version', 'numeric', 'natural', 'lexical', 'created', 'pushed', 'name'])
    .default('version')
    .meta({ description: 'What makes a tag newer than another, for keep; name is lexical' }),
  direction: z.enum(['desc', 'asc']).optional().meta({ description: 'desc, the default: keep the highest' }),
  groupBy: z.array(GroupKey).min(1).max(5).optional().meta({ description: 'keep counts in each group apart' }),
  keep: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .optional()
    .meta({ description: 'Keep the newest N (of each group) after everything else' }),
  mutability: Mutability.optional().meta({ description: "Instead of the rule's for the tags of this set" }),
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
  ...ruleClauses,
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
  mutability: ruleClauses.mutability.nullable(),
  platforms: ruleClauses.platforms.nullable(),
  artifacts: ruleClauses.artifacts.nullable(),
  annotations: ruleClauses.annotations.nullable(),
  age: ruleClauses.age.nullable(),
  hcpTags: ruleClauses.hcpTags.nullable(),
  headBudget: ruleClauses.headBudget.nullable(),
  schedule: ruleClauses.schedule.nullable(),
  onVanish: ruleClauses.onVanish.nullable(),
});
export type RulePatch = z.infer<typeof RulePatch>;

/** The rule with the patch applied: what is undefined stays, a clause that is null goes. */
export function applyRulePatch(rule: RuleSpec, patch: RulePatch): RuleSpec {
  const said = Object.entries(patch).filter(([, value]) => value !== undefined);
  const { name, enabled, registryId, kind, description, repositories, tags, ...clauses } = {
    ...rule,
    ...(Object.fromEntries(said) as RuleSpec),
  };
  return { name, enabled, registryId, kind, description, repositories, tags, ...clausesOf(clauses) };
}

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
  'floating',
  'not-floating',
  'version-unparsed',
  'out-of-range',
  'unread',
  'unreadable',
  'artifact-type',
  'platform-missing',
  'annotation',
  'too-young',
  'too-old',
  'age-unknown',
  'over-keep',
]);
export type DecisionReason = z.infer<typeof DecisionReason>;

export const PreviewRequest = z.strictObject({
  rule: RuleSpec,
  ruleId: Id.optional().meta({ description: 'The stored rule that this one would replace; else the one of its name' }),
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
  new: z.array(PreviewItem).meta({ description: 'Of the included ones those that are not in the library now' }),
  leaving: z
    .array(PreviewExclusion)
    .meta({ description: 'In the library by the stored form of this rule, no longer taken' }),
  counts: z.object({
    repositories: z.number().int(),
    included: z.number().int(),
    excluded: z.number().int(),
    reasons: z.record(z.string(), z.number().int()),
    unread: z
      .number()
      .int()
      .meta({ description: 'Decided only when an agent has read them; counted as excluded until then' }),
    new: z.number().int().meta({ description: 'Included and not in the library now' }),
    leaving: z
      .number()
      .int()
      .meta({ description: 'In the library by the stored form of this rule, no longer included' }),
  }),
  cost: z.object({
    requests: z.number().int().meta({ description: 'Estimated requests of the first scan' }),
    toDecide: z
      .number()
      .int()
      .meta({ description: 'Of these the ones spent to decide tags that names alone do not decide' }),
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

/** Asks why a tag is in the library or not. The tag need not be in it: its name as the registry lists it is enough. */
export const ExplainQuery = z.strictObject({
  registryId: Id.optional().meta({ description: 'Without it every registry that lists the tag answers' }),
  repository: RepositoryName,
  tag: TagName,
});

/** What one rule says of a tag. */
export const RuleExplanation = z.object({
  rule: z.object({ id: Id, name: z.string() }).nullable(),
  included: z.boolean().meta({ description: 'Whether this rule takes the tag' }),
  code: DecisionReason.nullable(),
  reason: z.string().meta({ description: 'The same for a person' }),
  clause: z.string().nullable(),
  text: z.string().nullable(),
});

export const Explanation = z.object({
  registryId: Id,
  registry: z.string(),
  repository: RepositoryName,
  repositoryId: Id.nullable().meta({ description: 'null: the library has no such repository' }),
  tag: TagName,
  included: z.boolean().meta({ description: 'Whether any rule takes it' }),
  inLibrary: z.boolean(),
  listedAt: Time.nullable().meta({
    description: 'When the registry last listed it; null: it does not, as far as known',
  }),
  rules: z.array(RuleExplanation),
});
export type Explanation = z.infer<typeof Explanation>;

/** A tag that the registry lists and the library does not take. */
export const LeftOut = z.object({
  tag: TagName,
  rule: z.object({ id: Id, name: z.string() }).nullable().meta({ description: 'The rule in which it came furthest' }),
  reason: DecisionReason.nullable(),
  sentence: z.string(),
  clause: z.string().nullable(),
  text: z.string().nullable(),
});
export type LeftOut = z.infer<typeof LeftOut>;

/** Reasons, and `no-rule` where no rule has a say. */
export const LeftOutQuery = PageQuery.extend({
  q: z.string().max(200).optional().meta({ description: "Part of the tag's name" }),
  reason: z.enum(['no-rule', ...DecisionReason.options]).optional(),
});
export type LeftOutQuery = z.infer<typeof LeftOutQuery>;

export const LeftOutPage = z.object({
  items: z.array(LeftOut),
  next: z.string().nullable(),
  total: z.number().int(),
  reasons: z.record(z.string(), z.number().int()).meta({ description: 'How many stayed out for which reason' }),
  listedAt: Time.nullable(),
});
export type LeftOutPage = z.infer<typeof LeftOutPage>;
