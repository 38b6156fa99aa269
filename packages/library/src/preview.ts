/** What a rule would import, before it is saved, over names and facts already known. */
import type { Preview, RuleSpec } from '@pharos/contract';
import type { Decision } from './decision.ts';
import { type CompiledRule, compileRule, decideRepository, needsCatalog, tagKind } from './rule.ts';
import { ruleMessages } from './rule-messages.ts';
import { decideTags, drain, mutabilityOf } from './tag-evaluation.ts';
import type { KnownFacts } from './tag-facts.ts';
import { defaultScheme, isBuildStamped, parseVersion, type Scheme } from './version.ts';

/** The names known of one registry. */
export interface KnownRegistry {
  readonly registryId: string;
  readonly registry: string;
  readonly repositories: readonly { readonly name: string; readonly tags: readonly string[] }[];
  /** What is known of a repository's tags beyond their names. */
  readonly facts?: (repository: string) => KnownFacts;
  /** Whether the library holds the tag now (present or missing). */
  readonly inLibrary?: (repository: string, tag: string) => boolean;
  /** Whether the stored form of the previewed rule holds the tag now; for `leaving`. */
  readonly heldByRule?: (repository: string, tag: string) => boolean;
}

/** Which slice of `included` and of `excluded` to answer (the same for both). */
export interface PreviewSlice {
  readonly limit: number;
  readonly offset: number;
}

/** The preview without `known`, which the caller has (when were the names listed). */
export type RulePreview = Omit<Preview, 'known'>;

/** Tags that a registry lists per request, for the estimate. */
const PAGE = 1_000;
/** Requests for a new single-platform image: manifest and config. An index costs one more per platform, on demand. */
const REQUESTS_PER_IMAGE = 2;
/** Names handled between two yields. */
const STEP = 2_000;

/** The whole preview at once. Throws PatternError. */
export function previewRule(spec: RuleSpec, known: readonly KnownRegistry[], slice: PreviewSlice): RulePreview {
  return drain(previewSteps(spec, known, slice));
}

/**
 * The preview in steps: yields every few thousand names, so that a server can let its event loop run in between, and
 * returns the preview. Tags of repositories that the rule does not take stand behind all others in `excluded`. Throws PatternError.
 */
export function* previewSteps(
  spec: RuleSpec,
  known: readonly KnownRegistry[],
  slice: PreviewSlice,
): Generator<void, RulePreview> {
  const preview = new GrowingPreview(spec, slice);
  for (const registry of known) yield* preview.add(registry);
  return yield* preview.finish();
}

/**
 * A preview that takes names while more of them are still read: the same answer, whatever pieces they come in, as long as
 * registries and repositories come in the same order. Throws PatternError.
 */
export class GrowingPreview {
  readonly #spec: RuleSpec;
  readonly #rule: CompiledRule;
  readonly #tally: Tally;
  /** Registries that cost a listing of their repositories. */
  readonly #listed = new Set<string>();
  readonly #left: { registry: KnownRegistry; repository: Repository; decision: Decision }[] = [];
  #seen = 0;

  constructor(spec: RuleSpec, slice: PreviewSlice) {
    this.#spec = spec;
    this.#rule = compileRule(spec);
    this.#tally = new Tally(slice);
  }

  /** A registry, or some of its repositories. */
  *add(registry: KnownRegistry): Generator<void, void> {
    const { registryId } = this.#spec;
    if (registryId !== null && registryId !== registry.registryId) return;
    if (needsCatalog(this.#spec) && !this.#listed.has(registry.registryId)) {
      this.#listed.add(registry.registryId);
      this.#tally.cost.requests += 1;
      this.#tally.cost.perScan += 1;
    }
    for (const repository of registry.repositories) {
      if (++this.#seen % STEP === 0) yield;
      const decision = decideRepository(this.#rule, repository.name);
      if (decision.included) yield* takenRepository(this.#rule, registry, repository, this.#tally);
      else this.#left.push({ registry, repository, decision });
    }
  }

  *finish(): Generator<void, RulePreview> {
    for (const { registry, repository, decision } of this.#left) {
      if (++this.#seen % STEP === 0) yield;
      yield* leftRepository(registry, repository, decision, this.#tally);
    }
    const { included, excluded, fresh, leaving, counts, cost } = this.#tally;
    return { included, excluded, new: fresh, leaving, counts, cost, messages: ruleMessages(this.#spec, counts) };
  }
}

type Repository = KnownRegistry['repositories'][number];

function* takenRepository(
  rule: CompiledRule,
  registry: KnownRegistry,
  { name, tags }: Repository,
  tally: Tally,
): Generator<void, void> {
  const kind = tagKind(rule, name);
  const scheme = defaultScheme(kind);
  const decided = yield* stepsOnly(decideTags(rule, name, tags, kind, registry.facts?.(name)));
  const pages = Math.max(1, Math.ceil(tags.length / PAGE));
  tally.counts.repositories += 1;
  tally.cost.requests += pages;
  tally.cost.perScan += pages;
  for (let index = 0; index < decided.length; index += 1) {
    const tag = tags[index]!;
    const decision = decided[index]!;
    const moves = decision.included && mayMove(rule, scheme, tag, decision);
    tally.add(registry, name, tag, decision, moves);
    if (index % STEP === STEP - 1) yield;
  }
}

/** A preview asks nobody: what would have to be read stays open, and its price is told. */
function* stepsOnly<T>(steps: Generator<unknown, T>): Generator<void, T> {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value as T;
    yield;
  }
}

function mayMove(rule: CompiledRule, scheme: Scheme, tag: string, decision: Decision): boolean {
  const mutability = mutabilityOf(rule, decision);
  return mutability === 'auto' ? !isBuildStamped(parseVersion(scheme, tag)) : mutability === 'mutable';
}

function* leftRepository(
  registry: KnownRegistry,
  { name, tags }: Repository,
  decision: Decision,
  tally: Tally,
): Generator<void, void> {
  for (let index = 0; index < tags.length; index += 1) {
    tally.add(registry, name, tags[index]!, decision);
    if (index % STEP === STEP - 1) yield;
  }
}

class Tally {
  readonly included: Preview['included'] = [];
  readonly excluded: Preview['excluded'] = [];
  readonly fresh: Preview['new'] = [];
  readonly leaving: Preview['leaving'] = [];
  readonly counts = {
    repositories: 0,
    included: 0,
    excluded: 0,
    reasons: {} as Record<string, number>,
    unread: 0,
    new: 0,
    leaving: 0,
  };
  readonly cost = { requests: 0, toDecide: 0, perScan: 0 };
  readonly #slice: PreviewSlice;

  constructor(slice: PreviewSlice) {
    this.#slice = slice;
  }

  /** `moves`: the tag names no exact build, so every scan asks whether it moved. */
  add(registry: KnownRegistry, repository: string, tag: string, decision: Decision, moves = false): void {
    if (decision.included) this.#include(registry, repository, tag, moves);
    else this.#exclude(registry, repository, tag, decision);
  }

  #include({ registryId, registry, inLibrary }: KnownRegistry, repository: string, tag: string, moves: boolean): void {
    if (this.#isInSlice(this.counts.included)) this.included.push({ registryId, registry, repository, tag });
    this.counts.included += 1;
    this.cost.perScan += moves ? 1 : 0;
    if (inLibrary?.(repository, tag) === true) {
      this.cost.requests += moves ? 1 : 0;
      return;
    }
    if (this.#isInSlice(this.counts.new)) this.fresh.push({ registryId, registry, repository, tag });
    this.counts.new += 1;
    this.cost.requests += REQUESTS_PER_IMAGE;
  }

  #exclude(
    { registryId, registry, heldByRule }: KnownRegistry,
    repository: string,
    tag: string,
    decision: Decision,
  ): void {
    const { reason, clause, text } = decision;
    const item = { registryId, registry, repository, tag, reason, clause, text };
    if (this.#isInSlice(this.counts.excluded)) this.excluded.push(item);
    this.counts.excluded += 1;
    this.counts.reasons[reason] = (this.counts.reasons[reason] ?? 0) + 1;
    if (reason === 'unread') {
      this.counts.unread += 1;
      this.cost.toDecide += REQUESTS_PER_IMAGE;
      this.cost.requests += REQUESTS_PER_IMAGE;
    }
    // What a scan has yet to read may well stay.
    if (reason === 'unread' || heldByRule?.(repository, tag) !== true) return;
    if (this.#isInSlice(this.counts.leaving)) this.leaving.push(item);
    this.counts.leaving += 1;
  }

  #isInSlice(position: number): boolean {
    return position >= this.#slice.offset && position < this.#slice.offset + this.#slice.limit;
  }
}
