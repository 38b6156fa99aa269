import { createRoute, createRouter } from '@tanstack/react-router';
import { parseSearch, stringifySearch } from '../components/search-state.ts';
import { FailedPage, NotFoundPage } from './fallback-pages.tsx';
import { administrationPages } from './pages/administration.ts';
import { entrancePages } from './pages/entrance.ts';
import { libraryPages } from './pages/library.ts';
import { managePages } from './pages/manage.ts';
import { app, root } from './pages/roots.ts';
import { runningPages } from './pages/running.ts';

const pages = [...libraryPages, ...runningPages, ...managePages, ...administrationPages];

/** Unknown addresses are matched inside the shell, so that the navigation stays. */
const lost = createRoute({ getParentRoute: () => app, path: '$', component: NotFoundPage });

export const router = createRouter({
  routeTree: root.addChildren([...entrancePages, app.addChildren([...pages, lost])]),
  defaultPreload: 'intent',
  defaultErrorComponent: FailedPage,
  defaultNotFoundComponent: NotFoundPage,
  parseSearch,
  stringifySearch,
});
