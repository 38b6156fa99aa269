/**
 * What a rule says about the tags of a repository.
 *
 * The order is fixed: exclude > include > version (readable, range, pre-release, floating) > platform, artifact,
 * annotation > age > order > keep. Everything up to the version is told by names and costs no request. The rest needs
 * facts (tag-facts.ts): without them a tag that such a clause would decide is `unread`, which is an answer and no guess.
 * A rule takes the union of its tag sets; when no set takes a tag, the reason of the set in which it came furthest stands.
 *
 * keep: with order `version` floating tags (`17`, `17-standard`, `latest`) stay in outside the count, for they point to
 * a version and are none; what cannot be read as a version counts as older than everything that can. With every other
 * order each tag counts.
 */
import type { Kind, Mutability } from '@pharos/contract';
import { type Decision, REASON_STAGE, type TagDecision } from './decision.ts';
import { Newest } from './newest.ts';
import { type CompiledRule, decideRepository, tagKind } from './rule.ts';
import { type Placed, Selection, type Wanted } from './selection.ts';
import { type KnownFacts, NO_FACTS } from './tag-facts.ts';
import type { CompiledTagSet } from './tag-set.ts';

/** Names handled between two `yield`s: well under a millisecond to a few, whatever the patterns. */
const STEP = 2_000;

/** Signatures, attestations, SBOMs by cosign's tag scheme, and the OCI referrers fall-back tag. */
const ARTIFACT_TAG = /^sha256-[a-f0-9]{64}(?:\.(?:sig|att|sbom))?$/;
const ARTIFACT: Decision = Object.freeze({
  included: false,
  reason: 'artifact-tag',
  clause: 'artifacts.exclude',
  text: 'default',
});

/** Whether a tag belongs to another image (its signature, SBOM …) and is never listed as an image itself. */
export function isArtifactTag(tag: string): boolean {
  return tag.startsWith('sha256-') && ARTIFACT_TAG.test(tag);
}

/** What a rule says about a list of tags. */
export interface TagEvaluation {
  readonly included: string[];
  readonly decisions: TagDecision[];
}

/** Decides every tag, in the order given. A repository that the rule does not take gives its reason to all of them. */
export function evaluateTags(
  rule: CompiledRule,
  repository: string,
  tags: readonly string[],
  kind: Kind | null = tagKind(rule, repository),
  facts: KnownFacts = NO_FACTS,
): TagEvaluation {
  const decided = drain(decideTags(rule, repository, tags, kind, facts));
  return {
    included: tags.filter((_, index) => decided[index]!.included),
    decisions: tags.map((tag, index) => ({ tag, ...decided[index]! })),
  };
}

/**
 * The same in steps, and returns one decision per tag, by index. Decisions are shared objects. It yields every few
 * thousand names, so that the caller can let its event loop run, and whenever it wants to know more: a list of tags then,
 * which `facts` answers when the caller has read them; whoever cannot read just goes on.
 */
export function* decideTags(
  rule: CompiledRule,
  repository: string,
  tags: readonly string[],
  kind: Kind | null = tagKind(rule, repository),
  facts: KnownFacts = NO_FACTS,
): Generator<Wanted, Decision[]> {
  const ofRepository = decideRepository(rule, repository);
  const decided: Decision[] = tags.map(() => ofRepository);
  if (!ofRepository.included) return decided;
  for (let index = 0; rule.leavesArtifacts && index < tags.length; index += 1) {
    if (isArtifactTag(tags[index]!)) decided[index] = ARTIFACT;
    if (index % STEP === STEP - 1) yield;
  }
  const compiled = rule.tagSets.length === 0 && rule.metadata.length > 0 ? [everyTag(ofRepository)] : rule.tagSets;
  const sets: Decision[][] = [];
  for (const set of compiled) sets.push(yield* decideSet(rule, set, tags, decided, kind, facts));
  for (let index = 0; sets.length > 0 && index < tags.length; index += 1) {
    if (decided[index] !== ARTIFACT) decided[index] = furthest(sets, index);
    if (index % STEP === STEP - 1) yield;
  }
  return decided;
}

/** Whether the rule takes a tag as far as its name goes; keep and what has to be read are left aside. */
export function takesByName(rule: CompiledRule, repository: string, tag: string): boolean {
  if (!decideRepository(rule, repository).included || (rule.leavesArtifacts && isArtifactTag(tag))) return false;
  const kind = tagKind(rule, repository);
  return rule.tagSets.length === 0 || rule.tagSets.some((set) => 'rank' in set.decide(tag, kind));
}

/** Whether the tag may move, by the rule that took it with this decision: of its tag set, else of the rule. */
export function mutabilityOf(rule: CompiledRule, { clause }: Decision): Mutability {
  const set = clause === null ? null : /^tags\.(\d+)/.exec(clause);
  return (set === null ? null : rule.tagSets[Number(set[1])]?.mutability) ?? rule.spec.mutability ?? 'auto';
}

function* decideSet(
  rule: CompiledRule,
  set: CompiledTagSet,
  tags: readonly string[],
  before: readonly Decision[],
  kind: Kind | null,
  facts: KnownFacts,
): Generator<Wanted, Decision[]> {
  const decided = [...before];
  const looksBeyond = rule.metadata.length > 0 || set.timeOrder !== null;
  const candidates: Placed[] = [];
  const groups = new Map<string, Newest>();
  for (let index = 0; index < tags.length; index += 1) {
    if (index % STEP === STEP - 1) yield;
    if (before[index] === ARTIFACT) continue;
    const tag = tags[index]!;
    const outcome = set.decide(tag, kind);
    if (!('rank' in outcome)) {
      decided[index] = outcome;
      continue;
    }
    decided[index] = outcome.decision;
    if (looksBeyond) candidates.push({ ...outcome, tag, index });
    else if (set.keep !== null && outcome.rank !== null) {
      let newest = groups.get(outcome.group);
      if (newest === undefined) {
        newest = new Newest(set.keep, set.direction);
        groups.set(outcome.group, newest);
      }
      const dropped = newest.offer(outcome.rank, index);
      if (dropped !== null) decided[dropped] = set.overKeep;
    }
  }
  if (looksBeyond) yield* new Selection(set, rule.metadata, facts, decided).run(candidates);
  return decided;
}

/** What a rule without tag sets takes: every tag of the repository, by the clause that takes the repository. */
function everyTag(decision: Decision): CompiledTagSet {
  const taken = { decision, rank: null, group: '' };
  return {
    keep: null,
    direction: 'desc',
    timeOrder: null,
    mutability: null,
    overKeep: decision,
    unread: decision,
    unreadable: decision,
    decide: () => taken,
  };
}

function furthest(sets: readonly Decision[][], index: number): Decision {
  let best = sets[0]![index]!;
  for (const set of sets) {
    const decision = set[index]!;
    if (REASON_STAGE[decision.reason] > REASON_STAGE[best.reason]) best = decision;
  }
  return best;
}

/** Runs a generator of steps to its end at once. */
export function drain<T>(steps: Generator<unknown, T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value as T;
  }
}
