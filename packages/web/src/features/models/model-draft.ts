/** The edit form's state, and the change that it says. A blank field is no edit: then the sources are believed. */
import {
  type FieldProblem,
  MODEL_FIELD_NAMES,
  type ModelDetail,
  type ModelField,
  ModelPatch,
  type ModelProfile,
} from '@pharos/contract';

export interface ProfileDraft {
  gpu: string;
  count: string;
  memoryGiB: string;
  precision: string;
  goal: '' | 'latency' | 'throughput';
  tensorParallelism: number | null;
  pipelineParallelism: number | null;
}

export type TextField = Exclude<ModelField, 'profiles'>;

export interface ModelDraft {
  texts: Readonly<Record<TextField, string>>;
  /** null: as the sources say. */
  profiles: readonly ProfileDraft[] | null;
}

export const TEXT_FIELDS = MODEL_FIELD_NAMES.filter((field): field is TextField => field !== 'profiles');

export const EMPTY_PROFILE: ProfileDraft = {
  gpu: '',
  count: '1',
  memoryGiB: '',
  precision: '',
  goal: '',
  tensorParallelism: null,
  pipelineParallelism: null,
};

/** What is edited already stands in the form; everything else is blank. */
export function draftOf({ facts }: Pick<ModelDetail, 'facts'>): ModelDraft {
  const texts = TEXT_FIELDS.map((field) => {
    const { source, value } = facts[field];
    return [field, source === 'edit' ? valueText(value) : ''];
  });
  const { source, value } = facts.profiles;
  return {
    texts: Object.fromEntries(texts) as ModelDraft['texts'],
    profiles: source === 'edit' && value !== null ? value.map(draftOfProfile) : null,
  };
}

/** A value as it is typed. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return '';
  return Array.isArray(value) ? value.join(', ') : String(value);
}

export function draftOfProfile(profile: ModelProfile): ProfileDraft {
  const { gpu, count, memoryGiB, precision, goal, tensorParallelism, pipelineParallelism } = profile;
  return {
    gpu,
    count: String(count),
    memoryGiB: memoryGiB === null ? '' : String(memoryGiB),
    precision: precision ?? '',
    goal: goal ?? '',
    tensorParallelism,
    pipelineParallelism,
  };
}

const NUMBERS: readonly TextField[] = ['contextLength', 'gpuCount', 'gpuMemoryGiB'];

/** The fields that differ from what is edited now; null takes an edit back. What does not fit comes back as problems. */
export function patchOf(
  draft: ModelDraft,
  model: Pick<ModelDetail, 'facts'>,
): { patch: ModelPatch; problems: Map<string, FieldProblem> } {
  const before = draftOf(model);
  const changes: Record<string, unknown> = {};
  for (const field of TEXT_FIELDS) {
    const text = draft.texts[field].trim();
    if (text !== before.texts[field]) changes[field] = text === '' ? null : typed(field, text);
  }
  if (JSON.stringify(draft.profiles) !== JSON.stringify(before.profiles)) {
    changes.profiles = draft.profiles === null ? null : draft.profiles.map(profileOf);
  }
  const checked = ModelPatch.safeParse(changes);
  if (checked.success) return { patch: checked.data, problems: new Map() };
  const problems = checked.error.issues.map((issue) => ({
    path: issue.path.join('.'),
    // The schema's own words for this are those of a programmer.
    message: issue.code === 'invalid_type' && issue.expected === 'number' ? 'Write a number.' : issue.message,
  }));
  return { patch: {}, problems: new Map(problems.map((problem) => [problem.path, problem])) };
}

function typed(field: TextField, text: string): unknown {
  if (NUMBERS.includes(field)) return numberOf(text);
  if (field !== 'precision') return text;
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** A text that is no number stays one, so that the schema says so. */
function numberOf(text: string): number | string {
  const number = Number(text.replaceAll(',', ''));
  return text.trim() === '' || Number.isNaN(number) ? text : number;
}

function profileOf(draft: ProfileDraft): unknown {
  const { gpu, count, memoryGiB, precision, goal, tensorParallelism, pipelineParallelism } = draft;
  return {
    gpu: gpu.trim(),
    count: numberOf(count),
    memoryGiB: memoryGiB.trim() === '' ? null : numberOf(memoryGiB),
    precision: precision.trim() === '' ? null : precision.trim(),
    goal: goal === '' ? null : goal,
    tensorParallelism,
    pipelineParallelism,
  };
}
