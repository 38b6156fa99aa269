/** Image catalogs of approved digests, for CloudNativePG and EDB's operator. They keep themselves. */
import { z } from 'zod';
import { Operator } from './cluster.ts';
import { UpgradeState, UpgradeTiming } from './cluster-upgrade.ts';
import { Digest, Id, Time } from './common.ts';
import { ImageState } from './decision.ts';
import { DispatchState } from './dispatch.ts';
import { Engine } from './image.ts';
import { LocationId } from './location.ts';
import { Rollout, RolloutPolicy } from './rollout.ts';

export const CatalogName = z
  .string()
  .max(100)
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'must be lower-case letters, digits, "-" or "."');

export const CatalogEntry = z.object({
  major: z.number().int(),
  digest: Digest,
  image: z.string().meta({ description: 'repository:tag@digest' }),
  tag: z.string(),
  extensions: z.array(z.object({ name: z.string(), digest: Digest, image: z.string() })),
});
export type CatalogEntry = z.infer<typeof CatalogEntry>;

export const CatalogEdition = z.object({
  number: z.number().int(),
  at: Time,
  by: z.string().meta({ description: 'Pharos itself, or who published it' }),
  reason: z.string(),
  entries: z.array(CatalogEntry),
});
export type CatalogEdition = z.infer<typeof CatalogEdition>;

/** What an edition changes of one major, as `repository:tag@digest`; null: the major is not in it. */
export const CatalogDifference = z.object({
  major: z.number().int(),
  before: z.string().nullable(),
  after: z.string().nullable(),
});
export type CatalogDifference = z.infer<typeof CatalogDifference>;

/** `canary`: it follows NAME-canary, which gets an edition first. */
export const CatalogStage = z.enum(['main', 'canary']);
export type CatalogStage = z.infer<typeof CatalogStage>;

/** An entry that is not approved any more and stands in Kubernetes all the same, because something runs it. */
export const CatalogKept = z.object({
  stage: CatalogStage,
  major: z.number().int(),
  digest: Digest,
  tag: z.string(),
  image: z.string(),
  state: ImageState,
  clusters: z.array(Id).meta({ description: 'Clusters made here that follow the entry' }),
  pods: z.number().int().meta({ description: 'Pods of other clusters that agents see run or mount it' }),
  message: z.string().meta({ description: 'Why it stands, in one sentence' }),
  hint: z.string().meta({ description: 'What to do about it' }),
});
export type CatalogKept = z.infer<typeof CatalogKept>;

/** A cluster made here that follows the catalog. */
export const CatalogFollower = z.object({
  id: Id,
  name: z.string(),
  namespace: z.string(),
  major: z.number().int(),
  stage: CatalogStage,
  apply: z.boolean().meta({ description: 'An agent applies it; else it is a file' }),
});
export type CatalogFollower = z.infer<typeof CatalogFollower>;

/** A follower that a second person guards: pinned, and moved on by an upgrade of its own. */
export const CatalogHeld = CatalogFollower.extend({
  tag: z.string().meta({ description: 'What it is pinned to' }),
  waitsFor: z
    .object({ digest: Digest, tag: z.string() })
    .nullable()
    .meta({ description: 'What its stage of the catalog gives; null: it has that' }),
  isPinned: z.boolean().meta({
    description: 'false: no agent has applied the pin yet; what the catalog holds for its major stays for all',
  }),
  upgrade: z
    .object({ id: Id, state: UpgradeState, requestedBy: z.string() })
    .nullable()
    .meta({ description: 'The upgrade to it that waits; null: nobody has asked for it' }),
  message: z.string().meta({ description: 'How it stands, in one sentence' }),
});
export type CatalogHeld = z.infer<typeof CatalogHeld>;

export const Catalog = z.object({
  name: CatalogName,
  location: LocationId,
  engine: Engine,
  flavour: z.string().nullable(),
  os: z.string().nullable(),
  mode: z
    .enum(['automatic', 'held'])
    .meta({ description: 'automatic: follows approvals; held: stays at its edition until somebody publishes' }),
  edition: z.number().int().meta({ description: 'The edition that is served' }),
  editionAt: Time,
  newest: z
    .number()
    .int()
    .meta({ description: 'The newest edition; above `edition` while it is on its way in stages' }),
  policy: RolloutPolicy.nullable().meta({ description: 'null: an edition goes to every cluster at once' }),
  rollout: Rollout.nullable().meta({ description: 'Of the newest edition; null: it went out at once' }),
  entries: z
    .array(CatalogEntry.extend({ state: ImageState }))
    .meta({ description: 'Served now: approved, or deprecated and served before' }),
  withheld: z
    .array(z.object({ major: z.number().int(), image: z.string(), reason: z.string() }))
    .meta({ description: 'Entries of the edition that are not handed out any more' }),
  kept: z.array(CatalogKept).meta({
    description: 'In stages: what agents applied and is not approved any more; it stays because something runs it',
  }),
  clusters: z.number().int().meta({ description: 'Clusters made here that follow it' }),
  waiting: z
    .number()
    .int()
    .meta({ description: 'Clusters that do not have what it gives until a second person confirms it' }),
});
export type Catalog = z.infer<typeof Catalog>;

export const CatalogDetail = Catalog.extend({
  editions: z
    .array(CatalogEdition.extend({ changes: z.array(CatalogDifference), rollout: Rollout.nullable() }))
    .meta({ description: 'Newest first, at most 200; `changes` against the one before' }),
  next: z.array(CatalogDifference).meta({
    description: 'What following approvals would change of the newest edition: of a catalog that is held or stopped',
  }),
  followers: z.array(CatalogFollower),
  restarts: z
    .array(CatalogFollower)
    .meta({ description: 'Clusters that restart when the newest edition goes out; none: it is out' }),
  held: z.array(CatalogHeld).meta({ description: 'Those that a second person guards: no edition restarts them' }),
  applied: z
    .array(
      z.object({
        name: z.string(),
        stage: CatalogStage,
        state: DispatchState,
        code: z.string().nullable(),
        message: z.string(),
        updatedAt: Time,
      }),
    )
    .meta({ description: 'Where agents of the location apply it' }),
});
export type CatalogDetail = z.infer<typeof CatalogDetail>;

export const CatalogQuery = z.strictObject({ location: LocationId.optional() });

/** Names are of a location; without it the name must stand in one location only. */
export const CatalogByQuery = z.strictObject({ location: LocationId.optional() });

export const CatalogYamlQuery = z.strictObject({
  location: LocationId.optional(),
  operator: Operator.default('cnpg'),
  stage: CatalogStage.default('main').meta({ description: 'canary: NAME-canary, which canary clusters follow' }),
  namespace: z.string().max(63).optional().meta({ description: 'Answers an ImageCatalog of this namespace' }),
});
export type CatalogYamlQuery = z.infer<typeof CatalogYamlQuery>;

export const CatalogList = z.object({
  items: z.array(Catalog),
  next: z.null(),
  total: z.number().int(),
});

export const CatalogChange = z.strictObject({
  location: LocationId.optional(),
  edition: z.number().int().min(1).nullable().default(null).meta({
    description: 'Go back to this edition and hold it; null: what is approved now, and follow approvals again',
  }),
  reason: z.string().trim().max(500).default(''),
  urgent: z.boolean().default(false).meta({ description: 'To every cluster at once, whatever the rollout policy' }),
});
export type CatalogChange = z.infer<typeof CatalogChange>;

export const CatalogPreview = z.object({
  entries: z.array(CatalogEntry),
  changes: z.array(CatalogDifference),
  refused: z.array(z.object({ major: z.number().int(), image: z.string(), reason: z.string() })),
  restarts: z.array(CatalogFollower).meta({
    description: 'Clusters made here that would restart, canaries first; at once, or in the stages of the policy',
  }),
  held: z
    .array(CatalogFollower)
    .meta({ description: 'Clusters that keep their image until a second person confirms the change for each of them' }),
  isStaged: z.boolean().meta({ description: 'It would pass the stages of the rollout policy' }),
});
export type CatalogPreview = z.infer<typeof CatalogPreview>;

export const CatalogRolloutChange = z.strictObject({
  location: LocationId.optional(),
  edition: z
    .number()
    .int()
    .min(1)
    .meta({ description: 'The edition that is meant: another one may have come meanwhile' }),
  action: z.enum(['go-on', 'stop']).meta({
    description:
      'go-on: do not wait any longer, or begin again after a stop; stop: it goes no further, and nothing new is drawn',
  }),
  reason: z.string().trim().max(500).default(''),
});
export type CatalogRolloutChange = z.infer<typeof CatalogRolloutChange>;

export const CatalogAsk = z.strictObject({
  location: LocationId.optional(),
  when: UpgradeTiming.default('now'),
});
export type CatalogAsk = z.infer<typeof CatalogAsk>;

export const CatalogAsked = z.object({
  asked: z
    .array(CatalogFollower.extend({ state: UpgradeState }))
    .meta({ description: 'Each waits for a second person now' }),
  refused: z
    .array(CatalogFollower.extend({ code: z.string(), message: z.string(), hint: z.string() }))
    .meta({ description: 'What cannot be asked for, each with the reason' }),
  catalog: CatalogDetail,
});
export type CatalogAsked = z.infer<typeof CatalogAsked>;

export const CatalogPolicyChange = z.strictObject({
  location: LocationId.optional(),
  policy: RolloutPolicy.nullable().meta({ description: 'null: an edition goes to every cluster at once' }),
});
export type CatalogPolicyChange = z.infer<typeof CatalogPolicyChange>;
