/**
 * What a model artifact's configuration says of the model. The formats tell each other apart by their keys (CNCF ModelPack
 * model-spec config.md; Docker model-spec config.md; KitOps Kitfile; Ollama's image configuration), so one reader asks for
 * all of them. Hostile input: types are checked, texts are cleaned and bounded.
 */
import type { Facts } from '@pharos/contract';
import { cleanText } from './clean-text.ts';

type Model = NonNullable<Facts['model']>;

/** The configuration's part of the model facts, and its own name and version of the model. */
export interface ModelConfig
  extends Pick<Model, 'architecture' | 'format' | 'parameters' | 'precision' | 'licence' | 'contextLength'> {
  readonly name: string | null;
  readonly publisher: string | null;
  readonly version: string | null;
}

/** Reads a configuration; everything that it does not say is null. Never throws. */
export function readModelConfig(root: Readonly<Record<string, unknown>> | undefined): ModelConfig {
  const config = recordOf(root?.config);
  const descriptor = recordOf(root?.descriptor);
  const kit = recordOf(root?.model);
  const kitPackage = recordOf(root?.package);
  const gguf = recordOf(config.gguf);
  const architecture = text(config.architecture) ?? text(gguf['general.architecture']) ?? text(root?.model_family);
  return {
    name: text(descriptor.name) ?? text(kit.name) ?? text(kitPackage.name) ?? text(gguf['general.name']),
    publisher: text(descriptor.vendor),
    version: text(descriptor.version) ?? text(kit.version) ?? text(kitPackage.version),
    architecture: architecture ?? text(descriptor.family) ?? text(kit.framework),
    format: text(config.format) ?? text(root?.model_format),
    // Docker's `parameters` is a text; a Kitfile's is free form and then says nothing that can be shown in one word.
    parameters: text(config.paramSize) ?? text(config.parameters) ?? text(root?.model_type) ?? text(kit.parameters),
    precision: text(config.quantization) ?? text(config.precision) ?? text(root?.file_type),
    licence:
      texts(descriptor.licenses) ?? text(kit.license) ?? text(kitPackage.license) ?? text(gguf['general.license']),
    contextLength: count(config.context_size) ?? ggufContext(gguf, architecture),
  };
}

/** GGUF names it after the architecture: `llama.context_length`. Docker writes all GGUF values as texts. */
function ggufContext(gguf: Readonly<Record<string, unknown>>, architecture: string | null): number | null {
  return architecture === null ? null : count(gguf[`${architecture}.context_length`]);
}

function text(value: unknown): string | null {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  return typeof value === 'string' ? cleanText(value, 100) || null : null;
}

function texts(value: unknown): string | null {
  if (!Array.isArray(value)) return null;
  const named = value.slice(0, 20).flatMap((each) => text(each) ?? []);
  return named.length === 0 ? null : named.join(', ');
}

function count(value: unknown): number | null {
  const number = typeof value === 'string' && /^\d{1,12}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number > 0 ? number : null;
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
