import { Checkbox, TextInput } from '@patternfly/react-core';
import { type ReactElement, useState } from 'react';
import { useCreateSavedView } from '../api/me.ts';
import { fieldErrors } from './field-errors.ts';
import { FormDialog } from './form-dialog.tsx';
import { FormField } from './form-field.tsx';

interface SaveViewProps {
  page: string;
  query: string;
  onClose: () => void;
}

/** Gives the filters and the sort of now a name. */
export function SaveView({ page, query, onClose }: SaveViewProps): ReactElement {
  const create = useCreateSavedView();
  const [name, setName] = useState('');
  const [isDefault, setDefault] = useState(false);
  const submit = () => {
    create.mutate({ page, query, name: name.trim(), isDefault }, { onSuccess: onClose });
  };
  return (
    <FormDialog
      title="Save this view"
      description="Search, filters and sort. Only you see it."
      failed="Not saved"
      error={create.error}
      confirm="Save view"
      isBusy={create.isPending}
      isReady={name.trim() !== ''}
      onSubmit={submit}
      onClose={onClose}
    >
      <FormField id="view-name" label="Name" isRequired problem={fieldErrors(create.error).get('name')}>
        <TextInput
          id="view-name"
          value={name}
          onChange={(_, text) => setName(text)}
          maxLength={100}
          autoComplete="off"
          isRequired
        />
      </FormField>
      <Checkbox
        id="view-default"
        label="Open it whenever I come to this list"
        isChecked={isDefault}
        onChange={(_, on) => setDefault(on)}
      />
    </FormDialog>
  );
}
