/** The route table: policies and exceptions. */
import type { Route } from '../route.ts';

export const policiesRoutes = {} as const satisfies Record<string, Route>;
