/** One suite over every engine. `TEST_DATABASES` (a comma list of `memory:` and `postgres://…`) chooses others. */
import { after, before, describe } from 'node:test';
import { available, type Postgres, startPostgres } from '@pharos/testbed';
import { openEmbedded } from './embedded.ts';
import { openPostgres } from './postgres.ts';
import { activitySuite } from './suite/activity.ts';
import { admissionSuite } from './suite/admission.ts';
import { agentKeysSuite } from './suite/agent-keys.ts';
import { approvalQueueSuite } from './suite/approval-queue.ts';
import { approvalsSuite } from './suite/approvals.ts';
import { auditSuite } from './suite/audit.ts';
import { catalogHeldSuite } from './suite/catalog-held.ts';
import { catalogKeptSuite } from './suite/catalog-kept.ts';
import { catalogTellingSuite } from './suite/catalog-telling.ts';
import { changesSuite } from './suite/changes.ts';
import { clusterUpgradeResultsSuite } from './suite/cluster-upgrade-results.ts';
import { clusterUpgradesSuite } from './suite/cluster-upgrades.ts';
import { clustersSuite } from './suite/clusters.ts';
import { databaseSuite } from './suite/database.ts';
import { dispatchSuite } from './suite/dispatch.ts';
import { evidenceSuite } from './suite/evidence.ts';
import { evidenceAgainSuite } from './suite/evidence-again.ts';
import { type Engine, emptyStore, type Given } from './suite/given.ts';
import { hcpTagsSuite } from './suite/hcp-tags.ts';
import { librarySuite } from './suite/library.ts';
import { listsSuite } from './suite/lists.ts';
import { modelsSuite } from './suite/models.ts';
import { nodeSuite } from './suite/nodes.ts';
import { pastSuite } from './suite/past.ts';
import { peopleSuite } from './suite/people.ts';
import { policiesSuite } from './suite/policies.ts';
import { readingSuite } from './suite/reading.ts';
import { receiversSuite } from './suite/receivers.ts';
import { registriesSuite } from './suite/registries.ts';
import { registryEventsSuite } from './suite/registry-events.ts';
import { registryFilesSuite } from './suite/registry-files.ts';
import { reportsSuite } from './suite/reports.ts';
import { rolloutsSuite } from './suite/rollouts.ts';
import { rulesSuite } from './suite/rules.ts';
import { scansSuite } from './suite/scans.ts';
import { sealedSecretsSuite } from './suite/sealed-secrets.ts';
import { searchSuite } from './suite/search.ts';
import { searchFacetsSuite } from './suite/search-facets.ts';
import { seenSuite } from './suite/seen.ts';
import { statisticsSuite } from './suite/statistics.ts';
import { twoPeopleSuite } from './suite/two-people.ts';
import { verifiedSuite } from './suite/verified.ts';
import { webhooksSuite } from './suite/webhooks.ts';
import { wordsSuite } from './suite/words.ts';

const THROWAWAY = 'postgres:';
const wanted = process.env.TEST_DATABASES?.split(',') ?? ['memory:', THROWAWAY];

for (const name of wanted) {
  const skip = name === THROWAWAY ? available().postgres.skip : false;
  describe(`store on ${name}`, { skip }, () => {
    let engine: Engine;
    let server: Postgres | null = null;
    before(async () => {
      if (name === THROWAWAY) server = await startPostgres();
      const url = server?.url ?? name;
      engine =
        url === 'memory:'
          ? { name, database: await openEmbedded('memory:', () => {}), engine: 'embedded' }
          : { name, database: openPostgres(url, () => {}), engine: 'postgres' };
    });
    after(async () => {
      await engine.database.close();
      await server?.stop();
    });
    const given = (): Promise<Given> => emptyStore(engine);
    describe('database', () => databaseSuite(given, () => engine));
    describe('registries and rules', () => registriesSuite(given));
    describe('registries and rules of agent files, and what rules bring in', () => registryFilesSuite(given));
    describe('what checks and readings told of a registry', () => registryEventsSuite(given));
    describe('the vocabulary of rules', () => rulesSuite(given));
    describe('policies', () => policiesSuite(given));
    describe('receivers', () => receiversSuite(given));
    describe('sealed secrets', () => sealedSecretsSuite(given));
    describe('models', () => modelsSuite(given));
    describe('nodes and secrets of a location', () => nodeSuite(given));
    describe('dispatches and what runs', () => dispatchSuite(given));
    describe('evidence and trust', () => evidenceSuite(given));
    describe('evidence that found no room', () => evidenceAgainSuite(given));
    describe('what is verified, in lists', () => verifiedSuite(given));
    describe('vulnerability reports', () => reportsSuite(given));
    describe('admission control', () => admissionSuite(given));
    describe('clusters and catalogs', () => clustersSuite(given));
    describe('rollouts of catalogs', () => rolloutsSuite(given));
    describe('what of a catalog stays', () => catalogKeptSuite(given));
    describe('what is told of catalogs', () => catalogTellingSuite(given));
    describe('followers that a second person guards', () => catalogHeldSuite(given));
    describe('upgrades of clusters', () => clusterUpgradesSuite(given));
    describe('what came of upgrades of clusters', () => clusterUpgradeResultsSuite(given));
    describe('keys of agents', () => agentKeysSuite(given));
    describe('people and agents', () => peopleSuite(given));
    describe('scans', () => scansSuite(given));
    describe('reading', () => readingSuite(given));
    describe('activity', () => activitySuite(given));
    describe('what is counted over time', () => statisticsSuite(given));
    describe('endpoints that are told, and their deliveries', () => webhooksSuite(given));
    describe('the audit log', () => auditSuite(given));
    describe('changes', () => changesSuite(given));
    describe('library', () => librarySuite(given));
    describe('HCP tags', () => hcpTagsSuite(given));
    describe('words', () => wordsSuite(given));
    describe('packages and the past', () => pastSuite(given));
    describe('lists', () => listsSuite(given));
    describe('what is seen', () => seenSuite(given, () => engine));
    describe('search', () => searchSuite(given));
    describe('facets, repositories and completion', () => searchFacetsSuite(given));
    describe('approvals', () => approvalsSuite(given));
    describe('the queue of what waits for a decision', () => approvalQueueSuite(given));
    describe('where two people are needed for an approval', () => twoPeopleSuite(given));
  });
}
