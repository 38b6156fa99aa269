import { TextInput } from '@patternfly/react-core';
import { type ReactElement, useState } from 'react';
import { useCreateJoinToken } from '../../api/agents.ts';
import { CreateSecretDialog } from '../../components/create-secret-dialog.tsx';
import { fieldErrors } from '../../components/field-errors.ts';
import { FormField } from '../../components/form-field.tsx';

/** Makes a join token and shows it, this once. */
export function CreateJoinToken({ onClose }: { onClose: () => void }): ReactElement {
  const create = useCreateJoinToken();
  const [name, setName] = useState('');
  const [locationId, setLocationId] = useState('');
  const problems = fieldErrors(create.error);
  return (
    <CreateSecretDialog
      id="create-join-token"
      title="Create join token"
      confirm="Create"
      secret={create.data?.token}
      madeTitle="The join token"
      what="join token"
      warning="One agent can join with it, within an hour. After that the agent has a key of its own."
      isBusy={create.isPending}
      error={create.error}
      onCreate={() => create.mutate({ name: name.trim(), locationId: locationId.trim() })}
      onClose={onClose}
    >
      <FormField
        id="join-name"
        label="Name"
        isRequired
        problem={problems.get('name')}
        helper="What it is for, e.g. the machine."
      >
        <TextInput id="join-name" value={name} onChange={(_, text) => setName(text)} autoComplete="off" isRequired />
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
    </CreateSecretDialog>
  );
}
