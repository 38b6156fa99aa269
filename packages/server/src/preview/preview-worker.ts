/**
 * The thread that previews: a million names are split, matched and counted here, so that the thread that answers requests
 * is never held. Names come as texts, which are cheap to hand over; a preview under way looks at its flag now and then
 * and ends when nobody waits for it.
 */
import { parentPort } from 'node:worker_threads';
import type { RuleSpec } from '@pharos/contract';
import {
  type CompiledRule,
  compileRule,
  decideTags,
  drain,
  type KnownFacts,
  type KnownRegistry,
  knownFacts,
  NO_FACTS,
  type PreviewSlice,
  previewSteps,
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
  | { kind: 'names'; job: number; registryId: string; registry: string; repositories: readonly NamesForPreview[] }
  | { kind: 'run'; job: number; question: PreviewQuestion; cancelled: SharedArrayBuffer }
  | { kind: 'drop'; job: number };

export interface FromPreviewWorker {
  job: number;
  /** Null: it was cancelled or failed. */
  preview: import('@pharos/library').RulePreview | null;
  error: string | null;
}

type Gathered = Map<string, { registry: string; repositories: NamesForPreview[] }>;

const jobs = new Map<number, Gathered>();

parentPort?.on('message', (message: ToPreviewWorker) => {
  if (message.kind === 'names') gather(message);
  else if (message.kind === 'drop') jobs.delete(message.job);
  else answer(message);
});

function gather({ job, registryId, registry, repositories }: Extract<ToPreviewWorker, { kind: 'names' }>): void {
  const gathered: Gathered = jobs.get(job) ?? new Map();
  jobs.set(job, gathered);
  const before = gathered.get(registryId);
  if (before === undefined) gathered.set(registryId, { registry, repositories: [...repositories] });
  else before.repositories.push(...repositories);
}

function answer({ job, question, cancelled }: Extract<ToPreviewWorker, { kind: 'run' }>): void {
  const gathered: Gathered = jobs.get(job) ?? new Map();
  jobs.delete(job);
  const flag = new Int32Array(cancelled);
  let told: Omit<FromPreviewWorker, 'job'>;
  try {
    told = { preview: run(gathered, question, () => Atomics.load(flag, 0) !== 0), error: null };
  } catch (error) {
    told = { preview: null, error: error instanceof Error ? error.message : String(error) };
  }
  parentPort?.postMessage({ job, ...told } satisfies FromPreviewWorker);
}

function run(gathered: Gathered, question: PreviewQuestion, isCancelled: () => boolean): FromPreviewWorker['preview'] {
  const stored = question.stored === null ? null : compileRule(question.stored);
  const known = [...gathered].map(([registryId, { registry, repositories }]) =>
    knownRegistry(registryId, registry, repositories, stored, question.now),
  );
  const steps = previewSteps(question.rule, known, question.slice);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    if (isCancelled()) return null;
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
    repositories: repositories.map(({ repository, names }) => ({ name: repository, tags: lines(names) })),
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
