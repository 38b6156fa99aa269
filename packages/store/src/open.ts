/** Opens the store: a PostgreSQL, or the embedded database in a directory. */
import { type AbsencePolicy, DEFAULT_ABSENCE_POLICY } from '@pharos/library';
import { sql } from 'kysely';
import { activityOf } from './activity.ts';
import { admissionOf } from './admission.ts';
import { agentKeysOf } from './agent-keys.ts';
import { agentsOf } from './agents.ts';
import { approvalRulesOf } from './approval-rules.ts';
import { approvalsOf } from './approvals.ts';
import { auditLogOf } from './audit-log.ts';
import { catalogsOf } from './catalogs.ts';
import { clusterUpgradesOf } from './cluster-upgrades.ts';
import { clustersOf } from './clusters.ts';
import type { Db, Log } from './database.ts';
import { decisionsOf } from './decisions.ts';
import { dispatchesOf } from './dispatches.ts';
import { guarded, storeError } from './driver-error.ts';
import { type OpenDatabase, openEmbedded } from './embedded.ts';
import { evidenceOf } from './evidence.ts';
import { explanationsOf } from './explanations.ts';
import { hcpTagsOf } from './hcp-tags.ts';
import { historyOf } from './history.ts';
import { imagesOf } from './images.ts';
import { listingsOf } from './listings.ts';
import { locationsOf } from './locations.ts';
import { maintenanceOf } from './maintenance.ts';
import { meOf } from './me.ts';
import { migrate } from './migrate.ts';
import { modelDeploymentsOf } from './model-deployments.ts';
import { modelServicesOf } from './model-services.ts';
import { redrawModels } from './model-summary.ts';
import { modelsOf } from './models.ts';
import { nodesOf } from './nodes.ts';
import { placedImagesOf } from './placed-images.ts';
import { policiesOf } from './policies.ts';
import { openPostgres } from './postgres.ts';
import { receiversOf } from './receivers.ts';
import { registriesOf } from './registries.ts';
import { reportsOf } from './reports.ts';
import { repositoriesOf } from './repositories.ts';
import { rulesOf } from './rules.ts';
import { scansOf } from './scans.ts';
import { sealedSecretsOf } from './sealed-secrets.ts';
import { drawSeenViews } from './seen.ts';
import { seenStore } from './seen-store.ts';
import { sessionsOf } from './sessions.ts';
import { serverEpochOf, settingsOf } from './settings.ts';
import { statisticsOf } from './statistics.ts';
import type { SeenStore, Store } from './store.ts';
import { tagsOf } from './tags.ts';
import { teamsOf } from './teams.ts';
import { tokensOf } from './tokens.ts';
import { trustOf } from './trust.ts';
import type { Upkeep } from './upkeep.ts';
import { usagesOf } from './usages.ts';
import { usersOf } from './users.ts';
import { webhookOutboxOf } from './webhook-outbox.ts';
import { webhooksOf } from './webhooks.ts';

export interface StoreOptions {
  /** `postgres://…` selects PostgreSQL. */
  readonly databaseUrl?: string | undefined;
  /** Where the embedded database lives when there is no databaseUrl; `memory:` keeps nothing. */
  readonly dataDir?: string | undefined;
  readonly log?: Log | undefined;
  /** When a tag that complete scans miss is retired; what is left out keeps its default (3 scans, 24 hours). */
  readonly absence?: Partial<AbsencePolicy> | undefined;
  /** Bytes of large attestations that are kept of one registry; default 4 GiB. */
  readonly attestationSpace?: number | undefined;
}

const ATTESTATION_SPACE = 4 * 1024 ** 3;

/** Opens and migrates. Rejects with a StoreError that says what to do; nothing stays open then. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { databaseUrl, dataDir = './pharos-data', log = () => {} } = options;
  try {
    const database = databaseUrl ? openPostgres(databaseUrl, log) : await openEmbedded(dataDir, log);
    try {
      return await storeOn(database, databaseUrl ? 'postgres' : 'embedded', options);
    } catch (error) {
      await database.close().catch(() => {});
      throw error;
    }
  } catch (error) {
    throw storeError(error);
  }
}

/** The store over an open database. */
export async function storeOn(
  { db, upkeep, patiently, close }: OpenDatabase,
  engine: Store['engine'],
  { absence, attestationSpace = ATTESTATION_SPACE }: Pick<StoreOptions, 'absence' | 'attestationSpace'> = {},
): Promise<Store> {
  await patiently(migrate);
  await redrawModels(db);
  await drawSeenViews(db);
  const limits = { absence: { ...DEFAULT_ABSENCE_POLICY, ...absence }, attestationSpace };
  const ping = async () => {
    await sql`select 1`.execute(db);
  };
  return {
    engine,
    serverEpoch: await serverEpochOf(db),
    ...nounsOn(db, upkeep, limits),
    ...guarded({ ping }),
    seenBy: (areas) => seenStore(db, (trx) => nounsOn(trx, upkeep, limits), areas),
    close,
  };
}

interface Limits {
  readonly absence: AbsencePolicy;
  readonly attestationSpace: number;
}

function nounsOn(db: Db, upkeep: Upkeep, { absence, attestationSpace }: Limits): SeenStore {
  return {
    registries: guarded(registriesOf(db)),
    rules: guarded(rulesOf(db)),
    locations: guarded(locationsOf(db)),
    agents: guarded(agentsOf(db)),
    agentKeys: guarded(agentKeysOf(db)),
    repositories: guarded(repositoriesOf(db)),
    tags: guarded(tagsOf(db)),
    hcpTags: guarded(hcpTagsOf(db, upkeep)),
    images: guarded(imagesOf(db)),
    models: guarded(modelsOf(db)),
    scans: guarded(scansOf(db, upkeep, absence)),
    listings: guarded(listingsOf(db)),
    explanations: guarded(explanationsOf(db)),
    receivers: guarded(receiversOf(db)),
    activity: guarded(activityOf(db)),
    webhooks: guarded(webhooksOf(db)),
    webhookOutbox: guarded(webhookOutboxOf(db)),
    history: guarded(historyOf(db)),
    trust: guarded(trustOf(db)),
    evidence: guarded(evidenceOf(db, attestationSpace)),
    reports: guarded(reportsOf(db)),
    decisions: guarded(decisionsOf(db)),
    approvals: guarded(approvalsOf(db)),
    approvalRules: guarded(approvalRulesOf(db)),
    audit: guarded(auditLogOf(db, () => serverEpochOf(db))),
    dispatches: guarded(dispatchesOf(db)),
    usages: guarded(usagesOf(db)),
    nodes: guarded(nodesOf(db)),
    admission: guarded(admissionOf(db)),
    modelDeployments: guarded(modelDeploymentsOf(db)),
    modelServices: guarded(modelServicesOf(db)),
    clusters: guarded(clustersOf(db)),
    clusterUpgrades: guarded(clusterUpgradesOf(db)),
    maintenance: guarded(maintenanceOf(db)),
    catalogs: guarded(catalogsOf(db)),
    placedImages: guarded(placedImagesOf(db)),
    sealedSecrets: guarded(sealedSecretsOf(db)),
    policies: guarded(policiesOf(db)),
    users: guarded(usersOf(db)),
    teams: guarded(teamsOf(db)),
    sessions: guarded(sessionsOf(db)),
    tokens: guarded(tokensOf(db)),
    me: guarded(meOf(db)),
    settings: guarded(settingsOf(db)),
    ...guarded({ statistics: (now: Date) => statisticsOf(db, now) }),
  };
}
