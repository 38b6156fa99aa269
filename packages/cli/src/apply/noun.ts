/** What `pharos apply` knows of a kind of thing: how a file says it, and what applying it would change. */
import type {
  ApprovalRule,
  Catalog,
  Client,
  Cluster,
  ClusterDetail,
  HcpTag,
  LocationMaintenance,
  ModelDeployment,
  ModelDeploymentDetail,
  ModelDetail,
  ModelService,
  Policy,
  Receiver,
  Registry,
  RepositoryDetail,
  Rule,
  Team,
  TrustEntry,
  User,
  Webhook,
} from '@pharos/contract';
import type { Documents } from './document.ts';
import type { Place } from './entry.ts';
import type { Reader } from './reader.ts';
import type { Step } from './step.ts';

/** What the control plane has, of the lists that the files need. */
export interface Known {
  registries: readonly Registry[];
  rules: readonly Rule[];
  hcpTags: readonly HcpTag[];
  trust: readonly TrustEntry[];
  policies: readonly Policy[];
  approvalRules: readonly ApprovalRule[];
  users: readonly User[];
  teams: readonly Team[];
  receivers: readonly Receiver[];
  webhooks: readonly Webhook[];
  /** Only those that the files name. */
  repositories: readonly RepositoryDetail[];
  /** Only those that the files name. */
  models: readonly ModelDetail[];
  /** Only those that the files name. */
  locations: readonly LocationMaintenance[];
  catalogs: readonly Catalog[];
  /** Only those that the files name. */
  clusters: readonly ClusterDetail[];
  /** All of them, without what only their own page has. */
  clusterList: readonly Cluster[];
  /** Only those that the files name. */
  modelDeployments: readonly ModelDeploymentDetail[];
  /** All of them, without what only their own page has. */
  deploymentList: readonly ModelDeployment[];
  modelServices: readonly ModelService[];
  /** The digest that each `repository:tag` of the files means now, or why it means none. */
  images: ReadonlyMap<string, string | Error>;
}

export interface PlanOptions {
  /** Send credentials even where the library holds one; it cannot say whether it is the same. */
  updateSecrets?: boolean | undefined;
}

export interface DocumentOf<Spec> {
  place: Place;
  spec: Spec;
}

/** One thing as a file says it. */
export interface Written {
  /** Without what is undefined. */
  fields: Readonly<Record<string, unknown>>;
  /** What the file cannot say, as a comment above it. */
  note?: string | undefined;
}

/** Two things of one key in the files are a mistake. */
export interface Noun<Document extends { place: Place } = { place: Place }> {
  /** In words, e.g. `registry`. */
  readonly noun: string;
  /** In a document of its own, e.g. `Registry`. */
  readonly kind: string;
  /** In a file of lists, e.g. `registries`. */
  readonly list: keyof Documents;
  readonly needs: readonly (keyof Known)[];
  /** null: the problems say why. */
  read(reader: Reader): Document | null;
  keyOf(document: Document): string;
  plan(document: Document, known: Known, options: PlanOptions, documents: Documents): Step;
  /** What the control plane has, as `read` takes it. What comes from an agent's file is not among it. */
  write(known: Known): Written[];
}

export type Carrier = (client: Client, known: Known) => Promise<string | null>;
