/**
 * Dispatch and "used by" against a real kube-apiserver, with a real control plane between: what server-side apply, conflicts,
 * preconditions, watches and RBAC do is its word, not ours. Nothing runs there: pods are made and their status written by hand.
 */
import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import {
  CAPABILITIES,
  type Cluster,
  connectKubernetes,
  Discovery,
  Dispatcher,
  type KubernetesApi,
  kubernetesStatus,
  lookForSecrets,
  parseAgentConfig,
  rbacObjects,
  startAgent,
  watchNodes,
  watchUsages,
} from '@pharos/agent';
import { type Client, createClient, type Dispatch } from '@pharos/contract';
import { type RunningServer, startServer } from '@pharos/server';
import type { Store } from '@pharos/store';
import { openTestStore } from '@pharos/store/testing';
import { type Kubernetes, type KubernetesParts, startKubernetes } from '@pharos/testbed';
import { pino } from 'pino';
import { CNPG_CATALOG, CNPG_CLUSTER, installKind } from './kubernetes.ts';
import { cleanUp, makeFolder, waitFor } from './pharos.ts';

const LOCATION = 'eu-west';
const NAMESPACE = 'team-a';
const ADMIN = 'admin-token-of-this-test-0123456789';
const log = pino({ level: 'silent' });
const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const IMAGE = digestOf('17.4');
const CHILD = digestOf('17.4 on amd64');
const reference = `registry.example/postgresql:17.4@${IMAGE}`;
const CLUSTERS = `/apis/postgresql.cnpg.io/v1/namespaces/${NAMESPACE}/clusters`;
const CATALOGS = '/apis/postgresql.cnpg.io/v1/clusterimagecatalogs';

// biome-ignore lint/suspicious/noExplicitAny: objects as Kubernetes answers them
type Any = any;

const cluster = (name: string, spec: Record<string, unknown> = {}) => ({
  apiVersion: 'postgresql.cnpg.io/v1',
  kind: 'Cluster',
  metadata: { name, namespace: NAMESPACE, labels: { team: 'a' } },
  spec: { instances: 1, imageName: reference, ...spec },
});

const catalog = (name: string) => ({
  apiVersion: 'postgresql.cnpg.io/v1',
  kind: 'ClusterImageCatalog',
  metadata: { name },
  spec: { images: [{ major: 17, image: reference }] },
});

/** Thrown where a process would have died. */
class Killed extends Error {}

/** The whole suite, against one server: the same of every version that an agent may meet. */
export function dispatchSuite(parts: KubernetesParts): void {
  describe('dispatch in a real Kubernetes', { skip: parts.skip, timeout: 300_000 }, () => {
    let kubernetes: Kubernetes;
    let store: Store;
    let server: RunningServer;
    let client: Client;
    let api: KubernetesApi;
    const agentId = randomUUID();
    let epoch = 0;

    before(async () => {
      kubernetes = await startKubernetes({
        parts,
        // Else the API server remembers in memory what etcd has forgotten.
        flags: ['--watch-cache=false'],
        users: [{ name: 'least' }, { name: 'nobody' }, { name: 'somebody' }, { name: 'looker' }],
      });
      for (const kind of [CNPG_CLUSTER, CNPG_CATALOG]) await installKind(kubernetes, kind);
      await kubernetes.call('POST', '/api/v1/namespaces', { metadata: { name: NAMESPACE } });
      store = await openTestStore();
      server = await startServer({
        store,
        host: '127.0.0.1',
        port: 0,
        key: Buffer.alloc(32, 7),
        version: '0',
        adminToken: ADMIN,
        log,
      });
      const admin = createClient({ baseUrl: server.url, token: ADMIN });
      const { token } = await admin('createToken', { body: { name: 'agent', role: 'agent' } });
      client = createClient({ baseUrl: server.url, token });
      api = await connect('admin');
      await start();
      for (const digest of [IMAGE]) {
        await store.images.observe(observationOf(digest), new Date());
        await approve(digest);
      }
    });
    after(async () => {
      await server?.stop();
      await store?.close();
      await kubernetes?.stop();
      await cleanUp();
    });

    const connect = (user: string) =>
      connectKubernetes({ kubeconfig: kubernetes.kubeconfig(user), context: null, namespaces: [] });

    /** The agent starts once more. */
    async function start(): Promise<void> {
      epoch += 1;
      const clock = new Date().toISOString();
      const base = { agentId, epoch, name: 'one', locationId: LOCATION, version: '0', embedded: false, clock };
      await client('agentHello', {
        body: { ...base, publicKey: 'A'.repeat(43), configPath: null, registries: [], rules: [] },
      });
    }

    const approve = (digest: string) =>
      store.decisions.decide(
        [{ digest, state: 'approved', reason: 'tested', actor: 'a', actorKind: 'session' }],
        new Date(),
      );

    const clusterOf = (own: KubernetesApi, signal: AbortSignal, namespaces: string[] = []): Cluster => ({
      api: own,
      discovery: new Discovery(own),
      namespaces,
      signal,
    });

    const dispatcherOf = (
      own = api,
      call: Client = client,
      signal = new AbortController().signal,
      namespaces: string[] = [],
    ) =>
      new Dispatcher({
        controlPlane: { call: (name, input, at) => call(name, input, { signal: at }) },
        cluster: clusterOf(own, signal, namespaces),
        agentId,
        epoch,
        log,
      });

    async function put(objects: Record<string, unknown>[], ownerId: string = randomUUID()) {
      const dispatch = { ownerKind: 'cluster', ownerId, locationId: LOCATION, objects, requestedBy: 'a' } as const;
      await store.dispatches.put(dispatch, new Date());
      return ownerId;
    }
    const get = async (ownerId: string) => (await store.dispatches.get('cluster', ownerId))!;
    const shown = async (ownerId: string): Promise<Dispatch> =>
      (await store.dispatches.list({ limit: 1000 })).items.find((one) => one.ownerId === ownerId)!;

    /** Deletes it and lets the agent do so. */
    async function clear(ownerId: string) {
      await store.dispatches.remove('cluster', ownerId, new Date());
      await waitFor(async () => {
        await dispatcherOf().turn();
        return (await store.dispatches.get('cluster', ownerId)) === null;
      }, 'the deletion to end');
    }

    test('applies in order, again without a change, and deletes', async () => {
      const ownerId = await put([catalog('pg'), cluster('orders')]);
      await dispatcherOf().turn();
      const first = await kubernetes.call<Any>('GET', `${CLUSTERS}/orders`);
      assert.equal(first.metadata.annotations['pharos.io/owner'], `cluster/${ownerId}`);
      assert.equal(first.metadata.annotations['pharos.io/generation'], '1');
      assert.deepEqual(ownersOf(first), ['pharos Apply']);
      assert.equal((await get(ownerId)).state, 'applied');
      assert.equal((await get(ownerId)).appliedGeneration, 1);
      await dispatcherOf().turn();
      const second = await kubernetes.call<Any>('GET', `${CLUSTERS}/orders`);
      assert.equal(second.metadata.resourceVersion, first.metadata.resourceVersion, 'observing writes nothing');
      await put([catalog('pg'), cluster('orders', { storage: { size: '1Gi' } })], ownerId);
      await dispatcherOf().turn();
      const third = await kubernetes.call<Any>('GET', `${CLUSTERS}/orders`);
      assert.equal(third.spec.storage.size, '1Gi');
      assert.equal(third.metadata.uid, first.metadata.uid);
      await clear(ownerId);
      await kubernetes.call('GET', `${CLUSTERS}/orders`, undefined, 404);
      await kubernetes.call('GET', `${CATALOGS}/pg`, undefined, 404);
    });

    test('killed between any two steps, the next start makes it right, once', async () => {
      const shapes = [
        [catalog('pg'), cluster('one', { storage: { size: '1Gi' } }), cluster('two')],
        [catalog('pg'), cluster('one'), cluster('three', { storage: { size: '2Gi' } })],
      ];
      const ownerId = randomUUID();
      let kills = 0;
      for (let step = 1, isKilled = true; isKilled; step += 1) {
        const wanted = shapes[step % 2]!;
        await put(wanted, ownerId);
        isKilled = await killedAt(step);
        if (isKilled) kills += 1;
        await start();
        while (await dispatcherOf().turn()) await new Promise((resolve) => setTimeout(resolve, 20));
        const { items } = await kubernetes.call<Any>('GET', CLUSTERS);
        const names = wanted.slice(1).map(({ metadata }) => metadata.name);
        assert.deepEqual(items.map((item: Any) => item.metadata.name).sort(), names.sort(), `after step ${step}`);
        const { generation, appliedGeneration, state } = await get(ownerId);
        assert.deepEqual([state, appliedGeneration], ['applied', generation], `after step ${step}`);
        for (const item of items) {
          const own = wanted.find(({ metadata }) => metadata.name === item.metadata.name)!;
          assert.deepEqual(item.spec, own.spec, `after step ${step}: ${item.metadata.name}`);
          assert.equal(item.metadata.annotations['pharos.io/generation'], String(generation));
          assert.deepEqual(ownersOf(item), ['pharos Apply'], `after step ${step}`);
        }
      }
      assert.ok(kills > 30, `${kills} kills`);
      await clear(ownerId);
    });

    /** Runs a turn of a process that dies at a step: before a request leaves, or when its answer is on the way. */
    async function killedAt(step: number): Promise<boolean> {
      const dead = new AbortController();
      let steps = 0;
      const mortal =
        <A extends unknown[], R>(action: (...args: A) => Promise<R>) =>
        async (...args: A): Promise<R> => {
          const die = () => {
            steps += 1;
            if (steps !== step && !dead.signal.aborted) return;
            dead.abort();
            throw new Killed();
          };
          die();
          const answer = await action(...args);
          die();
          return answer;
        };
      const mortalApi: KubernetesApi = { call: mortal(api.call), lines: mortal(api.lines) };
      const dispatcher = dispatcherOf(mortalApi, mortal(client) as Client, dead.signal);
      await dispatcher.turn().catch((error) => assert.ok(dead.signal.aborted, String(error)));
      return dead.signal.aborted;
    }

    test('killed between any two steps of a deletion, nothing stays', async () => {
      for (let step = 1, isKilled = true; isKilled; step += 1) {
        const ownerId = await put([catalog('pg'), cluster('gone')]);
        await dispatcherOf().turn();
        await store.dispatches.remove('cluster', ownerId, new Date());
        isKilled = await killedAt(step);
        await start();
        for (let turn = 0; turn < 50 && (await dispatcherOf().turn()); turn += 1);
        await kubernetes.call('GET', `${CLUSTERS}/gone`, undefined, 404);
        await kubernetes.call('GET', `${CATALOGS}/pg`, undefined, 404);
        assert.equal(await store.dispatches.get('cluster', ownerId), null, `after step ${step}`);
      }
    });

    test('what somebody else changed is shown and not fought', async () => {
      const ownerId = await put([cluster('orders', { instances: 3 })]);
      await dispatcherOf().turn();
      const somebody = async (instances: number) =>
        kubernetes.call<Any>('PATCH', `${CLUSTERS}/orders?fieldManager=kubectl-edit`, { spec: { instances } });
      await somebody(5);
      await dispatcherOf().turn();
      const seen = await shown(ownerId);
      assert.equal(seen.state, 'applied');
      assert.equal(seen.code, 'drifted');
      assert.deepEqual(
        seen.status[0]?.drift.map(({ field, manager }) => [field, manager]),
        [['.spec.instances', 'kubectl-edit']],
      );
      await put([cluster('orders', { instances: 4 })], ownerId);
      assert.equal(await dispatcherOf().turn(), true);
      assert.equal((await get(ownerId)).state, 'failed');
      assert.equal((await kubernetes.call<Any>('GET', `${CLUSTERS}/orders`)).spec.instances, 5, 'not fought');
      await put([cluster('orders', { instances: 5 })], ownerId);
      await dispatcherOf().turn();
      assert.equal((await get(ownerId)).state, 'applied', 'the same here and there: no conflict');
      await kubernetes.call('DELETE', `${CLUSTERS}/orders`);
      await dispatcherOf().turn();
      assert.equal((await shown(ownerId)).status[0]?.outcome, 'gone');
      await kubernetes.call('GET', `${CLUSTERS}/orders`, undefined, 404);
      await clear(ownerId);
    });

    test('what was not made here is never taken over, and not deleted', async () => {
      await kubernetes.call('POST', CLUSTERS, cluster('theirs', { instances: 2 }));
      const ownerId = await put([cluster('theirs', { instances: 9 })]);
      await dispatcherOf().turn();
      const { state, code } = await get(ownerId);
      assert.deepEqual([state, code], ['failed', 'not-owned']);
      await clear(ownerId);
      const theirs = await kubernetes.call<Any>('GET', `${CLUSTERS}/theirs`);
      assert.equal(theirs.spec.instances, 2);
      await kubernetes.call('DELETE', `${CLUSTERS}/theirs`);
    });

    test('an agent that comes late with an older generation changes nothing', async () => {
      const ownerId = await put([cluster('orders', { instances: 1 })]);
      const late = new AbortController();
      // It has its tasks and falls asleep; meanwhile they change, and the agent that starts next applies them.
      let release = () => {};
      const asleep = new Promise<void>((resolve) => {
        release = resolve;
      });
      const sleepy: KubernetesApi = {
        ...api,
        call: async (...request) => {
          await asleep;
          return api.call(...request);
        },
      };
      const turn = dispatcherOf(sleepy, client, late.signal).turn();
      await new Promise((resolve) => setTimeout(resolve, 200));
      await start();
      await put([cluster('orders', { instances: 2 })], ownerId);
      await dispatcherOf().turn();
      release();
      await turn;
      const live = await kubernetes.call<Any>('GET', `${CLUSTERS}/orders`);
      assert.equal(live.spec.instances, 2);
      assert.equal(live.metadata.annotations['pharos.io/generation'], '2');
      assert.equal((await get(ownerId)).appliedGeneration, 2);
      await clear(ownerId);
    });

    test('a deletion waits for finalizers, and says for which', async () => {
      const held = cluster('held');
      const ownerId = await put([{ ...held, metadata: { ...held.metadata, finalizers: ['example.com/backup'] } }]);
      await dispatcherOf().turn();
      await store.dispatches.remove('cluster', ownerId, new Date());
      await dispatcherOf().turn();
      const waiting = await get(ownerId);
      assert.equal(waiting.state, 'deleting');
      assert.match(waiting.message, /held \(Cluster in team-a\).*example\.com\/backup/);
      await kubernetes.call('PATCH', `${CLUSTERS}/held`, { metadata: { finalizers: null } });
      await dispatcherOf().turn();
      assert.equal(await store.dispatches.get('cluster', ownerId), null);
    });

    test('each cause is told with its cure: RBAC, kind, namespace, schema, a namespace that is not served', async () => {
      const failure = async (object: Record<string, unknown>, own = api, namespaces: string[] = []) => {
        const ownerId = await put([object]);
        await dispatcherOf(own, client, new AbortController().signal, namespaces).turn();
        const { state, code, message, hint } = await get(ownerId);
        assert.equal(state, 'failed');
        assert.ok(message && hint);
        await store.dispatches.remove('cluster', ownerId, new Date());
        await dispatcherOf().turn();
        return code;
      };
      const elsewhere = { ...cluster('x'), metadata: { name: 'x', namespace: 'nowhere' } };
      assert.equal(await failure(cluster('x'), await connect('nobody')), 'rbac-missing');
      assert.equal(await failure({ ...cluster('x'), kind: 'Pooler' }), 'kind-missing');
      assert.equal(await failure(elsewhere), 'namespace-missing');
      assert.equal(await failure(cluster('x', { instances: 0 })), 'object-invalid');
      assert.equal(await failure({ ...cluster('x'), specs: {} }), 'object-invalid');
      assert.equal(await failure(cluster('x'), api, ['team-b']), 'namespace-not-served');
    });

    test('conditions and events come back, bounded and cleaned', async () => {
      const ownerId = await put([cluster('told')]);
      await dispatcherOf().turn();
      const { uid } = (await kubernetes.call<Any>('GET', `${CLUSTERS}/told`)).metadata;
      const condition = {
        type: 'Ready',
        status: 'False',
        reason: 'Waiting',
        message: `\u202Eevil ${'x'.repeat(5000)}`,
      };
      await kubernetes.call('PATCH', `${CLUSTERS}/told/status`, {
        status: { phase: 'Setting up primary', conditions: Array.from({ length: 40 }, () => condition) },
      });
      await kubernetes.call('POST', `/api/v1/namespaces/${NAMESPACE}/events`, {
        metadata: { name: 'told.1' },
        involvedObject: { kind: 'Cluster', name: 'told', namespace: NAMESPACE, uid },
        type: 'Warning',
        reason: 'NoSpace',
        message: 'disk',
        count: 3,
      });
      await dispatcherOf().turn();
      const [status] = (await shown(ownerId)).status;
      assert.equal(status?.phase, 'Setting up primary');
      assert.equal(status?.conditions.length, 20);
      assert.ok(status!.conditions[0]!.message.length <= 1000);
      assert.ok(!status!.conditions[0]!.message.includes('\u202E'));
      assert.deepEqual(
        status?.events.map(({ reason, count }) => [reason, count]),
        [['NoSpace', 3]],
      );
      await clear(ownerId);
    });

    test('the printed roles are enough, and without them it is said what is missing', async () => {
      const { signal } = new AbortController();
      const nobody = await kubernetesStatus(clusterOf(await connect('nobody'), signal));
      assert.equal(nobody.connected, true);
      assert.ok(nobody.capabilities.every(({ ok, missing }) => !ok && missing.length > 0));
      const roles = rbacObjects({
        capabilities: ['provisioning', 'used-by'],
        namespaces: [NAMESPACE],
        serviceAccount: { namespace: 'pharos', name: 'least' },
      });
      for (const role of roles as Any[]) {
        if (role.subjects) role.subjects = [{ kind: 'User', name: 'least', apiGroup: 'rbac.authorization.k8s.io' }];
        const place = role.metadata.namespace ? `/namespaces/${role.metadata.namespace}` : '';
        const plural = `${role.kind.toLowerCase()}s`;
        await kubernetes.call('POST', `/apis/rbac.authorization.k8s.io/v1${place}/${plural}`, role);
      }
      const least = await connect('least');
      await waitFor(async () => {
        const { capabilities } = await kubernetesStatus(clusterOf(least, signal, [NAMESPACE]));
        return (
          capabilities
            .filter(({ ok }) => ok)
            .map(({ name }) => name)
            .join() === 'provisioning,used-by'
        );
      }, 'the roles to count');
      const ownerId = await put([catalog('least'), cluster('least')]);
      await dispatcherOf(least, client, signal, [NAMESPACE]).turn();
      assert.equal((await get(ownerId)).state, 'applied', (await get(ownerId)).message);
      await store.dispatches.remove('cluster', ownerId, new Date());
      await dispatcherOf(least, client, signal, [NAMESPACE]).turn();
      assert.equal(await store.dispatches.get('cluster', ownerId), null);
      assert.deepEqual([...CAPABILITIES], ['provisioning', 'models', 'used-by', 'admission', 'nodes', 'secrets']);
    });

    test('nodes and secrets, with the printed roles and without: what a real API server says and sends', async () => {
      const stop = new AbortController();
      const { signal } = stop;
      const node = (name: string) => ({
        metadata: { name, labels: { 'nvidia.com/gpu.product': 'NVIDIA-L40S', 'nvidia.com/gpu.memory': '46068' } },
      });
      await kubernetes.call('POST', '/api/v1/nodes', node('gpu-1'));
      const allocatable = { memory: '64Gi', 'nvidia.com/gpu': '2' };
      const conditions = [{ type: 'Ready', status: 'True' }];
      await kubernetes.call('PATCH', '/api/v1/nodes/gpu-1/status', { status: { allocatable, conditions } });
      const secret = { metadata: { name: 'ngc' }, stringData: { NGC_API_KEY: 'nobody-may-see-this' } };
      await kubernetes.call('POST', `/api/v1/namespaces/${NAMESPACE}/secrets`, secret);
      const looker = await connect('looker');
      const shared: Omit<Parameters<typeof watchNodes>[0], 'cluster'> = {
        controlPlane: { call: (name, input, at) => client(name, input, { signal: at }) },
        agentId,
        epoch,
        log,
        gatherMs: 50,
      };
      const bodies: string[] = [];
      const heard: KubernetesApi = {
        lines: looker.lines,
        call: async (...request) => {
          const answer = await looker.call(...request);
          bodies.push(JSON.stringify(answer));
          return answer;
        },
      };
      const own = clusterOf(heard, signal);
      const wanted = ['ngc', 'other'].map((name) => ({ namespace: NAMESPACE, name }));
      const answersOf = async () => (await lookForSecrets(own, wanted)).map(({ answer }) => answer);
      assert.deepEqual(await answersOf(), ['denied', 'denied'], 'without the role it may not look');
      const watching = watchNodes({ ...shared, cluster: own });
      try {
        await waitFor(
          async () => (await store.nodes.of(LOCATION))?.denied === true,
          'the word that nodes may not be read',
        );
        const serviceAccount = { namespace: 'pharos', name: 'looker' };
        const secretNames = ['ngc', 'other'];
        const roles = rbacObjects({
          capabilities: ['nodes', 'secrets'],
          namespaces: [NAMESPACE],
          serviceAccount,
          secretNames,
        });
        for (const role of roles as Any[]) {
          if (role.subjects) role.subjects = [{ kind: 'User', name: 'looker', apiGroup: 'rbac.authorization.k8s.io' }];
          const place = role.metadata.namespace ? `/namespaces/${role.metadata.namespace}` : '';
          await kubernetes.call('POST', `/apis/rbac.authorization.k8s.io/v1${place}/${role.kind.toLowerCase()}s`, role);
        }
        await waitFor(async () => (await answersOf()).join() === 'there,absent', 'the secret to be found');
        await waitFor(async () => (await store.nodes.of(LOCATION))?.denied === false, 'the nodes');
        const known = (await store.nodes.of(LOCATION))!;
        assert.equal(known.nodes[0]?.name, 'gpu-1');
        assert.deepEqual(
          [known.nodes[0]?.gpu?.count, known.nodes[0]?.gpu?.product, known.nodes[0]?.ready],
          [2, 'NVIDIA-L40S', true],
        );
        await kubernetes.call('PATCH', '/api/v1/nodes/gpu-1', { spec: { unschedulable: true } });
        await waitFor(
          async () => (await store.nodes.of(LOCATION))?.nodes[0]?.cordoned === true,
          'the node to be cordoned',
        );
        const elsewhere = await lookForSecrets(own, [{ namespace: 'kube-system', name: 'ngc' }]);
        assert.equal(elsewhere[0]?.answer, 'denied', 'the role is of one namespace');
      } finally {
        stop.abort();
        await watching;
      }
      assert.ok(bodies.some((body) => body.includes('PartialObjectMetadata')));
      const encoded = Buffer.from('nobody-may-see-this').toString('base64');
      assert.ok(!bodies.join('').includes(encoded), 'the API server never sent what the secret holds');
    });

    test('used by: pods by what they run, through a watch that breaks and a version that is forgotten', async () => {
      const stop = new AbortController();
      let breaks = 0;
      let lists = 0;
      // The API ends a watch as it does when it no longer remembers the version.
      const forgetful: KubernetesApi = {
        call: async (method, path, request) => {
          if (path === '/api/v1/pods') lists += 1;
          return api.call(method, path, request);
        },
        lines: async (path, query, onLine, signal) => {
          if (path !== '/api/v1/pods' || breaks >= 1) return api.lines(path, query, onLine, signal);
          breaks += 1;
          // A real 410: a version that etcd has forgotten is refused by the API server itself.
          await kubernetes.forgetVersions();
          return api.lines(path, { ...query, resourceVersion: '1' }, onLine, signal);
        },
      };
      const watching = watchUsages({
        controlPlane: { call: (name, input, at) => client(name, input, { signal: at }) },
        cluster: clusterOf(forgetful, stop.signal),
        agentId,
        epoch,
        log,
        gatherMs: 50,
      });
      try {
        const uses = async (digest: string) => (await store.usages.ofImage(digest, { limit: 100 })).items;
        await pod('first', 'registry.example/postgresql:17.4', `registry.example/postgresql@${CHILD}`);
        await waitFor(async () => (await uses(IMAGE)).length === 1, 'the first pod');
        const [use] = await uses(IMAGE);
        assert.deepEqual(
          [use?.kind, use?.namespace, use?.name, use?.owner, use?.digest],
          ['Pod', NAMESPACE, 'first', 'Cluster/orders', CHILD],
        );
        assert.equal((await store.images.get(IMAGE, new Date()))?.usedBy.length, 1);
        await kubernetes.call('POST', CLUSTERS, cluster('pinned'));
        await waitFor(async () => (await uses(IMAGE)).some(({ kind }) => kind === 'Cluster'), 'the cluster');
        await pod('second', reference, null);
        await waitFor(async () => (await uses(IMAGE)).some(({ name }) => name === 'second'), 'the second pod');
        await kubernetes.call('DELETE', `/api/v1/namespaces/${NAMESPACE}/pods/first?gracePeriodSeconds=0`);
        await waitFor(async () => !(await uses(IMAGE)).some(({ name }) => name === 'first'), 'the first pod to go');
        assert.equal(breaks, 1);
        assert.ok(lists >= 2, 'after 410 the list was read again');
      } finally {
        stop.abort();
        await watching;
      }
    });

    test('an agent with this Kubernetes in its file does all of it by itself, woken by the long poll', async () => {
      const text = JSON.stringify({
        dispatcher: {
          location_id: LOCATION,
          kubernetes: { kubeconfig: kubernetes.kubeconfig(), namespaces: [NAMESPACE] },
        },
      });
      const agent = await startAgent({
        config: parseAgentConfig(text, null, {}),
        client,
        stateDir: makeFolder(),
        log,
        version: '0',
        embedded: false,
      });
      const status = async () =>
        (await store.agents.list({ limit: 10 }, new Date())).items.find(({ id }) => id === agent.id)?.kubernetes;
      await waitFor(async () => (await status())?.connected === true, 'Kubernetes to be told of');
      assert.deepEqual((await status())?.namespaces, [NAMESPACE]);
      const later = digestOf('17.5');
      await store.images.observe(observationOf(later), new Date());
      const ownerId = await put([cluster('byitself', { imageName: `registry.example/postgresql:17.5@${later}` })]);
      await waitFor(async () => (await get(ownerId)).code === 'image-not-approved', 'the dispatch to wait');
      await kubernetes.call('GET', `${CLUSTERS}/byitself`, undefined, 404);
      await approve(later);
      await waitFor(async () => (await get(ownerId)).state === 'applied', 'the dispatch to be applied');
      await waitFor(async () => (await store.usages.ofImage(later, { limit: 9 })).total === 1, 'its use to be told of');
      await store.dispatches.remove('cluster', ownerId, new Date());
      await waitFor(async () => (await store.dispatches.get('cluster', ownerId)) === null, 'the deletion to end');
      await kubernetes.call('GET', `${CLUSTERS}/byitself`, undefined, 404);
      await agent.stop();
    });

    async function pod(name: string, image: string, imageID: string | null): Promise<void> {
      const path = `/api/v1/namespaces/${NAMESPACE}/pods`;
      await kubernetes.call('POST', path, {
        metadata: { name, labels: { 'cnpg.io/cluster': 'orders' } },
        spec: { containers: [{ name: 'postgres', image }] },
      });
      if (imageID === null) return;
      const status = { name: 'postgres', image, imageID, ready: true, restartCount: 0, lastState: {}, state: {} };
      await kubernetes.call('PATCH', `${path}/${name}/status`, {
        status: { phase: 'Running', containerStatuses: [status] },
      });
    }
  });
}

function observationOf(digest: string) {
  const platform = { os: 'linux', architecture: 'amd64', variant: null, digest: CHILD, size: 1 };
  return {
    digest,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    artifactType: null,
    configMediaType: null,
    layerMediaTypes: [],
    size: 1,
    annotations: {},
    labels: {},
    env: {},
    user: null,
    configCreated: null,
    platforms: [platform],
    referrers: [],
    subject: null,
    detail: 'platforms' as const,
  };
}

/** `manager operation` of the entries that are ours. */
function ownersOf(object: Any): string[] {
  const entries: Any[] = object.metadata.managedFields ?? [];
  return entries
    .filter(({ manager }) => manager === 'pharos')
    .map(({ manager, operation }) => `${manager} ${operation}`);
}
