/** What a rule would let in: over the names known, asked again from the registries when wished. */
import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Preview, PreviewRequest, Registry, Rule, RuleSpec } from '@pharos/contract';
import { compileRule, decideTags, type KnownRegistry, previewSteps } from '@pharos/library';
import { agentAbsent, hasAgent } from './agent-presence.ts';
import { AGENT_WAIT_MS, type Context } from './context.ts';
import { found, ProblemError } from './problem.ts';
import { endWithin } from './work.ts';

/** Longest time that the steps of a preview hold the event loop. */
const TURN_MS = 10;
const MAX_REGISTRIES = 1000;

/** @throws ProblemError `not-found`; with `refresh` also `agent-absent`, `agent-timeout` when no registry could be asked */
export async function previewRule(context: Context, request: PreviewRequest, signal: AbortSignal): Promise<Preview> {
  const { rule, refresh, limit, offset } = request;
  const registries = await registriesOf(context, rule);
  const messages = refresh ? await refreshNames(context, rule, registries, signal) : new Map<string, string>();
  const stored = await storedForm(context, rule);
  const names: KnownRegistry[] = [];
  const known: Preview['known'] = [];
  for (const registry of registries) {
    const listing = await context.store.listings.ofRegistry(registry.id);
    const inLibrary = await context.store.listings.libraryTags(registry.id);
    const held = stored ? await heldTags(stored, registry, listing.repositories, inLibrary, signal) : new Set<string>();
    names.push({
      registryId: registry.id,
      registry: registry.name,
      repositories: listing.repositories,
      inLibrary: (repository, tag) => inLibrary.has(`${repository}:${tag}`),
      heldByRule: (repository, tag) => held.has(`${repository}:${tag}`),
    });
    known.push({
      registryId: registry.id,
      registry: registry.name,
      repositories: listing.repositories.length,
      listedAt: oldest(listing.repositories) ?? listing.catalogAt,
      message: messages.get(registry.id) ?? listing.message,
    });
  }
  return { ...(await inTurns(previewSteps(rule, names, { limit, offset }), signal)), known };
}

async function registriesOf({ store }: Context, rule: RuleSpec): Promise<Registry[]> {
  if (rule.registryId) return [found(await store.registries.get(rule.registryId), 'The registry of the rule')];
  return (await store.registries.list({ limit: MAX_REGISTRIES })).items;
}

/** The rule as it is stored now, to tell what leaves: the one of the same name. */
async function storedForm({ store }: Context, rule: RuleSpec): Promise<Rule | null> {
  const { items } = await store.rules.list({ q: rule.name, limit: 100 });
  return items.find((item) => item.name === rule.name && item.enabled) ?? null;
}

/** What of a registry the stored rule takes and the library holds, as `repository:tag`. */
async function heldTags(
  stored: Rule,
  registry: Registry,
  repositories: readonly { name: string; tags: readonly string[] }[],
  inLibrary: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<Set<string>> {
  const held = new Set<string>();
  if (stored.registryId !== null && stored.registryId !== registry.id) return held;
  const rule = compileRule(stored);
  for (const { name, tags } of repositories) {
    const decisions = await inTurns(decideTags(rule, name, tags), signal);
    tags.forEach((tag, index) => {
      const key = `${name}:${tag}`;
      if (decisions[index]?.included && inLibrary.has(key)) held.add(key);
    });
  }
  return held;
}

/** Lists the registries anew through their agents, all at once. Answers what went wrong, by registry. */
async function refreshNames(
  context: Context,
  rule: RuleSpec,
  registries: readonly Registry[],
  signal: AbortSignal,
): Promise<Map<string, string>> {
  const messages = new Map<string, string>();
  let absent: string | null = null;
  let answers = 0;
  await Promise.all(
    registries.map(async ({ id, locationId }) => {
      if (!(await hasAgent(context, locationId))) {
        absent = locationId;
        messages.set(
          id,
          `No agent of the location ${locationId} is connected: these are the names of the last listing.`,
        );
        return;
      }
      const item = context.work.add(locationId, { kind: 'list', id: randomUUID(), registryId: id, rule });
      const end = await endWithin(item, AGENT_WAIT_MS, signal);
      if (end?.done) answers += 1;
      else messages.set(id, 'The agent did not answer in time: these are the names of the last listing.');
    }),
  );
  if (answers > 0 || registries.length === 0) return messages;
  if (absent !== null && messages.size === registries.length && everyAbsent(messages)) throw agentAbsent(absent);
  throw new ProblemError('agent-timeout', 'No agent answered in time.', {
    hint: 'Preview without refresh uses the names of the last listing.',
  });
}

function everyAbsent(messages: ReadonlyMap<string, string>): boolean {
  return [...messages.values()].every((message) => message.startsWith('No agent'));
}

function oldest(repositories: readonly { listedAt: string }[]): string | null {
  return repositories.reduce<string | null>(
    (found, { listedAt }) => (found === null || listedAt < found ? listedAt : found),
    null,
  );
}

/** Runs steps to their end and lets the event loop turn in between. */
async function inTurns<T>(steps: Generator<unknown, T>, signal: AbortSignal): Promise<T> {
  let turnEnds = performance.now() + TURN_MS;
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value as T;
    if (performance.now() < turnEnds) continue;
    await nextTurn();
    if (signal.aborted) throw new ProblemError('stopping', 'Nobody waits for this preview any more.');
    turnEnds = performance.now() + TURN_MS;
  }
}
