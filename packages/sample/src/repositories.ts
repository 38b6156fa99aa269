import { COMMUNITY_POSTGRES } from './community-postgres.ts';
import { EDB_POSTGRESQL, EPAS, PGE } from './edb-postgres.ts';
import { PGVECTOR } from './extension-images.ts';
import type { RepositorySpec } from './image-spec.ts';
import { NIM_EMBED, NIM_LLAMA, NIM_RERANK } from './nim-models.ts';

/** What the sample registry serves. */
export const REPOSITORIES: readonly RepositorySpec[] = [
  {
    name: 'postgresql',
    description: 'Community PostgreSQL: CloudNativePG builds and EDB builds',
    kind: 'postgres',
    images: [...COMMUNITY_POSTGRES, ...EDB_POSTGRESQL],
  },
  {
    name: 'edb-postgres-advanced',
    description: 'EDB Postgres Advanced Server (EPAS)',
    kind: 'postgres',
    images: EPAS,
  },
  { name: 'edb-postgres-extended', description: 'EDB Postgres Extended (PGE)', kind: 'postgres', images: PGE },
  { name: 'pgvector', description: 'pgvector as an extension image', kind: 'extension', images: PGVECTOR },
  {
    name: 'nim/meta/llama-3.1-8b-instruct',
    description: 'Llama 3.1 8B Instruct: chat and text generation (NVIDIA NIM)',
    kind: 'model',
    images: NIM_LLAMA,
  },
  {
    name: 'nim/nvidia/llama-3.2-nv-embedqa-1b-v2',
    description: 'Llama 3.2 NV EmbedQA 1B: text embedding (NVIDIA NIM)',
    kind: 'model',
    images: NIM_EMBED,
  },
  {
    name: 'nim/nvidia/llama-3.2-nv-rerankqa-1b-v2',
    description: 'Llama 3.2 NV RerankQA 1B: reranking (NVIDIA NIM)',
    kind: 'model',
    images: NIM_RERANK,
  },
];
