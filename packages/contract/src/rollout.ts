/** How a new edition of a catalog reaches clusters in stages: canary clusters first, then the others in a maintenance window. */
import { z } from 'zod';
import { Id, Time } from './common.ts';

/** In the order in which they are passed; `stopped` is left by a person only. */
export const RolloutState = z.enum([
  'drawn',
  'canary',
  'waiting-for-health',
  'waiting-for-person',
  'waiting-for-window',
  'out',
  'stopped',
]);
export type RolloutState = z.infer<typeof RolloutState>;

export const RolloutPolicy = z.strictObject({
  canaries: z
    .array(Id)
    .max(50)
    .default([])
    .meta({ description: 'Clusters that get an edition first. They follow a second catalog, NAME-canary' }),
  healthyMinutes: z
    .number()
    .int()
    .min(1)
    .max(10_080)
    .default(30)
    .meta({ description: 'How long all canaries must have been healthy on the edition before it goes on' }),
  giveUpMinutes: z
    .number()
    .int()
    .min(1)
    .max(20_160)
    .default(120)
    .meta({ description: 'A canary that is not healthy for so long after the change stops the rollout' }),
  window: z
    .enum(['location', 'any-time'])
    .default('location')
    .meta({ description: 'location: the others change in a maintenance window of the location only' }),
  advance: z
    .enum(['automatic', 'by-hand'])
    .default('automatic')
    .meta({ description: 'by-hand: somebody says "go on" once the canaries are healthy' }),
  urgentRevocations: z.boolean().default(false).meta({
    description: 'The replacement of an image that was revoked goes to every cluster at once, without stages',
  }),
});
export type RolloutPolicy = z.infer<typeof RolloutPolicy>;

/** Where the newest edition stands on its way. */
export const Rollout = z.object({
  edition: z.number().int(),
  state: RolloutState,
  since: Time.meta({ description: 'Since when it is in this state' }),
  healthySince: Time.nullable().meta({ description: 'Since when all canaries are healthy; null: they are not' }),
  message: z.string().meta({ description: 'What it waits for, or why it was stopped' }),
  by: z.string().meta({ description: 'Who took the last step: Pharos itself, or a person' }),
  startedAt: Time,
});
export type Rollout = z.infer<typeof Rollout>;
