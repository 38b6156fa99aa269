/**
 * The shipped model catalogue: facts that neither a manifest nor a configuration holds, as their publishers state them.
 * Every value names its source; what no source states is left out and shown as not known. Read on 2026-11-25. NVIDIA's
 * tables write GPU memory in GB, which is what the product is sold with and what is kept here as GiB.
 */
import type { ModelField, ModelProfile, ModelValue } from '@pharos/contract';

/** A page that a value was read from. `asOf` is the day it was read. */
export interface CatalogSource {
  readonly title: string;
  readonly url: string | null;
  readonly asOf: string;
}

const AS_OF = '2026-11-25';
const source = (title: string, url: string | null): CatalogSource => ({ title, url, asOf: AS_OF });
const nvidia = (title: string, path: string) => source(`NVIDIA, ${title}`, `https://docs.nvidia.com/nim/${path}`);

const SOURCES = {
  edb: source('EDB Postgres AI documentation 1.4, recommended GPUs', null),
  edbNim: source('EDB Postgres AI documentation 1.3, NIM in your environment', null),
  gpus: nvidia(
    'memory of the L40S among the GPUs of NIM for LLMs',
    'large-language-models/1.13.0/supported-models.html',
  ),
  llm: nvidia('support matrix of NIM for LLMs', 'large-language-models/latest/support-matrix.html'),
  bench: nvidia('NIM LLM benchmarks, version 1.8.0', 'benchmarking/llm/1.0.0/performance.md'),
  embed: nvidia(
    'support matrix of Text Embedding NIM 1.9.0',
    'nemo-retriever/text-embedding/1.9.0/support-matrix.html',
  ),
  embedHardware: nvidia(
    'support matrix of Text Embedding NIM 1.3.1',
    'nemo-retriever/text-embedding/1.3.1/support-matrix.html',
  ),
  rerank: nvidia(
    'support matrix of Text Reranking NIM 1.4.0',
    'nemo-retriever/text-reranking/1.4.0/support-matrix.html',
  ),
  nvclip: nvidia('support matrix of NIM for NV-CLIP', 'nvclip/latest/support-matrix.html'),
  ocr: nvidia(
    'support matrix of NIM for Image OCR (PaddleOCR)',
    'ingestion/table-extraction/latest/support-matrix.html',
  ),
  nemotron: source(
    'Model card of Llama-3.3-Nemotron-Super-49B-v1',
    'https://huggingface.co/nvidia/Llama-3_3-Nemotron-Super-49B-v1',
  ),
  llama31: source(
    'Meta, Llama 3.1 licence',
    'https://github.com/meta-llama/llama-models/blob/main/models/llama3_1/LICENSE',
  ),
  llama33: source(
    'Meta, Llama 3.3 licence',
    'https://github.com/meta-llama/llama-models/blob/main/models/llama3_3/LICENSE',
  ),
  llama31Card: source('Model card of Llama-3.1-8B-Instruct', 'https://huggingface.co/meta-llama/Llama-3.1-8B-Instruct'),
  llama33Card: source(
    'Model card of Llama-3.3-70B-Instruct',
    'https://huggingface.co/meta-llama/Llama-3.3-70B-Instruct',
  ),
  blueprint: source('NVIDIA RAG blueprint, licences of its models', 'https://github.com/NVIDIA-AI-Blueprints/rag'),
  arctic: source(
    'NVIDIA API reference, snowflake / arctic-embed-l',
    'https://docs.api.nvidia.com/nim/reference/snowflake-arctic-embed-l',
  ),
} as const;

type Stated<F extends ModelField> = readonly [value: ModelValue<F>, source: keyof typeof SOURCES];
type Entry = {
  readonly key: string;
  /** Other spellings of the key: NVIDIA writes one model in several ways. */
  readonly aliases?: readonly string[];
} & { readonly [F in ModelField]?: Stated<F> };

const profile = (
  gpu: string,
  memoryGiB: number | null,
  precision: string,
  count = 1,
  goal: ModelProfile['goal'] = null,
): ModelProfile => ({
  gpu,
  count,
  memoryGiB,
  precision,
  tensorParallelism: null,
  pipelineParallelism: null,
  goal,
});

/** A GPU with each precision that its row names. */
const each = (gpu: string, memoryGiB: number, ...precisions: readonly string[]) =>
  precisions.map((precision) => profile(gpu, memoryGiB, precision));

const ENTRIES: readonly Entry[] = [
  {
    key: 'meta/llama-3.3-70b-instruct',
    task: ['text-generation', 'edbNim'],
    parameters: ['70B', 'llama33Card'],
    licence: ['Llama 3.3 Community License', 'llama33'],
    contextLength: [131_072, 'llama33Card'],
    gpuCount: [4, 'edbNim'],
    gpuMemoryGiB: [48, 'gpus'],
    profiles: [[{ ...profile('H100', 80, 'FP8', 2), tensorParallelism: 2 }], 'bench'],
    link: ['https://catalog.ngc.nvidia.com/orgs/nim/teams/meta/containers/llama-3.3-70b-instruct', 'bench'],
  },
  {
    key: 'meta/llama-3.1-8b-instruct',
    task: ['text-generation', 'edbNim'],
    parameters: ['8B', 'llama31Card'],
    precision: [['FP8', 'FP16'], 'llm'],
    licence: ['Llama 3.1 Community License', 'llama31'],
    contextLength: [131_072, 'llama31Card'],
    gpuCount: [1, 'edbNim'],
    profiles: [[profile('H100 SXM', 80, 'FP8', 2, 'latency'), profile('H100 SXM', 80, 'FP16', 2, 'latency')], 'llm'],
  },
  {
    key: 'nvidia/llama-3.3-nemotron-super-49b-v1',
    task: ['text-generation', 'edb'],
    parameters: ['49B', 'nemotron'],
    licence: ['NVIDIA Open Model License', 'nemotron'],
    contextLength: [131_072, 'nemotron'],
    gpuCount: [4, 'edb'],
    gpuMemoryGiB: [48, 'gpus'],
    link: ['https://huggingface.co/nvidia/Llama-3_3-Nemotron-Super-49B-v1', 'nemotron'],
  },
  {
    key: 'snowflake/arctic-embed-l',
    task: ['embedding', 'edbNim'],
    parameters: ['335M', 'embed'],
    licence: ['Apache-2.0', 'arctic'],
    contextLength: [512, 'embed'],
    gpuCount: [1, 'edbNim'],
    gpuMemoryGiB: [48, 'gpus'],
    link: ['https://docs.api.nvidia.com/nim/reference/snowflake-arctic-embed-l', 'arctic'],
  },
  {
    key: 'nvidia/llama-3.2-nemoretriever-300m-embed-v1',
    task: ['embedding', 'edb'],
    parameters: ['569M', 'embed'],
    contextLength: [8192, 'embed'],
    gpuCount: [1, 'edb'],
    gpuMemoryGiB: [48, 'gpus'],
  },
  {
    key: 'nvidia/llama-3.2-nv-embedqa-1b-v2',
    task: ['embedding', 'embed'],
    parameters: ['1.2B', 'embed'],
    precision: [['FP8', 'FP16'], 'embedHardware'],
    licence: ['Llama 3.2 Community License', 'blueprint'],
    contextLength: [8192, 'embed'],
    profiles: [
      [
        ...each('A100', 40, 'FP16'),
        ...each('H100', 80, 'FP16', 'FP8'),
        ...each('L40S', 48, 'FP16', 'FP8'),
        ...each('A10G', 24, 'FP16'),
        ...each('L4', 24, 'FP16', 'FP8'),
        ...each('any', 3.6, 'FP16'),
      ],
      'embedHardware',
    ],
  },
  {
    key: 'nvidia/llama-3.2-nv-rerankqa-1b-v2',
    aliases: ['nvidia/llama-3-2-nv-rerankqa-1b-v2'],
    task: ['rerank', 'edb'],
    precision: [['FP8', 'FP16'], 'rerank'],
    licence: ['Llama 3.2 Community License', 'blueprint'],
    contextLength: [8192, 'rerank'],
    gpuCount: [1, 'edb'],
    gpuMemoryGiB: [48, 'gpus'],
    profiles: [
      [
        ...each('A100 SXM4', 40, 'FP16'),
        ...each('H100', 80, 'FP16', 'FP8'),
        ...each('L40S', 48, 'FP16', 'FP8'),
        ...each('A10G', 24, 'FP16'),
        ...each('L4', 24, 'FP16', 'FP8'),
        ...each('any', 3.6, 'FP16'),
      ],
      'rerank',
    ],
  },
  {
    key: 'nvidia/nvclip',
    task: ['image-embedding', 'edb'],
    precision: [['FP16'], 'nvclip'],
    gpuCount: [1, 'edb'],
    gpuMemoryGiB: [48, 'gpus'],
    profiles: [
      [
        ...each('H100', 80, 'FP16'),
        ...each('A100', 80, 'FP16'),
        ...each('L40S', 48, 'FP16'),
        ...each('A10G', 24, 'FP16'),
        ...each('RTX 4090', 24, 'FP16'),
      ],
      'nvclip',
    ],
    link: ['https://docs.nvidia.com/nim/nvclip/latest/index.html', 'nvclip'],
  },
  {
    key: 'baidu/paddleocr',
    task: ['ocr', 'edb'],
    precision: [['FP16'], 'ocr'],
    licence: ['Apache-2.0', 'blueprint'],
    gpuCount: [1, 'edb'],
    gpuMemoryGiB: [48, 'gpus'],
    profiles: [
      [
        ...each('A100 SXM4', 40, 'FP16'),
        ...each('H100', 80, 'FP16'),
        ...each('L40S', 48, 'FP16'),
        ...each('A10G', 24, 'FP16'),
        ...each('L4', 24, 'FP16'),
        ...each('B200', 180, 'FP16'),
      ],
      'ocr',
    ],
    link: ['https://docs.nvidia.com/nim/ingestion/table-extraction/latest/support-matrix.html', 'ocr'],
  },
];

/** What the catalogue states about one field. */
export interface CatalogFact {
  readonly value: ModelValue;
  readonly source: CatalogSource;
}

const BY_KEY = new Map(ENTRIES.flatMap((entry) => [entry.key, ...(entry.aliases ?? [])].map((key) => [key, entry])));

/** What the shipped catalogue says about a field of a model, or null. Keys are `publisher/name` in lower case. */
export function catalogFact(key: string, field: ModelField): CatalogFact | null {
  const stated = BY_KEY.get(key)?.[field];
  return stated === undefined ? null : { value: stated[0], source: SOURCES[stated[1]] };
}

/** The keys of the catalogue. */
export const catalogKeys = (): string[] => ENTRIES.map(({ key }) => key);

/** The whole catalogue as one text: another text, another catalogue. */
export const modelCatalogText = (): string => JSON.stringify([ENTRIES, SOURCES]);
