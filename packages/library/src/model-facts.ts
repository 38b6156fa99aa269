/** The facts of a model, each from the first source that knows: a person's edit, the image, the catalogue, the name. */
import {
  MODEL_FIELD_NAMES,
  type ModelFact,
  type ModelFactSet,
  type ModelFactSource,
  type ModelField,
  type ModelTask,
  type ModelValue,
} from '@pharos/contract';
import { catalogFact } from './data/model-catalog.ts';
import { identityOfKey } from './model-identity.ts';
import type { ImageFacts } from './model-image-facts.ts';

/** What a person wrote: RFC 3339 time, and a name. */
export interface FieldEdit {
  readonly value: ModelValue;
  readonly by: string;
  readonly at: string;
}
export type FieldEdits = { readonly [F in ModelField]?: FieldEdit };

interface Known {
  readonly value: ModelValue;
  readonly source: ModelFactSource;
  readonly from: string | null;
  readonly url: string | null;
  readonly at: string | null;
}

/** Resolves every field. Of an edited one it says too what would stand there without the edit. */
export function modelFacts(key: string, image: ImageFacts, edits: FieldEdits): ModelFactSet {
  const stated = MODEL_FIELD_NAMES.map((field) => [field, factOf(field, key, image, edits)] as const);
  const facts = Object.fromEntries(stated) as unknown as ModelFactSet;
  return { ...facts, ...smallestProfile(facts) };
}

/** Where nobody states the GPU need but tested profiles are known, the smallest of them is what it takes at least. */
function smallestProfile({ gpuCount, gpuMemoryGiB, profiles }: ModelFactSet): Partial<ModelFactSet> {
  if (gpuCount.value !== null || gpuMemoryGiB.value !== null || profiles.value === null) return {};
  const [smallest] = profiles.value.toSorted(
    (a, b) => a.count - b.count || (a.memoryGiB ?? Number.MAX_VALUE) - (b.memoryGiB ?? Number.MAX_VALUE),
  );
  if (smallest === undefined) return {};
  const { source, url, at } = profiles;
  const from = source === 'edit' ? profiles.from : `smallest profile of ${profiles.from ?? 'its profiles'}`;
  const derived = { source, from, url, at, otherwise: null, otherwiseSource: null };
  return {
    gpuCount: { value: smallest.count, ...derived },
    gpuMemoryGiB: smallest.memoryGiB === null ? gpuMemoryGiB : { value: smallest.memoryGiB, ...derived },
  };
}

function factOf(field: ModelField, key: string, image: ImageFacts, edits: FieldEdits): ModelFact {
  const edit = edits[field];
  const beneath = fromImage(field, image) ?? fromCatalog(field, key) ?? fromName(field, key);
  const edited: Known | null =
    edit === undefined ? null : { value: edit.value, source: 'edit', from: edit.by, url: null, at: edit.at };
  const known = edited ?? beneath;
  return {
    value: known?.value ?? null,
    source: known?.source ?? null,
    from: known?.from ?? null,
    url: known?.url ?? null,
    at: known?.at ?? null,
    otherwise: edited === null ? null : (beneath?.value ?? null),
    otherwiseSource: edited === null ? null : (beneath?.source ?? null),
  } as ModelFact;
}

function fromImage(field: ModelField, image: ImageFacts): Known | null {
  const fact = image[field];
  return fact === undefined ? null : { value: fact.value, source: 'image', from: fact.from, url: null, at: null };
}

function fromCatalog(field: ModelField, key: string): Known | null {
  const fact = catalogFact(key, field);
  if (fact === null) return null;
  const { title, url, asOf } = fact.source;
  return { value: fact.value, source: 'catalogue', from: title, url, at: asOf };
}

/** What publishers write into names by habit; the weakest source, and shown as such. */
const TASKS: readonly [RegExp, ModelTask][] = [
  [/rerank/, 'rerank'],
  [/(?:^|[^a-z])(?:nv)?clip(?:[^a-z]|$)/, 'image-embedding'],
  [/embed/, 'embedding'],
  [/ocr/, 'ocr'],
  [/(?:^|-)(?:asr|tts|whisper|parakeet|canary)(?:-|$)/, 'speech'],
  [/(?:^|-)(?:instruct|chat)(?:-|$)/, 'text-generation'],
];

function fromName(field: ModelField, key: string): Known | null {
  const value = namedValue(field, key);
  return value === null ? null : { value, source: 'name', from: null, url: null, at: null };
}

function namedValue(field: ModelField, key: string): ModelValue | null {
  const { publisher, name } = identityOfKey(key);
  if (field === 'publisher') return publisher;
  if (field === 'task') return TASKS.find(([pattern]) => pattern.test(name))?.[1] ?? null;
  if (field !== 'parameters') return null;
  const size = /(?:^|[-_.])(\d{1,4}(?:\.\d{1,2})?)([bm])(?=$|[-_.])/.exec(name);
  return size === null ? null : `${size[1]}${size[2]!.toUpperCase()}`;
}
