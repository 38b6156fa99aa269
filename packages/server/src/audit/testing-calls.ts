/** Calls of every route that decides about images or runs something with them, for the test of the audit log. Not exported. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RouteName } from '@pharos/contract';
import { imageOf, LOCATION } from '../clusters/testing.ts';
import { startLocalLibrary } from '../local-runs/testing.ts';
import type { Answer, TestServer } from '../testing.ts';

const PG = 'cloudnative-pg/postgresql';
const NIM = 'nim/nvidia/llama-3.2-nv-rerankqa-1b-v2';
const CATALOG = 'postgresql-minimal-trixie';
const [OLD, YOUNG] = ['17.9-202605250814-minimal-trixie', '17.11-202608310816-minimal-trixie'] as const;

export interface GovernanceCalls {
  readonly it: TestServer;
  /** In an order in which each finds what it needs. */
  readonly calls: Partial<Record<RouteName, () => Promise<Answer>>>;
  stop(): Promise<void>;
}

export async function governanceCalls(): Promise<GovernanceCalls> {
  const library = await startLocalLibrary();
  const { it } = library;
  await library.scan(PG, [OLD, YOUNG]);
  await library.scan(NIM, ['1.8.0']);
  const people = { ann: await sessionOf(it, 'ann'), bob: await sessionOf(it, 'bob') };
  const service = await startService();
  const [old, young, nim] = [imageOf(PG, OLD), imageOf(PG, YOUNG), imageOf(NIM, '1.8.0')];
  const ids = new Map<string, string>();
  /** Makes something, and keeps its id for the calls that come after it. */
  const made = async (noun: string, answer: Promise<Answer>) => {
    const { body } = await answer;
    ids.set(noun, body?.id);
    return answer;
  };
  const byId = (noun: string) => ({ params: { id: ids.get(noun) } });
  /** Another person has to confirm it. */
  const askForUpgrade = async () => {
    const answer = await it.call('upgradeCluster', { ...byId('cluster'), body: { image: young } }, people.ann);
    ids.set('upgrade', answer.body?.upgrade?.id);
    return answer;
  };
  const waitingUpgrade = () => ({ params: { ...byId('cluster').params, upgradeId: ids.get('upgrade') } });
  const decision = { state: 'approved', reason: 'reviewed' };
  const policy = { name: 'signed', effect: 'require', requirements: { signedBy: 'any' } };
  const place = { namespace: 'team-a', location: LOCATION };
  return {
    it,
    calls: {
      createApprovalRule: () => made('rule', it.call('createApprovalRule', { body: { pattern: 'nobody/**' } })),
      deleteApprovalRule: () => it.call('deleteApprovalRule', byId('rule')),
      requestApproval: () => it.call('requestApproval', { body: { digest: nim, reason: 'needed' } }),
      commentApproval: () => it.call('commentApproval', { params: { digest: nim }, body: { text: 'Why?' } }),
      assignApproval: () => it.call('assignApproval', { params: { digest: nim }, body: { assignee: 'ann' } }),
      withdrawApproval: () => it.call('withdrawApproval', { params: { digest: nim } }),
      decideImage: () => it.call('decideImage', { params: { digest: old }, body: decision }),
      decideImages: () => it.call('decideImages', { body: { digests: [young, nim], ...decision } }),
      createPolicy: () => made('policy', it.call('createPolicy', { body: policy })),
      updatePolicy: () => it.call('updatePolicy', { ...byId('policy'), body: { ...policy, description: 'new' } }),
      askPolicyException: () => {
        const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
        const body = { digest: old, policyId: ids.get('policy'), reason: 'a trial', expiresAt };
        return made('exception', it.call('askPolicyException', { body }, people.ann));
      },
      confirmPolicyException: () => it.call('confirmPolicyException', { ...byId('exception'), body: {} }, people.bob),
      revokePolicyException: () => it.call('revokePolicyException', { ...byId('exception'), body: {} }),
      deletePolicy: () => it.call('deletePolicy', byId('policy')),
      createCluster: () => {
        const body = { ...place, name: 'orders', image: old, storage: '1Gi', apply: true };
        return made('cluster', it.call('createCluster', { body }));
      },
      updateCluster: () => it.call('updateCluster', { ...byId('cluster'), body: { instances: 5 } }),
      setClusterMaintenance: () =>
        it.call('setClusterMaintenance', { ...byId('cluster'), body: { upgradeApproval: true } }),
      upgradeCluster: () => askForUpgrade(),
      cancelUpgrade: () => it.call('cancelUpgrade', waitingUpgrade(), people.ann),
      approveUpgrade: async () => {
        await askForUpgrade();
        return it.call('approveUpgrade', waitingUpgrade(), people.bob);
      },
      startLocalRun: async () => {
        const digest = imageOf('postgresql', '17.4');
        await it.call('decideImage', { params: { digest }, body: decision });
        const body = { repositoryId: library.repositoryId, tag: '17.4', digest };
        const answer = await it.call('startLocalRun', { body });
        ids.set('local run', answer.body?.name);
        return answer;
      },
      stopLocalRun: () => it.call('stopLocalRun', { params: { name: ids.get('local run') } }),
      removeLocalRun: () => it.call('removeLocalRun', { params: { name: ids.get('local run') } }),
      deleteCluster: () => it.call('deleteCluster', byId('cluster')),
      publishCatalog: async () => {
        // There is an edition to go back to once somebody has read the catalog.
        await it.call('getCatalogYaml', { params: { name: CATALOG } });
        return it.call('publishCatalog', { params: { name: CATALOG }, body: { edition: 1, reason: 'a trial' } });
      },
      setCatalogPolicy: () =>
        it.call('setCatalogPolicy', { params: { name: CATALOG }, body: { policy: { advance: 'by-hand' } } }),
      moveCatalogRollout: async () => {
        const { body } = await it.call('publishCatalog', { params: { name: CATALOG }, body: {} });
        const change = { edition: body?.newest, action: 'stop', reason: 'lunch' };
        return it.call('moveCatalogRollout', { params: { name: CATALOG }, body: change });
      },
      askForCatalog: () => it.call('askForCatalog', { params: { name: CATALOG }, body: {} }),
      createModelDeployment: () => {
        const body = { ...place, name: 'rerank', image: nim, target: 'kserve', secret: 'ngc', apply: true };
        return made('deployment', it.call('createModelDeployment', { body }));
      },
      updateModelDeployment: () =>
        it.call('updateModelDeployment', { ...byId('deployment'), body: { replicas: { min: 1, max: 2 } } }),
      deleteModelDeployment: () => it.call('deleteModelDeployment', byId('deployment')),
      createModelService: () => {
        const body = { name: 'outside', baseUrl: service.url, model: 'm', allowHttp: true, allowPrivate: true };
        return made('service', it.call('createModelService', { body }));
      },
      updateModelService: () => it.call('updateModelService', { ...byId('service'), body: { name: 'outside 2' } }),
      probeModelService: () => it.call('probeModelService', byId('service')),
      tryModelService: () => it.call('tryModelService', { ...byId('service'), body: { kind: 'chat', text: 'Hi' } }),
      deleteModelService: () => it.call('deleteModelService', byId('service')),
    },
    stop: async () => {
      await it.stop();
      await service.stop();
    },
  };
}

/** A person, signed in by the link of a new user: what needs two people takes no token. */
async function sessionOf(it: TestServer, name: string) {
  const grants = [{ role: 'admin', scope: 'everywhere' }];
  const { body } = await it.call('createUser', { body: { name, grants } });
  const link = await it.call('resetUser', { params: { id: body.user.id } });
  const token = new URL(link.body.url).searchParams.get('token');
  const entered = await it.call('signInByLink', { body: { token, password: 'a good long password' } }, { token: null });
  const cookie = entered.headers
    .getSetCookie()
    .map((each) => each.split(';')[0])
    .join('; ');
  return { token: null, headers: { cookie, 'sec-fetch-site': 'same-origin' } };
}

/** An OpenAI-compatible service with one model. */
async function startService(): Promise<{ url: string; stop(): Promise<void> }> {
  const server = createServer((request, response) => {
    const body = request.url?.endsWith('/models')
      ? { object: 'list', data: [{ id: 'm', object: 'model' }] }
      : { choices: [{ message: { content: 'Hello.' } }] };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
