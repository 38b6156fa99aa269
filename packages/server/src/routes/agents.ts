import { holdFollowers } from '../clusters/protection.ts';
import type { Context } from '../context.ts';
import { locationNodes } from '../model-services/location-nodes.ts';
import { found } from '../problem.ts';
import type { Handlers } from '../route.ts';

/** Locations and the agents that serve them, for people. */
export function agentHandlers(
  context: Context,
): Pick<
  Handlers,
  | 'listLocations'
  | 'getLocationNodes'
  | 'getLocationMaintenance'
  | 'setLocationMaintenance'
  | 'listAgents'
  | 'deleteAgent'
> {
  const { store, now, events } = context;
  return {
    listLocations: ({ query }) => store.locations.list(query, now()),
    getLocationNodes: async ({ params: { id } }) => {
      found((await store.locations.has(id)) || null, 'The location');
      return locationNodes(context, id);
    },
    getLocationMaintenance: async ({ params }) => found(await store.maintenance.ofLocation(params.id), 'The location'),
    setLocationMaintenance: async ({ params, body }) => {
      const kept = found(await store.maintenance.setLocation(params.id, body), 'The location');
      // Of each of its clusters it is another time now.
      events.emit({ type: 'reset' });
      if (body.upgradeApproval !== undefined) await holdFollowers(context, params.id);
      return kept;
    },
    listAgents: ({ query }) => store.agents.list(query, now()),
    deleteAgent: async ({ params }) => {
      found((await store.agents.remove(params.id)) || null, 'The agent');
      events.emit({ type: 'agent', id: params.id });
      return undefined;
    },
  };
}
