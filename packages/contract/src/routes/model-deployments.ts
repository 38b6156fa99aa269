/** The route table: models served from approved images. */
import type { Route } from '../route.ts';

export const modelDeploymentsRoutes = {} as const satisfies Record<string, Route>;
