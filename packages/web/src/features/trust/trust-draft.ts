/** What is typed to trust something, and the input that comes of it. */
import type { TrustInput, TrustKind } from '@pharos/contract';

export interface TrustDraft {
  name: string;
  kind: TrustKind;
  scope: string;
  /** PEM of the key or the roots, or the text of a trusted_root.json, by kind. */
  material: string;
  issuer: string;
  /** One a line. */
  subjects: string;
  requireReference: boolean;
}

export const EMPTY_DRAFT: TrustDraft = {
  name: '',
  kind: 'key',
  scope: '**',
  material: '',
  issuer: '',
  subjects: '',
  requireReference: false,
};

export const KIND_WORDS: Readonly<Record<TrustKind, { name: string; description: string; material: string }>> = {
  key: {
    name: 'A public key',
    description: 'Signatures that cosign, skopeo or podman made with a key.',
    material: 'Public key (PEM)',
  },
  keyless: {
    name: 'Identities (keyless)',
    description: 'Signatures of a workflow or a person, with certificates of a Sigstore.',
    material: 'trusted_root.json',
  },
  x509: {
    name: 'Certificate roots',
    description: 'Notation signatures, by certificates under your own roots.',
    material: 'Root certificates (PEM)',
  },
};

/** The name of what cannot be left out and is, or null. */
export function missingOf(draft: TrustDraft): string | null {
  if (draft.name.trim() === '') return 'a name';
  if (draft.material.trim() === '') return KIND_WORDS[draft.kind].material;
  if (draft.kind === 'keyless' && draft.issuer.trim() === '') return 'the issuer';
  if (draft.kind === 'keyless' && subjectsOf(draft).length === 0) return 'a subject';
  return null;
}

export function inputOf(draft: TrustDraft): TrustInput {
  const { kind, material } = draft;
  const issuer = draft.issuer.trim();
  return {
    name: draft.name.trim(),
    kind,
    scope: draft.scope.trim() || '**',
    enabled: true,
    key: kind === 'key' ? material : null,
    roots: kind === 'x509' ? material : null,
    trustedRoot: kind === 'keyless' ? material : null,
    identities:
      kind === 'key'
        ? []
        : subjectsOf(draft).map((subject) => ({ issuer: kind === 'keyless' ? issuer : null, subject })),
    requireReference: kind === 'key' && draft.requireReference,
  };
}

function subjectsOf({ subjects }: TrustDraft): string[] {
  return subjects
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** A fingerprint in groups, as people compare it. */
export function grouped(fingerprint: string): string {
  return fingerprint.match(/.{1,4}/g)?.join(' ') ?? fingerprint;
}
