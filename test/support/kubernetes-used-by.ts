/** "Used by": pods are made and their status written by hand, the watch is a real one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type KubernetesApi, watchUsages } from '@pharos/agent';
import {
  CHILD,
  CLUSTERS,
  cluster,
  IMAGE,
  type KubernetesGround,
  log,
  NAMESPACE,
  reference,
} from './kubernetes-ground.ts';
import { waitFor } from './pharos.ts';

export function usedByTests(at: KubernetesGround): void {
  test('used by: pods by what they run, through a watch that breaks and a version that is forgotten', async () => {
    const stop = new AbortController();
    let breaks = 0;
    let lists = 0;
    // The API ends a watch as it does when it no longer remembers the version.
    const forgetful: KubernetesApi = {
      call: async (method, path, request) => {
        if (path === '/api/v1/pods') lists += 1;
        return at.api.call(method, path, request);
      },
      lines: async (path, query, onLine, signal) => {
        if (path !== '/api/v1/pods' || breaks >= 1) return at.api.lines(path, query, onLine, signal);
        breaks += 1;
        // A real 410: a version that etcd has forgotten is refused by the API server itself.
        await at.kubernetes.forgetVersions();
        return at.api.lines(path, { ...query, resourceVersion: '1' }, onLine, signal);
      },
    };
    const watching = watchUsages({
      controlPlane: at.controlPlane(),
      cluster: at.clusterOf(forgetful, stop.signal),
      agentId: at.agentId,
      epoch: at.epoch,
      log,
      gatherMs: 50,
    });
    try {
      const uses = async (digest: string) => (await at.store.usages.ofImage(digest, { limit: 100 })).items;
      await pod('first', 'registry.example/postgresql:17.4', `registry.example/postgresql@${CHILD}`);
      await waitFor(async () => (await uses(IMAGE)).length === 1, 'the first pod');
      const [use] = await uses(IMAGE);
      assert.deepEqual(
        [use?.kind, use?.namespace, use?.name, use?.owner, use?.digest],
        ['Pod', NAMESPACE, 'first', 'Cluster/orders', CHILD],
      );
      assert.equal((await at.store.images.get(IMAGE, new Date()))?.usedBy.length, 1);
      await at.kubernetes.call('POST', CLUSTERS, cluster('pinned'));
      await waitFor(async () => (await uses(IMAGE)).some(({ kind }) => kind === 'Cluster'), 'the cluster');
      await pod('second', reference, null);
      await waitFor(async () => (await uses(IMAGE)).some(({ name }) => name === 'second'), 'the second pod');
      await at.kubernetes.call('DELETE', `/api/v1/namespaces/${NAMESPACE}/pods/first?gracePeriodSeconds=0`);
      await waitFor(async () => !(await uses(IMAGE)).some(({ name }) => name === 'first'), 'the first pod to go');
      assert.equal(breaks, 1);
      assert.ok(lists >= 2, 'after 410 the list was read again');
    } finally {
      stop.abort();
      await watching;
    }
  });

  async function pod(name: string, image: string, imageID: string | null): Promise<void> {
    const path = `/api/v1/namespaces/${NAMESPACE}/pods`;
    await at.kubernetes.call('POST', path, {
      metadata: { name, labels: { 'cnpg.io/cluster': 'orders' } },
      spec: { containers: [{ name: 'postgres', image }] },
    });
    if (imageID === null) return;
    const status = { name: 'postgres', image, imageID, ready: true, restartCount: 0, lastState: {}, state: {} };
    await at.kubernetes.call('PATCH', `${path}/${name}/status`, {
      status: { phase: 'Running', containerStatuses: [status] },
    });
  }
}
