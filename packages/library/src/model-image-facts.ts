/**
 * What a model image says of its model: its configuration (model-config.ts), NIM's labels, and annotations of the manifest. Weights are
 * never read.
 */
import type { ModelField, ModelFormat, ModelValue, Observation } from '@pharos/contract';
import { MODEL_FIELDS } from '@pharos/contract';
import { cleanText } from './clean-text.ts';
import { fromAnnotation, stated } from './evidence.ts';
import { recogniseKind } from './kind.ts';
import { contextLengthsSaid, taskSaid, textsSaid } from './model-config.ts';

/** A fact of the image, and the exact place it was read from. */
export interface ImageFact {
  readonly value: ModelValue;
  readonly from: string;
}
export type ImageFacts = { readonly [F in ModelField]?: ImageFact };

const FORMATS: Readonly<Record<string, ModelFormat>> = {
  nim: 'nim',
  modelcar: 'modelcar',
  modelpack: 'modelpack',
  'docker-model': 'docker-model',
  modelkit: 'modelkit',
  ollama: 'ollama',
};

/** How a model image is packed. An ordinary image that a rule declares a model is a container. */
export function modelFormat(observation: Observation, repository: string): ModelFormat {
  return FORMATS[recogniseKind(observation, repository, null).subkind ?? ''] ?? 'container';
}

/** Reads the facts of one image. Never throws; whatever does not fit a field's bounds is left out. */
export function modelImageFacts(observation: Observation): ImageFacts {
  const facts: { [F in ModelField]?: ImageFact } = {};
  const take = (field: ModelField, value: unknown, from: string) => {
    if (facts[field] !== undefined || value === null || value === undefined) return;
    const checked = MODEL_FIELDS[field].safeParse(value);
    if (checked.success) facts[field] = { value: checked.data, from };
  };
  ofConfig(observation.artifactConfig ?? {}, take);
  if (stated(observation, 'com.nvidia.nim.type')?.value === 'llm')
    take('task', 'text-generation', 'label com.nvidia.nim.type');
  // Annotations only: labels are inherited from the base image, whose licence and description they then are.
  for (const [field, key] of ANNOTATIONS) {
    const said = fromAnnotation(observation, key);
    if (said !== null) take(field, cleanText(said.value, field === 'description' ? 4000 : 2000), `annotation ${key}`);
  }
  return facts;
}

const ANNOTATIONS: readonly [ModelField, string][] = [
  ['licence', 'org.opencontainers.image.licenses'],
  ['description', 'org.opencontainers.image.description'],
  ['link', 'org.opencontainers.image.documentation'],
  ['link', 'org.opencontainers.image.url'],
];

type Take = (field: ModelField, value: unknown, from: string) => void;

const TEXTS = ['parameters', 'licence', 'publisher', 'description', 'link'] as const;

function ofConfig(config: Readonly<Record<string, unknown>>, take: Take): void {
  for (const field of TEXTS) for (const { value, path } of textsSaid(config, field)) take(field, value, said(path));
  const precisions = textsSaid(config, 'precision');
  if (precisions.length > 0) {
    const values = [...new Set(precisions.map(({ value }) => value))];
    take('precision', values, said([precisions.map(({ path }) => path.join('.')).join(', ')]));
  }
  for (const { value, path } of contextLengthsSaid(config)) take('contextLength', value, said(path));
  const task = taskSaid(config);
  if (task !== null) take('task', task.value, said(task.path));
}

const said = (path: readonly string[]) => `configuration ${path.join('.')}`;
