/** Where images come from, and what governs them. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { pagedSearch } from '../../components/search-state.ts';
import { hcpTagsSearch } from '../../features/hcp-tags/search.ts';
import { newReceiverSearch, receiverSearch, receiversSearch } from '../../features/notifications/search.ts';
import { policiesSearch, policySearch } from '../../features/policies/search.ts';
import { registriesSearch, registrySearch } from '../../features/registries/search.ts';
import { newRuleSearch, rulesSearch } from '../../features/rules/search.ts';
import { scansSearch } from '../../features/scans/search.ts';
import { newTrustSearch, trustSearch } from '../../features/trust/search.ts';
import { webhookSearch } from '../../features/webhooks/search.ts';
import { app } from './roots.ts';

const registries = createRoute({
  getParentRoute: () => app,
  path: '/manage/registries',
  validateSearch: registriesSearch,
  component: lazyRouteComponent(() => import('../../features/registries/registries-page.tsx'), 'RegistriesPage'),
});

const newRegistry = createRoute({
  getParentRoute: () => app,
  path: '/manage/registries/new',
  component: lazyRouteComponent(() => import('../../features/registries/registry-form-page.tsx'), 'NewRegistryPage'),
});

const registry = createRoute({
  getParentRoute: () => app,
  path: '/manage/registries/$registryId',
  validateSearch: registrySearch,
  component: lazyRouteComponent(() => import('../../features/registries/registry-page.tsx'), 'RegistryPage'),
});

const editRegistry = createRoute({
  getParentRoute: () => app,
  path: '/manage/registries/$registryId/edit',
  component: lazyRouteComponent(() => import('../../features/registries/registry-form-page.tsx'), 'EditRegistryPage'),
});

const rules = createRoute({
  getParentRoute: () => app,
  path: '/manage/rules',
  validateSearch: rulesSearch,
  component: lazyRouteComponent(() => import('../../features/rules/rules-page.tsx'), 'RulesPage'),
});

const newRule = createRoute({
  getParentRoute: () => app,
  path: '/manage/rules/new',
  validateSearch: newRuleSearch,
  component: lazyRouteComponent(() => import('../../features/rules/rule-page.tsx'), 'NewRulePage'),
});

const rule = createRoute({
  getParentRoute: () => app,
  path: '/manage/rules/$ruleId',
  component: lazyRouteComponent(() => import('../../features/rules/rule-page.tsx'), 'RulePage'),
});

const receivers = createRoute({
  getParentRoute: () => app,
  path: '/manage/notifications',
  validateSearch: receiversSearch,
  component: lazyRouteComponent(() => import('../../features/notifications/receivers-page.tsx'), 'ReceiversPage'),
});

const newReceiver = createRoute({
  getParentRoute: () => app,
  path: '/manage/notifications/new',
  validateSearch: newReceiverSearch,
  component: lazyRouteComponent(() => import('../../features/notifications/new-receiver-page.tsx'), 'NewReceiverPage'),
});

const receiver = createRoute({
  getParentRoute: () => app,
  path: '/manage/notifications/$receiverId',
  validateSearch: receiverSearch,
  component: lazyRouteComponent(() => import('../../features/notifications/receiver-page.tsx'), 'ReceiverPage'),
});

const webhooks = createRoute({
  getParentRoute: () => app,
  path: '/manage/webhooks',
  validateSearch: pagedSearch,
  component: lazyRouteComponent(() => import('../../features/webhooks/webhooks-page.tsx'), 'WebhooksPage'),
});

const newWebhook = createRoute({
  getParentRoute: () => app,
  path: '/manage/webhooks/new',
  component: lazyRouteComponent(() => import('../../features/webhooks/webhook-form-page.tsx'), 'NewWebhookPage'),
});

const webhook = createRoute({
  getParentRoute: () => app,
  path: '/manage/webhooks/$webhookId',
  validateSearch: webhookSearch,
  component: lazyRouteComponent(() => import('../../features/webhooks/webhook-page.tsx'), 'WebhookPage'),
});

const editWebhook = createRoute({
  getParentRoute: () => app,
  path: '/manage/webhooks/$webhookId/edit',
  component: lazyRouteComponent(() => import('../../features/webhooks/webhook-form-page.tsx'), 'EditWebhookPage'),
});

const policies = createRoute({
  getParentRoute: () => app,
  path: '/manage/policies',
  validateSearch: policiesSearch,
  component: lazyRouteComponent(() => import('../../features/policies/policies-page.tsx'), 'PoliciesPage'),
});

const newPolicy = createRoute({
  getParentRoute: () => app,
  path: '/manage/policies/new',
  component: lazyRouteComponent(() => import('../../features/policies/new-policy-page.tsx'), 'NewPolicyPage'),
});

const policy = createRoute({
  getParentRoute: () => app,
  path: '/manage/policies/$policyId',
  validateSearch: policySearch,
  component: lazyRouteComponent(() => import('../../features/policies/policy-page.tsx'), 'PolicyPage'),
});

const trust = createRoute({
  getParentRoute: () => app,
  path: '/manage/trust',
  validateSearch: trustSearch,
  component: lazyRouteComponent(() => import('../../features/trust/trust-page.tsx'), 'TrustPage'),
});

const newTrust = createRoute({
  getParentRoute: () => app,
  path: '/manage/trust/new',
  validateSearch: newTrustSearch,
  component: lazyRouteComponent(() => import('../../features/trust/new-trust-page.tsx'), 'NewTrustPage'),
});

const trustEntry = createRoute({
  getParentRoute: () => app,
  path: '/manage/trust/$trustId',
  component: lazyRouteComponent(() => import('../../features/trust/trust-entry-page.tsx'), 'TrustEntryPage'),
});

const hcpTags = createRoute({
  getParentRoute: () => app,
  path: '/manage/hcp-tags',
  validateSearch: hcpTagsSearch,
  component: lazyRouteComponent(() => import('../../features/hcp-tags/hcp-tags-page.tsx'), 'HcpTagsPage'),
});

const agents = createRoute({
  getParentRoute: () => app,
  path: '/manage/agents',
  component: lazyRouteComponent(() => import('../../features/agents/agents-page.tsx'), 'AgentsPage'),
});

const location = createRoute({
  getParentRoute: () => app,
  path: '/manage/agents/locations/$locationId',
  component: lazyRouteComponent(() => import('../../features/agents/location-page.tsx'), 'LocationPage'),
});

const scans = createRoute({
  getParentRoute: () => app,
  path: '/manage/scans',
  validateSearch: scansSearch,
  component: lazyRouteComponent(() => import('../../features/scans/scans-page.tsx'), 'ScansPage'),
});

export const managePages = [
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
  webhooks,
  newWebhook,
  webhook,
  editWebhook,
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
];
