/** The editor's state of the clauses that look beyond names, and the clauses that it says. */
import { type AnnotationClause, clausesOf, type RuleClauses } from '@pharos/contract';
import { numberOf, written } from './written.ts';

export interface AnnotationDraft {
  key: string;
  test: 'equals' | 'matches' | 'exists' | 'absent';
  value: string;
}

export interface ClauseDraft {
  platforms: readonly string[];
  platformMode: 'all' | 'any';
  /** Of what media type images have to be; empty: any. */
  mediaTypes: NonNullable<RuleClauses['artifacts']>['mediaTypes'];
  artifactTypes: readonly string[];
  takesAttached: boolean;
  annotations: readonly AnnotationDraft[];
  minAge: string;
  maxAge: string;
  hcpTags: readonly string[];
  mutability: NonNullable<RuleClauses['mutability']>;
  keepsVanished: boolean;
  headBudget: string;
  /** As the registry, at least so long apart, or after the times of a cron line. */
  reads: 'with-registry' | 'every' | 'cron';
  every: string;
  cron: string;
  zone: string;
}

export const NO_CLAUSES: ClauseDraft = {
  platforms: [],
  platformMode: 'all',
  mediaTypes: [],
  artifactTypes: [],
  takesAttached: false,
  annotations: [],
  minAge: '',
  maxAge: '',
  hcpTags: [],
  mutability: 'auto',
  keepsVanished: false,
  headBudget: '',
  reads: 'with-registry',
  every: '',
  cron: '',
  zone: '',
};

export function draftOfClauses(rule: RuleClauses): ClauseDraft {
  const { platforms, artifacts, annotations = [], age, headBudget, schedule } = rule;
  return {
    platforms: platforms?.require ?? [],
    platformMode: platforms?.mode ?? 'all',
    mediaTypes: artifacts?.mediaTypes ?? [],
    artifactTypes: artifacts?.artifactTypes ?? [],
    takesAttached: artifacts?.exclude === 'none',
    annotations: annotations.map(draftOfAnnotation),
    minAge: age?.min ?? '',
    maxAge: age?.max ?? '',
    hcpTags: rule.hcpTags ?? [],
    mutability: rule.mutability ?? 'auto',
    keepsVanished: rule.onVanish === 'keep',
    headBudget: headBudget === undefined ? '' : String(headBudget),
    reads: schedule === undefined ? 'with-registry' : schedule.every === undefined ? 'cron' : 'every',
    every: schedule?.every ?? '',
    cron: schedule?.cron ?? '',
    zone: schedule?.zone ?? '',
  };
}

function draftOfAnnotation({ key, equals, matches, exists }: AnnotationClause): AnnotationDraft {
  if (equals !== undefined) return { key, test: 'equals', value: equals };
  if (matches !== undefined) return { key, test: 'matches', value: matches };
  return { key, test: exists ? 'exists' : 'absent', value: '' };
}

/** The clauses that the draft says; those that say what goes without saying are not there. */
export function clausesOfDraft(draft: ClauseDraft): RuleClauses {
  const require = written(draft.platforms);
  const artifactTypes = written(draft.artifactTypes);
  const hcpTags = written(draft.hcpTags);
  const annotations = draft.annotations.filter(({ key }) => key.trim() !== '').map(annotationOf);
  const [min, max] = [draft.minAge.trim(), draft.maxAge.trim()];
  const saysArtifacts = draft.mediaTypes.length > 0 || artifactTypes.length > 0 || draft.takesAttached;
  return clausesOf({
    platforms: require.length === 0 ? null : { require, mode: draft.platformMode },
    artifacts: saysArtifacts
      ? { mediaTypes: draft.mediaTypes, artifactTypes, exclude: draft.takesAttached ? 'none' : 'default' }
      : null,
    annotations: annotations.length === 0 ? null : annotations,
    age: min === '' && max === '' ? null : { ...(min === '' ? {} : { min }), ...(max === '' ? {} : { max }) },
    hcpTags: hcpTags.length === 0 ? null : hcpTags,
    mutability: draft.mutability === 'auto' ? null : draft.mutability,
    onVanish: draft.keepsVanished ? 'keep' : null,
    headBudget: numberOf(draft.headBudget) ?? null,
    schedule: scheduleOf(draft),
  });
}

/** A field that is still empty says nothing yet. */
function scheduleOf({ reads, ...draft }: ClauseDraft): NonNullable<RuleClauses['schedule']> | null {
  const [every, cron, zone] = [draft.every.trim(), draft.cron.trim(), draft.zone.trim()];
  if (reads === 'every' && every !== '') return { every };
  if (reads === 'cron' && cron !== '') return { cron, ...(zone === '' ? {} : { zone }) };
  return null;
}

function annotationOf({ key, test, value }: AnnotationDraft): AnnotationClause {
  const name = key.trim();
  if (test === 'equals') return { key: name, equals: value };
  return test === 'matches' ? { key: name, matches: value.trim() } : { key: name, exists: test === 'exists' };
}
