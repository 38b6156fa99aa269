/**
 * The port of the store: what the control plane may ask of the database. One interface per noun, in its `-port` file; each is implemented in
 * the file of its name. Rows come back in the contract's shapes. Times are passed in (`now`), so that tests own the clock.
 */
import type { Statistics } from '@pharos/contract';
import type { Area } from '@pharos/library';
import type { Activity } from './activity-port.ts';
import type { AdmissionStore } from './admission-port.ts';
import type { AgentKeys } from './agent-key-port.ts';
import type { Agents } from './agent-port.ts';
import type { ApprovalRules, Approvals } from './approval-port.ts';
import type { AuditLog } from './audit-port.ts';
import type { Clusters, PlacedImages } from './cluster-port.ts';
import type { ClusterUpgrades } from './cluster-upgrade-port.ts';
import type { Decisions } from './decision-port.ts';
import type { Dispatches } from './dispatch-port.ts';
import type { Explanations } from './explanation-port.ts';
import type { HcpTags } from './hcp-tag-port.ts';
import type { History } from './history-port.ts';
import type { Images } from './image-port.ts';
import type { Listings } from './listing-port.ts';
import type { Locations } from './location-port.ts';
import type { Maintenance } from './maintenance-port.ts';
import type { Me } from './me-port.ts';
import type { ModelDeployments } from './model-deployment-port.ts';
import type { Models } from './model-port.ts';
import type { ModelServices } from './model-service-port.ts';
import type { Nodes } from './node-port.ts';
import type { Policies } from './policy-port.ts';
import type { Receivers } from './receiver-port.ts';
import type { Registries } from './registry-port.ts';
import type { ReportStore } from './report-port.ts';
import type { Repositories } from './repository-port.ts';
import type { Catalogs } from './rollout-port.ts';
import type { Rules } from './rule-port.ts';
import type { Scans } from './scan-port.ts';
import type { SealedSecrets } from './sealed-secret-port.ts';
import type { Sessions } from './session-port.ts';
import type { Settings } from './setting-port.ts';
import type { Tags } from './tag-port.ts';
import type { Tokens } from './token-port.ts';
import type { EvidenceStore, TrustStore } from './trust-port.ts';
import type { Usages } from './usage-port.ts';
import type { Teams, Users } from './user-port.ts';
import type { WebhookOutbox, Webhooks } from './webhook-port.ts';

/** What can be read through `seenBy`. */
export type SeenStore = Omit<Store, 'engine' | 'serverEpoch' | 'seenBy' | 'ping' | 'close'>;

export interface Store {
  readonly engine: 'postgres' | 'embedded';
  /** Made with the database; agents send everything again when it changes. */
  readonly serverEpoch: string;
  readonly registries: Registries;
  readonly rules: Rules;
  readonly locations: Locations;
  readonly agents: Agents;
  readonly agentKeys: AgentKeys;
  readonly repositories: Repositories;
  readonly tags: Tags;
  readonly hcpTags: HcpTags;
  readonly images: Images;
  readonly models: Models;
  readonly scans: Scans;
  readonly listings: Listings;
  readonly explanations: Explanations;
  readonly receivers: Receivers;
  readonly activity: Activity;
  readonly webhooks: Webhooks;
  readonly webhookOutbox: WebhookOutbox;
  readonly history: History;
  readonly trust: TrustStore;
  readonly evidence: EvidenceStore;
  readonly reports: ReportStore;
  readonly decisions: Decisions;
  readonly approvals: Approvals;
  readonly policies: Policies;
  readonly approvalRules: ApprovalRules;
  readonly audit: AuditLog;
  readonly dispatches: Dispatches;
  readonly usages: Usages;
  readonly nodes: Nodes;
  readonly admission: AdmissionStore;
  readonly modelDeployments: ModelDeployments;
  readonly modelServices: ModelServices;
  readonly clusters: Clusters;
  readonly clusterUpgrades: ClusterUpgrades;
  readonly maintenance: Maintenance;
  readonly catalogs: Catalogs;
  readonly placedImages: PlacedImages;
  readonly sealedSecrets: SealedSecrets;
  readonly users: Users;
  readonly teams: Teams;
  readonly sessions: Sessions;
  readonly tokens: Tokens;
  readonly me: Me;
  readonly settings: Settings;
  statistics(now: Date): Promise<Statistics>;
  /**
   * The library as a reader sees it who may read some areas only. Every read is filtered, also those of nouns that come
   * later; changes are refused by the database.
   */
  seenBy(areas: readonly Area[]): SeenStore;
  /** Rejects with StoreError `database-unavailable` when the database does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
