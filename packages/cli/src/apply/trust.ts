/** Trusted keys and roots of files. */
import { hash } from 'node:crypto';
import { type TrustEntry, TrustInput } from '@pharos/contract';
import type { DocumentOf, Noun } from './noun.ts';
import { conflict, create, difference, update } from './step.ts';

export const trustNoun: Noun<DocumentOf<TrustInput>> = {
  noun: 'trust entry',
  kind: 'TrustEntry',
  list: 'trust',
  needs: ['trust'],
  keyOf: ({ spec }) => spec.name,
  read: (reader) => {
    // In a document of its own "kind" says what the document is.
    const { type, ...rest } = reader.value;
    const value = type === undefined ? rest : { ...rest, kind: type };
    const spec = reader.parse(TrustInput, value, ['type', ...Object.keys(TrustInput.shape)]);
    return spec && { place: reader.place, spec };
  },
  plan: ({ spec }, { trust }) => {
    const head = { noun: 'trust entry', name: spec.name };
    const before = trust.find(({ name }) => name === spec.name);
    const fields = fieldsOf(spec);
    if (!before) {
      const shown = { type: spec.kind, material: materialOf(spec), ...fields };
      return create(head, shown, spec, (client) => client('createTrust', { body: spec }));
    }
    const { id } = before;
    if (before.kind !== spec.kind || materialOf(before) !== materialOf(spec)) {
      return conflict(head, id, 'It has another key, and a key is never changed: give the new one another name.');
    }
    const { name: _, scope, enabled, identities, requireReference } = spec;
    const body = { scope, enabled, identities, requireReference };
    const changes = difference(fieldsOf(before), fields);
    return update(head, id, changes, body, (client) => client('updateTrust', { params: { id }, body }));
  },
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
function materialOf(entry: TrustInput | TrustEntry): string {
  const text = [entry.key, entry.roots].map((pem) => pem?.trim() ?? '').join('\n');
  const root = 'trustedRootSha256' in entry ? entry.trustedRootSha256 : sha256(entry.trustedRoot);
  return `sha256:${hash('sha256', `${text}\n${root ?? ''}`).slice(0, 12)}`;
}

function sha256(text: string | null): string | null {
  return text === null ? null : hash('sha256', text);
}
