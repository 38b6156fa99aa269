/**
 * Attestations of cosign 2 (cosign ATTESTATION_SPEC.md): a bare DSSE envelope is the layer, with a certificate and a log's promise in its
 * annotations where no key signed it. The same in the form of a bundle is verified as bundles are.
 */
import { type ReadBundle, readBundle } from './bundle.ts';
import { jsonObject } from './encoding.ts';
import { BUNDLE_01, hasCertificate, identityMaterialOf } from './simple-signing.ts';
import type { EvidenceBytes } from './verdict.ts';

export const DSSE_ENVELOPE = 'application/vnd.dsse.envelope.v1+json';

/** The envelope with what its annotations prove. @throws NoPass */
export function readEnvelope(evidence: EvidenceBytes, payload: Uint8Array): ReadBundle {
  const verificationMaterial = hasCertificate(evidence)
    ? identityMaterialOf(evidence.annotations)
    : { publicKey: { hint: '' }, tlogEntries: [] };
  const dsseEnvelope = jsonObject(payload, 'The envelope');
  const text = JSON.stringify({ mediaType: BUNDLE_01, verificationMaterial, dsseEnvelope });
  return readBundle(Buffer.from(text));
}
