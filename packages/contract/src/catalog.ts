/** Image catalogs of approved digests, for CloudNativePG and EDB's operator. They keep themselves. */
import { z } from 'zod';
import { Operator } from './cluster.ts';
import { Digest, Time } from './common.ts';
import { Engine } from './image.ts';
import { LocationId } from './location.ts';

export const CatalogName = z
  .string()
  .max(100)
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'must be lower-case letters, digits, "-" or "."');

export const CatalogEntry = z.object({
  major: z.number().int(),
  digest: Digest,
  image: z.string().meta({ description: 'repository:tag@digest' }),
  tag: z.string(),
  extensions: z.array(z.object({ name: z.string(), digest: Digest, image: z.string() })),
});
export type CatalogEntry = z.infer<typeof CatalogEntry>;

export const CatalogEdition = z.object({
  number: z.number().int(),
  at: Time,
  by: z.string().meta({ description: 'Pharos itself, or who published it' }),
  reason: z.string(),
  entries: z.array(CatalogEntry),
});
export type CatalogEdition = z.infer<typeof CatalogEdition>;

export const Catalog = z.object({
  name: CatalogName,
  location: LocationId,
  engine: Engine,
  flavour: z.string().nullable(),
  os: z.string().nullable(),
  mode: z
    .enum(['automatic', 'held'])
    .meta({ description: 'automatic: follows approvals; held: stays at its edition until somebody publishes' }),
  edition: z.number().int(),
  editionAt: Time,
  entries: z.array(CatalogEntry).meta({ description: 'Served now: approved, or deprecated and served before' }),
  withheld: z
    .array(z.object({ major: z.number().int(), image: z.string(), reason: z.string() }))
    .meta({ description: 'Entries of the edition that are not handed out any more' }),
  clusters: z.number().int().meta({ description: 'Clusters made here that follow it' }),
});
export type Catalog = z.infer<typeof Catalog>;

export const CatalogDetail = Catalog.extend({ editions: z.array(CatalogEdition) });
export type CatalogDetail = z.infer<typeof CatalogDetail>;

export const CatalogQuery = z.strictObject({ location: LocationId.optional() });

/** Names are of a location; without it the name must stand in one location only. */
export const CatalogByQuery = z.strictObject({ location: LocationId.optional() });

export const CatalogYamlQuery = z.strictObject({
  location: LocationId.optional(),
  operator: Operator.default('cnpg'),
  namespace: z.string().max(63).optional().meta({ description: 'Answers an ImageCatalog of this namespace' }),
});
export type CatalogYamlQuery = z.infer<typeof CatalogYamlQuery>;

export const CatalogList = z.object({
  items: z.array(Catalog),
  next: z.null(),
  total: z.number().int(),
});

export const CatalogChange = z.strictObject({
  location: LocationId.optional(),
  edition: z.number().int().min(1).nullable().default(null).meta({
    description: 'Go back to this edition and hold it; null: what is approved now, and follow approvals again',
  }),
  reason: z.string().trim().max(500).default(''),
});
export type CatalogChange = z.infer<typeof CatalogChange>;

export const CatalogPreview = z.object({
  entries: z.array(CatalogEntry),
  changes: z.array(z.object({ major: z.number().int(), before: z.string().nullable(), after: z.string().nullable() })),
  refused: z.array(z.object({ major: z.number().int(), image: z.string(), reason: z.string() })),
  restarts: z
    .array(z.object({ id: z.string(), name: z.string(), namespace: z.string(), major: z.number().int() }))
    .meta({ description: 'Clusters made here that would roll at once' }),
});
export type CatalogPreview = z.infer<typeof CatalogPreview>;
