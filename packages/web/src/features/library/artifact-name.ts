import { escapeHostile } from '../../components/format.ts';

const NAMES: readonly [RegExp, string][] = [
  [/cosign.*simplesigning|cosign\.signature|dev\.cosign.*sig|^signature$/i, 'Signature (cosign)'],
  [/sigstore\.bundle/i, 'Sigstore bundle'],
  [/notary\.signature|notaryproject/i, 'Signature (Notation)'],
  [/spdx/i, 'SBOM (SPDX)'],
  [/cyclonedx/i, 'SBOM (CycloneDX)'],
  [/^sbom$|sbom/i, 'SBOM'],
  [/in-toto|attestation|dsse/i, 'Attestation'],
];

/** A word for an artifact type; an unknown type is shown as the registry wrote it. */
export function artifactName(type: string): string {
  return NAMES.find(([pattern]) => pattern.test(type))?.[1] ?? escapeHostile(type);
}
