/**
 * Dispatch and "used by" against a real kube-apiserver, with a real control plane between: what server-side apply, conflicts,
 * preconditions, watches and RBAC do is its word, not ours. Nothing runs there: pods are made and their status written by hand.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { parseAgentConfig, startAgent } from '@pharos/agent';
import type { KubernetesParts } from '@pharos/testbed';
import { dispatchTests } from './kubernetes-dispatch.ts';
import {
  CLUSTERS,
  cluster,
  digestOf,
  KubernetesGround,
  LOCATION,
  log,
  NAMESPACE,
  observationOf,
} from './kubernetes-ground.ts';
import { rightsTests } from './kubernetes-rights.ts';
import { usedByTests } from './kubernetes-used-by.ts';
import { makeFolder, waitFor } from './pharos.ts';

/** The whole suite, against one server: the same of every version that an agent may meet. */
export function dispatchSuite(parts: KubernetesParts): void {
  describe('dispatch in a real Kubernetes', { skip: parts.skip, timeout: 300_000 }, () => {
    const at = new KubernetesGround();
    before(() => at.open(parts));
    after(() => at.close());

    dispatchTests(at);
    rightsTests(at);
    usedByTests(at);

    test('an agent with this Kubernetes in its file does all of it by itself, woken by the long poll', async () => {
      const text = JSON.stringify({
        dispatcher: {
          location_id: LOCATION,
          kubernetes: { kubeconfig: at.kubernetes.kubeconfig(), namespaces: [NAMESPACE] },
        },
      });
      const agent = await startAgent({
        config: parseAgentConfig(text, null, {}),
        client: at.client,
        stateDir: makeFolder(),
        log,
        version: '0',
        embedded: false,
      });
      const status = async () =>
        (await at.store.agents.list({ limit: 10 }, new Date())).items.find(({ id }) => id === agent.id)?.kubernetes;
      await waitFor(async () => (await status())?.connected === true, 'Kubernetes to be told of');
      assert.deepEqual((await status())?.namespaces, [NAMESPACE]);
      const later = digestOf('17.5');
      await at.store.images.observe(observationOf(later), new Date());
      const ownerId = await at.put([cluster('byitself', { imageName: `registry.example/postgresql:17.5@${later}` })]);
      await waitFor(async () => (await at.get(ownerId)).code === 'image-not-approved', 'the dispatch to wait');
      await at.kubernetes.call('GET', `${CLUSTERS}/byitself`, undefined, 404);
      await at.approve(later);
      await waitFor(async () => (await at.get(ownerId)).state === 'applied', 'the dispatch to be applied');
      await waitFor(
        async () => (await at.store.usages.ofImage(later, { limit: 9 })).total === 1,
        'its use to be told of',
      );
      await at.store.dispatches.remove('cluster', ownerId, new Date());
      await waitFor(async () => (await at.store.dispatches.get('cluster', ownerId)) === null, 'the deletion to end');
      await at.kubernetes.call('GET', `${CLUSTERS}/byitself`, undefined, 404);
      await agent.stop();
    });
  });
}
