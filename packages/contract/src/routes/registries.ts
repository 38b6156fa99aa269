/** The route table: Registries and what their probes found. */
import { z } from 'zod';
import { PageQuery, page } from '../page.ts';
import { Registry, RegistryInput, RegistryPatch } from '../registry.ts';
import { RegistryEvent } from '../registry-event.ts';
import type { Route } from '../route.ts';
import { ById, get, patch, post, remove } from './parts.ts';

const Text = z.strictObject({ q: z.string().max(200).optional() });

export const registriesRoutes = {
  listRegistries: {
    ...get,
    path: '/registries',
    permission: 'library:read',
    group: 'registries',
    summary: 'Registries',
    query: PageQuery.extend(Text.shape),
    response: page(Registry),
  },
  createRegistry: {
    ...post,
    path: '/registries',
    permission: 'registries:write',
    row: 'new-registry',
    audit: 'registry.create',
    group: 'registries',
    summary: 'Connect a registry',
    body: RegistryInput,
    response: Registry,
  },
  getRegistry: {
    ...get,
    path: '/registries/{id}',
    permission: 'library:read',
    group: 'registries',
    summary: 'One registry',
    params: ById,
    response: Registry,
  },
  updateRegistry: {
    ...patch,
    path: '/registries/{id}',
    permission: 'registries:write',
    row: 'registry',
    audit: 'registry.update',
    group: 'registries',
    summary: 'Change a registry; another address of it or of its API voids the stored credential',
    params: ById,
    body: RegistryPatch,
    response: Registry,
  },
  deleteRegistry: {
    ...remove,
    path: '/registries/{id}',
    permission: 'registries:write',
    row: 'registry',
    audit: 'registry.delete',
    group: 'registries',
    summary: 'Disconnect a registry and forget its repositories',
    params: ById,
  },
  probeRegistry: {
    ...post,
    status: 200,
    path: '/registries/{id}/probe',
    permission: 'registries:write',
    row: 'registry',
    audit: 'registry.probe',
    group: 'registries',
    summary: 'Check it from its location',
    params: ById,
    response: Registry.shape.status,
  },
  listRegistryEvents: {
    ...get,
    path: '/registries/{id}/events',
    permission: 'library:read',
    group: 'registries',
    summary: 'What changed about how it answers, newest first',
    params: ById,
    query: PageQuery,
    response: page(RegistryEvent),
  },
} as const satisfies Record<string, Route>;
