/** The route table: what admission control asks. */
import type { Route } from '../route.ts';

export const admissionRoutes = {} as const satisfies Record<string, Route>;
