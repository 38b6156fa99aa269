/** What of the things that hang on an image may hold a list of packages. */
import type { Image, Referrer } from '@pharos/contract';

/** Artifact types that are, or may hold, an SBOM: attestations and bundles tell only when they are read. */
const MAY_HOLD =
  /spdx|cyclonedx|syft|sbom|in-toto|attestation|dsse|sigstore\.bundle|cosign\.artifact\.att|image\.index/i;

/** Whether it is worth reading. An index behind a fall-back tag lists others, so it is. */
export function mayHoldSbom({ artifactType }: Pick<Referrer, 'artifactType'>): boolean {
  return MAY_HOLD.test(artifactType);
}

/** Whether something hangs on the image that may hold an SBOM. */
export function hasSbom({ referrers }: Pick<Image, 'referrers'>): boolean {
  return referrers.some(mayHoldSbom);
}
