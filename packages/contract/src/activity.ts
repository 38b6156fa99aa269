/** What happened in the library, for people: kept for 90 days, one entry for each kind of change of one scan. */
import { z } from 'zod';
import { Id, Time } from './common.ts';
import { LocationId } from './location.ts';
import { PageQuery } from './page.ts';

export const ACTIVITY_TYPES = [
  'image.added',
  'tag.added',
  'tag.moved',
  'tag.vanished',
  'tag.returned',
  'tag.retired',
  'absence.held',
  'scan.failed',
  'scan.recovered',
  'registry.state-changed',
  'agent.lost',
  'agent.back',
  'rule.created',
  'rule.changed',
  'rule.removed',
  'repository.readme-changed',
  'webhook.disabled',
  'admission.refused',
  'image.state-changed',
  'approval.requested',
  'upgrade.waiting',
  'upgrade.started',
  'upgrade.stopped',
  'upgrade.verified',
  'upgrade.unverified',
  'catalog.rollout-drawn',
  'catalog.rollout-canary',
  'catalog.rollout-healthy',
  'catalog.rollout-waiting',
  'catalog.rollout-out',
  'catalog.rollout-stopped',
  'catalog.rolled-back',
  'catalog.revoked-kept',
  'catalog.second-person',
] as const;
export const ActivityType = z.enum(ACTIVITY_TYPES);
export type ActivityType = z.infer<typeof ActivityType>;

/** What an entry is about, one of the first 50: a tag, or a repository whose scan failed. */
export const ActivityItem = z.object({
  name: z.string(),
  repositoryId: Id.optional().meta({ description: 'Where the entry is about several repositories' }),
  digest: z.string().optional(),
  previousDigest: z.string().optional().meta({ description: 'Where a moved tag stood before' }),
  message: z.string().optional(),
});
export type ActivityItem = z.infer<typeof ActivityItem>;

export const ActivityEntry = z.object({
  id: z.number().int().meta({ description: 'Rises, with gaps' }),
  at: Time,
  type: ActivityType,
  message: z.string().meta({ description: 'One sentence for a person' }),
  registryId: Id.nullable().meta({ description: 'null: none, or the registry is gone' }),
  registry: z.string().nullable().meta({ description: 'Its name at that time' }),
  repositoryId: Id.nullable(),
  repository: z.string().nullable(),
  scanId: Id.nullable().meta({ description: 'Entries of one scan belong together' }),
  subjectId: Id.nullable().meta({ description: 'The agent, rule, webhook, cluster or catalog it is about' }),
  catalog: z
    .object({ name: z.string(), location: LocationId })
    .nullable()
    .meta({ description: 'Where its page is; null: it is about no catalog, or the catalog is gone' }),
  count: z.number().int().meta({ description: 'How many it is about; items holds the first 50' }),
  items: z.array(ActivityItem),
});
export type ActivityEntry = z.infer<typeof ActivityEntry>;

export const ActivityQuery = PageQuery.extend({
  type: ActivityType.optional(),
  registryId: Id.optional(),
  repositoryId: Id.optional(),
  since: Time.optional().meta({ description: 'Only what happened at this time or later' }),
});
export type ActivityQuery = z.infer<typeof ActivityQuery>;
