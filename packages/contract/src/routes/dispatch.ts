/** The route table: what agents apply in their location, and what runs there. */
import type { Route } from '../route.ts';

export const dispatchRoutes = {} as const satisfies Record<string, Route>;
