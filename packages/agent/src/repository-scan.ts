/** One scan with everything around it: its turn, its progress, its line in the log, and a spool that may be full. */
import { randomUUID } from 'node:crypto';
import type { ScanBegin } from '@pharos/contract';
import { annotationKeys, type CompiledRule, decideRepository, failedReport, looksBeyondNames } from '@pharos/library';
import { RegistryError } from '@pharos/oci';
import type { Logger } from 'pino';
import { AgentError } from './agent-error.ts';
import type { ControlPlane } from './control-plane.ts';
import type { AgentMetrics } from './metrics.ts';
import { Progress } from './progress.ts';
import type { ReadingPlan } from './reading-plan.ts';
import type { ActiveRegistry } from './registries.ts';
import type { RegistryReader } from './registry-reader.ts';
import type { Reporter } from './report.ts';
import { scanRepository } from './scan.ts';
import { ScanFacts } from './scan-facts.ts';
import type { ScanResult } from './scan-tally.ts';
import type { Spool, SpoolEntry } from './spool.ts';
import type { ReportHeader } from './spool-file.ts';
import type { State } from './state.ts';

/** What every scan of this agent shares. */
export interface SweepContext {
  controlPlane: ControlPlane;
  reporter: Reporter;
  spool: Spool;
  state: State;
  /** Which repositories the schedules of rules want read. */
  plan: ReadingPlan;
  agentId: string;
  epoch: number;
  log: Logger;
  metrics: AgentMetrics;
  signal: AbortSignal;
  /** One scan of a repository at a time, whoever asks. */
  locks: Map<string, Promise<unknown>>;
  /** Tags that a notification told of while their repository is scanned. */
  hints: Map<string, Set<string>>;
  /** Repositories whose last report was a failure, with its code: the same once more is no news. */
  failing: Map<string, string>;
}

/** A scan as it is begun; the epoch is added when it is told. */
export type Begin = Omit<ScanBegin, 'epoch'>;
export type Trigger = ScanBegin['trigger'];

/** How a sweep or single scan ended, for the one who asked for it. */
export interface Outcome {
  status: 'complete' | 'partial' | 'failed';
  requests: number;
  message: string;
  code: string | null;
  hint: string | null;
  entry: SpoolEntry | null;
  /** What the registry as a whole answered, when it did not. */
  registryError: RegistryError | null;
}

/** Scans one repository by itself. */
export async function scanOne(
  context: SweepContext,
  registry: ActiveRegistry,
  repository: string,
  trigger: Trigger,
  scanId: string = randomUUID(),
): Promise<Outcome> {
  if (registry.reader === null) return cannotRead(registry);
  const rules = registry.rules.filter((rule) => decideRepository(rule, repository).included);
  const begin = beginOf(context, registry, { scanId, parentId: null, repository, rules, trigger });
  return lockedScan(context, registry, registry.reader, { begin, parent: null, origin: registry.origin }, rules);
}

/**
 * Reads some tags of a repository, because a notification told of them. A scan that is under way takes them along, so
 * that what it read before does not stand against what it reads now.
 */
export async function rereadTags(
  context: SweepContext,
  registry: ActiveRegistry,
  repository: string,
  tags: readonly string[],
): Promise<Outcome> {
  const { reader } = registry;
  if (reader === null) return cannotRead(registry);
  const rules = registry.rules.filter((rule) => decideRepository(rule, repository).included);
  if (rules.length === 0) return NOT_WANTED;
  const key = keyOf(registry, repository);
  const running = context.locks.get(key) as Promise<Outcome> | undefined;
  const hints = context.hints.get(key);
  if (running !== undefined && hints !== undefined) {
    for (const tag of tags) hints.add(tag);
    return running;
  }
  const what = { scanId: randomUUID(), parentId: null, repository, rules, trigger: 'notification' as const };
  const begin = beginOf(context, registry, { ...what, only: [...tags] });
  return lockedScan(context, registry, reader, { begin, parent: null, origin: registry.origin }, rules);
}

const NOT_WANTED: Outcome = {
  status: 'complete',
  requests: 0,
  message: 'No rule takes this repository.',
  code: null,
  hint: null,
  entry: null,
  registryError: null,
};

export function keyOf(registry: ActiveRegistry, repository: string | null): string {
  return `${registry.description.id} ${repository}`;
}

/** Who scans what, by which rules, since now. */
export function beginOf(
  { agentId }: SweepContext,
  registry: ActiveRegistry,
  what: {
    scanId: string;
    parentId: string | null;
    repository: string | null;
    rules: readonly CompiledRule[];
    trigger: Trigger;
    only?: string[];
  },
): Begin {
  const ruleIds = what.rules.flatMap((rule) => rule.id ?? []).slice(0, 1000);
  return {
    scanId: what.scanId,
    parentId: what.parentId,
    agentId,
    registryId: registry.description.id,
    repository: what.repository,
    ruleIds,
    trigger: what.trigger,
    only: what.only ?? null,
    startedAt: new Date().toISOString(),
  };
}

/** The outcome for a registry whose description cannot work. */
export function cannotRead({ error }: ActiveRegistry): Outcome {
  const { code, message, hint } = error!;
  return { status: 'failed', requests: 0, message, code, hint, entry: null, registryError: null };
}

/** Scans a repository after whatever scan of it is under way. */
export async function lockedScan(
  context: SweepContext,
  registry: ActiveRegistry,
  reader: RegistryReader,
  header: ReportHeader,
  rules: readonly CompiledRule[],
): Promise<Outcome> {
  const key = keyOf(registry, header.begin.repository);
  const before = context.locks.get(key) ?? Promise.resolve();
  const scan = before.catch(() => {}).then(() => runScan(context, reader, { header, rules, key }));
  context.locks.set(key, scan);
  try {
    return await scan;
  } finally {
    if (context.locks.get(key) === scan) context.locks.delete(key);
  }
}

async function runScan(
  context: SweepContext,
  reader: RegistryReader,
  { header, rules, key }: { header: ReportHeader; rules: readonly CompiledRule[]; key: string },
): Promise<Outcome> {
  const { controlPlane, epoch, signal, spool, state, log } = context;
  const { registryId, repository } = header.begin;
  // Rules take turns, and within one its repositories come as they are asked for.
  const lane = reader.lane(repository!, signal, header.begin.ruleIds[0] ?? repository!);
  const progress = new Progress(controlPlane, header.begin, epoch, signal);
  const serverEpoch = controlPlane.serverEpoch ?? '';
  const stateKey = { registryId, origin: header.origin, repository: repository!, serverEpoch };
  const isWhole = (header.begin.only ?? null) === null;
  const asksMore = rules.some(looksBeyondNames);
  const [known, subjects, stored, evidence] = await Promise.all([
    state.load(stateKey),
    state.loadSubjects(stateKey),
    asksMore ? state.loadFacts(stateKey) : null,
    state.loadEvidence(stateKey),
  ]);
  const facts = asksMore ? new ScanFacts(annotationKeys(rules), stored) : undefined;
  const keepFacts = async (names: readonly string[]) => {
    // It only saves requests and says since when a tag is known: a disk that is full stops no scan here.
    if (facts !== undefined) await state.saveFacts(stateKey, facts.stored(names)).catch(() => {});
  };
  if (isWhole) context.hints.set(key, new Set());
  const takeHints = () => {
    const hinted = [...(context.hints.get(key) ?? [])];
    context.hints.get(key)?.clear();
    return hinted;
  };
  const started = performance.now();
  try {
    return await kept(context, header.begin, async () => {
      const onProgress = (done: number, total: number, step: string) =>
        progress.update({ done, total, requests: lane.requests, step });
      const job = {
        ...{ header, rules, reader: lane, known, subjects, evidence, spool, signal, takeHints, onProgress },
        ...{ facts, keepFacts },
      };
      const result = await scanRepository(job);
      const { status, listed, wanted, resolved, read, failed, requests, code } = result;
      for (const failure of result.failures) log.warn({ event: 'tag-failed', repository, ...failure }, failure.message);
      const milliseconds = Math.round(performance.now() - started);
      log.info(
        {
          event: 'scan',
          repository,
          scanId: header.begin.scanId,
          status,
          listed,
          wanted,
          resolved,
          read,
          failed,
          requests,
          milliseconds,
          code,
        },
        'repository scanned',
      );
      return result;
    });
  } finally {
    if (isWhole) context.hints.delete(key);
    progress.stop();
  }
}

/** Counts, and turns a spool that cannot be written into a failed scan: the agent goes on. */
export async function kept(
  context: SweepContext,
  begin: Begin,
  work: () => Promise<Outcome | ScanResult>,
): Promise<Outcome> {
  const { metrics, log, signal } = context;
  try {
    const outcome = await work();
    metrics[
      outcome.status === 'complete' ? 'scansComplete' : outcome.status === 'partial' ? 'scansPartial' : 'scansFailed'
    ] += 1;
    return outcome;
  } catch (error) {
    if (signal.aborted) throw error;
    if (!(error instanceof AgentError) && !(error instanceof RegistryError)) throw error;
    const { code, message, hint } = error;
    log.error({ event: 'scan', status: 'failed', code, hint }, message);
    metrics.scansFailed += 1;
    await tellUnkept(context, begin, error);
    return { status: 'failed', requests: 0, message, code, hint, entry: null, registryError: null };
  }
}

/** A report that found no place on disk is told as a failure at once; if nobody hears it, the log has it. */
async function tellUnkept(
  { controlPlane, epoch, signal }: SweepContext,
  begin: Begin,
  { code, message, hint }: AgentError | RegistryError,
): Promise<void> {
  if (!(await controlPlane.tell('agentScanBegin', { body: { ...begin, epoch } }, signal))) return;
  const body = failedReport({
    repository: begin.repository,
    finishedAt: new Date().toISOString(),
    requests: 0,
    message: message.slice(0, 2000),
    code,
    hint,
  });
  await controlPlane.tell('agentScanCommit', { params: { id: begin.scanId }, body }, signal);
}
