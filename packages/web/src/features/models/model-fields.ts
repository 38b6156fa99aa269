import type { ModelField } from '@pharos/contract';

/** What the fields of a model are called. */
export const FIELD_NAMES: Record<ModelField, string> = {
  task: 'Task',
  publisher: 'Publisher',
  description: 'Description',
  parameters: 'Parameters',
  precision: 'Precision',
  licence: 'Licence',
  contextLength: 'Context length',
  gpuCount: 'GPUs',
  gpuMemoryGiB: 'Memory of each GPU',
  profiles: 'GPU profiles',
  link: 'Read more',
};
