/** The port of the store for models that are served. */
import type { ModelDeploymentQuery, ModelDeploymentSpec, ModelFormat, Page } from '@pharos/contract';
import type { ServedImage } from '@pharos/library';

/** What is kept of a deployment besides who made it. */
export interface ModelDeploymentContent {
  readonly spec: ModelDeploymentSpec;
  /** Key of the model in the Model Library. */
  readonly model: string;
  /** As it was when it was chosen: the tag may move, the digest does not. */
  readonly image: { readonly reference: string; readonly tag: string; readonly format: ModelFormat };
  readonly apply: boolean;
}

export interface StoredModelDeployment extends ModelDeploymentContent {
  readonly id: string;
  readonly modelId: string | null;
  readonly revision: number;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly updatedAt: string;
  readonly updatedBy: string;
}

/** An image of a location, with the key of its model; null: it is the image of no model. */
export interface PlacedModelImage extends ServedImage {
  readonly modelKey: string | null;
}

export interface ModelDeployments {
  list(query: ModelDeploymentQuery): Promise<Page<StoredModelDeployment>>;
  get(id: string): Promise<StoredModelDeployment | null>;
  /** Throws `name-taken`: the namespace of the location has one of that name. */
  create(id: string, content: ModelDeploymentContent, by: string, now: Date): Promise<StoredModelDeployment>;
  /** Throws `conflict` when somebody changed it since `revision`, or it is gone. */
  update(
    id: string,
    revision: number,
    content: ModelDeploymentContent,
    by: string,
    now: Date,
  ): Promise<StoredModelDeployment>;
  remove(id: string): Promise<boolean>;
  /** The best tag of each digest in a location: present and exact ones first. A digest that stands there under no tag is not in it. */
  images(location: string, digests: readonly string[]): Promise<Map<string, PlacedModelImage>>;
}
