/** Trusted keys and roots of files. */
import { hash } from 'node:crypto';
import { type TrustEntry, TrustInput } from '@pharos/contract';
import type { DocumentOf, Noun } from './noun.ts';
import { conflict, create, difference, update } from './step.ts';

export interface TrustDocument extends DocumentOf<TrustInput> {
  /** Of an entry that is here already: its root is not handed out again, and this tells it from another. */
  trustedRootSha256: string | null;
}

const KEYS = ['type', 'trustedRootSha256', ...Object.keys(TrustInput.shape)];

export const trustNoun: Noun<TrustDocument> = {
  noun: 'trust entry',
  kind: 'TrustEntry',
  list: 'trust',
  needs: ['trust'],
  keyOf: ({ spec }) => spec.name,
  read: (reader) => {
    // In a document of its own "kind" says what the document is.
    const texts = reader.expanded('key', 'roots', 'trustedRoot');
    const { type, trustedRootSha256 = null, ...rest } = { ...reader.value, ...texts };
    if (trustedRootSha256 !== null && typeof trustedRootSha256 !== 'string') {
      return reader.problem(['trustedRootSha256'], '"trustedRootSha256" must be a SHA-256 in hex.');
    }
    const value = type === undefined ? rest : { ...rest, kind: type };
    const spec = reader.parse(TrustInput, value, KEYS);
    return spec && { place: reader.place, spec, trustedRootSha256 };
  },
  plan: ({ spec, trustedRootSha256 }, { trust }) => {
    const head = { noun: 'trust entry', name: spec.name };
    const before = trust.find(({ name }) => name === spec.name);
    const fields = fieldsOf(spec);
    if (!before) {
      if (trustedRootSha256 !== null && spec.trustedRoot === null) {
        return conflict(head, null, 'It is not here yet: write its "trustedRoot", e.g. { file: trusted_root.json }.');
      }
      const shown = { type: spec.kind, material: materialOf(spec), ...fields };
      return create(head, shown, spec, (client) => client('createTrust', { body: spec }));
    }
    const { id } = before;
    if (before.kind !== spec.kind || materialOf(before) !== materialOf(spec, trustedRootSha256)) {
      return conflict(head, id, 'It has another key, and a key is never changed: give the new one another name.');
    }
    const { name: _, scope, enabled, identities, requireReference } = spec;
    const body = { scope, enabled, identities, requireReference };
    const changes = difference(fieldsOf(before), fields);
    return update(head, id, changes, body, (client) => client('updateTrust', { params: { id }, body }));
  },
  write: ({ trust }) =>
    trust.map((entry) => {
      const { name, kind, key, roots, trustedRootSha256 } = entry;
      return {
        fields: {
          ...{ name, type: kind },
          key: key ?? undefined,
          roots: roots ?? undefined,
          trustedRootSha256: trustedRootSha256 ?? undefined,
          ...fieldsOf(entry),
        },
        note:
          trustedRootSha256 === null
            ? undefined
            : 'Its root is not handed out. To make it anew, write "trustedRoot" instead of its SHA-256.',
      };
    }),
};

function fieldsOf({ scope, enabled, identities, requireReference }: TrustInput | TrustEntry): Record<string, unknown> {
  return {
    scope,
    enabled: enabled ? undefined : false,
    identities: identities.length > 0 ? identities : undefined,
    requireReference: requireReference || undefined,
  };
}

/** What tells one key from another, short. */
function materialOf(entry: TrustInput | TrustEntry, rootSha256: string | null = null): string {
  const text = [entry.key, entry.roots].map((pem) => pem?.trim() ?? '').join('\n');
  const root = 'trustedRootSha256' in entry ? entry.trustedRootSha256 : (sha256(entry.trustedRoot) ?? rootSha256);
  return `sha256:${hash('sha256', `${text}\n${root ?? ''}`).slice(0, 12)}`;
}

function sha256(text: string | null): string | null {
  return text === null ? null : hash('sha256', text);
}
