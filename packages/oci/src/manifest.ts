import { isUtf8 } from 'node:buffer';
import { isDigest } from './digest.ts';
import { RegistryError } from './errors.ts';
import { isGeneric, isIndexType, isManifestType, isSchema1Type, OCI_INDEX, OCI_MANIFEST } from './media-type.ts';

/** Names and values as the registry holds them; hostile text, without a prototype, at most 1,000 entries of 64 KiB. */
export type Annotations = Readonly<Record<string, string>>;

export interface Platform {
  os: string;
  architecture: string;
  variant: string | null;
  osVersion: string | null;
}

/** A pointer to content (OCI image-spec descriptor.md). `size` is what the manifest claims, in bytes. */
export interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
  annotations: Annotations;
  artifactType: string | null;
  platform: Platform | null;
}

interface Common {
  mediaType: string;
  annotations: Annotations;
  artifactType: string | null;
  /** The image that this one is about (signature, SBOM, attestation). */
  subject: Descriptor | null;
}

/** One image or artifact (OCI manifest.md, Docker schema 2). `config` is null only for the withdrawn OCI artifact manifest. */
export interface Manifest extends Common {
  kind: 'manifest';
  config: Descriptor | null;
  layers: readonly Descriptor[];
}

/** A list of manifests (OCI image-index.md, Docker manifest list): may be empty, nested, and may name children that are not there. */
export interface Index extends Common {
  kind: 'index';
  manifests: readonly Descriptor[];
}

const MAX_DESCRIPTORS = 10_000;
const MAX_ANNOTATIONS = 1_000;
const MAX_ANNOTATION = 64 * 1024;

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads the bytes of a manifest or index into checked values. `contentType` is the bare media type of the answer
 * (`''` when unknown); it must not contradict the document's own `mediaType`.
 * @throws RegistryError `manifest-invalid`; `manifest-ambiguous` for a document that is both (CVE-2021-41190)
 */
export function parseManifest(bytes: Uint8Array, contentType = ''): Manifest | Index {
  if (isSchema1Type(contentType)) throw invalid('it is in Docker schema 1, a format that was withdrawn');
  const document = parseJson(bytes);
  const isList = document.manifests !== undefined;
  const isSingle = ['config', 'layers', 'blobs', 'fsLayers'].some((key) => document[key] !== undefined);
  if (isList && isSingle) {
    throw new RegistryError({
      code: 'manifest-ambiguous',
      message: 'This document is a manifest and an index at once; two readers would see two images.',
    });
  }
  const mediaType = decideType(document, contentType, isList);
  const common = {
    mediaType,
    annotations: annotationsOf(document.annotations),
    artifactType: textOf(document.artifactType),
    subject: document.subject == null ? null : descriptorOf(document.subject),
  };
  if (isIndexType(mediaType)) {
    if (!isList) throw invalid('it says that it is an index and has no list of manifests');
    return { kind: 'index', ...common, manifests: descriptorsOf(document.manifests) };
  }
  if (!isSingle) throw invalid('it has neither config nor layers');
  return {
    kind: 'manifest',
    ...common,
    config: document.config == null ? null : descriptorOf(document.config),
    layers: descriptorsOf(document.layers ?? document.blobs ?? []),
  };
}

function parseJson(bytes: Uint8Array): Json {
  if (!isUtf8(bytes)) throw invalid('it is not UTF-8 text');
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch {
    throw invalid('it is not JSON');
  }
  return objectOf(value, 'it is not a JSON object');
}

function decideType(document: Json, contentType: string, isList: boolean): string {
  const own = document.mediaType === undefined ? '' : textOf(document.mediaType)?.toLowerCase();
  if (own === undefined) throw invalid('its mediaType is not text');
  if (document.schemaVersion === 1 || isSchema1Type(own))
    throw invalid('it is in Docker schema 1, a format that was withdrawn');
  const given = isGeneric(contentType) ? '' : contentType;
  if (own !== '' && given !== '' && own !== given)
    throw invalid('its mediaType contradicts the type that the registry gave');
  const mediaType = own || given || (isList ? OCI_INDEX : OCI_MANIFEST);
  if (!isIndexType(mediaType) && !isManifestType(mediaType))
    throw invalid('its media type is none of an image or index');
  if (document.schemaVersion !== 2 && document.schemaVersion !== undefined) throw invalid('its schemaVersion is not 2');
  return mediaType;
}

function descriptorsOf(value: unknown): Descriptor[] {
  // Go writes an empty list as null.
  if (value === null) return [];
  if (!Array.isArray(value)) throw invalid('a list of descriptors is not a list');
  if (value.length > MAX_DESCRIPTORS) throw invalid(`it lists more than ${MAX_DESCRIPTORS} parts`);
  return value.map(descriptorOf);
}

function descriptorOf(value: unknown): Descriptor {
  const json = objectOf(value, 'a descriptor is not an object');
  if (!isDigest(json.digest)) throw invalid('a descriptor has no valid digest');
  if (typeof json.size !== 'number' || !Number.isSafeInteger(json.size) || json.size < 0)
    throw invalid('a descriptor has no valid size');
  return {
    mediaType: textOf(json.mediaType) ?? '',
    digest: json.digest,
    size: json.size,
    annotations: annotationsOf(json.annotations),
    artifactType: textOf(json.artifactType),
    platform: platformOf(json.platform),
  };
}

function platformOf(value: unknown): Platform | null {
  if (value == null) return null;
  const json = objectOf(value, 'a platform is not an object');
  return {
    os: textOf(json.os) ?? '',
    architecture: textOf(json.architecture) ?? '',
    variant: textOf(json.variant) || null,
    osVersion: textOf(json['os.version']) || null,
  };
}

const NO_ANNOTATIONS: Annotations = Object.freeze(Object.create(null));

/** Takes what is text and within bounds: an odd annotation is no reason to lose the image. */
function annotationsOf(value: unknown): Annotations {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return NO_ANNOTATIONS;
  const annotations: Record<string, string> = Object.create(null);
  let count = 0;
  for (const [name, text] of Object.entries(value)) {
    if (typeof text !== 'string' || name.length + text.length > MAX_ANNOTATION) continue;
    if (count === MAX_ANNOTATIONS) break;
    annotations[name] = text;
    count += 1;
  }
  return annotations;
}

function objectOf(value: unknown, otherwise: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(otherwise);
  return value as Json;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value.length <= 1024 ? value : null;
}

function invalid(why: string): RegistryError {
  return new RegistryError({ code: 'manifest-invalid', message: `This is not a usable image manifest: ${why}.` });
}
