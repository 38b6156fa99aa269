/** From the bytes of a registry to an Observation: what is taken over, within which bounds, at which cost in requests. */
import type { Observation } from '@pharos/contract';
import { emptyObservation } from '@pharos/library';
import {
  type Descriptor,
  type Index,
  isIndexType,
  isManifestType,
  type Manifest,
  type ManifestContent,
  RegistryError,
} from '@pharos/oci';
import { isModelConfig, isOllama, shortened } from './artifact-config.ts';
import type { RepositoryReader } from './repository-reader.ts';

/** What was read, and what of it could not be: then the observation is less deep than it should be. */
export interface Reading {
  observation: Observation;
  failure: RegistryError | null;
}

const IMAGE_CONFIGS: ReadonlySet<string> = new Set([
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
]);
const CREATED = 'org.opencontainers.image.created';
const VERSION = 'org.opencontainers.image.version';
const REFERENCE_TYPE = 'vnd.docker.reference.type';
const REFERENCE_DIGEST = 'vnd.docker.reference.digest';
const MAX_PLATFORMS = 1000;

type Platforms = Observation['platforms'];
type ConfigFacts = Pick<Observation, 'labels' | 'env' | 'user' | 'configCreated'> & {
  platform: Omit<Platforms[number], 'digest' | 'size'> | null;
};

/**
 * Reads what the library needs of a manifest that is already there: nothing more for an artifact, the configuration
 * for a model and for an image of one platform, and for an index only when its annotations leave the time or the version open: one
 * platform's manifest and configuration (all platforms of one build share them closely enough).
 */
export async function observe(content: ManifestContent, reader: RepositoryReader): Promise<Reading> {
  const { manifest } = content;
  return manifest.kind === 'index' ? observeIndex(content, manifest, reader) : observeImage(content, manifest, reader);
}

/**
 * What an index says by itself, when `observe` would go on to one of its platforms; null when it would not. For a
 * notification: the tag is shown for one request, and the next scan reads on.
 */
export function outlineOf(content: ManifestContent): Observation | null {
  const { manifest } = content;
  if (manifest.kind !== 'index' || childOf(manifest) === null) return null;
  return { ...common(content, manifest), ...ofIndex(manifest) };
}

async function observeImage(content: ManifestContent, manifest: Manifest, reader: RepositoryReader): Promise<Reading> {
  const base = { ...common(content, manifest), ...ofManifest(manifest) };
  const { config } = manifest;
  if (config !== null && isModelConfig(config.mediaType)) return observeModel(base, config, reader);
  if (config === null || !IMAGE_CONFIGS.has(config.mediaType)) return { observation: base, failure: null };
  try {
    const { json } = await reader.config(config);
    // An Ollama model has no platform, whatever its configuration says; it holds what is known of the model.
    if (isOllama(manifest.layers))
      return { observation: { ...base, artifactConfig: shortened(json), detail: 'config' }, failure: null };
    const { platform, ...facts } = readConfig(json);
    const platforms = platform === null ? [] : [{ ...platform, digest: content.digest, size: base.size }];
    return { observation: { ...base, ...facts, platforms, detail: 'config' }, failure: null };
  } catch (error) {
    return { observation: base, failure: asRegistryError(error) };
  }
}

/** A model's configuration costs one request more, once for each digest. Without it the model is a model all the same. */
async function observeModel(base: Observation, config: Descriptor, reader: RepositoryReader): Promise<Reading> {
  try {
    const { json } = await reader.config(config);
    return { observation: { ...base, artifactConfig: shortened(json), detail: 'config' }, failure: null };
  } catch (error) {
    const failure = asRegistryError(error);
    return { observation: base, failure: failure.transient ? failure : null };
  }
}

async function observeIndex(content: ManifestContent, index: Index, reader: RepositoryReader): Promise<Reading> {
  const base = { ...common(content, index), ...ofIndex(index) };
  const child = childOf(index);
  if (child === null) return { observation: base, failure: null };
  try {
    return { observation: (await deepen(base, child, reader)) ?? base, failure: null };
  } catch (error) {
    const failure = asRegistryError(error);
    // A sparse index (a mirror of some platforms) is as good as its list; only what passes by itself is worth another look.
    return { observation: base, failure: failure.transient ? failure : null };
  }
}

/** The platform that is read for what the index's own annotations leave open; null: nothing is open, or there is none. */
function childOf(index: Index): Descriptor | null {
  const isTold = CREATED in index.annotations && VERSION in index.annotations;
  return isTold ? null : preferred(runnable(index));
}

/** Reads all platforms of an index (sizes) and the first one's configuration, on demand of a person. */
export async function observePlatforms(content: ManifestContent, reader: RepositoryReader): Promise<Observation> {
  const { manifest } = content;
  if (manifest.kind === 'manifest') {
    const { observation, failure } = await observeImage(content, manifest, reader);
    if (failure) throw failure;
    return { ...observation, detail: 'platforms' };
  }
  const children = runnable(manifest);
  let observation: Observation = { ...common(content, manifest), ...ofIndex(manifest) };
  const first = preferred(children);
  let lastError: RegistryError | null = null;
  let read = 0;
  for (const child of children.slice(0, MAX_PLATFORMS)) {
    try {
      observation = (await deepen(observation, child, reader, child === first)) ?? observation;
      read += 1;
    } catch (error) {
      lastError = asRegistryError(error);
      if (lastError.transient) throw lastError;
    }
  }
  if (read === 0 && lastError !== null) throw lastError;
  return { ...observation, detail: 'platforms' };
}

/** Adds a platform's size and, with `withConfig`, what its manifest and configuration say. Null: the child is no image. */
async function deepen(
  observation: Observation,
  child: Descriptor,
  reader: RepositoryReader,
  withConfig = true,
): Promise<Observation | null> {
  const { manifest } = await reader.manifest(child.digest);
  if (manifest.kind !== 'manifest') return null;
  const own = ofManifest(manifest);
  const platforms = observation.platforms.map((each) =>
    each.digest === child.digest ? { ...each, size: own.size } : each,
  );
  if (!withConfig || manifest.config === null || !IMAGE_CONFIGS.has(manifest.config.mediaType))
    return { ...observation, platforms };
  const { platform: _, ...facts } = readConfig((await reader.config(manifest.config)).json);
  return {
    ...observation,
    ...facts,
    platforms,
    configMediaType: own.configMediaType,
    layerMediaTypes: own.layerMediaTypes,
    // BuildKit writes annotations to the platforms' manifests unless told otherwise; the index's own win.
    annotations: bounded({ ...manifest.annotations, ...observation.annotations }),
    detail: 'config',
  };
}

function common(content: ManifestContent, manifest: Manifest | Index): Observation {
  return {
    ...emptyObservation(content.digest, short(content.mediaType)),
    artifactType: manifest.artifactType === null ? null : short(manifest.artifactType),
    annotations: bounded(manifest.annotations),
    subject: manifest.subject?.digest ?? null,
  };
}

function ofManifest(manifest: Manifest) {
  const sizes = [manifest.config, ...manifest.layers].map((part) => part?.size ?? 0);
  const size = sizes.reduce((sum, each) => sum + each, 0);
  return {
    configMediaType: manifest.config === null ? null : short(manifest.config.mediaType),
    layerMediaTypes: [...new Set(manifest.layers.map((layer) => short(layer.mediaType)))].slice(0, 200),
    size: Number.isSafeInteger(size) ? size : null,
  };
}

function ofIndex(index: Index): Pick<Observation, 'platforms' | 'referrers'> {
  const platforms = runnable(index).map(({ digest, platform }) => ({
    os: short(platform!.os),
    architecture: short(platform!.architecture),
    variant: platform!.variant === null ? null : short(platform!.variant),
    digest,
    size: null,
  }));
  const attestations = index.manifests.filter((child) => child.annotations[REFERENCE_TYPE] !== undefined);
  const referrers = attestations.map((child) => {
    const subject = child.annotations[REFERENCE_DIGEST];
    const isDigest = subject !== undefined && index.manifests.some((other) => other.digest === subject);
    return {
      digest: child.digest,
      artifactType: short(child.annotations[REFERENCE_TYPE]!),
      source: 'index' as const,
      tag: null,
      subject: isDigest ? subject : null,
    };
  });
  return { platforms: platforms.slice(0, MAX_PLATFORMS), referrers: referrers.slice(0, MAX_PLATFORMS) };
}

/** Children that a machine could run: with a real platform, and no attestation. */
function runnable(index: Index): Descriptor[] {
  const isImage = (child: Descriptor) =>
    child.annotations[REFERENCE_TYPE] === undefined &&
    !isIndexType(child.mediaType) &&
    (child.mediaType === '' || isManifestType(child.mediaType));
  const children = index.manifests.filter(
    ({ platform }) => platform !== null && platform.os !== '' && platform.os !== 'unknown',
  );
  return [...new Map(children.filter(isImage).map((child) => [child.digest, child])).values()];
}

function preferred(children: readonly Descriptor[]): Descriptor | null {
  const isCommon = ({ platform }: Descriptor) => platform?.os === 'linux' && platform.architecture === 'amd64';
  return children.find(isCommon) ?? children[0] ?? null;
}

/** The image configuration (OCI image-spec config.md). Hostile: everything is checked and bounded. */
function readConfig(json: unknown): ConfigFacts {
  const root = recordOf(json);
  const config = recordOf(root.config);
  const os = textOf(root.os);
  const architecture = textOf(root.architecture);
  const isReal = os !== null && os !== 'unknown' && architecture !== null;
  return {
    labels: bounded(textsOf(config.Labels)),
    env: environmentOf(config.Env),
    user: textOf(config.User)?.slice(0, 200) ?? null,
    configCreated: textOf(root.created)?.slice(0, 100) ?? null,
    platform: isReal ? { os: short(os), architecture: short(architecture), variant: textOf(root.variant) } : null,
  };
}

const WANTED_VARIABLE =
  /^(?:PG_MAJOR|PG_VERSION|PGDATA|CUDA_VERSION|NIM_[A-Z0-9_]{1,100}|INFERENCE_MICROSERVICE_[A-Z0-9_]{1,100})$/;
const SECRET_VARIABLE = /KEY|TOKEN|SECRET|PASS|CREDENTIAL/;

/** Environment variables that say what the image is. All others stay where they are: some hold secrets. */
function environmentOf(list: unknown): Record<string, string> {
  if (!Array.isArray(list)) return {};
  const wanted: Record<string, string> = {};
  for (const item of list.slice(0, 1000)) {
    if (typeof item !== 'string') continue;
    const at = item.indexOf('=');
    const name = item.slice(0, at);
    const value = item.slice(at + 1);
    if (at > 0 && value.length <= 4096 && WANTED_VARIABLE.test(name) && !SECRET_VARIABLE.test(name))
      wanted[name] = clean(value);
  }
  return wanted;
}

const MAX_TEXTS = 512 * 1024;

/** Names and values within the contract's bounds, and half a MiB together: one image must fit into one message. */
function bounded(texts: Readonly<Record<string, string>>): Record<string, string> {
  const kept: Record<string, string> = {};
  let count = 0;
  let length = 0;
  for (const name of Object.keys(texts)) {
    const text = texts[name]!;
    if (name.length === 0 || name.length > 1000 || text.length > 65_536 || name === '__proto__') continue;
    count += 1;
    length += name.length + text.length;
    if (length > MAX_TEXTS || count > 1000) break;
    kept[clean(name)] = clean(text);
  }
  return kept;
}

/** No database takes NUL in text, nor half a surrogate pair. */
function clean(text: string): string {
  // Nearly every text is fine as it is, and looking is much cheaper than writing it anew.
  return text.isWellFormed() && !text.includes('\0') ? text : text.replaceAll('\0', '\ufffd').toWellFormed();
}

function short(text: string): string {
  return clean(text.slice(0, 255));
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? short(value) : null;
}

function textsOf(value: unknown): Record<string, string> {
  const record = recordOf(value);
  const texts: Record<string, string> = {};
  for (const name of Object.keys(record)) {
    const text = record[name];
    if (typeof text === 'string' && name !== '__proto__') texts[name] = text;
  }
  return texts;
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function asRegistryError(error: unknown): RegistryError {
  if (error instanceof RegistryError) return error;
  throw error;
}
