/** A trusted_root.json of Sigstore: certificate authorities and logs, as its operator publishes them. Read from text, never fetched. */
import { createHash, X509Certificate } from 'node:crypto';
import type { TrustedKey } from '@pharos/contract';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { type TrustMaterial, toTrustMaterial, type VerifierOptions } from '@sigstore/verify';
import { describeKey } from './public-key.ts';
import { TrustError } from './trust-error.ts';

export interface ReadRoot {
  readonly material: TrustMaterial;
  readonly keys: readonly TrustedKey[];
  readonly thresholds: VerifierOptions;
}

const HINT =
  'Give a trusted_root.json (media type application/vnd.dev.sigstore.trustedroot+json), as "cosign trusted-root create" writes it.';

/** @throws TrustError */
export function readTrustedRoot(text: string): ReadRoot {
  let root: TrustedRoot;
  let material: TrustMaterial;
  try {
    root = TrustedRoot.fromJSON(JSON.parse(text));
    material = toTrustMaterial(root);
  } catch {
    throw new TrustError('The trusted_root.json cannot be read.', HINT);
  }
  const keys = root.certificateAuthorities.flatMap(({ certChain, validFor }) =>
    (certChain?.certificates ?? []).slice(-1).map(({ rawBytes }) => describe(rawBytes, validFor?.end)),
  );
  if (keys.length === 0) throw new TrustError('The trusted_root.json names no certificate authority.', HINT);
  if (root.tlogs.length === 0 && root.timestampAuthorities.length === 0) {
    throw new TrustError(
      'The trusted_root.json names neither a transparency log nor a timestamp authority.',
      'Certificates for signing are valid for minutes, so something must prove when it was signed.',
    );
  }
  return {
    material,
    keys,
    thresholds: {
      // A log that the root names must have seen the signature. Of the time there must always be a proof: the library
      // checks no certificate at all when there is none.
      tlogThreshold: root.tlogs.length > 0 ? 1 : 0,
      ctlogThreshold: root.ctlogs.length > 0 ? 1 : 0,
      timestampThreshold: 1,
    },
  };
}

function describe(der: Uint8Array, end: Date | undefined): TrustedKey {
  try {
    const certificate = new X509Certificate(der);
    return {
      algorithm: describeKey(certificate.publicKey).algorithm,
      fingerprint: createHash('sha256').update(der).digest('hex'),
      subject: certificate.subject.split('\n').join(', '),
      expiresAt: (end ?? certificate.validToDate).toISOString(),
    };
  } catch (error) {
    if (error instanceof TrustError) throw error;
    throw new TrustError('A certificate in the trusted_root.json cannot be read.', HINT);
  }
}
