/**
 * The port of the store: what the control plane may ask of the database. One interface per noun; each is implemented in
 * the file of its name. Rows come back in the contract's shapes. Times are passed in (`now`), so that tests own the clock.
 */
import type {
  ActivityEntry,
  ActivityQuery,
  Agent,
  AuthenticationView,
  Check,
  ChunkTaken,
  CompletionQuery,
  Completions,
  Delivery,
  DeliveryQuery,
  Explanation,
  FileRegistry,
  FileRule,
  Freshness,
  HcpTag,
  HcpTagAssigned,
  HcpTagAssignment,
  HcpTagChange,
  HcpTagChangeQuery,
  HcpTagInput,
  HcpTagPatch,
  HcpTagQuery,
  Hello,
  Image,
  KubernetesStatus,
  LeftOutPage,
  LeftOutQuery,
  LibraryGrowth,
  Listing,
  Location,
  Model,
  ModelDetail,
  ModelFacets,
  ModelFilter,
  ModelImage,
  ModelPatch,
  ModelQuery,
  Observation,
  Overview,
  Package,
  PackageList,
  PackageQuery,
  Page,
  PageQuery,
  Receiver,
  ReceiverSource,
  Registry,
  RegistryBudget,
  RegistryEvent,
  RegistryHistory,
  RegistryReading,
  RegistryStatus,
  Repository,
  RepositoryDetail,
  RepositoryHistory,
  RepositoryPatch,
  RepositoryQuery,
  RepositoryTagQuery,
  Role,
  Rule,
  RulePatch,
  RuleSpec,
  SavedView,
  SavedViewInput,
  SavedViewPatch,
  SavedViewQuery,
  Scan,
  ScanBegin,
  ScanBegun,
  ScanChunk,
  ScanCommit,
  ScanCommitted,
  ScanProgress,
  ScanQuery,
  SignedIn,
  Statistics,
  Tag,
  TagAt,
  TagChange,
  TagChangeQuery,
  TagDetail,
  TagFacets,
  TagFacetsQuery,
  TagHistoryEntry,
  TagQuery,
  Team,
  TeamInput,
  TeamPatch,
  TeamQuery,
  Tls,
  Token,
  User,
  UserGrant,
  UserPatch,
  UserQuery,
  Webhook,
  WebhookAttempt,
  WebhookDelivery,
  WebhookDeliveryDetail,
  WebhookDeliveryQuery,
  WebhookInput,
  WebhookPatch,
} from '@pharos/contract';
import type { Area, Grant, NewerTags, Place, TagFacts } from '@pharos/library';
import type { AdmissionStore } from './admission-port.ts';
import type { AgentKeys } from './agent-key-port.ts';
import type { ApprovalRules, Approvals } from './approval-port.ts';
import type { AuditLog } from './audit-port.ts';
import type { Catalogs, Clusters, PlacedImages } from './cluster-port.ts';
import type { Decisions } from './decision-port.ts';
import type { Dispatches } from './dispatch-port.ts';
import type { By } from './hcp-tag-changes.ts';
import type { ModelDeployments } from './model-deployment-port.ts';
import type { ModelServices } from './model-service-port.ts';
import type { Nodes } from './node-port.ts';
import type { Policies } from './policy-port.ts';
import type { SealedSecrets } from './sealed-secret-port.ts';
import type { EvidenceStore, TrustStore } from './trust-port.ts';
import type { Usages } from './usage-port.ts';

/** A stored secret: ciphertext only, sealed by the server (AES-256-GCM, the origin in the associated data). */
export interface SealedCredential {
  readonly sealed: string;
  /** scheme://host:port that the credential is bound to. */
  readonly origin: string;
}

/** A credential to keep. */
export interface NewCredential extends SealedCredential {
  /** False: it only names the identity that the agent's own machine has. */
  readonly holdsSecret?: boolean;
}

export interface NewRegistry {
  readonly name: string;
  readonly url: string;
  readonly provider: Registry['provider'];
  readonly locationId: string;
  readonly authentication: Pick<AuthenticationView, 'type' | 'username'>;
  readonly credential: NewCredential | null;
  readonly apiUrl: string | null;
  readonly tls: Tls;
  readonly budget: RegistryBudget;
  readonly intervalSeconds: number;
}

export interface RegistryChange {
  readonly name?: string | undefined;
  readonly url?: string | undefined;
  readonly provider?: Registry['provider'] | undefined;
  readonly authentication?: Pick<AuthenticationView, 'type' | 'username'> | undefined;
  /** null drops the stored credential. */
  readonly credential?: NewCredential | null | undefined;
  readonly apiUrl?: string | null | undefined;
  readonly tls?: Tls | undefined;
  readonly budget?: RegistryBudget | undefined;
  readonly intervalSeconds?: number | undefined;
}

/** What is told about how a registry answers; what is left out stays as it is. */
export interface RegistryNews {
  readonly state?: RegistryStatus['state'] | undefined;
  readonly message?: string | undefined;
  readonly code?: string | null | undefined;
  readonly checks?: Check[] | undefined;
  readonly nextScanAt?: string | null | undefined;
  readonly reading?: RegistryReading | null | undefined;
}

export interface Registries {
  list(query: PageQuery & { q?: string | undefined }): Promise<Page<Registry>>;
  get(id: string): Promise<Registry | null>;
  create(input: NewRegistry, now: Date): Promise<Registry>;
  update(id: string, change: RegistryChange, now: Date): Promise<Registry | null>;
  /** Forgets its repositories, tags, scans and listings too. */
  remove(id: string): Promise<boolean>;
  credential(id: string): Promise<SealedCredential | null>;
  /** Keeps what changed by it as events, in the same transaction. False: no such registry. */
  setStatus(id: string, status: RegistryNews, now: Date): Promise<boolean>;
  /** Newest first; null: no such registry. */
  events(id: string, query: PageQuery): Promise<Page<RegistryEvent> | null>;
  /** UI-written registries that the agents of a location read. */
  ofLocation(locationId: string): Promise<Registry[]>;
  /** Makes the file-sourced registries and rules of a location what its agent's file says. Ids are the agent's. */
  replaceFile(
    locationId: string,
    registries: readonly FileRegistry[],
    rules: readonly FileRule[],
    now: Date,
  ): Promise<void>;
}

export interface Rules {
  list(query: PageQuery & { q?: string | undefined; registryId?: string | undefined }): Promise<Page<Rule>>;
  get(id: string): Promise<Rule | null>;
  create(spec: RuleSpec, now: Date): Promise<Rule>;
  update(id: string, patch: RulePatch, now: Date): Promise<Rule | null>;
  remove(id: string): Promise<boolean>;
  /** Enabled UI rules that apply to registries of this location (registryId null included). */
  ofLocation(locationId: string): Promise<Rule[]>;
  /** Enabled rules, of both sources, that apply to a registry. */
  ofRegistry(registryId: string): Promise<Rule[]>;
}

export interface Locations {
  list(query: PageQuery, now: Date): Promise<Page<Location>>;
  has(id: string): Promise<boolean>;
  ensure(id: string, now: Date): Promise<void>;
}

export interface Agents {
  /** Answers false when the epoch is below the stored one: another process of this agent is newer. */
  hello(hello: Hello, now: Date): Promise<boolean>;
  touch(id: string, heard: { spoolDepth: number }, now: Date): Promise<{ locationId: string } | null>;
  publicKey(id: string): Promise<{ publicKey: string; locationId: string } | null>;
  /** Agents heard within `withinSeconds` that serve a location. */
  connected(locationId: string, withinSeconds: number, now: Date): Promise<string[]>;
  list(query: PageQuery, now: Date): Promise<Page<Agent>>;
  /** False: no such agent. */
  setKubernetes(id: string, status: KubernetesStatus): Promise<boolean>;
  remove(id: string): Promise<boolean>;
}

export interface Repositories {
  /** `favourite` asks for the stars of `userId`; ages are counted to `now`. Throws QueryError for a `q` that cannot be read. */
  list(query: RepositoryQuery, asked?: { userId?: string | null; now?: Date }): Promise<Page<Repository>>;
  get(id: string): Promise<RepositoryDetail | null>;
  /** How many of its tags are in each state that counts at this time. */
  states(id: string, now: Date): Promise<NonNullable<RepositoryDetail['states']>>;
  /** The first of these names that the library holds in a registry; one that no rule wants any more does not count. */
  byName(registryId: string, names: readonly string[]): Promise<{ id: string; name: string } | null>;
  /** What people write about it. False: no such repository. Throws `conflict` when the revision is not the newest. */
  write(id: string, patch: RepositoryPatch, by: By): Promise<boolean>;
  /** A person confirms that tags are gone: the next complete scan is believed, however many it misses. */
  confirmAbsence(id: string): Promise<boolean>;
}

export interface HcpTags {
  list(query: HcpTagQuery): Promise<Page<HcpTag>>;
  get(id: string): Promise<HcpTag | null>;
  /** Throws `name-taken`; case does not tell names apart. */
  create(input: HcpTagInput, by: By): Promise<HcpTag>;
  update(id: string, patch: HcpTagPatch, by: By): Promise<HcpTag | null>;
  /** Takes it off everything too. */
  remove(id: string, by: By): Promise<boolean>;
  /** All or nothing, idempotent. Throws `not-found` for an unknown HCP tag, repository or image. */
  assign(assignment: HcpTagAssignment, by: By): Promise<HcpTagAssigned>;
  /** Who did what, newest first. */
  changes(query: HcpTagChangeQuery): Promise<Page<HcpTagChange>>;
}

export interface Tags {
  /** Throws QueryError for a `q` that cannot be read; `now` is what ages are counted from. */
  ofRepository(repositoryId: string, query: RepositoryTagQuery, now?: Date): Promise<Page<Tag>>;
  list(query: TagQuery, now?: Date): Promise<Page<Tag>>;
  facets(query: TagFacetsQuery, now?: Date): Promise<TagFacets>;
  completions(query: CompletionQuery): Promise<Completions>;
  /** `now` is what ages are counted to. */
  get(repositoryId: string, name: string, now?: Date): Promise<TagDetail | null>;
  history(repositoryId: string, name: string, query: PageQuery, now?: Date): Promise<Page<TagHistoryEntry> | null>;
  /** What it pointed to at a time (RFC 3339, UTC); null: no such tag. */
  at(repositoryId: string, name: string, time: string): Promise<TagAt | null>;
  /** Tags that moved or vanished, newest first. */
  changes(query: TagChangeQuery): Promise<Page<TagChange>>;
  /** For each of these tags, newer ones of its repository, flavour and base: one statement for all of them. */
  newer(tags: readonly Tag[]): Promise<NewerTags[]>;
}

export interface Images {
  /** `now` decides what has expired; absent: the time of the call. */
  get(digest: string, now?: Date): Promise<Image | null>;
  /**
   * Deeper observations replace shallower ones, and packages those read before; facts of the tags that point there are
   * drawn again.
   */
  observe(observation: Observation, now: Date, packages?: readonly PackageList[]): Promise<void>;
  /** null: no list of its packages was read. */
  packages(digest: string): Promise<Package[] | null>;
  listPackages(digest: string, query: PackageQuery): Promise<Page<Package>>;
  /** Every place where these digests stand now; an image that stands nowhere is everybody's, one that is not there nobody's. */
  places(digests: readonly string[]): Promise<Place[]>;
  /** Some place where the digest stands now, to read it from. */
  place(digest: string): Promise<{ registryId: string; repository: string; locationId: string } | null>;
}

export interface Models {
  list(query: ModelQuery): Promise<Page<Model>>;
  facets(filter: ModelFilter): Promise<ModelFacets>;
  get(id: string): Promise<ModelDetail | null>;
  /** Versions by digest, newest first; null: no such model. */
  images(id: string, query: PageQuery): Promise<Page<ModelImage> | null>;
  /** Keeps what a person wrote, with who and when; null takes an edit back. Null: no such model. */
  update(id: string, patch: ModelPatch, by: string, now: Date): Promise<ModelDetail | null>;
}

export interface Scans {
  list(query: ScanQuery): Promise<Page<Scan>>;
  get(id: string): Promise<Scan | null>;
  /** A scan that somebody asked for; it is `running` with step "waiting for the agent" until the agent begins. */
  request(
    input: { id: string; registryId: string; repositoryId: string | null; locationId: string },
    now: Date,
  ): Promise<Scan>;
  /** Throws StoreError `stale-scan` for a lower epoch or an unknown registry. Idempotent. */
  begin(begin: ScanBegin, now: Date): Promise<ScanBegun>;
  progress(id: string, progress: ScanProgress, now: Date): Promise<Scan | null>;
  /** Throws `chunk-out-of-order` (with the expected number), `stale-scan`. Idempotent by number and sha256. */
  chunk(id: string, n: number, chunk: ScanChunk, now: Date): Promise<ChunkTaken>;
  /** One transaction: reconcile, history, facts, counts, listing. Throws `set-digest-mismatch`. Idempotent. */
  commit(id: string, commit: ScanCommit, now: Date): Promise<ScanCommitted>;
  /** Marks requested or begun scans that nobody finished since `before` as failed. Answers their ids. */
  failStale(before: Date, now: Date): Promise<string[]>;
  /** Drops old scans (keeps the newest 50 of each repository and registry) and staged chunks of finished ones. */
  prune(): Promise<void>;
}

/** What is known of a tag beyond its name. */
export interface KnownTagFacts {
  readonly tag: string;
  readonly facts: TagFacts | 'unreadable';
}

/** The names of one repository as lines of a text: a million of them move between threads as a few texts. */
export interface KnownNames {
  readonly repository: string;
  /** Names that the registry listed, one per line. */
  readonly names: string;
  readonly listedAt: string;
  /** Names that the library holds, one per line. */
  readonly library: string;
}

export interface Listings {
  put(listing: Listing, now: Date): Promise<void>;
  /** The names that a registry listed, with those that the library holds: some 200 repositories after the one named; none at the end. */
  namesOf(registryId: string, after: string): Promise<KnownNames[]>;
  catalogOf(registryId: string): Promise<{ catalogAt: string | null; message: string | null }>;
  /** Registries whose lists hold the tag, most in one answer: 100. */
  registriesWith(repository: string, tag: string): Promise<string[]>;
  /** What is known of a repository's tags, with these annotations. */
  factsOf(registryId: string, repository: string, annotationKeys: readonly string[]): Promise<KnownTagFacts[]>;
}

export interface Explanations {
  /** Why a tag is in the library or not; the registry must exist. Null: there is no such registry. */
  ofTag(registryId: string, repository: string, tag: string, now: Date): Promise<Explanation | null>;
  /** Tags that the registry lists and no rule takes, with the reason. Null: there is no such repository. */
  leftOut(repositoryId: string, query: LeftOutQuery, now: Date): Promise<LeftOutPage | null>;
}

export interface NewUser {
  readonly id: string;
  readonly name: string;
  readonly displayName?: string;
  readonly kind?: User['kind'];
  /** null: robots, and people who have yet to choose one. */
  readonly passwordHash: string | null;
  readonly grants: readonly UserGrant[];
}

/** Who an identity provider says somebody is, with what the groups give here. */
export interface ExternalIdentity {
  readonly issuer: string;
  readonly subject: string;
  readonly name: string;
  readonly displayName: string;
  readonly grants: readonly UserGrant[];
  readonly groups: readonly string[];
}

export interface Users {
  /** People, without robots. */
  count(): Promise<number>;
  list(query: UserQuery): Promise<Page<User>>;
  get(id: string): Promise<User | null>;
  create(user: NewUser, now: Date): Promise<User>;
  /** Disabling ends sessions and one-time links. Throws `last-administrator`. */
  update(id: string, patch: UserPatch, now: Date): Promise<User | null>;
  /** With sessions and tokens. Throws `last-administrator`. */
  remove(id: string): Promise<boolean>;
  /** Who may sign in with a password: enabled, and with one. */
  byName(name: string): Promise<{ id: string; name: string; passwordHash: string } | null>;
  passwordHash(id: string): Promise<string | null>;
  /** Ends every session but one, and the one-time link. */
  setPassword(id: string, passwordHash: string, keepSession?: string): Promise<void>;
  /** One link a user: a new one takes the place of the old. */
  offerLink(userId: string, sha256: string, expiresAt: Date): Promise<void>;
  /** Uses a link up. Answers whose it is; null: unknown, too old, or of somebody disabled. */
  takeLink(sha256: string, now: Date): Promise<string | null>;
  signedIn(id: string, now: Date): Promise<void>;
  /** Makes or finds the user, and replaces roles and teams. null: disabled here. */
  external(identity: ExternalIdentity, now: Date): Promise<string | null>;
}

export interface Teams {
  list(query: TeamQuery): Promise<Page<Team>>;
  get(id: string): Promise<Team | null>;
  create(id: string, input: TeamInput, now: Date): Promise<Team>;
  /** Throws `last-administrator`. */
  update(id: string, patch: TeamPatch): Promise<Team | null>;
  /** Throws `last-administrator`. */
  remove(id: string): Promise<boolean>;
}

export interface Sessions {
  create(
    session: { sha256: string; userId: string; expiresAt: Date; address: string | null; userAgent: string | null },
    now: Date,
  ): Promise<void>;
  /** Whose session it is, with the roles as they are now; notes the use at most once a minute. null: over, or disabled. */
  use(
    sha256: string,
    now: Date,
  ): Promise<{ userId: string; name: string; hasPassword: boolean; grants: Grant[]; expiresAt: string } | null>;
  /** The one used last first. */
  list(
    query: PageQuery & { userId?: string | undefined },
    currentSha256: string | null,
    now: Date,
  ): Promise<Page<SignedIn>>;
  remove(sha256: string): Promise<void>;
  /** Ends a session, with `userId` only if it is theirs. */
  end(id: string, userId?: string): Promise<boolean>;
  endOthers(userId: string, keptSha256: string): Promise<void>;
}

export interface NewToken {
  readonly id: string;
  readonly name: string;
  readonly role: Role | null;
  readonly scopes: readonly string[];
  readonly ownerId: string | null;
  readonly prefix: string;
  readonly sha256: string;
  readonly createdBy: string;
  readonly expiresAt: Date | null;
}

export interface Tokens {
  list(query: PageQuery & { ownerId?: string | undefined }, now: Date): Promise<Page<Token>>;
  get(id: string, now: Date): Promise<Token | null>;
  create(token: NewToken, now: Date): Promise<void>;
  /** The secret before the last one stops at once. */
  rotate(
    id: string,
    next: { sha256: string; prefix: string; expiresAt: Date | null; oldUntil: Date },
  ): Promise<boolean>;
  /** Notes the use at most once a minute. null: unknown, over, or its owner is disabled. */
  use(
    sha256: string,
    now: Date,
  ): Promise<{
    id: string;
    name: string;
    role: Role | null;
    scopes: string[];
    owner: { id: string; name: string; kind: User['kind']; grants: Grant[] } | null;
  } | null>;
  remove(id: string): Promise<boolean>;
}

/** What a request is checked with, and where its hints may lead. */
export interface ReceiverTarget {
  readonly id: string;
  readonly source: ReceiverSource;
  readonly sealed: string;
  readonly registryId: string;
  readonly registryUrl: string;
  readonly locationId: string;
}

export type NewDelivery = Pick<Delivery, 'event' | 'repository' | 'repositoryId' | 'tags' | 'message'> & {
  readonly outcome: 'queued' | 'ignored';
};

export interface Receivers {
  list(query: PageQuery & { registryId?: string | undefined }): Promise<Page<Receiver>>;
  get(id: string): Promise<Receiver | null>;
  /** Throws StoreError `not-found` when there is no such registry. */
  create(
    input: { id: string; registryId: string; source: ReceiverSource; sealed: string },
    now: Date,
  ): Promise<Receiver>;
  /** Another secret. */
  rotate(id: string, sealed: string, now: Date): Promise<Receiver | null>;
  /** Forgets its deliveries too. */
  remove(id: string): Promise<boolean>;
  target(id: string): Promise<ReceiverTarget | null>;
  /** Notes that somebody came without the secret. */
  refused(id: string, now: Date): Promise<void>;
  /** Keeps the last 200 of the receiver. Answers the ids of the new ones, in their order. */
  deliver(receiverId: string, deliveries: readonly NewDelivery[], now: Date): Promise<string[]>;
  settle(
    ids: readonly string[],
    end: { outcome: 'done' | 'failed'; message: string; requests: number | null },
    now: Date,
  ): Promise<void>;
  /** Fails every delivery that still waits: the process that would have read it is gone. */
  abandon(message: string, now: Date): Promise<void>;
  /** null: no such receiver. */
  deliveries(id: string, query: DeliveryQuery): Promise<Page<Delivery> | null>;
}

/** What belongs to one person. */
export interface Me {
  /** Starred repositories, newest star first. */
  favourites(userId: string): Promise<string[]>;
  /** Idempotent. Throws `not-found`, `limit-reached`. */
  addFavourite(userId: string, repositoryId: string, now: Date): Promise<string[]>;
  removeFavourite(userId: string, repositoryId: string): Promise<void>;
  views(userId: string, query: SavedViewQuery): Promise<Page<SavedView>>;
  /** Throws `name-taken` within the same list, `limit-reached`. A new default takes the place of the old one. */
  createView(userId: string, input: SavedViewInput, now: Date): Promise<SavedView>;
  updateView(userId: string, id: string, patch: SavedViewPatch, now: Date): Promise<SavedView | null>;
  removeView(userId: string, id: string): Promise<boolean>;
}

export interface Activity {
  /** Newest first. */
  list(query: ActivityQuery): Promise<Page<ActivityEntry>>;
  /** Id of the newest entry, 0 for none. */
  last(): Promise<number>;
  /** Entries after this one, oldest first, 200 at most. */
  after(id: number): Promise<ActivityEntry[]>;
  /** Tells of agents that fell silent or call again, each once, whichever replica looks first. Answers how many. */
  watchAgents(now: Date): Promise<number>;
  /** Drops entries older than 90 days, and those beyond the newest 100,000. */
  prune(now: Date): Promise<void>;
}

export interface Webhooks {
  list(query: PageQuery): Promise<Page<Webhook>>;
  get(id: string): Promise<Webhook | null>;
  create(input: { id: string; sealed: string; input: WebhookInput }, now: Date): Promise<Webhook>;
  update(id: string, change: WebhookPatch, now: Date): Promise<Webhook | null>;
  /** Another secret; the one before goes on signing for 24 hours. */
  rotate(id: string, sealed: string, now: Date): Promise<Webhook | null>;
  /** Forgets its deliveries too. */
  remove(id: string): Promise<boolean>;
  /** Newest first; null: no such webhook. */
  deliveries(id: string, query: WebhookDeliveryQuery): Promise<Page<WebhookDelivery> | null>;
  delivery(id: string, deliveryId: string): Promise<WebhookDeliveryDetail | null>;
}

/** A delivery that its claimer alone may send for a minute. */
export interface WebhookClaim {
  readonly id: string;
  readonly webhookId: string;
  readonly event: string;
  readonly payload: string;
  /** Number of the claim: a result of another one is not written. */
  readonly attempt: number;
  /** Failed tries before this one. */
  readonly tries: number;
  readonly url: string;
  readonly allowHttp: boolean;
  readonly allowPrivate: boolean;
  readonly sealed: string;
  readonly previousSealed: string | null;
  readonly previousUntil: string | null;
}

/** What came of a try. `retryAt` null and not delivered: given up. */
export interface WebhookResult {
  readonly delivered: boolean;
  readonly retryAt: Date | null;
  /** The endpoint asks for no more, ever. */
  readonly gone: boolean;
  readonly attempt: Omit<WebhookAttempt, 'n' | 'at'> & { readonly at: Date };
}

export interface WebhookOutbox {
  /** Claims due deliveries for a minute, a few of each webhook, none of the `busy` ones. */
  claim(most: { limit: number; perWebhook: number; busy: readonly string[] }, now: Date): Promise<WebhookClaim[]>;
  /** A delivery of a ping, claimed by the caller; null: no such webhook. */
  ping(webhookId: string, payload: string, now: Date): Promise<WebhookClaim | null>;
  /** False: somebody else has claimed the delivery since; nothing was written. */
  settle(claim: WebhookClaim, result: WebhookResult, now: Date): Promise<boolean>;
  /** Makes a delivery due again; false: it is unknown, or being sent now. */
  redeliver(webhookId: string, id: string, now: Date): Promise<boolean>;
  /** Drops what is finished and old, and secrets that sign no more. */
  prune(now: Date): Promise<void>;
}

/** What pictures are drawn from. */
export interface History {
  growth(days: number, now: Date): Promise<LibraryGrowth>;
  freshness(now: Date): Promise<Freshness>;
  /** null: no such repository. */
  repository(id: string, days: number, now: Date): Promise<RepositoryHistory | null>;
  /** null: no such registry. */
  registry(id: string, days: number, now: Date): Promise<RegistryHistory | null>;
  overview(now: Date): Promise<Overview>;
  /** Counts some of the repositories that changed; answers whether there may be more. */
  countRepositories(now: Date): Promise<boolean>;
  /** Writes the library's row of today, and of all days before when there is none yet. */
  countLibrary(now: Date): Promise<void>;
  prune(now: Date): Promise<void>;
}

export interface Settings {
  get(key: string): Promise<string | null>;
  set(key: string, value: string): Promise<void>;
  /** Keeps the value unless there is one, and answers what is kept: replicas that start at once agree. */
  once(key: string, value: string): Promise<string>;
  /** False: it was changed meanwhile, and stays as it is. */
  replace(key: string, before: string, value: string): Promise<boolean>;
}

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
