import type { DecisionReason } from '@pharos/contract';

/** Why a name came in or stayed out. `clause` is the path of the deciding clause in the rule, `text` its value as written. */
export interface Decision {
  readonly included: boolean;
  readonly reason: DecisionReason;
  readonly clause: string | null;
  readonly text: string | null;
}

/** A decision about one tag. */
export interface TagDecision extends Decision {
  readonly tag: string;
}

/** What each reason means, in one sentence for a person. */
export const DECISION_SENTENCES: Readonly<Record<DecisionReason, string>> = {
  included: 'The rule takes it.',
  'repository-not-included': "None of the rule's repository patterns matches the repository.",
  'repository-excluded': 'A repository pattern of the rule excludes the repository.',
  'artifact-tag':
    'It is a signature, SBOM or attestation that belongs to another image, so it is attached to that image instead.',
  'tag-excluded': 'A tag pattern of the rule excludes it.',
  'tag-not-included': "None of the rule's tag patterns matches it.",
  prerelease: 'It is a pre-release, and the rule leaves pre-releases out.',
  release: 'It is not a pre-release, and the rule takes pre-releases only.',
  'version-unparsed': 'Its name is not a version in the scheme of the rule, and the rule takes versions only.',
  floating: 'It names no exact version, and the rule leaves such moving tags out.',
  'not-floating': 'It names an exact version, and the rule takes moving tags only.',
  'out-of-range': 'Its version is outside the range of the rule.',
  unread:
    'Its name does not decide it, and the image has not been read yet. The next scan reads it and decides; until then it stays out.',
  unreadable: 'Its name does not decide it, and what the registry holds under it cannot be read.',
  'artifact-type': 'What it holds is not of a type that the rule takes.',
  'platform-missing': 'The image is not there for the platforms that the rule requires.',
  annotation: 'The image does not have the annotation that the rule asks for.',
  'too-young': 'It is younger than the rule allows, and comes in when it is old enough.',
  'too-old': 'It is older than the rule allows.',
  'age-unknown':
    'Nobody tells a plausible time at which it was pushed or built, so its age cannot be judged and is not guessed.',
  'over-keep': 'The rule keeps a certain number only, and enough tags that come before it exist.',
};

/**
 * How far through the fixed order (exclude > include > version > platform, artifact, annotation > age > order > keep) a
 * tag came before it was left out. When no tag set takes a tag, the reason of the set in which it came furthest is the one
 * to show; a set that has not read it yet might still take it, so that comes after all others.
 */
export const REASON_STAGE: Readonly<Record<DecisionReason, number>> = {
  'repository-not-included': 0,
  'repository-excluded': 0,
  'artifact-tag': 1,
  'tag-excluded': 2,
  'tag-not-included': 3,
  'version-unparsed': 4,
  'out-of-range': 5,
  prerelease: 6,
  release: 6,
  floating: 7,
  'not-floating': 7,
  unreadable: 8,
  'platform-missing': 9,
  'artifact-type': 10,
  annotation: 11,
  'too-young': 12,
  'too-old': 12,
  'age-unknown': 12,
  'over-keep': 13,
  unread: 14,
  included: 15,
};
