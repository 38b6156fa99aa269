/** For tests only: observations that say nothing but what a test gives them. */
import { Facts, Observation } from '@pharos/contract';
import { type RecogniseContext, recogniseImage } from './facts.ts';
import { emptyObservation } from './observation.ts';

const NOW = '2026-11-23T17:00:00.000Z';
/** Media type of an index. */
export const INDEX = 'application/vnd.oci.image.index.v1+json';
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const CONTAINER = 'application/vnd.oci.image.config.v1+json';

function observation(parts: Partial<Observation> = {}): Observation {
  return Observation.parse({
    ...emptyObservation(`sha256:${'a'.repeat(64)}`, MANIFEST),
    configMediaType: CONTAINER,
    layerMediaTypes: ['application/vnd.oci.image.layer.v1.tar+gzip'],
    size: 1,
    detail: 'config',
    ...parts,
  });
}

/** Facts of a plain container image with the given parts, checked against the contract. */
export function recognise(parts: Partial<Observation>, context: Partial<RecogniseContext> = {}): Facts {
  const facts = recogniseImage(observation(parts), {
    repository: 'x',
    tag: null,
    declaredKind: null,
    now: NOW,
    ...context,
  });
  return Facts.parse(facts);
}
