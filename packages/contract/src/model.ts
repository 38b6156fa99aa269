/** The Model Library: model images grouped by the model they serve, with facts that each say where they come from. */
import { z } from 'zod';
import { Digest, Id, RepositoryName, TagName, Time } from './common.ts';
import { ImageState } from './decision.ts';
import { Version } from './image.ts';
import { LocationId } from './location.ts';
import { PageQuery } from './page.ts';
import { Presence } from './tag.ts';

/** What a model is asked for. */
export const ModelTask = z.enum([
  'text-generation',
  'embedding',
  'rerank',
  'image-embedding',
  'ocr',
  'speech',
  'other',
]);
export type ModelTask = z.infer<typeof ModelTask>;

/** How the image is packed, which decides what can serve it. */
export const ModelFormat = z.enum(['nim', 'modelcar', 'modelpack', 'docker-model', 'modelkit', 'ollama', 'container']);
export type ModelFormat = z.infer<typeof ModelFormat>;

/** Where a fact comes from, in falling order of precedence. */
export const ModelFactSource = z.enum(['edit', 'image', 'catalogue', 'name']);
export type ModelFactSource = z.infer<typeof ModelFactSource>;

/** One way to serve the model that its publisher tested. */
export const ModelProfile = z.strictObject({
  gpu: z.string().trim().min(1).max(100).meta({ description: 'Product, e.g. L40S; any: every GPU with the memory' }),
  count: z.number().int().min(1).max(1024).meta({ description: 'GPUs: tensor parallelism × pipeline parallelism' }),
  memoryGiB: z.number().positive().max(100_000).nullable().default(null).meta({ description: 'Of each GPU' }),
  precision: z.string().trim().min(1).max(50).nullable().default(null),
  tensorParallelism: z.number().int().min(1).max(1024).nullable().default(null),
  pipelineParallelism: z.number().int().min(1).max(1024).nullable().default(null),
  goal: z.enum(['latency', 'throughput']).nullable().default(null),
});
export type ModelProfile = z.infer<typeof ModelProfile>;

const HttpsUrl = z
  .url({ protocol: /^https$/, hostname: z.regexes.domain, error: 'must be an https:// address' })
  .max(2000);

/** The facts that are kept for a model, and what each may hold. */
export const MODEL_FIELDS = {
  task: ModelTask,
  publisher: z.string().trim().min(1).max(200),
  description: z.string().trim().min(1).max(4000),
  parameters: z.string().trim().min(1).max(50).meta({ description: 'As people write it: 8B, 335M' }),
  precision: z.array(z.string().trim().min(1).max(50)).min(1).max(20),
  licence: z.string().trim().min(1).max(200),
  contextLength: z.number().int().min(1).max(1_000_000_000).meta({ description: 'Tokens' }),
  gpuCount: z.number().int().min(0).max(1024).meta({ description: '0: runs without a GPU' }),
  gpuMemoryGiB: z.number().positive().max(100_000).meta({ description: 'Memory of each GPU' }),
  profiles: z.array(ModelProfile).min(1).max(100),
  link: HttpsUrl.meta({ description: 'Where to read more' }),
} as const;
export type ModelField = keyof typeof MODEL_FIELDS;
export type ModelValue<F extends ModelField = ModelField> = z.infer<(typeof MODEL_FIELDS)[F]>;
export const MODEL_FIELD_NAMES = Object.keys(MODEL_FIELDS) as ModelField[];

const factOf = <T extends z.ZodType>(value: T) =>
  z.object({
    value: value.nullable().meta({ description: 'null: not known' }),
    source: ModelFactSource.nullable(),
    from: z.string().nullable().meta({ description: 'The exact place: a label, a page, who edited it' }),
    url: z.string().nullable(),
    at: z.string().nullable().meta({ description: 'When it was edited, or when the page was read' }),
    otherwise: value.nullable().meta({ description: 'Of an edited fact: what would stand there without the edit' }),
    otherwiseSource: ModelFactSource.nullable(),
  });

/** Every fact of a model with its source. */
export const ModelFactSet = z.object({
  task: factOf(MODEL_FIELDS.task),
  publisher: factOf(MODEL_FIELDS.publisher),
  description: factOf(MODEL_FIELDS.description),
  parameters: factOf(MODEL_FIELDS.parameters),
  precision: factOf(MODEL_FIELDS.precision),
  licence: factOf(MODEL_FIELDS.licence),
  contextLength: factOf(MODEL_FIELDS.contextLength),
  gpuCount: factOf(MODEL_FIELDS.gpuCount),
  gpuMemoryGiB: factOf(MODEL_FIELDS.gpuMemoryGiB),
  profiles: factOf(MODEL_FIELDS.profiles),
  link: factOf(z.string()),
});
export type ModelFactSet = z.infer<typeof ModelFactSet>;
export type ModelFact = ModelFactSet[ModelField];

/** One place of an image of a model. */
export const ModelPlace = z.object({
  repositoryId: Id,
  repository: RepositoryName,
  registryId: Id,
  registry: z.string(),
  host: z.string(),
  locationId: LocationId,
  name: TagName,
  presence: Presence,
});
export type ModelPlace = z.infer<typeof ModelPlace>;

/** A version of a model: one digest, with every tag that points to it in whatever registry. */
export const ModelImage = z.object({
  digest: Digest,
  version: Version.nullable(),
  size: z.number().int().nullable(),
  platforms: z.array(z.string()),
  createdAt: Time.nullable(),
  state: ImageState,
  places: z.array(ModelPlace).meta({ description: 'At most 100, exact versions first' }),
});
export type ModelImage = z.infer<typeof ModelImage>;

export const Model = z.object({
  id: Id,
  key: z.string().meta({ description: 'publisher/name in lower case, as the repository has it' }),
  name: z.string(),
  publisher: z.string().nullable(),
  task: ModelTask.nullable(),
  description: z.string().nullable(),
  parameters: z.string().nullable(),
  precision: z.array(z.string()).nullable(),
  licence: z.string().nullable(),
  contextLength: z.number().int().nullable(),
  gpu: z
    .object({ count: z.number().int().nullable(), memoryGiB: z.number().nullable() })
    .nullable()
    .meta({ description: 'null: not known' }),
  format: ModelFormat.nullable().meta({ description: 'Of the newest image' }),
  size: z.number().int().nullable().meta({ description: 'Bytes of the newest image; a NIM image holds no weights' }),
  imageCount: z.number().int(),
  tagCount: z.number().int(),
  missingCount: z.number().int(),
  newestTag: z.string().nullable(),
  registries: z.array(z.object({ id: Id, name: z.string() })),
  locations: z.array(LocationId),
  images: z.array(ModelImage).meta({ description: 'Newest versions first; a list holds few of each model' }),
  updatedAt: Time.meta({ description: 'When its newest image was created, pushed or first seen' }),
});
export type Model = z.infer<typeof Model>;

/** A change that a person made to a fact. */
export const ModelEdit = z.object({
  field: z.enum(MODEL_FIELD_NAMES as [ModelField, ...ModelField[]]),
  value: z.unknown().meta({ description: 'null: reset' }),
  by: z.string(),
  at: Time,
});
export type ModelEdit = z.infer<typeof ModelEdit>;

export const ModelDetail = Model.extend({
  facts: ModelFactSet,
  edits: z.array(ModelEdit).meta({ description: 'Newest first, at most 100' }),
  pull: z
    .array(z.object({ tool: z.string(), command: z.string() }))
    .meta({ description: 'Commands that pull the newest image by digest' }),
});
export type ModelDetail = z.infer<typeof ModelDetail>;

/** Orders of a list of models, `-` for descending; `task` in the order of ModelTask, then by name. */
export const MODEL_SORTS = ['task', '-task', 'name', '-name', 'updated', '-updated', 'size', '-size'] as const;

export const ModelFilter = z.strictObject({
  q: z.string().max(200).optional().meta({ description: 'Part of the name, publisher or description' }),
  task: ModelTask.optional(),
  publisher: z.string().max(200).optional(),
  licence: z.string().max(200).optional(),
  precision: z.string().max(50).optional(),
  gpuCount: z.coerce.number().int().min(0).max(1024).optional().meta({ description: 'Runs on at most this many GPUs' }),
  gpuMemoryGiB: z.coerce.number().positive().max(100_000).optional().meta({
    description: 'Runs on GPUs of at most this memory each; models whose need is not known do not fit',
  }),
  registryId: Id.optional(),
  locationId: LocationId.optional(),
});
export type ModelFilter = z.infer<typeof ModelFilter>;

export const ModelQuery = PageQuery.extend({ ...ModelFilter.shape, sort: z.enum(MODEL_SORTS).default('name') });
export type ModelQuery = z.infer<typeof ModelQuery>;

const Counts = z.array(z.object({ value: z.string(), label: z.string(), count: z.number().int() }));

/** How many models each choice of a facet has, under the filters of the other facets. */
export const ModelFacets = z.object({
  task: Counts,
  publisher: Counts,
  licence: Counts,
  precision: Counts,
  registryId: Counts,
  locationId: Counts,
});
export type ModelFacets = z.infer<typeof ModelFacets>;

/** Catalogue data as people write it: what is left out stays, null takes the edit back. */
export const ModelPatch = z.strictObject({
  task: MODEL_FIELDS.task.nullable().optional(),
  publisher: MODEL_FIELDS.publisher.nullable().optional(),
  description: MODEL_FIELDS.description.nullable().optional(),
  parameters: MODEL_FIELDS.parameters.nullable().optional(),
  precision: MODEL_FIELDS.precision.nullable().optional(),
  licence: MODEL_FIELDS.licence.nullable().optional(),
  contextLength: MODEL_FIELDS.contextLength.nullable().optional(),
  gpuCount: MODEL_FIELDS.gpuCount.nullable().optional(),
  gpuMemoryGiB: MODEL_FIELDS.gpuMemoryGiB.nullable().optional(),
  profiles: MODEL_FIELDS.profiles.nullable().optional(),
  link: MODEL_FIELDS.link.nullable().optional(),
});
export type ModelPatch = z.infer<typeof ModelPatch>;
