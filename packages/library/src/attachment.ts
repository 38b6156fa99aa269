/** What is attached to another image: signatures, attestations, SBOMs. Never an image itself, never offered. */
import type { FactSource, Observation } from '@pharos/contract';
import { isArtifactTag } from './tag-evaluation.ts';

/** `signature`, `attestation`, `sbom`, `vulnerability-report`, `referrers-index`, `referrer`. */
export interface Attachment {
  readonly subkind: string;
  readonly source: FactSource;
}

/** By artifactType, config media type or layer media type. */
const BY_TYPE: readonly [RegExp, string][] = [
  [/^application\/vnd\.dev\.cosign\.(?:simplesigning|artifact\.sig)\./, 'signature'],
  [/^application\/vnd\.cncf\.notary\.signature$/, 'signature'],
  [/^application\/vnd\.dev\.cosign\.artifact\.sbom\./, 'sbom'],
  [/^(?:application|text)\/(?:vnd\.cyclonedx|spdx|vnd\.syft)(?:\+|$)/, 'sbom'],
  [/^application\/vnd\.goharbor\.harbor\.sbom\./, 'sbom'],
  [/^application\/sarif\+json$/, 'vulnerability-report'],
  [/^application\/vnd\.in-toto\+json$/, 'attestation'],
  [/^application\/vnd\.dsse\.envelope\.v1\+json$/, 'attestation'],
];

const BUNDLE = /^application\/vnd\.dev\.sigstore\.bundle\./;
const INDEXES = new Set([
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
]);

/** The attachment that an observation is, or null. Strongest evidence first; the tag's form is what cosign fixes. */
export function attachmentKind(observation: Observation, tag: string | null): Attachment | null {
  const { annotations, artifactType, configMediaType, layerMediaTypes, subject, mediaType } = observation;
  if (Object.hasOwn(annotations, 'vnd.docker.reference.type')) return { subkind: 'attestation', source: 'manifest' };
  const types = [artifactType, configMediaType, ...layerMediaTypes].filter((type) => type !== null);
  for (const type of types) {
    if (BUNDLE.test(type)) return { subkind: bundleSubkind(annotations), source: 'manifest' };
    const found = BY_TYPE.find(([pattern]) => pattern.test(type));
    if (found !== undefined) return { subkind: found[1], source: 'manifest' };
  }
  if (subject !== null && (artifactType !== null || !isContainer(configMediaType)))
    return { subkind: 'referrer', source: 'manifest' };
  if (tag === null || !isArtifactTag(tag)) return null;
  if (INDEXES.has(mediaType)) return { subkind: 'referrers-index', source: 'tag' };
  return { subkind: tagSubkind(tag), source: 'tag' };
}

/** An image may name a subject too (a rebuilt one its origin); it stays an image. */
function isContainer(configMediaType: string | null): boolean {
  return configMediaType === null || /container\.image|oci\.image\.config/.test(configMediaType);
}

/** cosign 3 puts signatures and attestations into bundles alike; the predicate tells them apart. */
function bundleSubkind(annotations: Observation['annotations']): string {
  const predicate = annotations['dev.sigstore.bundle.predicateType'] ?? '';
  if (/spdx|cyclonedx/.test(predicate)) return 'sbom';
  return predicate === '' || predicate.startsWith('https://sigstore.dev/cosign/sign/') ? 'signature' : 'attestation';
}

function tagSubkind(tag: string): string {
  if (tag.endsWith('.att')) return 'attestation';
  return tag.endsWith('.sbom') ? 'sbom' : tag.endsWith('.sig') ? 'signature' : 'referrer';
}
