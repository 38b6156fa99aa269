/** What differs between two images. */
import { z } from 'zod';
import { Digest, Flag } from './common.ts';
import { ImageTag } from './image.ts';

/** `unknown`: at least one side does not say, so nothing can be said of a difference. */
export const DifferenceState = z.enum(['same', 'changed', 'unknown']);
export type DifferenceState = z.infer<typeof DifferenceState>;

export const FactDifference = z.object({
  field: z.string().meta({ description: 'kind, engine, version, flavour, os, baseImage, size …' }),
  before: z.string().nullable().meta({ description: 'null: not known' }),
  after: z.string().nullable(),
  state: DifferenceState,
});
export type FactDifference = z.infer<typeof FactDifference>;

export const EntryDifference = z.object({
  name: z.string(),
  before: z.string().nullable().meta({ description: 'null: not there, or there without a value' }),
  after: z.string().nullable(),
  change: z.enum(['added', 'removed', 'changed', 'same']),
});
export type EntryDifference = z.infer<typeof EntryDifference>;

export const LIST_DIFFERENCES = [
  'extensions',
  'platforms',
  'packages',
  'attached',
  'labels',
  'annotations',
  'environment',
] as const;

export const ListDifference = z.object({
  list: z.enum(LIST_DIFFERENCES),
  state: DifferenceState,
  message: z.string().nullable().meta({ description: 'Why it is unknown, and what would make it known' }),
  added: z.number().int(),
  removed: z.number().int(),
  changed: z.number().int(),
  same: z.number().int(),
  entries: z.array(EntryDifference),
});
export type ListDifference = z.infer<typeof ListDifference>;

/** One of the two images: enough to name it. */
export const ComparedImage = z.object({
  digest: Digest,
  detail: z.enum(['manifest', 'config', 'platforms']),
  hasPackages: z.boolean(),
  tags: z.array(ImageTag).meta({ description: 'At most 20 of its places' }),
});
export type ComparedImage = z.infer<typeof ComparedImage>;

export const Difference = z.object({
  before: ComparedImage,
  after: ComparedImage,
  isSame: z.boolean().meta({ description: 'Both are the same digest' }),
  facts: z.array(FactDifference),
  lists: z.array(ListDifference),
});
export type Difference = z.infer<typeof Difference>;

export const DifferenceQuery = z.strictObject({
  from: Digest.meta({ description: 'The image before' }),
  all: Flag.default(false).meta({ description: 'Also what is the same; else differences and unknowns only' }),
});
