/** What is made of images: databases and model services. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { catalogSearch, databasesSearch, newClusterSearch } from '../../features/databases/search.ts';
import { deploySearch, servicesSearch } from '../../features/model-services/search.ts';
import { app } from './roots.ts';

const databases = createRoute({
  getParentRoute: () => app,
  path: '/databases',
  validateSearch: databasesSearch,
  component: lazyRouteComponent(() => import('../../features/databases/databases-page.tsx'), 'DatabasesPage'),
});

const newCluster = createRoute({
  getParentRoute: () => app,
  path: '/databases/new',
  validateSearch: newClusterSearch,
  component: lazyRouteComponent(() => import('../../features/databases/new-cluster-page.tsx'), 'NewClusterPage'),
});

const catalog = createRoute({
  getParentRoute: () => app,
  path: '/databases/catalogs/$name',
  validateSearch: catalogSearch,
  component: lazyRouteComponent(() => import('../../features/databases/catalog-page.tsx'), 'CatalogPage'),
});

const editCluster = createRoute({
  getParentRoute: () => app,
  path: '/databases/$clusterId/edit',
  component: lazyRouteComponent(() => import('../../features/databases/edit-cluster-page.tsx'), 'EditClusterPage'),
});

const cluster = createRoute({
  getParentRoute: () => app,
  path: '/databases/$clusterId',
  component: lazyRouteComponent(() => import('../../features/databases/cluster-page.tsx'), 'ClusterPage'),
});

const modelServices = createRoute({
  getParentRoute: () => app,
  path: '/model-services',
  validateSearch: servicesSearch,
  component: lazyRouteComponent(() => import('../../features/model-services/services-page.tsx'), 'ServicesPage'),
});

const deploy = createRoute({
  getParentRoute: () => app,
  path: '/model-services/new',
  validateSearch: deploySearch,
  component: lazyRouteComponent(() => import('../../features/model-services/deploy-page.tsx'), 'DeployPage'),
});

const deployment = createRoute({
  getParentRoute: () => app,
  path: '/model-services/$deploymentId',
  component: lazyRouteComponent(() => import('../../features/model-services/deployment-page.tsx'), 'DeploymentPage'),
});

const deploymentEdit = createRoute({
  getParentRoute: () => app,
  path: '/model-services/$deploymentId/edit',
  component: lazyRouteComponent(() => import('../../features/model-services/edit-page.tsx'), 'EditDeploymentPage'),
});

const newService = createRoute({
  getParentRoute: () => app,
  path: '/model-services/external/new',
  component: lazyRouteComponent(() => import('../../features/model-services/new-service-page.tsx'), 'NewServicePage'),
});

const service = createRoute({
  getParentRoute: () => app,
  path: '/model-services/external/$serviceId',
  component: lazyRouteComponent(() => import('../../features/model-services/service-page.tsx'), 'ServicePage'),
});

export const runningPages = [
  databases,
  newCluster,
  catalog,
  editCluster,
  cluster,
  modelServices,
  deploy,
  deployment,
  deploymentEdit,
  newService,
  service,
];
