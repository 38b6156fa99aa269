/** The rule editor's state, and the rule that it says. Rows that are still blank are not part of the rule. */
import type { Kind, Rule, RuleSpec, TagSet } from '@pharos/contract';
import { type ClauseDraft, clausesOfDraft, draftOfClauses, NO_CLAUSES } from './clause-draft.ts';
import { numberOf, written } from './written.ts';

export { written };

type Version = NonNullable<TagSet['version']>;

export interface TagSetDraft {
  include: readonly string[];
  exclude: readonly string[];
  scheme: Version['scheme'];
  prerelease: Version['prerelease'];
  parsedOnly: boolean;
  pattern: string;
  range: string;
  floating: NonNullable<Version['floating']>;
  order: TagSet['order'];
  direction: 'asc' | 'desc';
  groupBy: readonly NonNullable<TagSet['groupBy']>[number][];
  mutability: NonNullable<TagSet['mutability']> | null;
  keep: string;
}

export interface RuleDraft extends ClauseDraft {
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
  pattern: '',
  range: '',
  floating: 'include',
  order: 'version',
  direction: 'desc',
  groupBy: [],
  mutability: null,
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
  ...NO_CLAUSES,
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
    ...draftOfClauses(rule),
  };
}

function draftOfSet(set: TagSet): TagSetDraft {
  return {
    include: orBlank(set.include),
    exclude: set.exclude,
    scheme: set.version?.scheme ?? null,
    prerelease: set.version?.prerelease ?? 'include',
    parsedOnly: set.version?.parsedOnly ?? false,
    pattern: set.version?.pattern ?? '',
    range: set.version?.range ?? '',
    floating: set.version?.floating ?? 'include',
    order: set.order,
    direction: set.direction ?? 'desc',
    groupBy: set.groupBy ?? [],
    mutability: set.mutability ?? null,
    keep: set.keep === undefined ? '' : String(set.keep),
  };
}

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
    ...clausesOfDraft(draft),
  };
}

/** The rule as it is previewed: name and description decide nothing, so typing them asks for no new preview. */
export const previewSpecOf = (draft: RuleDraft): RuleSpec => specOf({ ...draft, description: '' }, 'Preview');

/** The tag set that its draft says. */
export function setOf(draft: TagSetDraft): TagSet {
  const { scheme, prerelease, parsedOnly, order, floating, direction, groupBy, mutability } = draft;
  const range = draft.range.trim();
  const pattern = scheme === 'regex' ? draft.pattern.trim() : '';
  const isPlain = scheme === null && prerelease === 'include' && !parsedOnly;
  const isDefault = isPlain && range === '' && pattern === '' && floating === 'include';
  const version = {
    ...{ scheme, prerelease, parsedOnly },
    ...(range === '' ? {} : { range }),
    ...(pattern === '' ? {} : { pattern }),
    ...(floating === 'include' ? {} : { floating }),
  };
  const keep = numberOf(draft.keep);
  return {
    include: written(draft.include),
    exclude: written(draft.exclude),
    order,
    ...(isDefault ? {} : { version }),
    ...(direction === 'desc' ? {} : { direction }),
    ...(groupBy.length === 0 ? {} : { groupBy: [...groupBy] }),
    ...(mutability === null ? {} : { mutability }),
    ...(keep === undefined ? {} : { keep }),
  };
}

/** Nothing but the order, which decides nothing where nothing is counted. */
function isEverything(set: TagSet): boolean {
  const { include, exclude, order, ...said } = set;
  return include.length === 0 && exclude.length === 0 && order === 'version' && Object.keys(said).length === 0;
}
