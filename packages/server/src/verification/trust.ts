/** Trust entries made ready: keys and roots parsed, patterns compiled. What cannot be used is refused when it is written. */
import { createHash, type KeyObject, X509Certificate } from 'node:crypto';
import type { TrustedKey, TrustInput } from '@pharos/contract';
import { type CompiledPattern, compilePattern, PatternError } from '@pharos/library';
import type { TrustMaterial, VerifierOptions } from '@sigstore/verify';
import { describeKey, readPublicKey } from './public-key.ts';
import { TrustError } from './trust-error.ts';
import { readTrustedRoot } from './trusted-root.ts';

export interface Identity {
  readonly issuer: string | null;
  readonly subject: CompiledPattern;
}

interface Common {
  readonly scope: CompiledPattern;
  readonly keys: readonly TrustedKey[];
}

export interface KeyTrust extends Common {
  readonly kind: 'key';
  readonly key: KeyObject;
  readonly requireReference: boolean;
}

export interface KeylessTrust extends Common {
  readonly kind: 'keyless';
  readonly material: TrustMaterial;
  readonly thresholds: VerifierOptions;
  readonly identities: readonly Identity[];
}

export interface X509Trust extends Common {
  readonly kind: 'x509';
  readonly roots: readonly X509Certificate[];
  /** Empty: every certificate under the roots. */
  readonly identities: readonly Identity[];
}

export type Trust = KeyTrust | KeylessTrust | X509Trust;

export type TrustText = Pick<
  TrustInput,
  'kind' | 'scope' | 'key' | 'roots' | 'trustedRoot' | 'identities' | 'requireReference'
>;

/** Makes an entry ready. @throws TrustError */
export function readTrust(input: TrustText): Trust {
  const scope = patternOf(input.scope, 'The scope');
  switch (input.kind) {
    case 'key': {
      refuse(input, ['roots', 'trustedRoot']);
      if (input.identities.length > 0)
        throw new TrustError('A public key has no identities.', 'Leave the identities out.');
      if (!input.key) throw new TrustError('The public key is missing.', 'Give the key as PEM (cosign.pub).');
      const key = readPublicKey(input.key);
      return { kind: 'key', scope, key, keys: [describeKey(key)], requireReference: input.requireReference };
    }
    case 'keyless': {
      refuse(input, ['key', 'roots']);
      if (!input.trustedRoot) {
        throw new TrustError(
          'The trusted_root.json is missing.',
          'Give the file of your Sigstore; the public one is in sigstore/root-signing on GitHub.',
        );
      }
      if (input.identities.length === 0) {
        throw new TrustError(
          'Without an identity everybody with an e-mail address would be trusted.',
          'Name the issuer and the subject that sign, e.g. the workflow of a repository.',
        );
      }
      if (input.identities.some(({ issuer }) => !issuer)) {
        throw new TrustError(
          'An identity has no issuer.',
          'Name the exact OpenID Connect issuer, e.g. https://token.actions.githubusercontent.com.',
        );
      }
      const { material, keys, thresholds } = readTrustedRoot(input.trustedRoot);
      return { kind: 'keyless', scope, material, thresholds, keys, identities: input.identities.map(identityOf) };
    }
    case 'x509': {
      refuse(input, ['key', 'trustedRoot']);
      if (!input.roots) throw new TrustError('The root certificates are missing.', 'Give them as PEM.');
      const roots = readCertificates(input.roots);
      return { kind: 'x509', scope, roots, keys: roots.map(describe), identities: input.identities.map(identityOf) };
    }
  }
}

/** What belongs to another kind would be kept and never used: better said at once. */
function refuse(input: TrustText, fields: readonly ('key' | 'roots' | 'trustedRoot')[]): void {
  const [extra] = fields.filter((field) => input[field] !== null);
  if (extra !== undefined)
    throw new TrustError(
      `An entry of the kind ${input.kind} has no ${extra}.`,
      'Leave it out, or choose another kind.',
    );
  if (input.requireReference && input.kind !== 'key')
    throw new TrustError('Only signatures by key name a docker-reference.', 'Leave requireReference out.');
}

function identityOf({ issuer, subject }: TrustInput['identities'][number]): Identity {
  return { issuer, subject: patternOf(subject, 'The subject of an identity') };
}

function patternOf(text: string, what: string): CompiledPattern {
  try {
    // Rules' globs know names of repositories only; here are ports, addresses and e-mail as well.
    if (text.startsWith('re:')) return compilePattern(text);
    return text.includes('*') ? compilePattern(starsAsRegex(text)) : exact(text);
  } catch (error) {
    if (error instanceof PatternError) throw new TrustError(`${what} is no pattern: ${error.message}`, error.hint);
    throw error;
  }
}

/** `*` stays within a part of a path, `**` crosses slashes; every other character stands for itself. */
function starsAsRegex(text: string): string {
  const parts = text.split(/(\*+)/).map((part) => {
    if (part.startsWith('*')) return part.length > 1 ? '.*' : '[^/]*';
    return part.replace(/[\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e]/g, '\\$&');
  });
  return `re:${parts.join('')}`;
}

function exact(text: string): CompiledPattern {
  return { source: text, literal: text, test: (name) => name === text };
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;
const MOST_ROOTS = 100;

/** Reads certificates in PEM form. @throws TrustError */
function readCertificates(pem: string): X509Certificate[] {
  const blocks = pem.match(CERTIFICATE) ?? [];
  if (blocks.length === 0 || /PRIVATE KEY/.test(pem)) {
    throw new TrustError(
      'These are not certificates in PEM form.',
      'Paste root certificates only, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----.',
    );
  }
  if (blocks.length > MOST_ROOTS) throw new TrustError(`More than ${MOST_ROOTS} roots.`, 'Make several entries.');
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    throw new TrustError('A root certificate cannot be read.', 'It may be cut off; copy the file again.');
  }
}

function describe(certificate: X509Certificate): TrustedKey {
  const { algorithm } = describeKey(certificate.publicKey);
  return {
    algorithm,
    fingerprint: createHash('sha256').update(certificate.raw).digest('hex'),
    subject: distinguishedName(certificate.subject),
    expiresAt: certificate.validToDate.toISOString(),
  };
}

/** Node writes the parts of a name on lines of their own. */
export function distinguishedName(lines: string | undefined): string {
  return (lines ?? '').split('\n').join(', ');
}
