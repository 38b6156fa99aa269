import { Button, Checkbox, Form, Modal, ModalBody, ModalFooter, ModalHeader, TextInput } from '@patternfly/react-core';
import { type FormEvent, type ReactElement, useState } from 'react';
import { useCreateSavedView } from '../api/me.ts';
import { fieldErrors } from './field-errors.ts';
import { FormField } from './form-field.tsx';
import { ActionError } from './states.tsx';

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
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate({ page, query, name: name.trim(), isDefault }, { onSuccess: onClose });
  };
  return (
    <Modal variant="small" isOpen onClose={onClose} aria-labelledby="save-view-title">
      <ModalHeader
        title="Save this view"
        labelId="save-view-title"
        description="Search, filters and sort. Only you see it."
      />
      <ModalBody>
        <Form id="save-view" onSubmit={submit}>
          <ActionError error={create.error} what="Not saved" />
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
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button
          type="submit"
          form="save-view"
          isLoading={create.isPending}
          isDisabled={create.isPending || name.trim() === ''}
        >
          Save view
        </Button>
        <Button variant="link" onClick={onClose}>
          Cancel
        </Button>
      </ModalFooter>
    </Modal>
  );
}
