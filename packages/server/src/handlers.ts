import type { Context } from './context.ts';
import type { Handlers } from './route.ts';
import { admissionHandlers } from './routes/admission.ts';
import { agentKeyHandlers } from './routes/agent-keys.ts';
import { agentProtocolHandlers } from './routes/agent-protocol.ts';
import { agentScanHandlers } from './routes/agent-scans.ts';
import { agentHandlers } from './routes/agents.ts';
import { approvalHandlers } from './routes/approvals.ts';
import { auditHandlers } from './routes/audit.ts';
import { catalogHandlers } from './routes/catalogs.ts';
import { clusterHandlers } from './routes/clusters.ts';
import { dispatchHandlers } from './routes/dispatch.ts';
import { encryptionHandlers } from './routes/encryption.ts';
import { hcpTagHandlers } from './routes/hcp-tags.ts';
import { identityHandlers } from './routes/identity.ts';
import { libraryHandlers } from './routes/library.ts';
import { localRunHandlers } from './routes/local-runs.ts';
import { meHandlers } from './routes/me.ts';
import { modelDeploymentHandlers } from './routes/model-deployments.ts';
import { modelHandlers } from './routes/models.ts';
import { policyHandlers } from './routes/policies.ts';
import { receiverHandlers } from './routes/receivers.ts';
import { registryHandlers } from './routes/registries.ts';
import { ruleHandlers } from './routes/rules.ts';
import { scanHandlers } from './routes/scans.ts';
import { statisticsHandlers } from './routes/statistics.ts';
import { systemHandlers } from './routes/system.ts';
import { trustHandlers } from './routes/trust.ts';
import { userHandlers } from './routes/users.ts';
import { webhookHandlers } from './routes/webhooks.ts';

/** The handler of every line of the route table. */
export function createHandlers(context: Context): Handlers {
  return {
    ...systemHandlers(context),
    ...identityHandlers(context),
    ...userHandlers(context),
    ...localRunHandlers(context),
    ...meHandlers(context),
    ...libraryHandlers(context),
    ...modelHandlers(context),
    ...hcpTagHandlers(context),
    ...registryHandlers(context),
    ...receiverHandlers(context),
    ...statisticsHandlers(context),
    ...webhookHandlers(context),
    ...ruleHandlers(context),
    ...scanHandlers(context),
    ...agentHandlers(context),
    ...agentKeyHandlers(context),
    ...agentProtocolHandlers(context),
    ...agentScanHandlers(context),
    ...trustHandlers(context),
    ...encryptionHandlers(context),
    ...approvalHandlers(context),
    ...policyHandlers(context),
    ...auditHandlers(context),
    ...clusterHandlers(context),
    ...catalogHandlers(context),
    ...modelDeploymentHandlers(context),
    ...dispatchHandlers(context),
    ...admissionHandlers(context),
  };
}
