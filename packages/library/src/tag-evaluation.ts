/**
 * What a rule says about the tags of a repository. Names only: nothing here costs a request.
 *
 * The order is fixed: exclude > include > pre-release, parsed only > order > keep. A rule takes the union of its tag
 * sets; when no set takes a tag, the reason of the set in which it came furthest stands.
 *
 * keep: with order `version` floating tags (`17`, `17-standard`, `latest`) stay in outside the count, for they point to
 * a version and are none; what cannot be read as a version counts as older than everything that can. With order `name`
 * every tag counts and the last in text order is the newest.
 */
import type { Kind } from '@pharos/contract';
import { type Decision, REASON_STAGE, type TagDecision } from './decision.ts';
import { Newest } from './newest.ts';
import { type CompiledRule, decideRepository, tagKind } from './rule.ts';
import type { CompiledTagSet } from './tag-set.ts';

/** Names handled between two `yield`s: well under a millisecond to a few, whatever the patterns. */
const STEP = 2_000;

/** Signatures, attestations, SBOMs by cosign's tag scheme, and the OCI referrers fall-back tag. */
const ARTIFACT_TAG = /^sha256-[a-f0-9]{64}(?:\.(?:sig|att|sbom))?$/;
const ARTIFACT: Decision = Object.freeze({ included: false, reason: 'artifact-tag', clause: null, text: null });

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
): TagEvaluation {
  const decided = drain(decideTags(rule, repository, tags, kind));
  return {
    included: tags.filter((_, index) => decided[index]!.included),
    decisions: tags.map((tag, index) => ({ tag, ...decided[index]! })),
  };
}

/**
 * The same in steps: yields every few thousand names, so that the caller can let its event loop run, and returns one
 * decision per tag, by index. Decisions are shared objects.
 */
export function* decideTags(
  rule: CompiledRule,
  repository: string,
  tags: readonly string[],
  kind: Kind | null = tagKind(rule, repository),
): Generator<void, Decision[]> {
  const ofRepository = decideRepository(rule, repository);
  const decided: Decision[] = tags.map(() => ofRepository);
  if (!ofRepository.included) return decided;
  for (let index = 0; index < tags.length; index += 1) {
    if (isArtifactTag(tags[index]!)) decided[index] = ARTIFACT;
    if (index % STEP === STEP - 1) yield;
  }
  const sets: Decision[][] = [];
  for (const set of rule.tagSets) sets.push(yield* decideSet(set, tags, decided, kind));
  for (let index = 0; sets.length > 0 && index < tags.length; index += 1) {
    if (decided[index] !== ARTIFACT) decided[index] = furthest(sets, index);
    if (index % STEP === STEP - 1) yield;
  }
  return decided;
}

function* decideSet(
  set: CompiledTagSet,
  tags: readonly string[],
  before: readonly Decision[],
  kind: Kind | null,
): Generator<void, Decision[]> {
  const decided = [...before];
  // With no more tags than it keeps there is nothing to rank.
  const newest = set.keep === null || set.keep >= tags.length ? null : new Newest(set.keep);
  for (let index = 0; index < tags.length; index += 1) {
    if (index % STEP === STEP - 1) yield;
    if (before[index] === ARTIFACT) continue;
    const outcome = set.decide(tags[index]!, kind);
    if (!('rank' in outcome)) {
      decided[index] = outcome;
      continue;
    }
    decided[index] = outcome.decision;
    if (newest === null || outcome.rank === null) continue;
    const dropped = newest.offer(outcome.rank, index);
    if (dropped !== null) decided[dropped] = set.overKeep;
  }
  return decided;
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
