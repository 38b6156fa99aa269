/** System tags: computed by the library from what is known, never edited and never stored. */
import { z } from 'zod';

export const SystemTag = z.object({
  id: z.string().meta({ description: 'official, tde, signed (verified), signature-attached, eol, newest-minor' }),
  name: z.string(),
  reason: z.string().meta({ description: 'From what it is computed, in a sentence' }),
});
export type SystemTag = z.infer<typeof SystemTag>;
