import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from '@tanstack/react-router';
import {
  pagedSearch,
  parseSearch,
  type RawSearch,
  safeNext,
  stringifySearch,
  text,
} from '../components/search-state.ts';
import { activitySearch } from '../features/activity/search.ts';
import { approvalsSearch } from '../features/approvals/search.ts';
import { auditSearch } from '../features/audit/search.ts';
import { catalogSearch, databasesSearch, newClusterSearch } from '../features/databases/search.ts';
import { hcpTagsSearch } from '../features/hcp-tags/search.ts';
import {
  compareSearch,
  librarySearch,
  repositorySearch,
  statisticsSearch,
  tagSearch,
  tagsSearch,
} from '../features/library/search.ts';
import { deploySearch, servicesSearch } from '../features/model-services/search.ts';
import { modelsSearch } from '../features/models/search.ts';
import { newReceiverSearch, receiverSearch, receiversSearch } from '../features/notifications/search.ts';
import { peopleSearch } from '../features/people/search.ts';
import { policiesSearch, policySearch } from '../features/policies/search.ts';
import { registriesSearch, registrySearch } from '../features/registries/search.ts';
import { newRuleSearch, rulesSearch } from '../features/rules/search.ts';
import { scansSearch } from '../features/scans/search.ts';
import { newTrustSearch, trustSearch } from '../features/trust/search.ts';
import { webhookSearch } from '../features/webhooks/search.ts';
import { FailedPage, NotFoundPage } from './fallback-pages.tsx';
import { SessionGate } from './session-gate.tsx';

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFoundPage });

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (raw: RawSearch): { next?: string | undefined } => {
    const next = safeNext(raw.next);
    return next === '/' ? {} : { next };
  },
  component: lazyRouteComponent(() => import('../features/session/sign-in-page.tsx'), 'SignInPage'),
});

const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  validateSearch: (raw: RawSearch): { token?: string | undefined } => ({ token: text(raw.token) }),
  component: lazyRouteComponent(() => import('../features/session/setup-page.tsx'), 'SetupPage'),
});

const chooseLink = createRoute({
  getParentRoute: () => root,
  path: '/password',
  validateSearch: (raw: RawSearch): { token?: string | undefined } => ({ token: text(raw.token) }),
  component: lazyRouteComponent(() => import('../features/session/link-page.tsx'), 'LinkPage'),
});

const signInReturn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in/callback',
  component: lazyRouteComponent(() => import('../features/session/return-page.tsx'), 'ReturnPage'),
});

const app = createRoute({
  getParentRoute: () => root,
  id: 'app',
  component: SessionGate,
  notFoundComponent: NotFoundPage,
});

const home = createRoute({
  getParentRoute: () => app,
  path: '/',
  component: lazyRouteComponent(() => import('../features/home/home-page.tsx'), 'HomePage'),
});

const activity = createRoute({
  getParentRoute: () => app,
  path: '/activity',
  validateSearch: activitySearch,
  component: lazyRouteComponent(() => import('../features/activity/activity-page.tsx'), 'ActivityPage'),
});

const webhooks = createRoute({
  getParentRoute: () => app,
  path: '/manage/webhooks',
  validateSearch: pagedSearch,
  component: lazyRouteComponent(() => import('../features/webhooks/webhooks-page.tsx'), 'WebhooksPage'),
});

const newWebhook = createRoute({
  getParentRoute: () => app,
  path: '/manage/webhooks/new',
  component: lazyRouteComponent(() => import('../features/webhooks/webhook-form-page.tsx'), 'NewWebhookPage'),
});

const webhook = createRoute({
  getParentRoute: () => app,
  path: '/manage/webhooks/$webhookId',
  validateSearch: webhookSearch,
  component: lazyRouteComponent(() => import('../features/webhooks/webhook-page.tsx'), 'WebhookPage'),
});

const editWebhook = createRoute({
  getParentRoute: () => app,
  path: '/manage/webhooks/$webhookId/edit',
  component: lazyRouteComponent(() => import('../features/webhooks/webhook-form-page.tsx'), 'EditWebhookPage'),
});

const libraryStatistics = createRoute({
  getParentRoute: () => app,
  path: '/library/statistics',
  validateSearch: statisticsSearch,
  component: lazyRouteComponent(() => import('../features/library/statistics-page.tsx'), 'StatisticsPage'),
});

const library = createRoute({
  getParentRoute: () => app,
  path: '/library',
  validateSearch: librarySearch,
  component: lazyRouteComponent(() => import('../features/library/library-page.tsx'), 'LibraryPage'),
});

const allTags = createRoute({
  getParentRoute: () => app,
  path: '/library/tags',
  validateSearch: tagsSearch,
  component: lazyRouteComponent(() => import('../features/library/all-tags-page.tsx'), 'AllTagsPage'),
});

const compare = createRoute({
  getParentRoute: () => app,
  path: '/library/compare',
  validateSearch: compareSearch,
  component: lazyRouteComponent(() => import('../features/library/compare-page.tsx'), 'ComparePage'),
});

const repository = createRoute({
  getParentRoute: () => app,
  path: '/library/$repositoryId',
  validateSearch: repositorySearch,
  component: lazyRouteComponent(() => import('../features/library/repository-page.tsx'), 'RepositoryPage'),
});

const tag = createRoute({
  getParentRoute: () => app,
  path: '/library/$repositoryId/tags/$name',
  validateSearch: tagSearch,
  component: lazyRouteComponent(() => import('../features/library/tag-page.tsx'), 'TagPage'),
});

const models = createRoute({
  getParentRoute: () => app,
  path: '/models',
  validateSearch: modelsSearch,
  component: lazyRouteComponent(() => import('../features/models/models-page.tsx'), 'ModelsPage'),
});

const model = createRoute({
  getParentRoute: () => app,
  path: '/models/$modelId',
  validateSearch: pagedSearch,
  component: lazyRouteComponent(() => import('../features/models/model-page.tsx'), 'ModelPage'),
});

const approvals = createRoute({
  getParentRoute: () => app,
  path: '/approvals',
  validateSearch: approvalsSearch,
  component: lazyRouteComponent(() => import('../features/approvals/approvals-page.tsx'), 'ApprovalsPage'),
});

const approval = createRoute({
  getParentRoute: () => app,
  path: '/approvals/$digest',
  component: lazyRouteComponent(() => import('../features/approvals/review-page.tsx'), 'ReviewPage'),
});

const registries = createRoute({
  getParentRoute: () => app,
  path: '/manage/registries',
  validateSearch: registriesSearch,
  component: lazyRouteComponent(() => import('../features/registries/registries-page.tsx'), 'RegistriesPage'),
});

const newRegistry = createRoute({
  getParentRoute: () => app,
  path: '/manage/registries/new',
  component: lazyRouteComponent(() => import('../features/registries/registry-form-page.tsx'), 'NewRegistryPage'),
});

const registry = createRoute({
  getParentRoute: () => app,
  path: '/manage/registries/$registryId',
  validateSearch: registrySearch,
  component: lazyRouteComponent(() => import('../features/registries/registry-page.tsx'), 'RegistryPage'),
});

const editRegistry = createRoute({
  getParentRoute: () => app,
  path: '/manage/registries/$registryId/edit',
  component: lazyRouteComponent(() => import('../features/registries/registry-form-page.tsx'), 'EditRegistryPage'),
});

const rules = createRoute({
  getParentRoute: () => app,
  path: '/manage/rules',
  validateSearch: rulesSearch,
  component: lazyRouteComponent(() => import('../features/rules/rules-page.tsx'), 'RulesPage'),
});

const newRule = createRoute({
  getParentRoute: () => app,
  path: '/manage/rules/new',
  validateSearch: newRuleSearch,
  component: lazyRouteComponent(() => import('../features/rules/rule-page.tsx'), 'NewRulePage'),
});

const rule = createRoute({
  getParentRoute: () => app,
  path: '/manage/rules/$ruleId',
  component: lazyRouteComponent(() => import('../features/rules/rule-page.tsx'), 'RulePage'),
});

const receivers = createRoute({
  getParentRoute: () => app,
  path: '/manage/notifications',
  validateSearch: receiversSearch,
  component: lazyRouteComponent(() => import('../features/notifications/receivers-page.tsx'), 'ReceiversPage'),
});

const newReceiver = createRoute({
  getParentRoute: () => app,
  path: '/manage/notifications/new',
  validateSearch: newReceiverSearch,
  component: lazyRouteComponent(() => import('../features/notifications/new-receiver-page.tsx'), 'NewReceiverPage'),
});

const receiver = createRoute({
  getParentRoute: () => app,
  path: '/manage/notifications/$receiverId',
  validateSearch: receiverSearch,
  component: lazyRouteComponent(() => import('../features/notifications/receiver-page.tsx'), 'ReceiverPage'),
});

const databases = createRoute({
  getParentRoute: () => app,
  path: '/databases',
  validateSearch: databasesSearch,
  component: lazyRouteComponent(() => import('../features/databases/databases-page.tsx'), 'DatabasesPage'),
});

const newCluster = createRoute({
  getParentRoute: () => app,
  path: '/databases/new',
  validateSearch: newClusterSearch,
  component: lazyRouteComponent(() => import('../features/databases/new-cluster-page.tsx'), 'NewClusterPage'),
});

const catalog = createRoute({
  getParentRoute: () => app,
  path: '/databases/catalogs/$name',
  validateSearch: catalogSearch,
  component: lazyRouteComponent(() => import('../features/databases/catalog-page.tsx'), 'CatalogPage'),
});

const cluster = createRoute({
  getParentRoute: () => app,
  path: '/databases/$clusterId',
  component: lazyRouteComponent(() => import('../features/databases/cluster-page.tsx'), 'ClusterPage'),
});

const editCluster = createRoute({
  getParentRoute: () => app,
  path: '/databases/$clusterId/edit',
  component: lazyRouteComponent(() => import('../features/databases/edit-cluster-page.tsx'), 'EditClusterPage'),
});

const modelServices = createRoute({
  getParentRoute: () => app,
  path: '/model-services',
  validateSearch: servicesSearch,
  component: lazyRouteComponent(() => import('../features/model-services/services-page.tsx'), 'ServicesPage'),
});

const deploy = createRoute({
  getParentRoute: () => app,
  path: '/model-services/new',
  validateSearch: deploySearch,
  component: lazyRouteComponent(() => import('../features/model-services/deploy-page.tsx'), 'DeployPage'),
});

const deploymentEdit = createRoute({
  getParentRoute: () => app,
  path: '/model-services/$deploymentId/edit',
  component: lazyRouteComponent(() => import('../features/model-services/edit-page.tsx'), 'EditDeploymentPage'),
});

const deployment = createRoute({
  getParentRoute: () => app,
  path: '/model-services/$deploymentId',
  component: lazyRouteComponent(() => import('../features/model-services/deployment-page.tsx'), 'DeploymentPage'),
});

const newService = createRoute({
  getParentRoute: () => app,
  path: '/model-services/external/new',
  component: lazyRouteComponent(() => import('../features/model-services/new-service-page.tsx'), 'NewServicePage'),
});

const service = createRoute({
  getParentRoute: () => app,
  path: '/model-services/external/$serviceId',
  component: lazyRouteComponent(() => import('../features/model-services/service-page.tsx'), 'ServicePage'),
});

const policies = createRoute({
  getParentRoute: () => app,
  path: '/manage/policies',
  validateSearch: policiesSearch,
  component: lazyRouteComponent(() => import('../features/policies/policies-page.tsx'), 'PoliciesPage'),
});

const newPolicy = createRoute({
  getParentRoute: () => app,
  path: '/manage/policies/new',
  component: lazyRouteComponent(() => import('../features/policies/new-policy-page.tsx'), 'NewPolicyPage'),
});

const policy = createRoute({
  getParentRoute: () => app,
  path: '/manage/policies/$policyId',
  validateSearch: policySearch,
  component: lazyRouteComponent(() => import('../features/policies/policy-page.tsx'), 'PolicyPage'),
});

const trust = createRoute({
  getParentRoute: () => app,
  path: '/manage/trust',
  validateSearch: trustSearch,
  component: lazyRouteComponent(() => import('../features/trust/trust-page.tsx'), 'TrustPage'),
});

const newTrust = createRoute({
  getParentRoute: () => app,
  path: '/manage/trust/new',
  validateSearch: newTrustSearch,
  component: lazyRouteComponent(() => import('../features/trust/new-trust-page.tsx'), 'NewTrustPage'),
});

const trustEntry = createRoute({
  getParentRoute: () => app,
  path: '/manage/trust/$trustId',
  component: lazyRouteComponent(() => import('../features/trust/trust-entry-page.tsx'), 'TrustEntryPage'),
});

const hcpTags = createRoute({
  getParentRoute: () => app,
  path: '/manage/hcp-tags',
  validateSearch: hcpTagsSearch,
  component: lazyRouteComponent(() => import('../features/hcp-tags/hcp-tags-page.tsx'), 'HcpTagsPage'),
});

const agents = createRoute({
  getParentRoute: () => app,
  path: '/manage/agents',
  component: lazyRouteComponent(() => import('../features/agents/agents-page.tsx'), 'AgentsPage'),
});

const location = createRoute({
  getParentRoute: () => app,
  path: '/manage/agents/locations/$locationId',
  component: lazyRouteComponent(() => import('../features/agents/location-page.tsx'), 'LocationPage'),
});

const scans = createRoute({
  getParentRoute: () => app,
  path: '/manage/scans',
  validateSearch: scansSearch,
  component: lazyRouteComponent(() => import('../features/scans/scans-page.tsx'), 'ScansPage'),
});

const tokens = createRoute({
  getParentRoute: () => app,
  path: '/administration/tokens',
  validateSearch: pagedSearch,
  component: lazyRouteComponent(() => import('../features/tokens/tokens-page.tsx'), 'TokensPage'),
});

const users = createRoute({
  getParentRoute: () => app,
  path: '/administration/users',
  validateSearch: peopleSearch,
  component: lazyRouteComponent(() => import('../features/people/people-page.tsx'), 'PeoplePage'),
});

const sessions = createRoute({
  getParentRoute: () => app,
  path: '/administration/sessions',
  validateSearch: pagedSearch,
  component: lazyRouteComponent(() => import('../features/account/sessions-page.tsx'), 'SessionsPage'),
});

const audit = createRoute({
  getParentRoute: () => app,
  path: '/administration/audit',
  validateSearch: auditSearch,
  component: lazyRouteComponent(() => import('../features/audit/audit-page.tsx'), 'AuditPage'),
});

const account = createRoute({
  getParentRoute: () => app,
  path: '/me',
  validateSearch: pagedSearch,
  component: lazyRouteComponent(() => import('../features/account/account-page.tsx'), 'AccountPage'),
});

const pages = [
  home,
  activity,
  webhooks,
  newWebhook,
  webhook,
  editWebhook,
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
  registries,
  newRegistry,
  registry,
  editRegistry,
  rules,
  newRule,
  rule,
  receivers,
  newReceiver,
  receiver,
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
  policies,
  newPolicy,
  policy,
  trust,
  newTrust,
  trustEntry,
  hcpTags,
  agents,
  location,
  scans,
  tokens,
  users,
  sessions,
  audit,
  account,
];

/** Unknown addresses are matched inside the shell, so that the navigation stays. */
const lost = createRoute({ getParentRoute: () => app, path: '$', component: NotFoundPage });

export const router = createRouter({
  routeTree: root.addChildren([signIn, signInReturn, chooseLink, setup, app.addChildren([...pages, lost])]),
  defaultPreload: 'intent',
  defaultErrorComponent: FailedPage,
  defaultNotFoundComponent: NotFoundPage,
  parseSearch,
  stringifySearch,
});
