import { X509Certificate } from 'node:crypto';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { RegistryError } from './errors.ts';

/**
 * The system's authorities and these, in PEM. Made once per registry: reading all of them again for every connection
 * would cost milliseconds each.
 * @throws RegistryError `ca-certs-invalid`
 */
export function trustAlso(pem: string): SecureContext {
  try {
    // A secure context passes over what it cannot read, so each certificate is read here first.
    const certificates = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
    if (certificates.length === 0) throw new Error('no certificate');
    for (const certificate of certificates) new X509Certificate(certificate);
    return createSecureContext({ ca: [...getCACertificates('default'), ...certificates] });
  } catch {
    throw new RegistryError({
      code: 'ca-certs-invalid',
      message: 'tls.ca_certs holds no certificate that can be read.',
    });
  }
}
