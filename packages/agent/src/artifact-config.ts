/** A model artifact's configuration, cut down to what a library can use: some hold a model's whole vocabulary. */

/** Configurations of ModelPack (both names), Docker models and ModelKits. Ollama's claims to be a container's. */
const MODEL_CONFIG = /^application\/vnd\.(?:cncf\.model|cnai\.model|docker\.ai\.model|kitops\.modelkit)\./;
const OLLAMA_LAYER = 'application/vnd.ollama.image.model';

const MAX_TEXT = 1_000;
const MAX_ITEMS = 50;
const MAX_KEYS = 500;
const MAX_DEPTH = 5;

/** Whether the configuration describes a model, so that it is worth one more request. */
export function isModelConfig(mediaType: string): boolean {
  return MODEL_CONFIG.test(mediaType);
}

/** Whether these layers are an Ollama model, whatever its configuration claims to be. */
export function isOllama(layers: readonly { readonly mediaType: string }[]): boolean {
  return layers.some(({ mediaType }) => mediaType === OLLAMA_LAYER);
}

/** The configuration without long texts and lists, deep nests, and more than 500 keys. */
export function shortened(json: unknown): Record<string, unknown> {
  const budget = { keys: MAX_KEYS };
  const kept = keep(json, MAX_DEPTH, budget);
  return typeof kept === 'object' && kept !== null && !Array.isArray(kept) ? (kept as Record<string, unknown>) : {};
}

function keep(value: unknown, depth: number, budget: { keys: number }): unknown {
  if (typeof value === 'string')
    return value.length <= MAX_TEXT ? value.toWellFormed().replaceAll('\0', '') : undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return undefined;
  if (Array.isArray(value)) {
    return value.length <= MAX_ITEMS ? value.map((each) => keep(each, depth - 1, budget) ?? null) : undefined;
  }
  const kept: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) {
    if (key === '__proto__' || key.length > 200 || budget.keys <= 0) continue;
    budget.keys -= 1;
    const own = keep(inner, depth - 1, budget);
    if (own !== undefined) kept[key] = own;
  }
  return kept;
}
