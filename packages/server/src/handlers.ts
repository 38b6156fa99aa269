import type { Context } from './context.ts';
import type { Handlers } from './route.ts';
import { agentProtocolHandlers } from './routes/agent-protocol.ts';
import { agentScanHandlers } from './routes/agent-scans.ts';
import { agentHandlers } from './routes/agents.ts';
import { hcpTagHandlers } from './routes/hcp-tags.ts';
import { identityHandlers } from './routes/identity.ts';
import { libraryHandlers } from './routes/library.ts';
import { meHandlers } from './routes/me.ts';
import { modelHandlers } from './routes/models.ts';
import { receiverHandlers } from './routes/receivers.ts';
import { registryHandlers } from './routes/registries.ts';
import { ruleHandlers } from './routes/rules.ts';
import { scanHandlers } from './routes/scans.ts';
import { statisticsHandlers } from './routes/statistics.ts';
import { systemHandlers } from './routes/system.ts';
import { trustHandlers } from './routes/trust.ts';
import { webhookHandlers } from './routes/webhooks.ts';

/** The handler of every line of the route table. */
export function createHandlers(context: Context): Handlers {
  return {
    ...systemHandlers(context),
    ...identityHandlers(context),
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
    ...agentProtocolHandlers(context),
    ...agentScanHandlers(context),
    ...trustHandlers(context),
  };
}
