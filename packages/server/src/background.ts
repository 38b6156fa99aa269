import { createCatalogWatch } from './clusters/catalog-watch.ts';
import { carryOutDue, verifyUpgrades } from './clusters/upgrade-run.ts';
import type { Context } from './context.ts';
import { createActivityWatch, createAgentLossWatch, createCounting, expireApprovals, prune } from './library-watch.ts';
import { evaluatePoliciesDue } from './policies/policy-evaluator.ts';
import { resealAll } from './resealing.ts';

const MINUTE_MS = 60_000;
/** A running scan of which nothing was heard for this long is given up. */
const STALE_MS = 10 * MINUTE_MS;
const AGENTS_MS = 15_000;
const WEBHOOKS_MS = 1_000;
const ACTIVITY_MS = 2_000;
const COUNT_MS = 30_000;
const CATALOGS_MS = 1_000;
const POLICIES_MS = 5_000;
const UPGRADES_MS = 5_000;

/** Starts the house-keeping of a server; answers how to stop it. A failed turn is logged and tried again at the next. */
export function startBackground(context: Context): () => Promise<void> {
  const agentStates = new Map<string, string>();
  // What was left when the server stopped.
  context.verifications.again();
  const resealing = resealAtStart(context);
  const stops = [
    every(context, MINUTE_MS, 'giving up stale scans', () => failStaleScans(context)),
    every(context, MINUTE_MS, 'ending approvals', () => expireApprovals(context)),
    every(context, 60 * MINUTE_MS, 'pruning', () => prune(context)),
    every(context, WEBHOOKS_MS, 'sending webhooks', () => context.webhooks.send()),
    every(context, ACTIVITY_MS, 'watching activity', createActivityWatch(context)),
    every(context, AGENTS_MS, 'watching for lost agents', createAgentLossWatch(context)),
    every(context, COUNT_MS, 'counting the library', createCounting(context)),
    every(context, MINUTE_MS, 'verifying signatures', () => context.verifications.run()),
    every(context, POLICIES_MS, 'evaluating policies', () => evaluatePoliciesDue(context)),
    every(context, CATALOGS_MS, 'keeping catalogs', createCatalogWatch(context)),
    every(context, UPGRADES_MS, 'carrying out upgrades', () => carryOutDue(context)),
    every(context, UPGRADES_MS, 'verifying upgrades', () => verifyUpgrades(context)),
    every(context, ACTIVITY_MS, 'sending the audit log', async () => context.auditSyslog?.run()),
    every(context, AGENTS_MS, 'verifying the audit log', () => context.audit.run()),
    every(context, AGENTS_MS, 'counting refusals', () => context.denials.flush()),
    every(context, AGENTS_MS, 'watching agents', () => watchAgents(context, agentStates)),
  ];
  return async () => {
    await Promise.all([resealing, ...stops.map((stop) => stop())]);
    context.auditSyslog?.stop();
  };
}

/** Keys that are given from outside change between two starts: what rests under an older one is put under the new one then. */
async function resealAtStart(context: Context): Promise<void> {
  const { log } = context;
  try {
    const { resealed, unreadable } = await resealAll(context);
    if (resealed > 0) log.info({ resealed, key: context.key.current().id }, 'secrets rest under the new key');
    if (unreadable > 0) log.warn({ unreadable }, 'stored secrets cannot be opened with any key here');
  } catch (error) {
    log.warn({ err: error }, 'putting secrets under the new key failed');
  }
}

/** Marks scans that nobody finishes as failed, and tells. */
async function failStaleScans({ store, now, events, metrics }: Context): Promise<void> {
  for (const id of await store.scans.failStale(new Date(now().getTime() - STALE_MS), now())) {
    metrics.scan('failed');
    const scan = await store.scans.get(id);
    if (scan) events.emit({ type: 'scan', scan });
  }
}

/** Tells when an agent comes to be late or lost, which no call of its own does. */
export async function watchAgents(context: Context, states: Map<string, string>): Promise<void> {
  const { items } = await context.store.agents.list({ limit: 1000 }, context.now());
  for (const { id, state } of items) {
    const before = states.get(id);
    if (before !== undefined && before !== state) context.events.emit({ type: 'agent', id });
    states.set(id, state);
  }
  const known = new Set(items.map((agent) => agent.id));
  for (const id of states.keys()) if (!known.has(id)) states.delete(id);
  context.metrics.agents(items.filter((agent) => agent.state === 'connected').length);
}

function every(context: Context, ms: number, what: string, run: () => Promise<void>): () => Promise<void> {
  let turn: Promise<void> | null = null;
  const timer = setInterval(() => {
    turn ??= run()
      .catch((error: unknown) => context.log.warn({ err: error }, `${what} failed`))
      .finally(() => {
        turn = null;
      });
  }, ms);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await turn;
  };
}
