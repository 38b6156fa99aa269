/** One reading of one repository by one agent; a scan without a repository is a sweep over a registry and sums up its own. */
import { z } from 'zod';
import { Id, TagName, Time } from './common.ts';
import { LocationId } from './location.ts';
import { PageQuery } from './page.ts';

export const ScanStatus = z.enum(['running', 'complete', 'partial', 'failed']);
export type ScanStatus = z.infer<typeof ScanStatus>;

/** Why a scan began. `notification`: a registry told that a tag changed. */
export const ScanTrigger = z.enum(['schedule', 'manual', 'start', 'change', 'notification']);
export type ScanTrigger = z.infer<typeof ScanTrigger>;

export const Scan = z.object({
  id: Id,
  parentId: Id.nullable().meta({ description: 'The sweep this scan belongs to' }),
  registryId: Id,
  registry: z.string(),
  repositoryId: Id.nullable(),
  repository: z.string().nullable(),
  locationId: LocationId,
  agentId: Id.nullable(),
  trigger: ScanTrigger,
  only: z.array(TagName).nullable().meta({ description: 'The tags that were re-read; null: the whole repository' }),
  status: ScanStatus,
  startedAt: Time,
  finishedAt: Time.nullable(),
  requests: z.number().int(),
  tags: z.object({
    listed: z.number().int(),
    seen: z.number().int(),
    added: z.number().int(),
    moved: z.number().int(),
    missing: z.number().int(),
    retired: z.number().int(),
    failed: z.number().int(),
  }),
  progress: z.object({ done: z.number().int(), total: z.number().int().nullable(), step: z.string() }).nullable(),
  message: z.string(),
  code: z.string().nullable(),
  hint: z.string().nullable(),
  failures: z
    .array(z.object({ subject: z.string(), code: z.string(), message: z.string(), hint: z.string().nullable() }))
    .meta({ description: 'The first 20 single tags or repositories that failed alone' }),
});
export type Scan = z.infer<typeof Scan>;

export const ScanRequest = z
  .strictObject({ registryId: Id.optional(), repositoryId: Id.optional() })
  .refine((body) => (body.registryId === undefined) !== (body.repositoryId === undefined), {
    message: 'Send registryId or repositoryId, one of the two.',
  });
export type ScanRequest = z.infer<typeof ScanRequest>;

export const ScanQuery = PageQuery.extend({
  registryId: Id.optional(),
  repositoryId: Id.optional(),
  parentId: Id.optional(),
  status: ScanStatus.optional(),
});
export type ScanQuery = z.infer<typeof ScanQuery>;
