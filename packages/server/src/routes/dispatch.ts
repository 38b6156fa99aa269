import { DISPATCH_LEASE_SECONDS } from '@pharos/store';
import type { Context } from '../context.ts';
import { dispatchVersion } from '../model-services/location-secrets.ts';
import { found, ProblemError } from '../problem.ts';
import type { Handlers } from '../route.ts';

type Names =
  | 'listDispatches'
  | 'listImageUsages'
  | 'agentDispatches'
  | 'agentDispatchReport'
  | 'agentUsages'
  | 'agentSecrets'
  | 'agentNodes'
  | 'agentKubernetes';

/** What agents apply in their location, and what runs there. */
export function dispatchHandlers({ store, now, events }: Context): Pick<Handlers, Names> {
  const agentOf = async (agentId: string) => {
    const agent = await store.agents.publicKey(agentId);
    if (agent !== null) return agent;
    throw new ProblemError('not-found', 'The agent is not known here.', {
      hint: 'Say hello first (POST /agent/hello).',
    });
  };
  return {
    listDispatches: ({ query }) => store.dispatches.list(query),
    listImageUsages: async ({ params, query }) => {
      const uses = await store.usages.ofImage(params.digest, query);
      if (uses.total === 0) found(await store.images.get(params.digest, now()), 'The image');
      return uses;
    },
    agentDispatches: async ({ query: { agentId, epoch } }) => {
      const { locationId } = await agentOf(agentId);
      const tasks = await store.dispatches.take({ locationId, agentId, epoch }, now());
      const open = await store.nodes.openSecrets(locationId, now());
      const secrets = open.map((each) => ({ ...each, keys: true as const }));
      const version = await dispatchVersion(store, locationId, now());
      return { dispatchVersion: version, leaseSeconds: DISPATCH_LEASE_SECONDS, tasks, secrets };
    },
    agentDispatchReport: async ({ params, body }) => {
      await agentOf(body.agentId);
      const outcome = await store.dispatches.report(params.id, body, now());
      if (outcome === 'unknown') throw new ProblemError('not-found', 'The dispatch is not known any more.');
      if (outcome === 'stale') {
        throw new ProblemError('conflict', 'Another agent holds this dispatch, or it has changed since.', {
          hint: 'Ask again what is to be done (GET /agent/dispatches).',
        });
      }
      events.emit({ type: 'dispatch', id: params.id });
      return undefined;
    },
    agentUsages: async ({ body }) => {
      await agentOf(body.agentId);
      // An older word that arrives late is no fault of the agent: it says nothing new.
      await store.usages.report(body, now());
      return undefined;
    },
    agentSecrets: async ({ body: { agentId, answers } }) => {
      const { locationId } = await agentOf(agentId);
      await store.nodes.answerSecrets(locationId, answers, now());
      return undefined;
    },
    agentNodes: async ({ body }) => {
      await agentOf(body.agentId);
      if (await store.nodes.report(body, now())) events.emit({ type: 'agent', id: body.agentId });
      return undefined;
    },
    agentKubernetes: async ({ body: { agentId, status } }) => {
      found((await store.agents.setKubernetes(agentId, status)) || null, 'The agent');
      events.emit({ type: 'agent', id: agentId });
      return undefined;
    },
  };
}
