/** What pictures are drawn from: the library over days, and what the home page says of now. */
import { z } from 'zod';
import { Id, Time } from './common.ts';

const Count = z.number().int();
const Day = z.iso.date().meta({ description: 'A day in UTC' });

/** How far back; days without a row were like the day before. */
export const DaysQuery = z.strictObject({ days: z.coerce.number().int().min(1).max(730).default(90) });

/** The library at the end of a day (of today: lately). */
export const LibraryDay = z.object({
  day: Day,
  tags: Count,
  postgresTags: Count,
  modelTags: Count,
  images: Count,
  repositories: Count,
});
export type LibraryDay = z.infer<typeof LibraryDay>;

export const LibraryGrowth = z.object({ days: z.array(LibraryDay) });
export type LibraryGrowth = z.infer<typeof LibraryGrowth>;

export const PlatformCount = z.object({ platform: z.string(), tags: Count });
export type PlatformCount = z.infer<typeof PlatformCount>;

/** Tags of a repository at the end of a day, by major version; `other` holds those without one, and the rarest. */
export const RepositoryDay = z.object({
  day: Day,
  tags: Count,
  majors: z.record(z.string(), Count),
});
export type RepositoryDay = z.infer<typeof RepositoryDay>;

export const RepositoryHistory = z.object({
  days: z.array(RepositoryDay).meta({ description: 'Days on which something changed, and the last one before them' }),
  platforms: z.array(PlatformCount).meta({ description: 'As of the last day, most tags first' }),
  newestImageAt: Time.nullable().meta({ description: 'When the newest image of the repository was made' }),
});
export type RepositoryHistory = z.infer<typeof RepositoryHistory>;

/** Scans of repositories that ended in one hour, or in one day where the span is long. */
export const ScanSpan = z.object({
  at: Time,
  scans: Count,
  failed: Count,
  requests: Count.meta({ description: 'All requests to the registry, also those of sweeps' }),
  seconds: z.number().meta({ description: 'How long these scans took together' }),
  longestSeconds: z.number(),
});
export type ScanSpan = z.infer<typeof ScanSpan>;

export const RegistryHistory = z.object({ step: z.enum(['hour', 'day']), spans: z.array(ScanSpan) });
export type RegistryHistory = z.infer<typeof RegistryHistory>;

export const FRESHNESS = ['week', 'month', 'quarter', 'year', 'older', 'unknown'] as const;

/** How old the newest image of each repository is. */
export const Freshness = z.object({
  buckets: z.array(z.object({ age: z.enum(FRESHNESS), repositories: Count })),
  stalest: z.array(z.object({ id: Id, name: z.string(), registry: z.string(), newestImageAt: Time })).meta({
    description: 'The ten whose newest image is oldest',
  }),
  platforms: z.array(PlatformCount).meta({ description: 'Tags of the library by platform, most first' }),
});
export type Freshness = z.infer<typeof Freshness>;

const Span = z.object({ images: Count, tags: Count, moved: Count });
const Named = z.object({ id: Id, name: z.string(), message: z.string() });

/** Is the library healthy, what is new, what needs me. Lists hold the first five of their counts. */
export const Overview = z.object({
  new: z.object({ day: Span, week: Span }).meta({ description: 'Counted up to 10,000' }),
  registriesFailing: z.object({ count: Count, first: z.array(Named) }),
  repositoriesFailing: z.object({ count: Count, first: z.array(Named) }).meta({
    description: 'Whose last scan failed',
  }),
  repositoriesHeld: z.object({ count: Count, first: z.array(Named) }).meta({
    description: 'Where so much disappeared at once that a person has to say whether it is gone',
  }),
  repositoriesWithFindings: z.object({ count: Count, first: z.array(Named) }),
  agentsLost: z.object({ count: Count, first: z.array(Named) }),
  webhooksDisabled: Count.meta({ description: 'Switched off by Pharos because they failed for long' }),
});
export type Overview = z.infer<typeof Overview>;
