/** Upgrades of a cluster: what it can move to, what was asked for, and what came of it. */
import { z } from 'zod';
import { Digest, Id, Time } from './common.ts';

/** `change`: the image stays, and something else of the cluster changes that restarts its instances. */
export const UpgradeKind = z.enum(['build', 'minor', 'major', 'extension', 'change']);
export type UpgradeKind = z.infer<typeof UpgradeKind>;

/** `window`: in the maintenance window that is open, else in the next one. */
export const UpgradeTiming = z.enum(['now', 'window']);
export type UpgradeTiming = z.infer<typeof UpgradeTiming>;

export const UpgradeInput = z.strictObject({
  image: Digest.meta({ description: 'The approved image to go to, or the approved image of an extension' }),
  when: UpgradeTiming.default('now'),
});
export type UpgradeInput = z.infer<typeof UpgradeInput>;

/**
 * `requested`: waits for a second person. `scheduled`: waits for the window. `stopped`: when its time came it was not
 * allowed any more, and nothing was changed. `unverified`: changed, and it is not known that all instances run it.
 */
export const UpgradeState = z.enum([
  'requested',
  'scheduled',
  'applying',
  'verified',
  'unverified',
  'stopped',
  'cancelled',
]);
export type UpgradeState = z.infer<typeof UpgradeState>;

export const ClusterUpgrade = z.object({
  id: Id,
  kind: UpgradeKind,
  image: Digest,
  extension: z.string().nullable().meta({ description: 'Whose image it is; null: the image of the database' }),
  from: z.string().meta({ description: 'Tag before' }),
  to: z.string().meta({ description: 'Tag after' }),
  change: z.string().nullable().meta({
    description: 'What is asked for, in words, where it is more than a step to another image; null: that alone',
  }),
  when: UpgradeTiming,
  state: UpgradeState,
  message: z.string().meta({ description: 'How it stands, in one sentence' }),
  instances: z
    .object({ done: z.number().int(), total: z.number().int() })
    .nullable()
    .meta({ description: 'How many run the new image, while it is applied; null: not known' }),
  opensAt: Time.nullable().meta({ description: 'Of a scheduled one: when it runs, unless it is cancelled' }),
  requestedAt: Time,
  requestedBy: z.string(),
  approvedAt: Time.nullable(),
  approvedBy: z.string().nullable(),
  startedAt: Time.nullable(),
  finishedAt: Time.nullable(),
});
export type ClusterUpgrade = z.infer<typeof ClusterUpgrade>;
