/**
 * The one table of routes, a part for each group. Validation, OpenAPI, the permission check and its tests, the client, the
 * CLI and the UI all come out of it; a route that is not here does not exist.
 */
import type { Route } from './route.ts';
import { activityRoutes } from './routes/activity.ts';
import { admissionRoutes } from './routes/admission.ts';
import { agentKeysRoutes } from './routes/agent-keys.ts';
import { agentProtocolRoutes } from './routes/agent-protocol.ts';
import { agentsRoutes } from './routes/agents.ts';
import { approvalsRoutes } from './routes/approvals.ts';
import { auditRoutes } from './routes/audit.ts';
import { catalogsRoutes } from './routes/catalogs.ts';
import { clustersRoutes } from './routes/clusters.ts';
import { dispatchRoutes } from './routes/dispatch.ts';
import { encryptionRoutes } from './routes/encryption.ts';
import { hcpTagsRoutes } from './routes/hcp-tags.ts';
import { identityRoutes } from './routes/identity.ts';
import { libraryRoutes } from './routes/library.ts';
import { localRunsRoutes } from './routes/local-runs.ts';
import { meRoutes } from './routes/me.ts';
import { modelDeploymentsRoutes } from './routes/model-deployments.ts';
import { modelsRoutes } from './routes/models.ts';
import { notificationsRoutes } from './routes/notifications.ts';
import { policiesRoutes } from './routes/policies.ts';
import { registriesRoutes } from './routes/registries.ts';
import { rulesRoutes } from './routes/rules.ts';
import { scansRoutes } from './routes/scans.ts';
import { statisticsRoutes } from './routes/statistics.ts';
import { systemRoutes } from './routes/system.ts';
import { trustRoutes } from './routes/trust.ts';
import { usersRoutes } from './routes/users.ts';

/** Where the API stands. */
export const API_PREFIX = '/api/v1';

export const routes = {
  ...systemRoutes,
  ...identityRoutes,
  ...usersRoutes,
  ...localRunsRoutes,
  ...meRoutes,
  ...libraryRoutes,
  ...modelsRoutes,
  ...hcpTagsRoutes,
  ...registriesRoutes,
  ...rulesRoutes,
  ...scansRoutes,
  ...notificationsRoutes,
  ...activityRoutes,
  ...statisticsRoutes,
  ...trustRoutes,
  ...encryptionRoutes,
  ...approvalsRoutes,
  ...policiesRoutes,
  ...auditRoutes,
  ...clustersRoutes,
  ...catalogsRoutes,
  ...modelDeploymentsRoutes,
  ...dispatchRoutes,
  ...admissionRoutes,
  ...agentsRoutes,
  ...agentKeysRoutes,
  ...agentProtocolRoutes,
} as const satisfies Record<string, Route>;

export type Routes = typeof routes;
export type RouteName = keyof Routes;
