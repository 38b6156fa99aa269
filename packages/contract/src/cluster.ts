/** A PostgreSQL cluster made from an approved image. */
import { z } from 'zod';
import { ClusterUpgrade, UpgradeKind, UpgradeTiming } from './cluster-upgrade.ts';
import { Digest, Id, TagName, Time } from './common.ts';
import { ImageState } from './decision.ts';
import { Difference } from './difference.ts';
import { InKubernetes } from './dispatch.ts';
import { Engine, Version } from './image.ts';
import { LocationId } from './location.ts';
import { ClusterMaintenance } from './maintenance.ts';
import { KubernetesObject, ManifestCheck } from './manifest.ts';
import { PageQuery } from './page.ts';

/** `cnpg`: CloudNativePG. `edb`: EDB Postgres for Kubernetes (EDB Postgres AI for CloudNativePG Cluster). */
export const Operator = z.enum(['cnpg', 'edb']);
export type Operator = z.infer<typeof Operator>;

/** `image`: pinned in the cluster. `catalog`: the cluster follows an image catalog of its location. */
export const ClusterVia = z.enum(['image', 'catalog']);
export type ClusterVia = z.infer<typeof ClusterVia>;

/** What the operator would refuse (names, quantities) is a check with words, not an error of the request. */
const Text = z.string().trim().max(253);

export const ClusterStorage = z.strictObject({
  size: Text.meta({ description: 'A Kubernetes quantity, e.g. 20Gi' }),
  storageClass: Text.optional(),
  walSize: Text.optional().meta({ description: 'A volume of its own for the write-ahead log' }),
});
export type ClusterStorage = z.infer<typeof ClusterStorage>;

/** An extension that the database shall have: by its SQL name, or with the image that brings it. */
export const ClusterExtension = z.strictObject({
  name: Text.min(1).meta({ description: 'e.g. vector (pgvector is understood)' }),
  image: Digest.optional().meta({ description: 'An approved extension image; needs PostgreSQL 18 or later' }),
});
export type ClusterExtension = z.infer<typeof ClusterExtension>;

export const ClusterResources = z.strictObject({ cpu: Text.optional(), memory: Text.optional() });
export type ClusterResources = z.infer<typeof ClusterResources>;

const PullSecret = Text.nullable().meta({ description: 'Name of a secret in the namespace of the cluster' });

/** A size alone, or the names of extensions alone, are the simple cases of the same thing. */
const Given = {
  storage: z.union([Text.meta({ description: 'A Kubernetes quantity, e.g. 20Gi' }), ClusterStorage]),
  extensions: z.array(z.union([Text.min(1), ClusterExtension])).max(50),
};

export const ClusterSpec = z.strictObject({
  name: Text,
  namespace: Text,
  location: LocationId,
  image: Digest,
  instances: z.number().int(),
  storage: ClusterStorage,
  resources: ClusterResources,
  operator: Operator,
  via: ClusterVia,
  extensions: z.array(ClusterExtension),
  pullSecret: PullSecret,
});
export type ClusterSpec = z.infer<typeof ClusterSpec>;

export const ClusterInput = z.strictObject({
  name: Text,
  namespace: Text.default('default'),
  location: LocationId,
  image: Digest.meta({ description: 'Of the index where there is one; must be approved' }),
  instances: z.number().int().default(3),
  storage: Given.storage,
  resources: ClusterResources.default({}),
  operator: Operator.default('cnpg'),
  via: ClusterVia.default('image'),
  extensions: Given.extensions.default([]),
  pullSecret: PullSecret.default(null),
  apply: z
    .boolean()
    .default(false)
    .meta({ description: 'true: an agent of the location applies it; else it is a file' }),
});
export type ClusterInput = z.infer<typeof ClusterInput>;

export const ClusterPatch = z.strictObject({
  image: Digest.optional().meta({
    description: 'The approved image to go to with the rest of it: one change, which is confirmed and made as one',
  }),
  instances: z.number().int().optional(),
  storage: Given.storage.optional(),
  resources: ClusterResources.optional(),
  extensions: Given.extensions.optional(),
  pullSecret: PullSecret.optional(),
  apply: z.boolean().optional(),
  when: UpgradeTiming.default('now').meta({
    description:
      'Of a change that restarts instances or replaces an image: it goes the way of an upgrade, with its window and its second person',
  }),
});
export type ClusterPatch = z.infer<typeof ClusterPatch>;

/** What the agent reported of it last. */
export const ClusterStatus = z.object({
  state: z
    .enum(['file', 'waiting', 'applying', 'applied', 'failed', 'deleting', 'deleted'])
    .meta({ description: 'file: nobody here applies it' }),
  code: z
    .string()
    .nullable()
    .meta({ description: 'Why it failed or waits; "drifted": somebody else changed it there' }),
  message: z.string(),
  generation: z.number().int(),
  appliedGeneration: z.number().int(),
  conditions: z.array(z.unknown()),
  updatedAt: Time.nullable(),
});
export type ClusterStatus = z.infer<typeof ClusterStatus>;

export const Cluster = z.object({
  id: Id,
  name: z.string(),
  namespace: z.string(),
  location: LocationId,
  operator: Operator,
  via: ClusterVia,
  image: z.object({
    digest: Digest,
    reference: z.string().meta({ description: 'repository:tag@digest' }),
    tag: TagName,
    engine: Engine,
    version: Version,
    state: ImageState.meta({ description: 'What is decided of it now' }),
  }),
  instances: z.number().int(),
  apply: z.boolean(),
  status: ClusterStatus,
  upgrade: ClusterUpgrade.nullable().meta({ description: 'The one that waits or is being applied' }),
  createdAt: Time,
  createdBy: z.string(),
  updatedAt: Time,
});
export type Cluster = z.infer<typeof Cluster>;

export const ClusterChange = z.object({
  at: Time,
  actor: z.string(),
  action: z.enum([
    'create',
    'update',
    'upgrade',
    'delete',
    'upgrade-request',
    'upgrade-approve',
    'upgrade-cancel',
    'upgrade-stop',
    'upgrade-verify',
    'upgrade-fail',
  ]),
  detail: z.string(),
});
export type ClusterChange = z.infer<typeof ClusterChange>;

/** A change in words, before the name of who made it. */
export const CLUSTER_CHANGE_WORDS: Readonly<Record<ClusterChange['action'], string>> = {
  create: 'Made',
  update: 'Changed',
  upgrade: 'Upgraded',
  delete: 'Deleted',
  'upgrade-request': 'Upgrade asked for',
  'upgrade-approve': 'Upgrade approved',
  'upgrade-cancel': 'Upgrade cancelled',
  'upgrade-stop': 'Upgrade stopped',
  'upgrade-verify': 'Upgrade verified',
  'upgrade-fail': 'Upgrade not verified',
};

export const ClusterDetail = Cluster.extend({
  spec: ClusterSpec,
  manifests: z.array(KubernetesObject),
  yaml: z.string(),
  checks: z.array(ManifestCheck),
  withheld: z
    .string()
    .nullable()
    .meta({ description: 'Why no manifest is handed out (an image is not approved any more); null: it is' }),
  kept: ManifestCheck.nullable().meta({
    description:
      'The catalog that it follows keeps an image in Kubernetes that is not approved any more; null: it does not',
  }),
  kubernetes: InKubernetes.nullable().meta({ description: 'null: no agent applies it' }),
  maintenance: ClusterMaintenance,
  upgrades: z
    .array(ClusterUpgrade)
    .meta({ description: 'What was asked for and what came of it; newest first, at most 20' }),
  history: z.array(ClusterChange).meta({ description: 'Newest first, at most 100' }),
});
export type ClusterDetail = z.infer<typeof ClusterDetail>;

export const ClusterQuery = PageQuery.extend({
  location: LocationId.optional(),
  digest: Digest.optional().meta({ description: 'Those that run this image' }),
  q: z.string().max(200).optional().meta({ description: 'Part of the name or the namespace' }),
});
export type ClusterQuery = z.infer<typeof ClusterQuery>;

/** An image that a cluster could be made of, and why not. */
export const ClusterImage = z.object({
  digest: Digest,
  reference: z.string(),
  repositoryId: Id,
  repository: z.string(),
  tag: TagName,
  location: LocationId,
  engine: Engine,
  version: Version,
  os: z.string().nullable(),
  platforms: z.array(z.string()),
  extensions: z.array(z.string()).meta({ description: 'SQL names that the image is known to bring' }),
  state: ImageState,
  at: Time.meta({ description: 'Created, else pushed, else first seen' }),
  selectable: z.boolean(),
  reason: z.string().nullable().meta({ description: 'Why it cannot be selected' }),
});
export type ClusterImage = z.infer<typeof ClusterImage>;

export const ExtensionImage = ClusterImage.omit({ engine: true, extensions: true }).extend({
  name: z.string().meta({ description: 'Of the extension in the manifest' }),
  sqlName: z.string().meta({ description: 'For CREATE EXTENSION' }),
  major: z.number().int(),
});
export type ExtensionImage = z.infer<typeof ExtensionImage>;

export const ClusterChoiceQuery = z.strictObject({
  location: LocationId,
  engine: Engine.optional(),
  major: z.coerce.number().int().optional(),
  image: Digest.optional().meta({ description: 'Answers the extension images that fit this image' }),
});
export type ClusterChoiceQuery = z.infer<typeof ClusterChoiceQuery>;

export const ClusterChoices = z.object({
  engines: z.array(
    z.object({
      engine: Engine,
      majors: z.array(z.object({ major: z.number().int(), approved: z.number().int() })),
    }),
  ),
  images: z.array(ClusterImage).meta({ description: 'Approved first, newest first; at most 200' }),
  extensions: z.array(ExtensionImage),
});
export type ClusterChoices = z.infer<typeof ClusterChoices>;

export const Upgrade = z.object({
  kind: UpgradeKind.exclude(['change']),
  image: z.union([ClusterImage, ExtensionImage]),
  extension: z.string().nullable(),
  risks: z.array(ManifestCheck),
  difference: Difference.nullable(),
});
export type Upgrade = z.infer<typeof Upgrade>;

export const Upgrades = z.object({
  current: ClusterImage.nullable().meta({ description: 'null: no tag of the location points to it any more' }),
  upgrades: z.array(Upgrade),
});
export type Upgrades = z.infer<typeof Upgrades>;
