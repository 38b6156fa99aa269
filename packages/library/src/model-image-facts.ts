/**
 * What a model image says of its model: the configurations of ModelPack, Docker model, ModelKit and Ollama artifacts,
 * NIM's labels, and annotations of the manifest. Weights are never read. Sources: CNCF model-spec config.md; docker/
 * model-runner pkg/distribution; kitops Kitfile reference; ollama server/images.go.
 */
import type { ModelField, ModelFormat, ModelTask, ModelValue, Observation } from '@pharos/contract';
import { MODEL_FIELDS } from '@pharos/contract';
import { cleanText } from './clean-text.ts';
import { fromAnnotation, stated } from './evidence.ts';
import { recogniseKind } from './kind.ts';

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
type Config = Readonly<Record<string, unknown>>;

/** Path in the configuration → field. The formats do not share a path with two meanings. */
const PATHS: readonly [ModelField, ...string[]][] = [
  ['parameters', 'config', 'paramSize'],
  ['parameters', 'config', 'parameters'],
  ['parameters', 'model', 'parameters'],
  ['parameters', 'model_type'],
  ['licence', 'package', 'license'],
  ['licence', 'model', 'license'],
  ['licence', 'config', 'gguf', 'general.license'],
  ['publisher', 'descriptor', 'vendor'],
  ['description', 'descriptor', 'description'],
  ['description', 'package', 'description'],
  ['description', 'model', 'description'],
  ['link', 'descriptor', 'docURL'],
  ['link', 'descriptor', 'sourceURL'],
];

const PRECISIONS = [['config', 'precision'], ['config', 'quantization'], ['file_type']] as const;

function ofConfig(config: Config, take: Take): void {
  for (const [field, ...path] of PATHS) take(field, textAt(config, path), said(path));
  const licences = listAt(config, ['descriptor', 'licenses']);
  if (licences.length > 0) take('licence', licences.join(', '), said(['descriptor', 'licenses']));
  const precisions = PRECISIONS.filter((path) => textAt(config, path) !== null);
  if (precisions.length > 0) {
    const values = [...new Set(precisions.map((path) => textAt(config, path)!))];
    take('precision', values, said([precisions.map((path) => path.join('.')).join(', ')]));
  }
  take('contextLength', wholeNumber(valueAt(config, ['config', 'context_size'])), said(['config', 'context_size']));
  const gguf = recordOf(valueAt(config, ['config', 'gguf']));
  for (const name of Object.keys(gguf).filter((key) => /^[a-z0-9_-]+\.context_length$/.test(key))) {
    take('contextLength', wholeNumber(gguf[name]), said(['config', 'gguf', name]));
  }
  take('task', taskOf(config), said(['config', 'capabilities']));
}

const said = (path: readonly string[]) => `configuration ${path.join('.')}`;

function valueAt(config: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((part, key) => {
    const record = recordOf(part);
    return Object.hasOwn(record, key) ? record[key] : undefined;
  }, config);
}

function textAt(config: Config, path: readonly string[]): string | null {
  const value = valueAt(config, path);
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  return typeof value === 'string' ? cleanText(value, 4000) || null : null;
}

function listAt(config: Config, path: readonly string[]): string[] {
  const value = valueAt(config, path);
  if (!Array.isArray(value)) return [];
  return value.slice(0, 20).flatMap((each) => (typeof each === 'string' ? cleanText(each, 100) || [] : []));
}

/** Docker writes the values of a GGUF header as texts. */
function wholeNumber(value: unknown): number | null {
  if (typeof value === 'string') return /^\d{1,9}$/.test(value) ? Number(value) : null;
  return typeof value === 'number' ? value : null;
}

/** ModelPack's capabilities name what goes in and what comes out. */
function taskOf(config: Config): ModelTask | null {
  const takes = listAt(config, ['config', 'capabilities', 'inputTypes']);
  const gives = listAt(config, ['config', 'capabilities', 'outputTypes']);
  if (gives.includes('embedding')) return takes.includes('image') ? 'image-embedding' : 'embedding';
  if (takes.includes('audio') || gives.includes('audio')) return 'speech';
  return takes.includes('text') && gives.includes('text') ? 'text-generation' : null;
}

function recordOf(value: unknown): Config {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Config) : {};
}
