/** What the tests against a real kube-apiserver stand on: the server, a real control plane, and an agent between them. */
import { createHash, randomUUID } from 'node:crypto';
import { type Cluster, connectKubernetes, Discovery, Dispatcher, type KubernetesApi } from '@pharos/agent';
import { type Client, createClient, type Dispatch, type Observation } from '@pharos/contract';
import { emptyObservation } from '@pharos/library';
import { type RunningServer, startServer } from '@pharos/server';
import type { Store } from '@pharos/store';
import { openTestStore } from '@pharos/store/testing';
import { type Kubernetes, type KubernetesParts, startKubernetes } from '@pharos/testbed';
import { pino } from 'pino';
import { CNPG_CATALOG, CNPG_CLUSTER, installKind } from './kubernetes.ts';
import { cleanUp, waitFor } from './pharos.ts';

export const LOCATION = 'eu-west';
export const NAMESPACE = 'team-a';
const ADMIN = 'admin-token-of-this-test-0123456789';
export const log = pino({ level: 'silent' });
export const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
export const IMAGE = digestOf('17.4');
export const CHILD = digestOf('17.4 on amd64');
export const reference = `registry.example/postgresql:17.4@${IMAGE}`;
export const CLUSTERS = `/apis/postgresql.cnpg.io/v1/namespaces/${NAMESPACE}/clusters`;
export const CATALOGS = '/apis/postgresql.cnpg.io/v1/clusterimagecatalogs';

// biome-ignore lint/suspicious/noExplicitAny: objects as Kubernetes answers them
export type Any = any;

export const cluster = (name: string, spec: Record<string, unknown> = {}) => ({
  apiVersion: 'postgresql.cnpg.io/v1',
  kind: 'Cluster',
  metadata: { name, namespace: NAMESPACE, labels: { team: 'a' } },
  spec: { instances: 1, imageName: reference, ...spec },
});

export const catalog = (name: string) => ({
  apiVersion: 'postgresql.cnpg.io/v1',
  kind: 'ClusterImageCatalog',
  metadata: { name },
  spec: { images: [{ major: 17, image: reference }] },
});

/** Empty until `open`: the tests of a suite are written down before its server runs. */
export class KubernetesGround {
  kubernetes!: Kubernetes;
  store!: Store;
  client!: Client;
  /** As the administrator of Kubernetes. */
  api!: KubernetesApi;
  readonly agentId = randomUUID();
  epoch = 0;
  #server?: RunningServer;

  async open(parts: KubernetesParts): Promise<void> {
    this.kubernetes = await startKubernetes({
      parts,
      // Else the API server remembers in memory what etcd has forgotten.
      flags: ['--watch-cache=false'],
      users: [{ name: 'least' }, { name: 'nobody' }, { name: 'somebody' }, { name: 'looker' }],
    });
    for (const kind of [CNPG_CLUSTER, CNPG_CATALOG]) await installKind(this.kubernetes, kind);
    await this.kubernetes.call('POST', '/api/v1/namespaces', { metadata: { name: NAMESPACE } });
    this.store = await openTestStore();
    this.#server = await startServer({
      store: this.store,
      host: '127.0.0.1',
      port: 0,
      key: Buffer.alloc(32, 7),
      version: '0',
      adminToken: ADMIN,
      log,
    });
    const admin = createClient({ baseUrl: this.#server.url, token: ADMIN });
    const { token } = await admin('createToken', { body: { name: 'agent', role: 'agent' } });
    this.client = createClient({ baseUrl: this.#server.url, token });
    this.api = await this.connect('admin');
    await this.start();
    await this.store.images.observe(observationOf(IMAGE), new Date());
    await this.approve(IMAGE);
  }

  async close(): Promise<void> {
    await this.#server?.stop();
    await this.store?.close();
    await this.kubernetes?.stop();
    await cleanUp();
  }

  connect(user: string) {
    return connectKubernetes({ kubeconfig: this.kubernetes.kubeconfig(user), context: null, namespaces: [] });
  }

  /** The agent starts once more. */
  async start(): Promise<void> {
    this.epoch += 1;
    const { agentId, epoch } = this;
    const clock = new Date().toISOString();
    const base = { agentId, epoch, name: 'one', locationId: LOCATION, version: '0', embedded: false, clock };
    await this.client('agentHello', {
      body: { ...base, publicKey: 'A'.repeat(43), configPath: null, registries: [], rules: [] },
    });
  }

  approve(digest: string) {
    return this.store.decisions.decide(
      [{ digest, state: 'approved', reason: 'tested', actor: 'a', actorKind: 'session' }],
      new Date(),
    );
  }

  controlPlane(call: Client = this.client): ConstructorParameters<typeof Dispatcher>[0]['controlPlane'] {
    return { call: (name, input, signal) => call(name, input, { signal }) };
  }

  clusterOf(api: KubernetesApi, signal: AbortSignal, namespaces: string[] = []): Cluster {
    return { api, discovery: new Discovery(api), namespaces, signal };
  }

  dispatcherOf(
    api = this.api,
    call: Client = this.client,
    signal = new AbortController().signal,
    namespaces: string[] = [],
  ): Dispatcher {
    return new Dispatcher({
      controlPlane: this.controlPlane(call),
      cluster: this.clusterOf(api, signal, namespaces),
      agentId: this.agentId,
      epoch: this.epoch,
      log,
    });
  }

  async put(objects: Record<string, unknown>[], ownerId: string = randomUUID()): Promise<string> {
    const dispatch = { ownerKind: 'cluster', ownerId, locationId: LOCATION, objects, requestedBy: 'a' } as const;
    await this.store.dispatches.put(dispatch, new Date());
    return ownerId;
  }

  async get(ownerId: string) {
    return (await this.store.dispatches.get('cluster', ownerId))!;
  }

  async shown(ownerId: string): Promise<Dispatch> {
    return (await this.store.dispatches.list({ limit: 1000 })).items.find((one) => one.ownerId === ownerId)!;
  }

  /** Deletes it and lets the agent do so. */
  async clear(ownerId: string): Promise<void> {
    await this.store.dispatches.remove('cluster', ownerId, new Date());
    await waitFor(async () => {
      await this.dispatcherOf().turn();
      return (await this.store.dispatches.get('cluster', ownerId)) === null;
    }, 'the deletion to end');
  }
}

export function observationOf(digest: string): Observation {
  const platforms = [{ os: 'linux', architecture: 'amd64', variant: null, digest: CHILD, size: 1 }];
  const empty = emptyObservation(digest, 'application/vnd.oci.image.index.v1+json');
  return { ...empty, size: 1, platforms, detail: 'platforms' };
}
