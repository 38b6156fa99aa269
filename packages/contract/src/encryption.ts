/** The keys that secrets rest under. Never a key itself: ids are made of keys and tell nothing about them. */
import { z } from 'zod';

export const Encryption = z.object({
  source: z.enum(['environment', 'command', 'file']).meta({ description: 'Where the keys come from' }),
  keys: z.array(
    z.object({
      id: z.string(),
      isCurrent: z.boolean().meta({ description: 'It seals; the others only open' }),
      sealed: z.number().int().meta({ description: 'Secrets that rest under it' }),
    }),
  ),
  unknown: z.number().int().meta({ description: 'Secrets under a key that is not here: enter these again' }),
});
export type Encryption = z.infer<typeof Encryption>;
