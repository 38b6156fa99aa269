/** What changed about how a registry answers. Kept: the last 200 of each registry, newest first. */
import { z } from 'zod';
import { Time } from './common.ts';

/**
 * One change. `subject` is the id of a check, or `registry` for the worst of them, or what the agent does because of the
 * registry: `breaker` (closed, open), `pause` (none, paused), `allowance` (left, used-up).
 */
export const RegistryEvent = z.object({
  id: z.number().int().meta({ description: 'Rises' }),
  at: Time,
  subject: z.string().meta({
    description: 'registry, the id of a check, or breaker, pause, allowance',
  }),
  from: z.string().nullable().meta({ description: 'null: nothing was known before' }),
  to: z.string().meta({
    description: 'ok, warning, error; of breaker closed, open; of pause none, paused; of allowance left, used-up',
  }),
  message: z.string(),
  code: z.string().nullable(),
});
export type RegistryEvent = z.infer<typeof RegistryEvent>;
