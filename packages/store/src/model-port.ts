/** The port of the store: models. */
import type {
  Model,
  ModelDetail,
  ModelFacets,
  ModelFilter,
  ModelImage,
  ModelPatch,
  ModelQuery,
  Page,
  PageQuery,
} from '@pharos/contract';

export interface Models {
  list(query: ModelQuery): Promise<Page<Model>>;
  facets(filter: ModelFilter): Promise<ModelFacets>;
  get(id: string): Promise<ModelDetail | null>;
  /** Versions by digest, newest first; null: no such model. */
  images(id: string, query: PageQuery): Promise<Page<ModelImage> | null>;
  /** Keeps what a person wrote, with who and when; null takes an edit back. Null: no such model. */
  update(id: string, patch: ModelPatch, by: string, now: Date): Promise<ModelDetail | null>;
}
