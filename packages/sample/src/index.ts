export { SAMPLE_PUBLIC_KEY } from './evidence.ts';
export type { RepositoryKind } from './image-spec.ts';
export { type Sample, SampleError, type SampleOptions, type SampleRepository, startSample } from './sample.ts';
