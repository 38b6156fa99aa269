import { Alert, Button, Form, Modal, ModalBody, ModalFooter, ModalHeader, TextInput } from '@patternfly/react-core';
import { type FormEvent, type ReactElement, useState } from 'react';
import { useCreateJoinToken } from '../../api/agents.ts';
import { Code } from '../../components/code.tsx';
import { fieldErrors } from '../../components/field-errors.ts';
import { FormField } from '../../components/form-field.tsx';
import { ActionError } from '../../components/states.tsx';

/** Makes a join token and shows it, this once. */
export function CreateJoinToken({ onClose }: { onClose: () => void }): ReactElement {
  const create = useCreateJoinToken();
  const [name, setName] = useState('');
  const [locationId, setLocationId] = useState('');
  const problems = fieldErrors(create.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate({ name: name.trim(), locationId: locationId.trim() });
  };
  return (
    <Modal variant="medium" isOpen onClose={onClose} aria-labelledby="join-token-title">
      <ModalHeader title={create.data ? 'The join token' : 'Create join token'} labelId="join-token-title" />
      <ModalBody>
        {create.data ? (
          <div className="ph-stack">
            <Alert variant="warning" isInline component="h2" title="Copy it now. It is not shown again.">
              One agent can join with it, within an hour. After that the agent has a key of its own.
            </Alert>
            <Code text={create.data.token} what="join token" />
          </div>
        ) : (
          <Form id="create-join-token" onSubmit={submit}>
            <ActionError error={create.error} what="Not created" />
            <FormField
              id="join-name"
              label="Name"
              isRequired
              problem={problems.get('name')}
              helper="What it is for, e.g. the machine."
            >
              <TextInput
                id="join-name"
                value={name}
                onChange={(_, text) => setName(text)}
                autoComplete="off"
                isRequired
              />
            </FormField>
            <FormField
              id="join-location"
              label="Location"
              isRequired
              problem={problems.get('locationId')}
              helper="As location_id in the agent’s file, e.g. eu-west. The agent can report for no other."
            >
              <TextInput
                id="join-location"
                value={locationId}
                onChange={(_, text) => setLocationId(text)}
                autoComplete="off"
                isRequired
              />
            </FormField>
          </Form>
        )}
      </ModalBody>
      <ModalFooter>
        {create.data ? (
          <Button onClick={onClose}>Done</Button>
        ) : (
          <>
            <Button type="submit" form="create-join-token" isLoading={create.isPending} isDisabled={create.isPending}>
              Create
            </Button>
            <Button variant="link" onClick={onClose}>
              Cancel
            </Button>
          </>
        )}
      </ModalFooter>
    </Modal>
  );
}
