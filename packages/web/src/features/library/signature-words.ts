import type { EvidenceForm, EvidenceProblem, Platform } from '@pharos/contract';
import { formatBytes } from '../../components/format.ts';

export const FORM_WORDS: Readonly<Record<EvidenceForm, string>> = {
  'cosign-simple': 'cosign signature',
  'sigstore-bundle': 'Sigstore bundle',
  'cosign-dsse': 'cosign attestation',
  'notation-jws': 'Notation signature',
  'notation-cose': 'Notation signature (COSE)',
  unknown: 'Signature of an unknown form',
};

export const PROBLEM_WORDS: Readonly<Record<EvidenceProblem, string>> = {
  'too-large':
    'It is larger than what is fetched (signatures 256 KiB, attestations 16 MiB each and 48 MiB of one image).',
  'too-many': 'The image has more signatures than are fetched.',
  'digest-mismatch': 'The registry gave other bytes than its digest names.',
  unreadable: 'It could not be read from the registry.',
  'no-room':
    'Its registry has more large attestations than are kept (the setting attestation-space). It is fetched again when there is room.',
};

/** From here up an attestation travels in pieces, and its size is worth a word. */
const LARGE_BYTES = 256 * 1024;

/** Its size where it is large; null: that says nothing. */
export function largeWords(size: number | null): string | null {
  return size === null || size < LARGE_BYTES ? null : formatBytes(size);
}

/** Which platform of the image a manifest is, e.g. linux/arm64/v8; null: none that is known. */
export function platformOf(subject: string, platforms: readonly Platform[]): string | null {
  const platform = platforms.find(({ digest }) => digest === subject);
  if (platform === undefined) return null;
  return [platform.os, platform.architecture, platform.variant].filter((part) => part !== null).join('/');
}
