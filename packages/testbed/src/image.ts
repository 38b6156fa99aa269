import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { tinyLayer } from './tiny-layer.ts';

/** Media types by format. */
export const MEDIA_TYPES = {
  oci: {
    index: 'application/vnd.oci.image.index.v1+json',
    manifest: 'application/vnd.oci.image.manifest.v1+json',
    config: 'application/vnd.oci.image.config.v1+json',
    layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
  },
  docker: {
    index: 'application/vnd.docker.distribution.manifest.list.v2+json',
    manifest: 'application/vnd.docker.distribution.manifest.v2+json',
    config: 'application/vnd.docker.container.image.v1+json',
    layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  },
} as const;

/** Bytes under their digest. */
export type Stored = { digest: string; mediaType: string; bytes: Buffer };

/** An image (or index, or artifact) with everything it names. `manifests` has children first and the image itself last. */
export type BuiltImage = Stored & { manifests: readonly Stored[]; blobs: readonly Stored[] };

/** Platform of an image, as its config and its index entry say it. */
export type Platform = { os: string; architecture: string; variant?: string };

/** What a container image is to be like. */
export type ImageOptions = {
  /** Makes the digest different from that of other images; ends up as a label. */
  name?: string;
  /** RFC 3339; `null` leaves the config without `created`. */
  created?: string | null;
  /** One platform makes a manifest, more an index. Default: linux/amd64. */
  platforms?: readonly Platform[];
  /** An index even around one platform. */
  index?: boolean;
  /** Adds BuildKit attestation children (unknown/unknown) to the index. */
  attested?: boolean;
  format?: 'oci' | 'docker';
  /** On index and manifests. Docker's format has none. */
  annotations?: Readonly<Record<string, string>>;
  labels?: Readonly<Record<string, string>>;
  env?: readonly string[];
  /** tar+gzip bytes; default: one tiny layer that all images share. */
  layers?: readonly Buffer[];
};

/** What an artifact is to be like. */
export type ArtifactOptions = {
  artifactType?: string;
  configMediaType?: string;
  config?: object;
  layers?: readonly { mediaType: string; bytes: Buffer; annotations?: Readonly<Record<string, string>> }[];
  subject?: Stored;
  annotations?: Readonly<Record<string, string>>;
};

/** An entry of an index. */
export type IndexChild = {
  image: BuiltImage;
  platform?: Platform;
  annotations?: Readonly<Record<string, string>>;
};

/** `sha256:<hex>` of the bytes. */
export function digestOf(bytes: Buffer | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Puts bytes under their digest; an object is written as JSON. */
export function store(mediaType: string, content: Buffer | object): Stored {
  const bytes = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content));
  return { digest: digestOf(bytes), mediaType, bytes };
}

/** Tells by the media type alone. */
export function isIndex({ mediaType }: Stored): boolean {
  return /index|manifest\.list/.test(mediaType);
}

/** The OCI descriptor of stored bytes. */
export function describe(stored: Stored): { mediaType: string; digest: string; size: number } {
  return { mediaType: stored.mediaType, digest: stored.digest, size: stored.bytes.length };
}

const SHARED_LAYER = tinyLayer('pharos testbed\n');
const SHARED_DIFF_ID = digestOf(gunzipSync(SHARED_LAYER));

/** Makes real, pushable bytes of an image; the same bytes for the same options. */
export function buildImage(options: ImageOptions = {}): BuiltImage {
  const { platforms = [{ os: 'linux', architecture: 'amd64' }], attested = false } = options;
  const children = platforms.map((platform) => ({ image: platformImage(options, platform), platform }));
  const only = children[0];
  if (!only) throw new Error('an image needs a platform');
  if (children.length === 1 && !options.index && !attested) return only.image;
  return buildIndex([...children, ...(attested ? children.map(({ image }) => attestation(image)) : [])], options);
}

function platformImage(options: ImageOptions, platform: Platform): BuiltImage {
  const { name = 'image', created = '2026-07-27T09:10:00Z', format = 'oci', layers = [SHARED_LAYER] } = options;
  const types = MEDIA_TYPES[format];
  const stored = layers.map((layer) => store(types.layer, layer));
  const config = store(types.config, {
    ...(created === null ? {} : { created }),
    ...platform,
    config: { Env: options.env ?? ['PATH=/usr/bin:/bin'], Labels: { 'test.name': name, ...options.labels } },
    rootfs: {
      type: 'layers',
      diff_ids: layers.map((layer) => (layer === SHARED_LAYER ? SHARED_DIFF_ID : digestOf(gunzipSync(layer)))),
    },
  });
  const manifest = store(types.manifest, {
    schemaVersion: 2,
    mediaType: types.manifest,
    config: describe(config),
    layers: stored.map(describe),
    ...(options.annotations && format === 'oci' ? { annotations: options.annotations } : {}),
  });
  return { ...manifest, manifests: [manifest], blobs: [config, ...stored] };
}

function attestation(subject: BuiltImage): IndexChild {
  const type = 'https://slsa.dev/provenance/v1';
  const statement = { _type: 'https://in-toto.io/Statement/v0.1', predicateType: type, subject: [{ name: 'image' }] };
  const image = buildArtifact({
    configMediaType: MEDIA_TYPES.oci.config,
    config: { os: 'unknown', architecture: 'unknown', subject: subject.digest },
    layers: [
      {
        mediaType: 'application/vnd.in-toto+json',
        bytes: Buffer.from(JSON.stringify(statement)),
        annotations: { 'in-toto.io/predicate-type': type },
      },
    ],
  });
  return {
    image,
    platform: { os: 'unknown', architecture: 'unknown' },
    annotations: {
      'vnd.docker.reference.type': 'attestation-manifest',
      'vnd.docker.reference.digest': subject.digest,
    },
  };
}

/** An index around images that exist (for nested indexes, missing platforms and other odd shapes too). */
export function buildIndex(
  children: readonly IndexChild[],
  options: Pick<ImageOptions, 'format' | 'annotations'> = {},
): BuiltImage {
  const { format = 'oci', annotations } = options;
  const mediaType = MEDIA_TYPES[format].index;
  const index = store(mediaType, {
    schemaVersion: 2,
    mediaType,
    manifests: children.map(({ image, platform, annotations: own }) => ({
      ...describe(image),
      ...(platform ? { platform } : {}),
      ...(own ? { annotations: own } : {}),
    })),
    ...(annotations && format === 'oci' ? { annotations } : {}),
  });
  return {
    ...index,
    manifests: [...children.flatMap(({ image }) => image.manifests), index],
    blobs: children.flatMap(({ image }) => image.blobs),
  };
}

/** An OCI manifest that is not a container image: a signature, an SBOM, a chart, a model. */
export function buildArtifact(options: ArtifactOptions = {}): BuiltImage {
  const { configMediaType = 'application/vnd.oci.empty.v1+json', layers = [] } = options;
  const config = store(configMediaType, options.config ?? {});
  const stored = layers.map((layer) => ({ ...store(layer.mediaType, layer.bytes), annotations: layer.annotations }));
  const manifest = store(MEDIA_TYPES.oci.manifest, {
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.oci.manifest,
    ...(options.artifactType ? { artifactType: options.artifactType } : {}),
    config: describe(config),
    layers: stored.map((layer) => ({
      ...describe(layer),
      ...(layer.annotations ? { annotations: layer.annotations } : {}),
    })),
    ...(options.subject ? { subject: describe(options.subject) } : {}),
    ...(options.annotations ? { annotations: options.annotations } : {}),
  });
  return { ...manifest, manifests: [manifest], blobs: [config, ...stored] };
}

/** A cosign signature (shape only: the signature bytes are not one) and the tag it belongs under. */
export function buildSignature(subject: Stored): { tag: string; image: BuiltImage } {
  const payload = {
    critical: {
      identity: { 'docker-reference': '' },
      image: { 'docker-manifest-digest': subject.digest },
      type: 'cosign container image signature',
    },
    optional: null,
  };
  const image = buildArtifact({
    configMediaType: MEDIA_TYPES.oci.config,
    layers: [
      {
        mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json',
        bytes: Buffer.from(JSON.stringify(payload)),
        annotations: { 'dev.cosignproject.cosign/signature': Buffer.from('not a signature').toString('base64') },
      },
    ],
  });
  return { tag: `${subject.digest.replace(':', '-')}.sig`, image };
}
