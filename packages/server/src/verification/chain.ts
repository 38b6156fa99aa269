/** Certificate chains for code signing: from the one that signed to a configured root, at a time. No network, no system roots. */
import { X509Certificate } from 'node:crypto';
import { X509Certificate as ParsedCertificate } from '@sigstore/core';
import { fromBase64 } from './encoding.ts';
import { NoPass } from './verdict.ts';

const MOST_CERTIFICATES = 10;
const CODE_SIGNING = '1.3.6.1.5.5.7.3.3';
/** Extensions that are looked at here, or that say nothing about what a certificate may do (RFC 5280 §4.2). */
const UNDERSTOOD = new Set(['2.5.29.14', '2.5.29.15', '2.5.29.17', '2.5.29.19', '2.5.29.35', '2.5.29.37']);

/** Hashes that can be forged are not among them: ECDSA and RSA over SHA-2, RSA-PSS, Ed25519 (RFC 5758, 4055, 8410). */
const SIGNED_WITH = new Set([
  ...[2, 3, 4].map((last) => `1.2.840.10045.4.3.${last}`),
  ...[10, 11, 12, 13].map((last) => `1.2.840.113549.1.1.${last}`),
  '1.3.101.112',
]);
const LEAST_RSA_BITS = 2048;

/** The chain of an envelope (`x5c`, RFC 7515 §4.1.6): base64 DER, the signer's first. */
export function chainOf(x5c: unknown): X509Certificate[] {
  if (!Array.isArray(x5c) || x5c.length === 0) throw new NoPass('The signature brings no certificate.');
  if (x5c.length > MOST_CERTIFICATES)
    throw new NoPass(`The signature brings more than ${MOST_CERTIFICATES} certificates.`);
  const bytes = x5c.map((each) => fromBase64(each, 'A certificate'));
  try {
    return bytes.map((der) => new X509Certificate(der));
  } catch {
    throw new NoPass('A certificate of the signature cannot be read.');
  }
}

/** Checks the chain and answers until when it stands. @throws NoPass */
export function verifyChain(chain: readonly X509Certificate[], roots: readonly X509Certificate[], at: Date): Date {
  const whole = withRoot(chain, roots);
  whole.forEach((certificate, index) => {
    if (certificate.validFromDate > at) throw new NoPass(`${nameOf(certificate)} is not valid yet.`);
    if (certificate.validToDate <= at) {
      throw new NoPass(`${nameOf(certificate)} expired on ${certificate.validToDate.toISOString()}.`);
    }
    // The last one is trusted as it stands: somebody configured it.
    const issuer = whole[index + 1];
    if (issuer !== undefined && (!certificate.checkIssued(issuer) || !certificate.verify(issuer.publicKey))) {
      throw new NoPass(`${nameOf(certificate)} was not issued by the next one of the chain.`);
    }
    checkStrength(certificate, issuer !== undefined);
    checkRole(certificate, index, whole.length);
  });
  return new Date(Math.min(...whole.map(({ validToDate }) => validToDate.getTime())));
}

/** Up to the first certificate that is a root, or that a root issued. What follows it in the envelope is of no interest. */
function withRoot(chain: readonly X509Certificate[], roots: readonly X509Certificate[]): X509Certificate[] {
  const whole: X509Certificate[] = [];
  for (const certificate of chain) {
    whole.push(certificate);
    if (roots.some((root) => root.raw.equals(certificate.raw))) return whole;
    const root = roots.find((each) => certificate.checkIssued(each) && certificate.verify(each.publicKey));
    if (root !== undefined) return [...whole, root];
  }
  throw new NoPass('The certificate does not come from a root that this entry trusts.');
}

function checkStrength(certificate: X509Certificate, isSignatureOfInterest: boolean): void {
  const { modulusLength } = certificate.publicKey.asymmetricKeyDetails ?? {};
  if (modulusLength !== undefined && modulusLength < LEAST_RSA_BITS) {
    throw new NoPass(`${nameOf(certificate)} has an RSA key of ${modulusLength} bits, which can be forged.`);
  }
  let algorithm = '';
  try {
    algorithm = ParsedCertificate.parse(Buffer.from(certificate.raw)).root.subs[1]?.subs[0]?.toOID() ?? '';
  } catch {
    // Then it is none of the known ones.
  }
  if (isSignatureOfInterest && !SIGNED_WITH.has(algorithm)) {
    throw new NoPass(`${nameOf(certificate)} was signed in a way that can be forged, or is not known here.`);
  }
}

function checkRole(certificate: X509Certificate, index: number, length: number): void {
  let parsed: ParsedCertificate;
  let oids: { oid: string; critical: boolean }[];
  try {
    parsed = ParsedCertificate.parse(Buffer.from(certificate.raw));
    oids = parsed.extensions.map(({ subs }) => ({
      oid: subs[0]!.toOID(),
      critical: subs.length === 3 && subs[1]!.toBoolean(),
    }));
  } catch {
    throw new NoPass(`${nameOf(certificate)} cannot be read.`);
  }
  if (oids.some(({ oid, critical }) => critical && !UNDERSTOOD.has(oid))) {
    throw new NoPass(`${nameOf(certificate)} has limits that cannot be checked here.`, 'unsupported');
  }
  if (index === 0) {
    checkSigner(certificate, parsed, length);
    return;
  }
  if (!certificate.ca || parsed.extKeyUsage?.keyCertSign === false) {
    throw new NoPass(`${nameOf(certificate)} may not issue certificates.`);
  }
  const limit = parsed.extBasicConstraints?.pathLenConstraint;
  // Of the certificates below, the signer's own does not count (RFC 5280 §4.2.1.9).
  if (limit !== undefined && index - 1 > Number(limit)) {
    throw new NoPass(`${nameOf(certificate)} may not issue to so long a chain.`);
  }
}

function checkSigner(certificate: X509Certificate, parsed: ParsedCertificate, length: number): void {
  if (certificate.ca && length > 1) throw new NoPass(`${nameOf(certificate)} is of an authority, not of a signer.`);
  if (parsed.extKeyUsage?.digitalSignature !== true) throw new NoPass(`${nameOf(certificate)} may not sign.`);
  if (!(certificate.keyUsage ?? []).includes(CODE_SIGNING)) {
    throw new NoPass(`${nameOf(certificate)} is not for code signing.`);
  }
}

function nameOf(certificate: X509Certificate): string {
  const common = /(?:^|\n)CN=([^\n]{1,100})/.exec(certificate.subject ?? '')?.[1] ?? 'without a name';
  return `The certificate "${common}"`;
}
