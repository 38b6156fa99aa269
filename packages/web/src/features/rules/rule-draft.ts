/** The rule editor's state, and the rule that it says. Rows that are still blank are not part of the rule. */
import type { Kind, Rule, RuleSpec, TagSet } from '@pharos/contract';

type Version = NonNullable<TagSet['version']>;

export interface TagSetDraft {
  include: readonly string[];
  exclude: readonly string[];
  scheme: Version['scheme'];
  prerelease: Version['prerelease'];
  parsedOnly: boolean;
  order: TagSet['order'];
  keep: string;
}

export interface RuleDraft {
  name: string;
  enabled: boolean;
  registryId: string | null;
  kind: Kind | null;
  description: string;
  include: readonly string[];
  exclude: readonly string[];
  tags: readonly TagSetDraft[];
}

export const EMPTY_TAG_SET: TagSetDraft = {
  include: [''],
  exclude: [],
  scheme: null,
  prerelease: 'include',
  parsedOnly: false,
  order: 'version',
  keep: '',
};

export const emptyDraft = (registryId: string | null): RuleDraft => ({
  name: '',
  enabled: true,
  registryId,
  kind: null,
  description: '',
  include: [''],
  exclude: [],
  tags: [EMPTY_TAG_SET],
});

const orBlank = (patterns: readonly string[]) => (patterns.length === 0 ? [''] : patterns);

export function draftOf(rule: Rule): RuleDraft {
  return {
    name: rule.name,
    enabled: rule.enabled,
    registryId: rule.registryId,
    kind: rule.kind,
    description: rule.description,
    include: orBlank(rule.repositories.include),
    exclude: rule.repositories.exclude,
    tags: rule.tags.length === 0 ? [EMPTY_TAG_SET] : rule.tags.map(draftOfSet),
  };
}

function draftOfSet(set: TagSet): TagSetDraft {
  return {
    include: orBlank(set.include),
    exclude: set.exclude,
    scheme: set.version?.scheme ?? null,
    prerelease: set.version?.prerelease ?? 'include',
    parsedOnly: set.version?.parsedOnly ?? false,
    order: set.order,
    keep: set.keep === undefined ? '' : String(set.keep),
  };
}

/** Patterns without blank rows and without blanks around them. */
export const written = (patterns: readonly string[]): string[] =>
  patterns.map((pattern) => pattern.trim()).filter((pattern) => pattern !== '');

/** Which place in the rule a row has, as errors name it; null for a blank row. */
export function placeOf(patterns: readonly string[], row: number): number | null {
  if ((patterns[row] ?? '').trim() === '') return null;
  return written(patterns.slice(0, row)).length;
}

/** The rule that the draft says; `name` stands in while it has none, so that a preview needs no name. */
export function specOf(draft: RuleDraft, name = draft.name.trim()): RuleSpec {
  const sets = draft.tags.map(setOf);
  return {
    name,
    enabled: draft.enabled,
    registryId: draft.registryId,
    kind: draft.kind,
    description: draft.description.trim(),
    repositories: { include: written(draft.include), exclude: written(draft.exclude) },
    tags: sets.every(isEverything) ? [] : sets,
  };
}

/** The rule as it is previewed: name and description decide nothing, so typing them asks for no new preview. */
export const previewSpecOf = (draft: RuleDraft): RuleSpec => specOf({ ...draft, description: '' }, 'Preview');

function setOf(draft: TagSetDraft): TagSet {
  const { scheme, prerelease, parsedOnly, order } = draft;
  const isDefault = scheme === null && prerelease === 'include' && !parsedOnly;
  const keep = Number.parseInt(draft.keep, 10);
  return {
    include: written(draft.include),
    exclude: written(draft.exclude),
    order,
    ...(isDefault ? {} : { version: { scheme, prerelease, parsedOnly } }),
    ...(Number.isInteger(keep) && keep > 0 ? { keep } : {}),
  };
}

function isEverything(set: TagSet): boolean {
  const plain = set.include.length === 0 && set.exclude.length === 0 && set.order === 'version';
  return plain && set.version === undefined && set.keep === undefined;
}
