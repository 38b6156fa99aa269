/** How long an image's software is maintained, and whether something newer is there. */
import { z } from 'zod';
import { TagName } from './common.ts';

/** A day, e.g. `2029-11-08`. */
export const Day = z.iso.date();

export const Lifecycle = z.object({
  endOfLife: Day.nullable().meta({ description: 'Last day of the major version; null: not known' }),
  isPast: z.boolean().meta({ description: 'The end of life has passed' }),
  os: z
    .object({
      name: z.string(),
      endOfLife: Day.meta({ description: 'End of regular support of the base' }),
      extendedUntil: Day.nullable().meta({ description: 'End of its long-term support, where there is one' }),
      isPast: z.boolean().meta({ description: 'Regular support has ended' }),
    })
    .nullable(),
  newerMinor: z
    .string()
    .nullable()
    .meta({ description: 'The latest minor release known, when it is newer than this one, e.g. 17.11' }),
  newerMinorTag: TagName.nullable().meta({ description: 'A newer minor in the same repository, flavour and base' }),
  newerBuildTag: TagName.nullable().meta({ description: 'A newer build of the same minor there' }),
  source: z.string().meta({ description: 'Where the dates are from' }),
  asOf: Day.meta({ description: 'When they were taken over' }),
});
export type Lifecycle = z.infer<typeof Lifecycle>;
