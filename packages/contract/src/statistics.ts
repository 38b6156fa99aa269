import { z } from 'zod';
import { Time } from './common.ts';

/** The strip above the library, and what the home page says. Counts are of tags that are present or missing. */
export const Statistics = z.object({
  tags: z.number().int(),
  postgresTags: z.number().int(),
  modelTags: z.number().int(),
  repositories: z.number().int(),
  images: z.number().int(),
  registries: z.number().int(),
  registriesFailing: z.number().int(),
  agents: z.number().int(),
  agentsConnected: z.number().int(),
  rules: z.number().int(),
  tagsMissing: z.number().int(),
  findings: z.number().int(),
  addedLast24h: z.number().int(),
  movedLast24h: z.number().int(),
  hasSample: z.boolean(),
  onlySample: z.boolean().meta({ description: 'No registry but the built-in sample is connected' }),
  lastScanAt: Time.nullable(),
});
export type Statistics = z.infer<typeof Statistics>;
