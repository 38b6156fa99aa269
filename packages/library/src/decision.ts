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
  'over-keep': 'The rule keeps the newest ones only, and enough newer ones exist.',
};

/**
 * How far through the fixed order (exclude > include > pre-release, parsed only > order > keep) a tag came before it was
 * left out. When no tag set takes a tag, the reason of the set in which it came furthest is the one to show.
 */
export const REASON_STAGE: Readonly<Record<DecisionReason, number>> = {
  'repository-not-included': 0,
  'repository-excluded': 0,
  'artifact-tag': 1,
  'tag-excluded': 2,
  'tag-not-included': 3,
  prerelease: 4,
  release: 4,
  'version-unparsed': 5,
  'over-keep': 6,
  included: 7,
};
