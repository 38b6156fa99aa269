import type { Observation } from '@pharos/contract';

/** What is known of a digest before anything of it was read: nothing but its media type. */
export function emptyObservation(digest: string, mediaType: string): Observation {
  return {
    digest,
    mediaType,
    artifactType: null,
    configMediaType: null,
    layerMediaTypes: [],
    size: null,
    annotations: {},
    labels: {},
    env: {},
    user: null,
    configCreated: null,
    platforms: [],
    referrers: [],
    subject: null,
    detail: 'manifest',
  };
}
