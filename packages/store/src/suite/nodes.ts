import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ClusterNode, NodeReport } from '@pharos/contract';
import { secretKey } from '../node-port.ts';
import type { Store } from '../store.ts';
import { AGENT, type Given, hello, hours, registry, T0 } from './given.ts';

const OTHER = '00000000-0000-4000-8000-0000000000a2';
const later = (seconds: number) => new Date(T0.getTime() + seconds * 1000);

const node = (name: string): ClusterNode => ({
  name,
  architecture: 'amd64',
  memoryBytes: 2 ** 40,
  ready: true,
  cordoned: false,
  taints: [{ key: 'nvidia.com/gpu', value: '', effect: 'NoSchedule' }],
  labels: { 'nvidia.com/gpu.product': 'NVIDIA-L40S' },
  gpu: { count: 2, product: 'NVIDIA-L40S', memoryGiB: 44.99, sharedBy: 1, mig: [{ profile: '1g.10gb', count: 7 }] },
});

const report = (sequence: number, names: readonly string[], more: Partial<NodeReport> = {}): NodeReport => ({
  agentId: AGENT,
  epoch: 1,
  sequence,
  denied: false,
  total: names.length,
  nodes: names.map(node),
  ...more,
});

export function nodeSuite(given: () => Promise<Given>): void {
  async function ready(): Promise<Store> {
    const { store } = await given();
    await registry(store);
    return store;
  }
  const namesOf = async (store: Store) => (await store.nodes.of('here'))?.nodes.map(({ name }) => name);

  describe('nodes of a location', () => {
    it('keeps the newest word as a whole, and nothing of an agent that nobody knows', async () => {
      const store = await ready();
      assert.equal(await store.nodes.of('here'), null);
      assert.equal(await store.nodes.report(report(1, ['a'], { agentId: OTHER }), T0), false);
      assert.equal(await store.nodes.report(report(1, ['a', 'b']), T0), true);
      assert.deepEqual(await store.nodes.of('here'), {
        agentId: AGENT,
        denied: false,
        total: 2,
        nodes: [node('a'), node('b')],
        reportedAt: T0.toISOString(),
      });
      assert.equal(await store.nodes.report(report(2, ['b']), hours(1)), true);
      assert.deepEqual(await namesOf(store), ['b']);
      assert.equal(await store.nodes.report(report(1, ['a', 'b']), hours(2)), false, 'a word that comes late');
      assert.deepEqual(await namesOf(store), ['b']);
    });

    it('an agent that starts anew counts from the beginning; its former self is not heard any more', async () => {
      const store = await ready();
      await store.nodes.report(report(7, ['a']), T0);
      await hello(store, 2);
      assert.equal(await store.nodes.report(report(8, ['old']), T0), false);
      assert.equal(await store.nodes.report(report(1, ['new'], { epoch: 2 }), T0), true);
      assert.deepEqual(await namesOf(store), ['new']);
    });

    it('one that may not look says so, and says nothing against one that looked', async () => {
      const store = await ready();
      const denied = { denied: true, total: 0, nodes: [] };
      await store.nodes.report(report(1, [], denied), T0);
      assert.equal((await store.nodes.of('here'))?.denied, true);
      await store.agents.hello(
        {
          agentId: OTHER,
          epoch: 1,
          name: 'two',
          locationId: 'here',
          version: '0',
          embedded: false,
          clock: T0.toISOString(),
          publicKey: 'A'.repeat(43),
          configPath: null,
          registries: [],
          rules: [],
        },
        T0,
      );
      assert.equal(await store.nodes.report(report(1, ['a'], { agentId: OTHER }), T0), true);
      assert.equal(await store.nodes.report(report(2, [], denied), T0), false);
      assert.deepEqual(await namesOf(store), ['a']);
      assert.equal(
        await store.nodes.report(report(2, [], { ...denied, agentId: OTHER }), T0),
        true,
        'its own right is gone',
      );
      assert.equal((await store.nodes.of('here'))?.denied, true);
    });

    it('is seen by those who see the location', async () => {
      const store = await ready();
      await store.nodes.report(report(1, ['a']), T0);
      const seen = (locationId: string) => store.seenBy([{ locationId, patterns: [] }]).nodes.of('here');
      assert.equal((await seen('here'))?.total, 1);
      assert.equal(await seen('elsewhere'), null);
      const part = store.seenBy([{ locationId: 'here', patterns: ['postgresql'] }]);
      assert.equal(await part.nodes.of('here'), null, 'a part of a location has no nodes');
    });
  });

  describe('whether secrets stand somewhere', () => {
    const ngc = { namespace: 'models', name: 'ngc' };
    const pull = { namespace: 'models', name: 'pull' };
    const fresh = (now: Date) => new Date(now.getTime() - 60_000);
    const ask = (store: Store, now: Date) => store.nodes.askSecrets('here', [ngc, pull], fresh(now), now);

    it('names of keys are kept beside the answer, and forgotten with it', async () => {
      const store = await ready();
      await ask(store, T0);
      const keys = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];
      await store.nodes.answerSecrets(
        'here',
        [
          { ...ngc, answer: 'there', keys },
          { ...pull, answer: 'there' },
        ],
        later(1),
      );
      assert.deepEqual(
        [...(await ask(store, later(2))).keys],
        [[secretKey(ngc), keys]],
        'of the other nobody could say',
      );
      await ask(store, later(300));
      await store.nodes.answerSecrets('here', [{ ...ngc, answer: 'absent', keys }], later(301));
      assert.deepEqual([...(await ask(store, later(302))).keys], [], 'what is not there has none');
    });

    it('is asked once, answered, and asked again when the answer is old', async () => {
      const store = await ready();
      assert.equal((await ask(store, T0)).asked, 2);
      assert.deepEqual(await store.nodes.openSecrets('here', later(1)), [ngc, pull]);
      assert.equal((await ask(store, later(1))).asked, 0, 'the question is open already');
      await store.nodes.answerSecrets('here', [{ ...ngc, answer: 'there' }], later(2));
      const half = await ask(store, later(3));
      assert.deepEqual([...half.answers], [[secretKey(ngc), true]]);
      assert.deepEqual(await store.nodes.openSecrets('here', later(3)), [pull]);
      await store.nodes.answerSecrets('here', [{ ...pull, answer: 'denied' }], later(4));
      assert.equal((await ask(store, later(5))).answers.get(secretKey(pull)), null, 'the agent may not look');
      const old = await ask(store, later(120));
      assert.equal(old.asked, 2);
      assert.equal(old.answers.size, 0, 'an old answer is no answer');
    });

    it('a question that nobody takes goes away, and what nobody asked is kept nowhere', async () => {
      const store = await ready();
      await ask(store, T0);
      assert.deepEqual(await store.nodes.openSecrets('here', later(61)), []);
      assert.deepEqual(await store.nodes.openSecrets('elsewhere', later(1)), []);
      const other = { namespace: 'kube-system', name: 'admin' };
      await store.nodes.answerSecrets('here', [{ ...other, answer: 'there' }], later(1));
      assert.equal((await store.nodes.askSecrets('here', [other], fresh(later(2)), later(2))).answers.size, 0);
      assert.equal((await store.nodes.askSecrets('nowhere', [other], fresh(T0), T0)).asked, 0);
    });
  });
}
