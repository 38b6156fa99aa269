/** HCP tags: the library's own labels on repositories and images. They are never written to a registry. */
import { z } from 'zod';
import { Digest, Id, Time } from './common.ts';
import { PageQuery } from './page.ts';

/** The colours of PatternFly's labels: readable in light and dark. */
export const HCP_TAG_COLORS = [
  'blue',
  'teal',
  'green',
  'yellow',
  'orange',
  'orangered',
  'red',
  'purple',
  'grey',
] as const;
export const HcpTagColor = z.enum(HCP_TAG_COLORS);
export type HcpTagColor = z.infer<typeof HcpTagColor>;

/** No comma, so that several names fit into one query parameter; no quotation mark, so that a search can quote them. */
export const HcpTagName = z
  .string()
  .trim()
  .min(1)
  .max(63)
  .regex(/^[^\p{C}\p{Zl}\p{Zp},"]+$/u, 'must not contain commas, quotation marks or invisible characters');

/** What a repository or an image shows of an HCP tag. */
export const HcpTagLabel = z.object({ id: Id, name: z.string(), color: HcpTagColor });
export type HcpTagLabel = z.infer<typeof HcpTagLabel>;

export const HcpTag = HcpTagLabel.extend({
  description: z.string(),
  repositoryCount: z.number().int().meta({ description: 'Repositories it is on' }),
  imageCount: z.number().int().meta({ description: 'Images (digests) it is on' }),
  createdAt: Time,
  createdBy: z.string(),
  updatedAt: Time,
  updatedBy: z.string(),
});
export type HcpTag = z.infer<typeof HcpTag>;

export const HcpTagInput = z.strictObject({
  name: HcpTagName,
  color: HcpTagColor.default('grey'),
  description: z.string().trim().max(500).default(''),
});
export type HcpTagInput = z.infer<typeof HcpTagInput>;

export const HcpTagPatch = z.strictObject({
  name: HcpTagName.optional(),
  color: HcpTagColor.optional(),
  description: z.string().trim().max(500).optional(),
});
export type HcpTagPatch = z.infer<typeof HcpTagPatch>;

export const HCP_TAG_SORTS = ['name', '-name', 'updated', '-updated'] as const;

export const HcpTagQuery = PageQuery.extend({
  q: z.string().max(200).optional().meta({ description: 'Part of the name or description' }),
  sort: z.enum(HCP_TAG_SORTS).default('name'),
});
export type HcpTagQuery = z.infer<typeof HcpTagQuery>;

/** Query parameter of lists: names joined by commas; what is found carries all of them. Case does not matter. */
export const HcpTagFilter = z
  .string()
  .max(2000)
  .transform((names) => [...new Set(names.split(',').map((name) => name.trim()))].filter((name) => name !== ''))
  .refine((names) => names.length <= 20, 'must name at most 20 HCP tags')
  .meta({ description: 'Names of HCP tags, joined by commas; what is found carries all of them' });

/** At most this many repositories, and this many images, in one assignment. */
export const MOST_ASSIGNED = 1000;

const SomeTags = z.array(Id).max(20).default([]);

/** Puts HCP tags on many things, and takes others off, in one step: all of it or nothing. Sent twice it is the same. */
export const HcpTagAssignment = z
  .strictObject({
    add: SomeTags.meta({ description: 'Ids of HCP tags to put on' }),
    remove: SomeTags.meta({ description: 'Ids of HCP tags to take off' }),
    repositories: z.array(Id).max(MOST_ASSIGNED).default([]),
    images: z.array(Digest).max(MOST_ASSIGNED).default([]).meta({ description: 'Digests' }),
  })
  .refine(({ add, remove }) => add.length + remove.length > 0, { message: 'name an HCP tag', path: ['add'] })
  .refine(({ repositories, images }) => repositories.length + images.length > 0, {
    message: 'name a repository or an image',
    path: ['repositories'],
  })
  .refine(({ add, remove }) => !remove.some((id) => add.includes(id)), {
    message: 'the same HCP tag cannot be put on and taken off',
    path: ['remove'],
  });
export type HcpTagAssignment = z.infer<typeof HcpTagAssignment>;

export const HcpTagAssigned = z.object({
  added: z.number().int().meta({ description: 'Repositories and images that got an HCP tag they did not have' }),
  removed: z.number().int(),
  unchanged: z.number().int().meta({ description: 'Pairs that were as wanted before' }),
});
export type HcpTagAssigned = z.infer<typeof HcpTagAssigned>;

/** One line of the HCP tags' audit. It stays when the HCP tag is deleted. */
export const HcpTagChange = z.object({
  id: z.number().int(),
  at: Time,
  by: z.string(),
  action: z.enum(['create', 'update', 'delete', 'apply', 'remove']),
  hcpTagId: Id,
  name: z.string(),
  detail: z.string().meta({ description: 'What was changed, in words' }),
  repositories: z.number().int(),
  images: z.number().int(),
  subjects: z.array(z.string()).meta({ description: 'Repositories and digests it was about, at most 1000' }),
});
export type HcpTagChange = z.infer<typeof HcpTagChange>;

export const HcpTagChangeQuery = PageQuery.extend({ hcpTagId: Id.optional() });
export type HcpTagChangeQuery = z.infer<typeof HcpTagChangeQuery>;
