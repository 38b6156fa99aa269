/** The route table: locations and the agents that serve them. */

import { z } from 'zod';
import { Agent } from '../agent.ts';
import { Location, LocationId } from '../location.ts';
import { LocationMaintenance, LocationMaintenancePatch } from '../maintenance.ts';
import { LocationNodes } from '../node.ts';
import { PageQuery, page } from '../page.ts';
import type { Route } from '../route.ts';
import { ById, get, patch, remove } from './parts.ts';

const ByLocation = z.object({ id: LocationId });

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
  getLocationNodes: {
    ...get,
    path: '/locations/{id}/nodes',
    permission: 'library:read',
    group: 'agents',
    summary: 'The nodes of a location with their GPUs, where its agents may read them',
    params: z.strictObject({ id: LocationId }),
    response: LocationNodes,
  },
  getLocationMaintenance: {
    ...get,
    path: '/locations/{id}/maintenance',
    permission: 'library:read',
    group: 'agents',
    summary: 'Maintenance windows for the clusters of a location',
    params: ByLocation,
    response: LocationMaintenance,
  },
  setLocationMaintenance: {
    ...patch,
    path: '/locations/{id}/maintenance',
    permission: 'agents:write',
    row: 'location',
    audit: 'location.maintenance',
    group: 'agents',
    summary: 'Set maintenance windows for the clusters of a location',
    params: ByLocation,
    body: LocationMaintenancePatch,
    response: LocationMaintenance,
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
