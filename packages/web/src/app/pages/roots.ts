import { createRootRoute, createRoute, Outlet } from '@tanstack/react-router';
import { NotFoundPage } from '../fallback-pages.tsx';
import { SessionGate } from '../session-gate.tsx';

export const root = createRootRoute({ component: Outlet, notFoundComponent: NotFoundPage });

/** Everything behind the sign-in. */
export const app = createRoute({
  getParentRoute: () => root,
  id: 'app',
  component: SessionGate,
  notFoundComponent: NotFoundPage,
});
