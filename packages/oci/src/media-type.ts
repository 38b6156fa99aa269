/** The media types of manifests and indexes that a registry may hold (OCI image-spec media-types.md; Docker manifest v2). */
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const OCI_ARTIFACT = 'application/vnd.oci.artifact.manifest.v1+json';
export const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';
export const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
const DOCKER_SCHEMA1 = 'application/vnd.docker.distribution.manifest.v1+json';
const DOCKER_SCHEMA1_SIGNED = 'application/vnd.docker.distribution.manifest.v1+prettyjws';

/**
 * Sent whole with every manifest request: with a shorter list a registry converts to what is asked (schema 1, or one
 * platform of an index) and answers with another digest than the tag's.
 */
export const ACCEPT_MANIFESTS = [
  OCI_INDEX,
  DOCKER_LIST,
  OCI_MANIFEST,
  DOCKER_MANIFEST,
  OCI_ARTIFACT,
  DOCKER_SCHEMA1_SIGNED,
  DOCKER_SCHEMA1,
].join(', ');

const GENERIC = new Set(['', 'application/json', 'application/octet-stream', 'text/plain', 'binary/octet-stream']);

/** The bare media type of a Content-Type value: lower case, without parameters; `''` when there is none. */
export function mediaTypeOf(contentType: string | null | undefined): string {
  if (!contentType) return '';
  const end = contentType.indexOf(';');
  return (end < 0 ? contentType : contentType.slice(0, end)).trim().toLowerCase();
}

/** Whether a Content-Type says nothing about the document, so that the document's own `mediaType` decides. */
export function isGeneric(mediaType: string): boolean {
  return GENERIC.has(mediaType);
}

/** Whether the type names a list of manifests (OCI index or Docker manifest list). */
export function isIndexType(mediaType: string): boolean {
  return mediaType === OCI_INDEX || mediaType === DOCKER_LIST;
}

/** Whether the type names a single manifest. */
export function isManifestType(mediaType: string): boolean {
  return mediaType === OCI_MANIFEST || mediaType === DOCKER_MANIFEST || mediaType === OCI_ARTIFACT;
}

/** Whether the type is Docker's schema 1, whose digest is not that of its bytes. */
export function isSchema1Type(mediaType: string): boolean {
  return mediaType === DOCKER_SCHEMA1 || mediaType === DOCKER_SCHEMA1_SIGNED;
}
