import { z } from 'zod';
import { Id, Time } from './common.ts';
import { KubernetesStatus } from './dispatch.ts';
import { LocationId } from './location.ts';

/** A Beacon Agent as the control plane last heard of it. */
export const Agent = z.object({
  id: Id,
  name: z.string(),
  locationId: LocationId,
  version: z.string(),
  embedded: z.boolean().meta({ description: 'Runs inside the server process' }),
  state: z.enum(['connected', 'late', 'lost']),
  message: z.string(),
  firstSeenAt: Time,
  lastSeenAt: Time,
  clockSkewSeconds: z.number().meta({ description: 'Agent clock minus server clock' }),
  spoolDepth: z.number().int().meta({ description: 'Reports waiting at the agent' }),
  configPath: z.string().nullable(),
  kubernetes: KubernetesStatus.nullable().meta({ description: 'null: its file names no Kubernetes' }),
  key: z
    .object({
      generation: z.number().int(),
      joinedAt: Time,
      lastUsedAt: Time.nullable(),
      revokedAt: Time.nullable(),
      copiedAt: Time.nullable().meta({
        description: 'When its former key was used although it has a newer one: somebody may have a copy',
      }),
    })
    .nullable()
    .meta({ description: 'The key it signs with; null: it has an access token' }),
});
export type Agent = z.infer<typeof Agent>;
