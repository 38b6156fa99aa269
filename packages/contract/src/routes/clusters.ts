/** The route table: PostgreSQL clusters from approved images. */
import type { Route } from '../route.ts';

export const clustersRoutes = {} as const satisfies Record<string, Route>;
