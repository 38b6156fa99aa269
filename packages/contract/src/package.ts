/** What is installed in an image, by a list that is attached to it (an SBOM). */
import { z } from 'zod';
import { Digest, Time } from './common.ts';
import { PageQuery } from './page.ts';

/** A package: `postgresql-17-pgvector 0.8.0-1.pgdg12+1 deb`. */
export const Package = z.object({
  name: z.string().max(300),
  version: z.string().max(200).nullable(),
  type: z.string().max(40).nullable().meta({ description: 'deb, rpm, apk, npm, pypi …: the type of its package URL' }),
});
export type Package = z.infer<typeof Package>;

/** At most so many packages of one image are kept. */
export const MOST_PACKAGES = 10_000;

export const SbomFormat = z.enum(['spdx', 'cyclonedx']);
export type SbomFormat = z.infer<typeof SbomFormat>;

/** One SBOM as an agent reduced it: of which digest it speaks, and what it lists. */
export const PackageList = z.strictObject({
  subject: Digest.meta({ description: 'The manifest that the list speaks of: the image, or its first platform' }),
  document: Digest.meta({ description: 'The blob that was read' }),
  format: SbomFormat,
  attested: z
    .boolean()
    .meta({ description: 'It stands in an in-toto statement that names the subject; signatures are not verified' }),
  packages: z.array(Package).max(MOST_PACKAGES),
  truncated: z.boolean(),
});
export type PackageList = z.infer<typeof PackageList>;

/** What is known of the packages of an image without listing them. */
export const PackageSummary = PackageList.omit({ packages: true }).extend({
  count: z.number().int(),
  readAt: Time,
});
export type PackageSummary = z.infer<typeof PackageSummary>;

export const PackageQuery = PageQuery.extend({
  q: z.string().max(200).optional().meta({ description: 'Part of the name' }),
});
export type PackageQuery = z.infer<typeof PackageQuery>;
