/** A name that points to a digest now. */
import { z } from 'zod';
import { Digest, Flag, Id, RepositoryName, TagName, Time } from './common.ts';
import { ImageState } from './decision.ts';
import { HcpTagFilter, HcpTagLabel } from './hcp-tag.ts';
import { Engine, ImageTag, Version } from './image.ts';
import { Lifecycle } from './lifecycle.ts';
import { LocationId } from './location.ts';
import { PageQuery } from './page.ts';
import { Kind, RuleExplanation } from './rule.ts';
import { SystemTag } from './system-tag.ts';

/** Absence is not deletion: present → missing (not listed by complete scans) → retired (after several of them over time). */
export const Presence = z.enum(['present', 'missing', 'retired']);
export type Presence = z.infer<typeof Presence>;

export const Tag = z.object({
  repositoryId: Id,
  repository: RepositoryName,
  registryId: Id,
  registry: z.string(),
  host: z.string(),
  name: TagName,
  digest: Digest,
  kind: Kind,
  engine: Engine.nullable(),
  version: Version.nullable(),
  platforms: z.array(z.string()).meta({ description: 'os/architecture[/variant]' }),
  createdAt: Time.nullable(),
  createdSource: z.string().nullable(),
  pushedAt: Time.nullable(),
  firstSeenAt: Time,
  lastSeenAt: Time,
  movedAt: Time.nullable(),
  size: z.number().int().nullable(),
  extensionCount: z.number().int(),
  findings: z.number().int(),
  state: ImageState,
  approvedBefore: Digest.nullish().meta({
    description: 'The tag moved since: where it stood when that was approved, and the image now waits',
  }),
  hcpTags: z.array(HcpTagLabel).meta({ description: 'Of the image that the tag points to now' }),
  systemTags: z.array(SystemTag).meta({ description: 'Computed; nobody edits them' }),
  locations: z.array(LocationId),
  presence: Presence,
  missingSince: Time.nullable(),
  lifecycle: Lifecycle.nullish().meta({ description: 'Of PostgreSQL images; null: nothing is known' }),
});
export type Tag = z.infer<typeof Tag>;

/** Why the tag is in the library. */
export const TagExplanation = RuleExplanation;

export const TagDetail = Tag.extend({
  pull: z
    .array(z.object({ tool: z.string(), command: z.string() }))
    .meta({ description: 'Pull commands by digest; none for files (oci-layout)' }),
  sameDigest: z
    .array(ImageTag)
    .meta({ description: 'Other tags of the same image, in whatever registry and location' }),
  explanation: z.array(TagExplanation),
  previous: TagName.nullable().meta({ description: 'Next older version of the same flavour in the repository' }),
  previousDigest: Digest.nullish().meta({ description: 'Where that tag points, to compare with' }),
});
export type TagDetail = z.infer<typeof TagDetail>;

/** Orders of a list of tags, `-` for descending. */
export const TAG_SORTS = [
  'version',
  '-version',
  'created',
  '-created',
  'pushed',
  '-pushed',
  'name',
  '-name',
  'seen',
  '-seen',
] as const;

const TagFilter = {
  q: z.string().max(500).optional().meta({
    description: "A query (docs/search.md): part of the tag's name, a digest or its beginning, engine:epas major:>=16",
  }),
  platform: z.string().max(100).optional().meta({ description: 'os/architecture, e.g. linux/arm64' }),
  engine: Engine.optional(),
  major: z.coerce.number().int().optional(),
  flavour: z.string().max(100).optional(),
  hcpTag: HcpTagFilter.optional(),
  presence: z
    .enum(['present', 'missing', 'retired', 'all'])
    .default('present')
    .meta({ description: 'present includes missing' }),
};

export const RepositoryTagQuery = PageQuery.extend({ ...TagFilter, sort: z.enum(TAG_SORTS).default('-version') });
export type RepositoryTagQuery = z.infer<typeof RepositoryTagQuery>;

export const TagQuery = PageQuery.extend({
  ...TagFilter,
  kind: Kind.optional(),
  registryId: Id.optional(),
  repositoryId: Id.optional(),
  locationId: LocationId.optional(),
  extension: z.string().max(100).optional(),
  floating: Flag.optional(),
  sort: z.enum(TAG_SORTS).default('-seen'),
});
export type TagQuery = z.infer<typeof TagQuery>;

export const TagHistoryEntry = z.object({
  digest: Digest,
  firstSeenAt: Time,
  lastSeenAt: Time,
  current: z.boolean(),
  state: ImageState,
  engine: Engine.nullable(),
  version: Version.nullable(),
  scanId: Id.nullable(),
});
export type TagHistoryEntry = z.infer<typeof TagHistoryEntry>;
