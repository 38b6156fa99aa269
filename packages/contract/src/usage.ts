/** Which images run where, as agents saw it in their Kubernetes. */
import { z } from 'zod';
import { Digest, Id, Time } from './common.ts';
import { LocationId } from './location.ts';
import { PageQuery } from './page.ts';

/** Kinds that are watched, and whether all their namespaces are. */
export const UsageScope = z.strictObject({
  apiVersion: z.string().max(200),
  kind: z.string().max(100),
  namespace: z.string().max(253).meta({ description: 'Empty: all of them' }),
});
export type UsageScope = z.infer<typeof UsageScope>;

export const ReportedUsage = z.strictObject({
  namespace: z.string().max(253),
  name: z.string().max(253),
  container: z.string().max(253).meta({ description: 'Of a pod; elsewhere the path of the field' }),
  image: z.string().max(1000).meta({ description: 'As it is written there' }),
  digest: Digest.meta({ description: 'What runs, or what is pinned; of one platform or of the index' }),
  pinned: Digest.nullable().meta({ description: 'The digest in `image`' }),
  owner: z.string().max(400).nullable().meta({ description: 'Kind/name of what it belongs to' }),
});
export type ReportedUsage = z.infer<typeof ReportedUsage>;

/** A complete snapshot replaces what was known of the scope; a partial one only adds. */
export const UsageReport = z.strictObject({
  agentId: Id,
  epoch: z.number().int().min(1),
  sequence: z.number().int().min(0).meta({ description: 'Rises with every report of this agent and epoch' }),
  scope: UsageScope,
  complete: z.boolean(),
  usages: z.array(ReportedUsage).max(20_000),
});
export type UsageReport = z.infer<typeof UsageReport>;

export const ImageUsage = z.object({
  locationId: LocationId,
  apiVersion: z.string(),
  kind: z.string(),
  namespace: z.string(),
  name: z.string(),
  container: z.string(),
  image: z.string(),
  digest: Digest,
  owner: z.string().nullable(),
  since: Time,
  lastSeenAt: Time,
});
export type ImageUsage = z.infer<typeof ImageUsage>;

export const UsageQuery = PageQuery.extend({ locationId: LocationId.optional() });
export type UsageQuery = z.infer<typeof UsageQuery>;
