import type { FactSource, Observation } from '@pharos/contract';

/** A value and where it was read. */
export interface Stated {
  readonly value: string;
  readonly source: FactSource;
}

/** The parts of an observation that state facts by key. */
export type Keyed = Pick<Observation, 'annotations' | 'labels' | 'env'>;

/** Annotation first, label of the same key second (builders write both; labels may be inherited from the base image). */
export function stated(observation: Keyed, key: string): Stated | null {
  return fromAnnotation(observation, key) ?? from(observation.labels, key, 'label');
}

/** The annotation alone: for keys whose label is often the base image's, such as `org.opencontainers.image.version`. */
export function fromAnnotation(observation: Keyed, key: string): Stated | null {
  return from(observation.annotations, key, 'annotation');
}

/** A variable of the image's environment. */
export function fromEnvironment(observation: Keyed, name: string): Stated | null {
  return from(observation.env, name, 'env');
}

/** The first of several readings that says anything. */
export function firstStated(...readings: (Stated | null)[]): Stated | null {
  return readings.find((reading) => reading !== null) ?? null;
}

/** Own keys only, so that a key named `constructor` is what it says; empty values state nothing. */
function from(record: Readonly<Record<string, string>>, key: string, source: FactSource): Stated | null {
  if (!Object.hasOwn(record, key)) return null;
  const value = record[key]!.trim();
  return value === '' ? null : { value, source };
}
