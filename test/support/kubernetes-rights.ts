/** Rights: the roles that Pharos prints, tried against real RBAC. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CAPABILITIES,
  type KubernetesApi,
  kubernetesStatus,
  lookForSecrets,
  rbacObjects,
  watchNodes,
} from '@pharos/agent';
import { type Any, catalog, cluster, type KubernetesGround, LOCATION, log, NAMESPACE } from './kubernetes-ground.ts';
import { waitFor } from './pharos.ts';

export function rightsTests(at: KubernetesGround): void {
  test('the printed roles are enough, and without them it is said what is missing', async () => {
    const { signal } = new AbortController();
    const nobody = await kubernetesStatus(at.clusterOf(await at.connect('nobody'), signal));
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
      await at.kubernetes.call('POST', `/apis/rbac.authorization.k8s.io/v1${place}/${plural}`, role);
    }
    const least = await at.connect('least');
    await waitFor(async () => {
      const { capabilities } = await kubernetesStatus(at.clusterOf(least, signal, [NAMESPACE]));
      return (
        capabilities
          .filter(({ ok }) => ok)
          .map(({ name }) => name)
          .join() === 'provisioning,used-by'
      );
    }, 'the roles to count');
    const ownerId = await at.put([catalog('least'), cluster('least')]);
    await at.dispatcherOf(least, at.client, signal, [NAMESPACE]).turn();
    assert.equal((await at.get(ownerId)).state, 'applied', (await at.get(ownerId)).message);
    await at.store.dispatches.remove('cluster', ownerId, new Date());
    await at.dispatcherOf(least, at.client, signal, [NAMESPACE]).turn();
    assert.equal(await at.store.dispatches.get('cluster', ownerId), null);
    assert.deepEqual([...CAPABILITIES], ['provisioning', 'models', 'used-by', 'admission', 'nodes', 'secrets']);
  });

  test('nodes and secrets, with the printed roles and without: what a real API server says and sends', async () => {
    const stop = new AbortController();
    const { signal } = stop;
    const node = (name: string) => ({
      metadata: { name, labels: { 'nvidia.com/gpu.product': 'NVIDIA-L40S', 'nvidia.com/gpu.memory': '46068' } },
    });
    await at.kubernetes.call('POST', '/api/v1/nodes', node('gpu-1'));
    const allocatable = { memory: '64Gi', 'nvidia.com/gpu': '2' };
    const conditions = [{ type: 'Ready', status: 'True' }];
    await at.kubernetes.call('PATCH', '/api/v1/nodes/gpu-1/status', { status: { allocatable, conditions } });
    const secret = { metadata: { name: 'ngc' }, stringData: { NGC_API_KEY: 'nobody-may-see-this' } };
    await at.kubernetes.call('POST', `/api/v1/namespaces/${NAMESPACE}/secrets`, secret);
    const looker = await at.connect('looker');
    const shared: Omit<Parameters<typeof watchNodes>[0], 'cluster'> = {
      controlPlane: at.controlPlane(),
      agentId: at.agentId,
      epoch: at.epoch,
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
    const own = at.clusterOf(heard, signal);
    const wanted = ['ngc', 'other'].map((name) => ({ namespace: NAMESPACE, name }));
    const answersOf = async () => (await lookForSecrets(own, wanted)).map(({ answer }) => answer);
    assert.deepEqual(await answersOf(), ['denied', 'denied'], 'without the role it may not look');
    const watching = watchNodes({ ...shared, cluster: own });
    try {
      await waitFor(
        async () => (await at.store.nodes.of(LOCATION))?.denied === true,
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
        await at.kubernetes.call(
          'POST',
          `/apis/rbac.authorization.k8s.io/v1${place}/${role.kind.toLowerCase()}s`,
          role,
        );
      }
      await waitFor(async () => (await answersOf()).join() === 'there,absent', 'the secret to be found');
      await waitFor(async () => (await at.store.nodes.of(LOCATION))?.denied === false, 'the nodes');
      const known = (await at.store.nodes.of(LOCATION))!;
      assert.equal(known.nodes[0]?.name, 'gpu-1');
      assert.deepEqual(
        [known.nodes[0]?.gpu?.count, known.nodes[0]?.gpu?.product, known.nodes[0]?.ready],
        [2, 'NVIDIA-L40S', true],
      );
      await at.kubernetes.call('PATCH', '/api/v1/nodes/gpu-1', { spec: { unschedulable: true } });
      await waitFor(
        async () => (await at.store.nodes.of(LOCATION))?.nodes[0]?.cordoned === true,
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
}
