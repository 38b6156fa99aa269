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
