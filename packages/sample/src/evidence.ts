import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import type { ImageSpec } from './image-spec.ts';
import { addBlob, addManifest, type Descriptor, type Repository } from './repository.ts';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const SIMPLE_SIGNING = 'application/vnd.dev.cosign.simplesigning.v1+json';
const IN_TOTO = 'application/vnd.in-toto+json';

// The sample's signing key is public knowledge: it comes from a fixed seed, so that the Ed25519 signatures (which are
// deterministic) verify and have the same bytes on each start. PKCS #8 prefix of an Ed25519 key: RFC 8410, section 7.
const SIGNING_KEY = createPrivateKey({
  key: Buffer.concat([
    Buffer.from('302e020100300506032b657004220420', 'hex'),
    createHash('sha256').update('pharos sample registry').digest(),
  ]),
  format: 'der',
  type: 'pkcs8',
});

/** PEM of the key that verifies the sample's cosign signatures. */
export const SAMPLE_PUBLIC_KEY: string = createPublicKey(SIGNING_KEY)
  .export({ type: 'spki', format: 'pem' })
  .toString();

function statement(subject: Descriptor, predicateType: string, predicate: object): object {
  return {
    _type: 'https://in-toto.io/Statement/v0.1',
    predicateType,
    subject: [{ name: 'image', digest: { sha256: subject.digest.slice('sha256:'.length) } }],
    predicate,
  };
}

function spdx(repository: Repository, spec: ImageSpec): object {
  return {
    spdxVersion: 'SPDX-2.3',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: `${repository.name}:${spec.tags[0]}`,
    dataLicense: 'CC0-1.0',
    creationInfo: { created: spec.created, creators: ['Tool: pharos-sample'] },
    packages:
      spec.packages?.map((line, index) => debianPackage(line, index)) ??
      spec.layers.map((layer, index) => ({ SPDXID: `SPDXRef-Package-${index}`, name: layer.name })),
  };
}

/** As syft writes a package that dpkg knows. */
function debianPackage(line: string, index: number): object {
  const [name = '', version = ''] = line.split(' ');
  const locator = `pkg:deb/debian/${name}@${encodeURIComponent(version)}`;
  return {
    SPDXID: `SPDXRef-Package-${index}`,
    name,
    versionInfo: version,
    externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: locator }],
  };
}

/**
 * BuildKit's attestation of one platform manifest: a child of the index with platform unknown/unknown that names its
 * subject in `vnd.docker.reference.digest`.
 */
export function attest(repository: Repository, spec: ImageSpec, subject: Descriptor): Descriptor {
  const predicates: [string, object][] = [
    ['https://spdx.dev/Document', spdx(repository, spec)],
    ['https://slsa.dev/provenance/v1', { buildDefinition: { buildType: 'https://mobyproject.org/buildkit@v1' } }],
  ];
  const layers = predicates.map(([type, predicate]) => ({
    ...addBlob(repository, IN_TOTO, statement(subject, type, predicate)),
    annotations: { 'in-toto.io/predicate-type': type },
  }));
  const config = addBlob(repository, CONFIG, {
    architecture: 'unknown',
    os: 'unknown',
    config: {},
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => layer.digest) },
  });
  return {
    ...addManifest(repository, { schemaVersion: 2, mediaType: MANIFEST, config, layers } as { mediaType: string }),
    annotations: {
      'vnd.docker.reference.type': 'attestation-manifest',
      'vnd.docker.reference.digest': subject.digest,
    },
    platform: { architecture: 'unknown', os: 'unknown' },
  };
}

/** A cosign signature by key under `sha256-<hex>.sig` (cosign, SIGNATURE_SPEC.md). */
export function signImage(repository: Repository, subject: Descriptor): void {
  const payload = Buffer.from(
    JSON.stringify({
      critical: {
        identity: { 'docker-reference': repository.name },
        image: { 'docker-manifest-digest': subject.digest },
        type: 'cosign container image signature',
      },
      optional: null,
    }),
  );
  const layer = {
    ...addBlob(repository, SIMPLE_SIGNING, payload),
    annotations: { 'dev.cosignproject.cosign/signature': sign(null, payload, SIGNING_KEY).toString('base64') },
  };
  const config = addBlob(repository, CONFIG, {
    architecture: '',
    os: '',
    config: {},
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
  });
  const manifest = { schemaVersion: 2, mediaType: MANIFEST, config, layers: [layer] };
  repository.tags.set(`${subject.digest.replace(':', '-')}.sig`, addManifest(repository, manifest).digest);
}

/**
 * An SBOM whose manifest names the image as `subject`. This registry has no referrers API, so the referrers are listed
 * by an index under the fallback tag `sha256-<hex>` (distribution-spec 1.1, "Referrers Tag Schema").
 */
export function attachSbom(repository: Repository, spec: ImageSpec, subject: Descriptor): void {
  const artifactType = 'application/spdx+json';
  const manifest = {
    schemaVersion: 2,
    mediaType: MANIFEST,
    artifactType,
    config: addBlob(repository, 'application/vnd.oci.empty.v1+json', {}),
    layers: [addBlob(repository, artifactType, spdx(repository, spec))],
    subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.size },
    annotations: { 'org.opencontainers.artifact.created': spec.created, 'created-by': 'trivy' },
  };
  const sbom = { ...addManifest(repository, manifest), artifactType, annotations: manifest.annotations };
  const index = { schemaVersion: 2, mediaType: INDEX, manifests: [sbom] };
  repository.tags.set(subject.digest.replace(':', '-'), addManifest(repository, index).digest);
}
