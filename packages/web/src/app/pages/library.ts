/** What the library holds and how it is decided. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { pagedSearch } from '../../components/search-state.ts';
import { activitySearch } from '../../features/activity/search.ts';
import { approvalsSearch } from '../../features/approvals/search.ts';
import {
  compareSearch,
  librarySearch,
  repositorySearch,
  statisticsSearch,
  tagSearch,
  tagsSearch,
} from '../../features/library/search.ts';
import { modelsSearch } from '../../features/models/search.ts';
import { app } from './roots.ts';

const home = createRoute({
  getParentRoute: () => app,
  path: '/',
  component: lazyRouteComponent(() => import('../../features/home/home-page.tsx'), 'HomePage'),
});

const activity = createRoute({
  getParentRoute: () => app,
  path: '/activity',
  validateSearch: activitySearch,
  component: lazyRouteComponent(() => import('../../features/activity/activity-page.tsx'), 'ActivityPage'),
});

const library = createRoute({
  getParentRoute: () => app,
  path: '/library',
  validateSearch: librarySearch,
  component: lazyRouteComponent(() => import('../../features/library/library-page.tsx'), 'LibraryPage'),
});

const libraryStatistics = createRoute({
  getParentRoute: () => app,
  path: '/library/statistics',
  validateSearch: statisticsSearch,
  component: lazyRouteComponent(() => import('../../features/library/statistics-page.tsx'), 'StatisticsPage'),
});

const allTags = createRoute({
  getParentRoute: () => app,
  path: '/library/tags',
  validateSearch: tagsSearch,
  component: lazyRouteComponent(() => import('../../features/library/all-tags-page.tsx'), 'AllTagsPage'),
});

const compare = createRoute({
  getParentRoute: () => app,
  path: '/library/compare',
  validateSearch: compareSearch,
  component: lazyRouteComponent(() => import('../../features/library/compare-page.tsx'), 'ComparePage'),
});

const repository = createRoute({
  getParentRoute: () => app,
  path: '/library/$repositoryId',
  validateSearch: repositorySearch,
  component: lazyRouteComponent(() => import('../../features/library/repository-page.tsx'), 'RepositoryPage'),
});

const tag = createRoute({
  getParentRoute: () => app,
  path: '/library/$repositoryId/tags/$name',
  validateSearch: tagSearch,
  component: lazyRouteComponent(() => import('../../features/library/tag-page.tsx'), 'TagPage'),
});

const models = createRoute({
  getParentRoute: () => app,
  path: '/models',
  validateSearch: modelsSearch,
  component: lazyRouteComponent(() => import('../../features/models/models-page.tsx'), 'ModelsPage'),
});

const model = createRoute({
  getParentRoute: () => app,
  path: '/models/$modelId',
  validateSearch: pagedSearch,
  component: lazyRouteComponent(() => import('../../features/models/model-page.tsx'), 'ModelPage'),
});

const approvals = createRoute({
  getParentRoute: () => app,
  path: '/approvals',
  validateSearch: approvalsSearch,
  component: lazyRouteComponent(() => import('../../features/approvals/approvals-page.tsx'), 'ApprovalsPage'),
});

const approval = createRoute({
  getParentRoute: () => app,
  path: '/approvals/$digest',
  component: lazyRouteComponent(() => import('../../features/approvals/review-page.tsx'), 'ReviewPage'),
});

export const libraryPages = [
  home,
  activity,
  library,
  libraryStatistics,
  allTags,
  compare,
  repository,
  tag,
  models,
  model,
  approvals,
  approval,
];
