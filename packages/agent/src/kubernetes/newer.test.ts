/** A control plane that was updated before its agents asks for more than they know: they do what they know, and guess nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import type { Cluster } from './apply.ts';
import { Dispatcher } from './dispatcher.ts';

test('an unknown task is left alone, above all not taken for a deletion; unknown fields are ignored', async () => {
  const asked: string[] = [];
  const reported: string[] = [];
  const refuses = (what: string) => async () => {
    asked.push(what);
    throw new Error('not here');
  };
  const cluster = {
    api: { call: refuses('api') },
    discovery: { find: async () => refuses('discovery')() },
    namespaces: [],
    signal: new AbortController().signal,
  } as unknown as Cluster;
  const ref = { apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', namespace: 'team', name: 'orders' };
  const object = { apiVersion: ref.apiVersion, kind: ref.kind, metadata: { namespace: 'team', name: 'orders' } };
  const task = { ownerKind: 'cluster', ownerId: 'o', generation: 1, fence: 1, objects: [object], touched: [ref] };
  const tasks = [
    { ...task, id: 'unknown', task: 'hibernate', urgency: { of: 'a newer server' } },
    { ...task, id: 'known', task: 'observe', urgency: { of: 'a newer server' } },
  ];
  const controlPlane = {
    call: async (name: string, { params }: { params?: { id: string } } = {}) => {
      if (name === 'agentDispatchReport') reported.push(params!.id);
      return name === 'agentDispatches' ? { dispatchVersion: '1', leaseSeconds: 60, tasks, more: true } : undefined;
    },
  } as never;
  const log = pino({ level: 'silent' });
  const dispatcher = new Dispatcher({ controlPlane, cluster, agentId: 'a', epoch: 1, log });
  assert.equal(await dispatcher.turn(), false);
  assert.deepEqual(reported, ['known'], 'nothing is said of what was not understood');
  assert.deepEqual(asked, ['discovery'], 'and nothing is asked of Kubernetes for it');
});
