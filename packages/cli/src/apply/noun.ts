/** What `pharos apply` knows of a kind of thing: how a file says it, and what applying it would change. */
import type {
  ApprovalRule,
  Catalog,
  Client,
  ClusterDetail,
  HcpTag,
  ModelDeploymentDetail,
  ModelService,
  Policy,
  Registry,
  Rule,
  TrustEntry,
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
  catalogs: readonly Catalog[];
  /** Only those that the files name. */
  clusters: readonly ClusterDetail[];
  /** Only those that the files name. */
  modelDeployments: readonly ModelDeploymentDetail[];
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
}

export type Carrier = (client: Client, known: Known) => Promise<string | null>;
