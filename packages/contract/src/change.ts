/** The past of tags: what a name pointed to at a time, and which names moved or vanished. */
import { z } from 'zod';
import { Digest, Id, RepositoryName, TagName, Time } from './common.ts';
import { Engine, Version } from './image.ts';
import { PageQuery } from './page.ts';
import { Presence } from './tag.ts';

/** RFC 3339 with any offset, or a day, which means its end in UTC as far as it is past. */
export const TagAtQuery = z.strictObject({
  time: z.union(
    [z.iso.datetime({ offset: true }), z.iso.date()],
    'must be a day such as 2026-03-03, or a time of RFC 3339',
  ),
});

/**
 * `known`: a scan saw this digest before and after that time. `between`: the tag moved between two scans, and that time
 * lies between them. `not-yet`: the library had not seen the tag. `gone`: it was missing or retired by then; the digest is
 * the last one.
 */
export const TagAt = z.object({
  time: Time,
  answer: z.enum(['known', 'between', 'not-yet', 'gone']),
  digest: Digest.nullable().meta({ description: 'What the tag pointed to, by the last scan that saw it until then' }),
  next: Digest.nullable().meta({ description: 'With `between`: what it pointed to at the next scan' }),
  firstSeenAt: Time.nullable(),
  lastSeenAt: Time.nullable(),
  current: z.boolean().meta({ description: 'The tag points there now' }),
  engine: Engine.nullable(),
  version: Version.nullable(),
  scanId: Id.nullable().meta({ description: 'The scan that saw it first' }),
  message: z.string(),
  pull: z
    .array(z.object({ tool: z.string(), command: z.string() }))
    .meta({ description: 'Pull commands by digest. A registry may have removed the image meanwhile' }),
});
export type TagAt = z.infer<typeof TagAt>;

export const TagChangeQuery = PageQuery.extend({
  kind: z.enum(['moved', 'vanished']).default('moved'),
  repositoryId: Id.optional(),
});
export type TagChangeQuery = z.infer<typeof TagChangeQuery>;

export const TagChange = z.object({
  kind: z.enum(['moved', 'missing', 'retired']),
  repositoryId: Id,
  repository: RepositoryName,
  registry: z.string(),
  name: TagName,
  at: Time.meta({ description: 'When a scan noticed it' }),
  digest: Digest.meta({ description: 'Where it points since; of a tag that vanished the last one' }),
  previous: Digest.nullable().meta({ description: 'Where it pointed before; null for a tag that vanished' }),
  previousLastSeenAt: Time.nullable(),
  scanId: Id.nullable(),
  presence: Presence.meta({ description: 'Of the tag now' }),
  why: z
    .enum(['absence', 'rule'])
    .nullable()
    .meta({ description: 'Retired: not listed any more, or no rule takes it' }),
});
export type TagChange = z.infer<typeof TagChange>;
