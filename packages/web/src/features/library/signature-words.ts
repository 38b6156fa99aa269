import type { EvidenceForm, EvidenceProblem } from '@pharos/contract';

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
};
