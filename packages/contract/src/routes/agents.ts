/** The route table: locations and the agents that serve them. */
import { Agent } from '../agent.ts';
import { Location } from '../location.ts';
import { PageQuery, page } from '../page.ts';
import type { Route } from '../route.ts';
import { ById, get, remove } from './parts.ts';

export const agentsRoutes = {
  listLocations: {
    ...get,
    path: '/locations',
    permission: 'library:read',
    group: 'agents',
    summary: 'Locations',
    query: PageQuery,
    response: page(Location),
  },
  listAgents: {
    ...get,
    path: '/agents',
    permission: 'library:read',
    group: 'agents',
    summary: 'Beacon Agents',
    query: PageQuery,
    response: page(Agent),
  },
  deleteAgent: {
    ...remove,
    path: '/agents/{id}',
    permission: 'agents:write',
    row: 'agent',
    audit: 'agent.forget',
    group: 'agents',
    summary: 'Forget an agent that is gone',
    params: ById,
  },
} as const satisfies Record<string, Route>;
