import type { Context } from '../context.ts';
import { locationNodes } from '../model-services/location-nodes.ts';
import { found } from '../problem.ts';
import type { Handlers } from '../route.ts';

/** Locations and the agents that serve them, for people. */
export function agentHandlers(
  context: Context,
): Pick<Handlers, 'listLocations' | 'getLocationNodes' | 'listAgents' | 'deleteAgent'> {
  const { store, now, events } = context;
  return {
    listLocations: ({ query }) => store.locations.list(query, now()),
    getLocationNodes: async ({ params: { id } }) => {
      found((await store.locations.has(id)) || null, 'The location');
      return locationNodes(context, id);
    },
    listAgents: ({ query }) => store.agents.list(query, now()),
    deleteAgent: async ({ params }) => {
      found((await store.agents.remove(params.id)) || null, 'The agent');
      events.emit({ type: 'agent', id: params.id });
      return undefined;
    },
  };
}
