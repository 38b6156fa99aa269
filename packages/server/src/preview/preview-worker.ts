/**
 * The thread that previews: a million names are split, matched and counted here, so that the thread that answers requests
 * is never held. Names come as texts, which are cheap to hand over, and are matched as they come, while the store reads the
 * next; a preview under way looks at its flag now and then and ends when nobody waits for it.
 */
import { parentPort } from 'node:worker_threads';
import type { RuleSpec } from '@pharos/contract';
import {
  type CompiledRule,
  compileRule,
  decideTags,
  drain,
  GrowingPreview,
  type KnownFacts,
  type KnownRegistry,
  knownFacts,
  NO_FACTS,
  type PreviewSlice,
  ruleApplies,
} from '@pharos/library';
import type { KnownNames, KnownTagFacts } from '@pharos/store';

/** A repository as it is handed over: `facts` only where a rule asks for more than names. */
export interface NamesForPreview extends KnownNames {
  readonly facts?: readonly KnownTagFacts[] | undefined;
}

export interface PreviewQuestion {
  readonly rule: RuleSpec;
  /** The rule as it is stored now, to tell what leaves. */
  readonly stored: (RuleSpec & { readonly id?: string }) | null;
  readonly slice: PreviewSlice;
  /** Milliseconds since 1970: ages are counted to it. */
  readonly now: number;
}

export type ToPreviewWorker =
  | { kind: 'begin'; job: number; question: PreviewQuestion; cancelled: SharedArrayBuffer }
  | { kind: 'names'; job: number; registryId: string; registry: string; repositories: readonly NamesForPreview[] }
  | { kind: 'finish'; job: number };

export interface FromPreviewWorker {
  job: number;
  /** Null: it was cancelled or failed. */
  preview: import('@pharos/library').RulePreview | null;
  error: string | null;
}

interface Job {
  readonly preview: GrowingPreview;
  readonly stored: CompiledRule | null;
  readonly now: number;
  readonly cancelled: Int32Array;
}

/** A job that failed is an error until its answer is due. */
const jobs = new Map<number, Job | Error>();

parentPort?.on('message', (message: ToPreviewWorker) => {
  const job = jobs.get(message.job);
  try {
    if (message.kind === 'begin') jobs.set(message.job, begun(message));
    else if (message.kind === 'finish') answer(message.job, job);
    else if (job !== undefined && !(job instanceof Error) && !add(job, message)) jobs.delete(message.job);
  } catch (error) {
    jobs.set(message.job, error instanceof Error ? error : new Error(String(error)));
  }
});

function begun({ question, cancelled }: Extract<ToPreviewWorker, { kind: 'begin' }>): Job {
  const { rule, stored, slice, now } = question;
  return {
    preview: new GrowingPreview(rule, slice),
    stored: stored === null ? null : compileRule(stored),
    now,
    cancelled: new Int32Array(cancelled),
  };
}

/** False: nobody waits any more. */
function add(job: Job, { registryId, registry, repositories }: Extract<ToPreviewWorker, { kind: 'names' }>): boolean {
  const known = knownRegistry(registryId, registry, repositories, job.stored, job.now);
  return run(job.preview.add(known), job.cancelled) !== CANCELLED;
}

/** A job that is not there was cancelled. */
function answer(id: number, job: Job | Error | undefined): void {
  jobs.delete(id);
  let told: Omit<FromPreviewWorker, 'job'> = { preview: null, error: null };
  try {
    if (job instanceof Error) throw job;
    const preview = job === undefined ? CANCELLED : run(job.preview.finish(), job.cancelled);
    if (preview !== CANCELLED) told = { preview, error: null };
  } catch (error) {
    told = { preview: null, error: error instanceof Error ? error.message : String(error) };
  }
  parentPort?.postMessage({ job: id, ...told } satisfies FromPreviewWorker);
}

const CANCELLED = Symbol('cancelled');

function run<T>(steps: Generator<void, T>, flag: Int32Array): T | typeof CANCELLED {
  for (;;) {
    if (Atomics.load(flag, 0) !== 0) return CANCELLED;
    const { done, value } = steps.next();
    if (done) return value as T;
  }
}

function knownRegistry(
  registryId: string,
  registry: string,
  repositories: readonly NamesForPreview[],
  stored: CompiledRule | null,
  now: number,
): KnownRegistry {
  const byName = new Map(repositories.map((repository) => [repository.repository, repository]));
  const applies = stored !== null && ruleApplies(stored, registryId);
  const factsOf = (name: string): KnownFacts => {
    const facts = byName.get(name)?.facts;
    return facts === undefined ? NO_FACTS : knownFacts(facts, now);
  };
  // A preview goes from repository to repository, so what is asked next is mostly of the same one.
  const library = lastOf((name) => new Set(lines(byName.get(name)?.library ?? '')));
  const held = lastOf((name) => {
    const mine = library(name);
    if (!applies || mine.size === 0) return mine.size === 0 ? mine : new Set<string>();
    const tags = lines(byName.get(name)!.names);
    const decisions = drain(decideTags(stored, name, tags, undefined, factsOf(name)));
    return new Set(tags.filter((tag, index) => decisions[index]!.included && mine.has(tag)));
  });
  return {
    registryId,
    registry,
    // Split when they are looked at: a rule mostly leaves most repositories alone.
    repositories: repositories.map(({ repository, names }) => ({
      name: repository,
      get tags() {
        return lines(names);
      },
    })),
    facts: factsOf,
    inLibrary: (repository, tag) => library(repository).has(tag),
    heldByRule: (repository, tag) => held(repository).has(tag),
  };
}

/** Remembers the answer for the name asked last. */
function lastOf<T>(make: (name: string) => T): (name: string) => T {
  let last: { name: string; value: T } | null = null;
  return (name) => {
    if (last?.name !== name) last = { name, value: make(name) };
    return last.value;
  };
}

function lines(text: string): string[] {
  return text === '' ? [] : text.split('\n');
}
