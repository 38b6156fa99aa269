import { attachSbom, attest, signImage } from './evidence.ts';
import type { ImageSpec, PlatformSpec, RepositorySpec } from './image-spec.ts';
import {
  addBlob,
  addLayer,
  addManifest,
  createRepository,
  type Descriptor,
  digestOf,
  type Repository,
} from './repository.ts';

const TYPES = {
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

/** arm64 builds come out a little smaller. */
const SIZE_BY_ARCHITECTURE = { amd64: 1, arm64: 0.964 } as const;

function config(spec: ImageSpec, platform: PlatformSpec, layers: readonly Descriptor[]): object {
  return {
    created: spec.created,
    architecture: platform.architecture,
    ...(platform.variant ? { variant: platform.variant } : {}),
    os: platform.os,
    config: {
      User: spec.user,
      ...(spec.ports.length > 0 ? { ExposedPorts: Object.fromEntries(spec.ports.map((port) => [port, {}])) } : {}),
      Env: spec.env,
      ...(spec.entrypoint.length > 0 ? { Entrypoint: spec.entrypoint } : {}),
      Labels: spec.labels,
    },
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => digestOf(`uncompressed ${layer.digest}`)) },
    history: spec.layers.map((layer) => ({ created: spec.created, created_by: layer.step, comment: 'buildkit' })),
  };
}

function annotated(spec: ImageSpec): { annotations?: Readonly<Record<string, string>> } {
  return Object.keys(spec.annotations).length > 0 ? { annotations: spec.annotations } : {};
}

function platformManifest(repository: Repository, spec: ImageSpec, platform: PlatformSpec): Descriptor {
  const types = TYPES[spec.format];
  const layers = spec.layers.map((layer) =>
    addLayer(
      repository,
      types.layer,
      `${layer.name} ${platform.architecture}`,
      layer.size * SIZE_BY_ARCHITECTURE[platform.architecture],
    ),
  );
  const manifest = {
    schemaVersion: 2,
    mediaType: types.manifest,
    config: addBlob(repository, types.config, config(spec, platform, layers)),
    layers,
    ...annotated(spec),
  };
  return { ...addManifest(repository, manifest), platform };
}

function addImage(repository: Repository, spec: ImageSpec): void {
  const children = spec.platforms.map((platform) => platformManifest(repository, spec, platform));
  const attestations = spec.attested ? children.map((child) => attest(repository, spec, child)) : [];
  const [only] = children;
  if (!only) throw new Error(`${repository.name}:${spec.tags[0]} has no platform`);
  const top = spec.index
    ? addManifest(repository, {
        schemaVersion: 2,
        mediaType: TYPES[spec.format].index,
        manifests: [...children, ...attestations],
        ...annotated(spec),
      } as { mediaType: string })
    : only;
  for (const tag of spec.tags) {
    if (repository.tags.has(tag)) throw new Error(`${repository.name}:${tag} is given twice`);
    repository.tags.set(tag, top.digest);
  }
  if (spec.signed) signImage(repository, top);
  if (spec.sbom) attachSbom(repository, spec, top);
}

/** Makes the bytes of a repository: the same bytes for the same specification. Throws when a tag is given twice. */
export function buildRepository(spec: RepositorySpec): Repository {
  const repository = createRepository(spec.name);
  for (const image of spec.images) addImage(repository, image);
  return repository;
}
