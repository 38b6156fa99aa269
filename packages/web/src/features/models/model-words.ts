/** The words for what a model is; pure, so that every sentence of them is tested. */
import type { Model, ModelFact, ModelFactSource, ModelFormat, ModelTask } from '@pharos/contract';
import { formatCount, plural } from '../../components/format.ts';

export const TASK_NAMES: Record<ModelTask, string> = {
  'text-generation': 'Text generation',
  embedding: 'Text embedding',
  rerank: 'Reranking',
  'image-embedding': 'Image embedding',
  ocr: 'OCR',
  speech: 'Speech',
  other: 'Other',
};

export const FORMAT_NAMES: Record<ModelFormat, string> = {
  nim: 'NIM container',
  modelcar: 'Modelcar',
  modelpack: 'ModelPack artifact',
  'docker-model': 'Docker model',
  modelkit: 'ModelKit',
  ollama: 'Ollama model',
  container: 'Container image',
};

export const NOT_KNOWN = 'not known';

/** The heading of a group of cards. */
export const taskName = (task: ModelTask | null): string => (task === null ? 'Task not known' : TASK_NAMES[task]);

/** `128K tokens` for what is a whole number of 1,024s, `8,000 tokens` for the rest. */
export function contextText(tokens: number): string {
  const isRound = tokens >= 1024 && tokens % 1024 === 0;
  return isRound ? `${formatCount(tokens / 1024)}K tokens` : plural(tokens, 'token');
}

/** `4 GPUs with 48 GiB each`, `1 GPU`, `no GPU`; null: not known. */
export function gpuText(gpu: Model['gpu']): string | null {
  if (gpu === null) return null;
  const { count, memoryGiB } = gpu;
  if (count === 0) return 'no GPU';
  if (count === null) return memoryGiB === null ? null : `GPUs with ${memoryGiB} GiB`;
  const memory = memoryGiB === null ? '' : ` with ${memoryGiB} GiB${count === 1 ? '' : ' each'}`;
  return `${plural(count, 'GPU')}${memory}`;
}

const SOURCE_WORDS: Record<ModelFactSource, string> = {
  edit: 'an edit',
  image: 'the image',
  catalogue: 'the catalogue',
  name: 'the name',
};

/** `the catalogue`, for the end of a sentence. */
export const sourceWord = (source: ModelFactSource): string => SOURCE_WORDS[source];

/** Where a fact comes from: `edited by ada`, `the image: label com.nvidia.nim.type`. Null where nothing is known. */
export function sourceText(fact: Pick<ModelFact, 'source' | 'from' | 'at'>): string | null {
  if (fact.source === null) return null;
  if (fact.source === 'edit') return `edited by ${fact.from}`;
  const place = fact.from === null ? '' : `: ${fact.from}`;
  const read = fact.source === 'catalogue' && fact.at !== null ? `, read ${fact.at}` : '';
  return `${SOURCE_WORDS[fact.source]}${place}${read}`;
}

/** NVIDIA's own registry, whose terms have to be accepted. */
export function isNgc(host: string): boolean {
  return /^([a-z0-9-]+\.)*nvcr\.io(:\d+)?(\/|$)/i.test(host);
}
