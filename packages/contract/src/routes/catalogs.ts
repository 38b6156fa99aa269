/** The route table: image catalogs of approved digests. */
import { z } from 'zod';
import {
  CatalogByQuery,
  CatalogChange,
  CatalogDetail,
  CatalogList,
  CatalogName,
  CatalogPreview,
  CatalogQuery,
  CatalogYamlQuery,
} from '../catalog.ts';
import type { Route } from '../route.ts';
import { get, post } from './parts.ts';

const ByName = z.strictObject({ name: CatalogName });

export const catalogsRoutes = {
  listCatalogs: {
    ...get,
    path: '/catalogs',
    permission: 'library:read',
    group: 'catalogs',
    summary: 'Image catalogs of approved digests, one for each engine, flavour and base of a location',
    query: CatalogQuery,
    response: CatalogList,
  },
  getCatalogYaml: {
    ...get,
    path: '/catalogs/{name}.yaml',
    permission: 'library:read',
    group: 'catalogs',
    summary: 'A catalog as the operator takes it',
    params: ByName,
    query: CatalogYamlQuery,
    produces: 'application/yaml',
  },
  getCatalog: {
    ...get,
    path: '/catalogs/{name}',
    permission: 'library:read',
    group: 'catalogs',
    summary: 'One catalog with its editions',
    params: ByName,
    query: CatalogByQuery,
    response: CatalogDetail,
  },
  previewCatalog: {
    ...post,
    status: 200,
    path: '/catalogs/{name}/preview',
    permission: 'library:read',
    audit: null,
    group: 'catalogs',
    summary: 'What a change of a catalog would serve, and which clusters it would restart',
    params: ByName,
    body: CatalogChange,
    response: CatalogPreview,
  },
  publishCatalog: {
    ...post,
    status: 200,
    path: '/catalogs/{name}/publish',
    permission: 'clusters:write',
    audit: 'catalog.publish',
    group: 'catalogs',
    summary: 'Go back to an edition and hold it, or follow approvals again',
    params: ByName,
    body: CatalogChange,
    response: CatalogDetail,
  },
} as const satisfies Record<string, Route>;
