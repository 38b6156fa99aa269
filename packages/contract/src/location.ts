import { z } from 'zod';
import { DisplayName, Time } from './common.ts';

/** A place where workloads run; one or more Beacon Agents serve it. Its id is the `location_id` of the agent's file. */
export const LocationId = z
  .string()
  .max(63)
  .regex(/^[a-zA-Z0-9]([a-zA-Z0-9._-]*[a-zA-Z0-9])?$/, 'must be letters, digits, ".", "_" or "-"');

export const Location = z.object({
  id: LocationId,
  name: DisplayName,
  createdAt: Time,
  agentCount: z.number().int(),
  connected: z.boolean().meta({ description: 'At least one of its agents was heard in the last 90 seconds' }),
  repositoryCount: z.number().int(),
  tagCount: z.number().int(),
});
export type Location = z.infer<typeof Location>;
