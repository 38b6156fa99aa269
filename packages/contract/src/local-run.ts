/** Databases that run as containers of the machine of `pharos up`, to try an image before it runs in a cluster. */
import { z } from 'zod';
import { Digest, Id, TagName } from './common.ts';

export const LocalRunName = z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$/, 'must be the name of a container');

export const LocalRun = z.object({
  name: z.string(),
  digest: z.string().meta({ description: 'What it runs; started by this, never by a tag' }),
  repository: z.string().meta({ description: 'host/repository' }),
  state: z.enum(['starting', 'running', 'stopped', 'failed']),
  message: z.string().meta({ description: 'How far it is, or why it failed' }),
  hint: z.string(),
  log: z.array(z.string()).meta({ description: 'What a failed one said last' }),
  port: z.number().int().nullable().meta({ description: 'On 127.0.0.1' }),
  psql: z.string().nullable().meta({ description: 'The line that connects to it; null until it runs' }),
});
export type LocalRun = z.infer<typeof LocalRun>;

export const LocalRuns = z.object({
  enabled: z
    .boolean()
    .meta({ description: 'false: nothing starts from here; it needs pharos up on loopback and an engine' }),
  engine: z.enum(['podman', 'docker']).nullable(),
  items: z.array(LocalRun),
});
export type LocalRuns = z.infer<typeof LocalRuns>;

export const LocalRunInput = z.strictObject({
  repositoryId: Id,
  tag: TagName,
  digest: Digest.meta({ description: 'What the tag was seen to name; refused when it names another by now' }),
  hostNetwork: z.boolean().default(false).meta({ description: 'Where the engine has no bridge network' }),
});
export type LocalRunInput = z.infer<typeof LocalRunInput>;

export const LocalRunStarted = LocalRun.extend({
  password: z.string().nullable().meta({ description: 'Told this once; null: it ran before, with that of then' }),
});
export type LocalRunStarted = z.infer<typeof LocalRunStarted>;
