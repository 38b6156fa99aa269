/**
 * What a model artifact's configuration says of the model, each with the place where it says so. The formats tell each other apart by
 * their keys (CNCF ModelPack model-spec config.md; Docker model-spec config.md and model-runner pkg/distribution; KitOps Kitfile; Ollama's
 * server/images.go), so one reader asks for all of them. Hostile input: types are checked, texts are cleaned and bounded.
 */
import type { Facts, ModelTask } from '@pharos/contract';
import { cleanText } from './clean-text.ts';

type Config = Readonly<Record<string, unknown>>;
type Model = NonNullable<Facts['model']>;
type Path = readonly string[];

/** A value, and the keys that lead to it. */
export interface SaidIn<T> {
  readonly value: T;
  readonly path: Path;
}

/** Where a text stands, the place that counts most first. No two formats mean different things by one path. */
const TEXTS = {
  name: [
    ['descriptor', 'name'],
    ['model', 'name'],
    ['package', 'name'],
    ['config', 'gguf', 'general.name'],
  ],
  publisher: [['descriptor', 'vendor']],
  version: [
    ['descriptor', 'version'],
    ['model', 'version'],
    ['package', 'version'],
  ],
  architecture: [
    ['config', 'architecture'],
    ['config', 'gguf', 'general.architecture'],
    ['model_family'],
    ['descriptor', 'family'],
    ['model', 'framework'],
  ],
  format: [['config', 'format'], ['model_format']],
  // Docker's `parameters` is a text; a Kitfile's is free form and then says nothing that can be shown in one word.
  parameters: [['config', 'paramSize'], ['config', 'parameters'], ['model_type'], ['model', 'parameters']],
  precision: [['config', 'precision'], ['config', 'quantization'], ['file_type']],
  licence: [
    ['descriptor', 'licenses'],
    ['model', 'license'],
    ['package', 'license'],
    ['config', 'gguf', 'general.license'],
  ],
  description: [
    ['descriptor', 'description'],
    ['package', 'description'],
    ['model', 'description'],
  ],
  link: [
    ['descriptor', 'docURL'],
    ['descriptor', 'sourceURL'],
  ],
} as const satisfies Record<string, readonly Path[]>;

const LONGEST = 4000;
/** Of what is shown in a line. */
const SHORT = 100;

/** Every place that says a text of this kind. ModelPack's licences are a list; they are joined by commas. */
export function textsSaid(root: Config | undefined, field: keyof typeof TEXTS): SaidIn<string>[] {
  return TEXTS[field].flatMap((path) => {
    const value = valueAt(root, path);
    const text = path.at(-1) === 'licenses' ? listOf(value).join(', ') || null : textOf(value, LONGEST);
    return text === null ? [] : [{ value: text, path }];
  });
}

/** Tokens of context: Docker's own count, else that of the GGUF header, which names it after the architecture. */
export function contextLengthsSaid(root: Config | undefined): SaidIn<number>[] {
  const gguf = recordOf(valueAt(root, ['config', 'gguf']));
  const own = textsSaid(root, 'architecture')[0]?.value;
  const named = Object.keys(gguf).filter((key) => /^[a-z0-9_-]+\.context_length$/.test(key));
  const keys = named.toSorted((a, b) => Number(b === `${own}.context_length`) - Number(a === `${own}.context_length`));
  const paths: Path[] = [['config', 'context_size'], ...keys.map((key) => ['config', 'gguf', key])];
  return paths.flatMap((path) => {
    const value = countOf(valueAt(root, path));
    return value === null ? [] : [{ value, path }];
  });
}

/** ModelPack's capabilities name what goes in and what comes out. */
export function taskSaid(root: Config | undefined): SaidIn<ModelTask> | null {
  const path = ['config', 'capabilities'];
  const takes = listOf(valueAt(root, [...path, 'inputTypes']));
  const gives = listOf(valueAt(root, [...path, 'outputTypes']));
  const says = (value: ModelTask) => ({ value, path });
  if (gives.includes('embedding')) return says(takes.includes('image') ? 'image-embedding' : 'embedding');
  if (takes.includes('audio') || gives.includes('audio')) return says('speech');
  return takes.includes('text') && gives.includes('text') ? says('text-generation') : null;
}

/** The configuration's part of the facts of an image, and its own name and version of the model. */
export interface ModelConfig
  extends Pick<Model, 'architecture' | 'format' | 'parameters' | 'precision' | 'licence' | 'contextLength'> {
  readonly name: string | null;
  readonly publisher: string | null;
  readonly version: string | null;
}

/** Reads a configuration, each text short enough for a line; everything that it does not say is null. Never throws. */
export function readModelConfig(root: Config | undefined): ModelConfig {
  const short = (field: keyof typeof TEXTS) => textOf(textsSaid(root, field)[0]?.value, SHORT);
  const precisions = textsSaid(root, 'precision');
  const quantization = precisions.find(({ path }) => path.at(-1) === 'quantization');
  return {
    name: short('name'),
    publisher: short('publisher'),
    version: short('version'),
    architecture: short('architecture'),
    format: short('format'),
    parameters: short('parameters'),
    // What is stored is what was quantised, from whatever precision.
    precision: textOf((quantization ?? precisions[0])?.value, SHORT),
    licence: textOf(textsSaid(root, 'licence')[0]?.value, 2000),
    contextLength: contextLengthsSaid(root)[0]?.value ?? null,
  };
}

function valueAt(config: unknown, path: Path): unknown {
  return path.reduce<unknown>((part, key) => {
    const record = recordOf(part);
    return Object.hasOwn(record, key) ? record[key] : undefined;
  }, config);
}

function textOf(value: unknown, most: number): string | null {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  return typeof value === 'string' ? cleanText(value, most) || null : null;
}

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.slice(0, 20).flatMap((each) => textOf(each, SHORT) ?? []) : [];
}

/** Docker writes the values of a GGUF header as texts. */
function countOf(value: unknown): number | null {
  const number = typeof value === 'string' && /^\d{1,12}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number > 0 ? number : null;
}

function recordOf(value: unknown): Config {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Config) : {};
}
