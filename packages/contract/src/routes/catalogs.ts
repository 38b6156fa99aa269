/** The route table: image catalogs of approved digests. */
import type { Route } from '../route.ts';

export const catalogsRoutes = {} as const satisfies Record<string, Route>;
