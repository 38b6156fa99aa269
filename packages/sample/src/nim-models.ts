import { AMD64, ARM64, type ImageSpec, MIB, type PlatformSpec } from './image-spec.ts';

type Model = {
  /** `<publisher>/<model>` as the runtime calls it. */
  name: string;
  type: 'llm' | 'triton';
  protocol: string;
  /** Compressed bytes of the serving stack; NIM images hold no weights, they load them at start. */
  stack: number;
};

type Release = { version: string; created: string; rolling?: string[]; format?: 'oci' | 'docker'; multi?: boolean };

const BASE = { name: 'cuda 12.8.1-base-ubuntu24.04', size: 142.6 * MIB, step: 'FROM nvcr.io/nvidia/cuda:12.8.1-base' };

/** Labels and environment as read on real NIM images. GPU needs stand in neither: they are in a file inside a layer. */
function nim(model: Model, release: Release): ImageSpec {
  const { version, created, format = 'oci', multi = false } = release;
  const platforms: PlatformSpec[] = multi ? [AMD64, ARM64] : [AMD64];
  const llm = model.type === 'llm';
  return {
    tags: [version, ...(release.rolling ?? [])],
    created,
    platforms,
    format,
    index: multi,
    attested: multi && format === 'oci',
    annotations: {},
    labels: {
      'com.nvidia.nim.version': version,
      'com.nvidia.nim.name': model.name,
      'com.nvidia.nim.type': model.type,
      'com.nvidia.nim.base_image': 'nvcr.io/nvidia/cuda:12.8.1-base-ubuntu24.04',
      'com.nvidia.nim.inference_protocol': model.protocol,
      'com.nvidia.nim.nspect': 'NSPECT-SAMPLE-0000',
      maintainer: 'NVIDIA CORPORATION',
      'org.opencontainers.image.ref.name': 'ubuntu',
      'org.opencontainers.image.version': '24.04',
    },
    env: [
      'PATH=/opt/nim/bin:/usr/local/nvidia/bin:/usr/local/cuda/bin:/usr/local/bin:/usr/bin:/bin',
      'CUDA_VERSION=12.8.1.012',
      'NVIDIA_VISIBLE_DEVICES=all',
      'NVIDIA_REQUIRE_CUDA=cuda>=12.0',
      'NIM_CACHE_PATH=/opt/nim/.cache',
      `NIM_MODEL_NAME=${model.name}`,
      ...(llm ? [`INFERENCE_MICROSERVICE_LLM_NIM_VERSION=${version}`] : ['NIM_HTTP_API_PORT=8000']),
    ],
    user: '1000',
    entrypoint: ['/opt/nvidia/nvidia_entrypoint.sh'],
    ports: ['8000/tcp'],
    layers: [
      BASE,
      { name: `nim cuda libraries ${version}`, size: 2_310 * MIB, step: 'RUN apt-get install cuda-libraries-12-8' },
      { name: `nim ${model.type} stack ${version}`, size: model.stack, step: 'COPY /opt/nim /opt/nim' },
      { name: `nim ${model.name} ${version}`, size: 0.9 * MIB, step: 'COPY etc/default /opt/nim/etc/default' },
    ],
    signed: false,
    sbom: false,
  };
}

const LLAMA: Model = { name: 'meta/llama-3.1-8b-instruct', type: 'llm', protocol: 'openai', stack: 4_120 * MIB };
const EMBED: Model = {
  name: 'nvidia/llama-3.2-nv-embedqa-1b-v2',
  type: 'triton',
  protocol: 'grpc',
  stack: 1_890 * MIB,
};
const RERANK: Model = {
  name: 'nvidia/llama-3.2-nv-rerankqa-1b-v2',
  type: 'triton',
  protocol: 'grpc',
  stack: 1_760 * MIB,
};

/** Releases of a chat model, over both manifest formats. */
export const NIM_LLAMA: readonly ImageSpec[] = [
  nim(LLAMA, { version: '1.3.3', created: '2024-11-19T22:41:07Z', format: 'docker' }),
  nim(LLAMA, { version: '1.8.0', created: '2025-04-02T18:03:51Z', multi: true }),
  nim(LLAMA, { version: '1.8.2', created: '2025-04-29T20:15:33Z', multi: true, rolling: ['1.8', '1', 'latest'] }),
];

/** Releases of an embedding model. */
export const NIM_EMBED: readonly ImageSpec[] = [
  nim(EMBED, { version: '1.3.1', created: '2024-12-12T16:22:10Z', format: 'docker' }),
  nim(EMBED, { version: '1.6.0', created: '2025-05-20T09:47:02Z' }),
  // Newer than 1.6.0, and before it in text order.
  nim(EMBED, { version: '1.10.0', created: '2025-09-16T11:30:45Z', multi: true, rolling: ['latest'] }),
];

/** Releases of a reranking model; one is a Docker manifest list. */
export const NIM_RERANK: readonly ImageSpec[] = [
  nim(RERANK, { version: '1.3.1', created: '2024-12-12T17:01:44Z', format: 'docker', multi: true }),
  nim(RERANK, { version: '1.8.0', created: '2025-09-16T12:02:19Z', rolling: ['latest'] }),
];
