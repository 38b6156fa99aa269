/** The route table: what approvers decide: states of images, requests, the queue. */
import type { Route } from '../route.ts';

export const approvalsRoutes = {} as const satisfies Record<string, Route>;
