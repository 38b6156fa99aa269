/** What a rule would let in: over the names known, asked again from the registries when wished. */
import { randomUUID } from 'node:crypto';
import type { Preview, PreviewRequest, Registry, Rule, RuleSpec } from '@pharos/contract';
import { annotationKeys, type CompiledRule, compileRule, decideRepository, looksBeyondNames } from '@pharos/library';
import type { KnownNames } from '@pharos/store';
import { agentAbsent, hasAgent } from '../agent-presence.ts';
import { AGENT_WAIT_MS, type Context } from '../context.ts';
import { found, ProblemError } from '../problem.ts';
import { endWithin } from '../work.ts';
import type { PreviewJob } from './preview-pool.ts';

const MAX_REGISTRIES = 1000;

/** @throws ProblemError `not-found`; with `refresh` also `agent-absent`, `agent-timeout` when no registry could be asked */
export async function previewRule(context: Context, request: PreviewRequest, signal: AbortSignal): Promise<Preview> {
  const { rule, refresh, limit, offset } = request;
  const registries = await registriesOf(context, rule);
  const messages = refresh ? await refreshNames(context, rule, registries, signal) : new Map<string, string>();
  const stored = await storedForm(context, request);
  const asking = (stored === null ? [rule] : [rule, stored]).map((spec) => compileRule(spec)).filter(looksBeyondNames);
  const now = context.now().getTime();
  const job = context.previews.begin({ rule, stored, slice: { limit, offset }, now }, signal);
  const known: Preview['known'] = [];
  for (const registry of registries) {
    const { repositories, listedAt } = await handOver(context, registry, asking, job, signal);
    const catalog = await context.store.listings.catalogOf(registry.id);
    known.push({
      registryId: registry.id,
      registry: registry.name,
      repositories,
      listedAt: listedAt ?? catalog.catalogAt,
      message: messages.get(registry.id) ?? catalog.message,
    });
  }
  return { ...(await job.finish()), known };
}

/** Gives the thread that previews everything that is known of a registry. Answers how many repositories, and since when. */
async function handOver(
  { store }: Context,
  registry: Registry,
  asking: readonly CompiledRule[],
  job: PreviewJob,
  signal: AbortSignal,
): Promise<{ repositories: number; listedAt: string | null }> {
  let repositories = 0;
  let listedAt: string | null = null;
  const keys = annotationKeys(asking);
  const withFacts = async (names: KnownNames) => {
    if (!asking.some((rule) => decideRepository(rule, names.repository).included)) return names;
    return { ...names, facts: await store.listings.factsOf(registry.id, names.repository, keys) };
  };
  for (let after = ''; !signal.aborted; ) {
    const page = await store.listings.namesOf(registry.id, after);
    if (page.length === 0) break;
    after = page.at(-1)!.repository;
    repositories += page.length;
    for (const { listedAt: at } of page) if (listedAt === null || at < listedAt) listedAt = at;
    job.names(registry.id, registry.name, asking.length === 0 ? page : await Promise.all(page.map(withFacts)));
  }
  return { repositories, listedAt };
}

async function registriesOf({ store }: Context, rule: RuleSpec): Promise<Registry[]> {
  if (rule.registryId) return [found(await store.registries.get(rule.registryId), 'The registry of the rule')];
  return (await store.registries.list({ limit: MAX_REGISTRIES })).items;
}

/** The rule as it is stored now, to tell what leaves: the one that would be replaced, else the one of the same name. */
async function storedForm({ store }: Context, { rule, ruleId }: PreviewRequest): Promise<Rule | null> {
  if (ruleId !== undefined) {
    const stored = found(await store.rules.get(ruleId), 'The rule');
    return stored.enabled ? stored : null;
  }
  const { items } = await store.rules.list({ q: rule.name, limit: 100 });
  return items.find((item) => item.name === rule.name && item.enabled) ?? null;
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
