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
  const facts = MODEL_FIELD_NAMES.map((field) => [field, factOf(field, key, image, edits)] as const);
  return Object.fromEntries(facts) as unknown as ModelFactSet;
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
