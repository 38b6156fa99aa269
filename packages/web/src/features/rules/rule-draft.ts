/** The rule editor's state, and the rule that it says. Rows that are still blank are not part of the rule. */
import { clausesOf, type Kind, type Rule, type RuleClauses, type RuleSpec, type TagSet } from '@pharos/contract';

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

export interface RuleDraft {
  name: string;
  enabled: boolean;
  registryId: string | null;
  kind: Kind | null;
  description: string;
  include: readonly string[];
  exclude: readonly string[];
  tags: readonly TagSetDraft[];
  platforms: string;
  platformMode: 'all' | 'any';
  minAge: string;
  maxAge: string;
  hcpTags: string;
  headBudget: string;
  mutability: NonNullable<RuleClauses['mutability']>;
  keepsVanished: boolean;
  /** What the form has no field for stays as it is. */
  others: RuleClauses;
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

const NO_CLAUSES = {
  platforms: '',
  platformMode: 'all',
  minAge: '',
  maxAge: '',
  hcpTags: '',
  headBudget: '',
  mutability: 'auto',
  keepsVanished: false,
  others: {},
} as const;

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
    platforms: rule.platforms?.require.join(', ') ?? '',
    platformMode: rule.platforms?.mode ?? 'all',
    minAge: rule.age?.min ?? '',
    maxAge: rule.age?.max ?? '',
    hcpTags: rule.hcpTags?.join(', ') ?? '',
    headBudget: rule.headBudget === undefined ? '' : String(rule.headBudget),
    mutability: rule.mutability ?? 'auto',
    keepsVanished: rule.onVanish === 'keep',
    others: { artifacts: rule.artifacts, annotations: rule.annotations },
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
    ...clausesOfDraft(draft),
  };
}

/** The clauses that the draft says; those that it does not have are not there. */
export function clausesOfDraft(draft: RuleDraft): RuleClauses {
  const require = listOf(draft.platforms);
  const [min, max] = [draft.minAge.trim(), draft.maxAge.trim()];
  const headBudget = Number.parseInt(draft.headBudget, 10);
  const clauses: { [Key in keyof RuleClauses]: RuleClauses[Key] | null } = {
    ...draft.others,
    platforms: require.length === 0 ? null : { require, mode: draft.platformMode },
    age: min === '' && max === '' ? null : { ...(min === '' ? {} : { min }), ...(max === '' ? {} : { max }) },
    hcpTags: listOf(draft.hcpTags).length === 0 ? null : listOf(draft.hcpTags),
    headBudget: Number.isInteger(headBudget) && headBudget > 0 ? headBudget : null,
    mutability: draft.mutability === 'auto' ? null : draft.mutability,
    onVanish: draft.keepsVanished ? 'keep' : null,
  };
  return clausesOf(clauses);
}

const listOf = (text: string): string[] => written(text.split(','));

/** Whether the draft says anything of the rarer kind, so that the form opens that part. */
export const hasClauses = (draft: RuleDraft): boolean => Object.keys(clausesOfDraft(draft)).length > 0;

/** The rule as it is previewed: name and description decide nothing, so typing them asks for no new preview. */
export const previewSpecOf = (draft: RuleDraft): RuleSpec => specOf({ ...draft, description: '' }, 'Preview');

function setOf(draft: TagSetDraft): TagSet {
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
  const keep = Number.parseInt(draft.keep, 10);
  return {
    include: written(draft.include),
    exclude: written(draft.exclude),
    order,
    ...(isDefault ? {} : { version }),
    ...(direction === 'desc' ? {} : { direction }),
    ...(groupBy.length === 0 ? {} : { groupBy: [...groupBy] }),
    ...(mutability === null ? {} : { mutability }),
    ...(Number.isInteger(keep) && keep > 0 ? { keep } : {}),
  };
}

function isEverything(set: TagSet): boolean {
  const plain = set.include.length === 0 && set.exclude.length === 0 && set.order === 'version';
  return plain && set.mutability === undefined && set.version === undefined && set.keep === undefined;
}
