import { TextInput } from '@patternfly/react-core';
import type { ReactElement } from 'react';
import { FormField, noteId } from '../../components/form-field.tsx';
import type { ClusterDraft } from './cluster-draft.ts';

interface TypedProps {
  id: 'name' | 'namespace' | 'instances' | 'storage' | 'memory' | 'cpu' | 'pullSecret';
  label: string;
  draft: ClusterDraft;
  set: (patch: Partial<ClusterDraft>) => void;
  type?: 'number';
  helper?: string;
}

/** A field of a cluster that is typed. */
export function Typed({ id, label, draft, set, type, helper }: TypedProps): ReactElement {
  return (
    <FormField id={`cluster-${id}`} label={label} helper={helper}>
      <TextInput
        id={`cluster-${id}`}
        type={type ?? 'text'}
        aria-describedby={helper === undefined ? undefined : noteId(`cluster-${id}`)}
        value={draft[id]}
        onChange={(_, value) => set({ [id]: value })}
        autoComplete="off"
      />
    </FormField>
  );
}

/** A field that cannot change any more, and why. */
export function Fixed({
  id,
  label,
  value,
  why,
}: {
  id: string;
  label: string;
  value: string;
  why: string;
}): ReactElement {
  return (
    <FormField id={`cluster-${id}`} label={label} helper={why}>
      <TextInput
        id={`cluster-${id}`}
        aria-describedby={noteId(`cluster-${id}`)}
        value={value}
        readOnly
        readOnlyVariant="default"
      />
    </FormField>
  );
}
