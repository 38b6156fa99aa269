import { CONNECTED_SECONDS, type Context } from './context.ts';
import { ProblemError } from './problem.ts';

/** Whether an agent that serves the location was heard lately. */
export async function hasAgent(context: Pick<Context, 'store' | 'now'>, locationId: string): Promise<boolean> {
  return (await context.store.agents.connected(locationId, CONNECTED_SECONDS, context.now())).length > 0;
}

/** @throws ProblemError `agent-absent` when no agent that serves the location was heard lately */
export async function requireAgent(context: Pick<Context, 'store' | 'now'>, locationId: string): Promise<void> {
  if (!(await hasAgent(context, locationId))) throw agentAbsent(locationId);
}

/** 409, naming the location. */
export function agentAbsent(locationId: string): ProblemError {
  return new ProblemError('agent-absent', `No agent of the location ${locationId} is connected.`, {
    hint: `Start an agent with location_id: ${locationId}, or look at Agents for why it does not report.`,
  });
}
