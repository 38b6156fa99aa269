import { X509Certificate } from 'node:crypto';
import {
  type AuthenticationInput,
  type AuthenticationView,
  type Provider,
  signInProblem,
  signInUser,
  type Tls,
} from '@pharos/contract';
import { ProblemError } from './problem.ts';
import { refuseFiles } from './registry-address.ts';

/** What of a sign-in is stored in the clear. */
export function visibleAuthentication(input: AuthenticationInput): Pick<AuthenticationView, 'type' | 'username'> {
  return { type: input.type, username: signInUser(input) };
}

/** Refuses what no agent could use: certificates that are none, a docker config that is not JSON, half an identity, files. Throws `invalid-input`. */
export function checkRegistryInput(input: {
  authentication?: AuthenticationInput | undefined;
  tls?: Tls | undefined;
  provider?: Provider | undefined;
}): void {
  if (input.provider === 'oci-layout') throw refuseFiles('provider');
  if (input.authentication?.type === 'docker_config') checkDockerConfig(input.authentication.config);
  const problem = input.authentication === undefined ? null : signInProblem(input.authentication);
  if (problem !== null) throw refuse(`authentication.${problem.field}`, problem.message);
  if (input.tls && input.tls.caCerts.trim() !== '') checkCertificates(input.tls.caCerts);
}

/**
 * The credential goes to the product's own API as well, so the same holds for its address as for the registry's. Throws
 * `invalid-input` with the field `apiUrl`.
 * @param apiUrl as it will be; null for none. @param plainHttp as it will be
 */
export function checkApiUrl(apiUrl: string | null, plainHttp: boolean): void {
  if (apiUrl === null) return;
  const url = URL.parse(apiUrl);
  if (url === null) throw refuseApiUrl('is none', 'Write https://host[:port][/path].');
  if (url.protocol !== 'https:' && !plainHttp) {
    throw refuseApiUrl(
      'begins with http://, which sends passwords unprotected',
      'Write https://, or switch on plain HTTP if an unprotected connection is intended.',
    );
  }
  if (url.username !== '' || url.password !== '' || apiUrl.includes('@')) {
    throw refuseApiUrl('holds a user name', 'Put user name and password into the sign-in.');
  }
  if (/[?#]/.test(apiUrl)) throw refuseApiUrl('holds a query or a fragment', 'Write https://host[:port][/path].');
}

function refuseApiUrl(why: string, hint: string): ProblemError {
  const message = `The address of the product’s own API ${why}.`;
  return new ProblemError('invalid-input', message, { hint, errors: [{ path: 'apiUrl', message }] });
}

function checkDockerConfig(text: string): void {
  const message = 'must be the JSON text of a docker config with "auths"';
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw refuse('authentication.config', message);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw refuse('authentication.config', message);
  }
}

function checkCertificates(pem: string): void {
  const certificates = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (certificates.length === 0)
    throw refuse('tls.caCerts', 'must hold PEM certificates (-----BEGIN CERTIFICATE-----)');
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem)) throw refuse('tls.caCerts', 'holds a private key; leave it out');
  certificates.forEach((certificate, index) => {
    try {
      new X509Certificate(certificate);
    } catch {
      throw refuse('tls.caCerts', `certificate ${index + 1} cannot be read`);
    }
  });
}

function refuse(path: string, message: string): ProblemError {
  return new ProblemError('invalid-input', `${path}: ${message}.`, { errors: [{ path, message }] });
}
