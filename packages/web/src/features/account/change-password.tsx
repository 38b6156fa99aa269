import { ActionGroup, Alert, Button, Form, FormGroup, TextInput } from '@patternfly/react-core';
import { type FormEvent, type ReactElement, useState } from 'react';
import { useChangePassword } from '../../api/sessions.ts';
import { ActionError } from '../../components/states.tsx';

const LEAST = 10;

/** Changes the own password; all other sessions end with it. */
export function ChangePassword(): ReactElement {
  const change = useChangePassword();
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const isFit = current !== '' && password.length >= LEAST && password === again;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isFit) return;
    const empty = () => [setCurrent, setPassword, setAgain].forEach((set) => void set(''));
    change.mutate({ current, password }, { onSuccess: empty });
  };
  const fields = [
    ['current-password', 'Current password', current, setCurrent],
    ['new-password', `New password (at least ${LEAST} characters)`, password, setPassword],
    ['new-password-again', 'New password again', again, setAgain],
  ] as const;

  return (
    <Form onSubmit={submit} isWidthLimited>
      <ActionError error={change.error} what="The password was not changed" />
      {change.isSuccess ? (
        <Alert variant="success" isInline component="h3" title="The password is changed; other sessions have ended." />
      ) : null}
      {fields.map(([id, label, value, set]) => (
        <FormGroup key={id} label={label} fieldId={id} isRequired>
          <TextInput
            id={id}
            type="password"
            value={value}
            onChange={(_, text) => set(text)}
            autoComplete={id === 'current-password' ? 'current-password' : 'new-password'}
            isRequired
          />
        </FormGroup>
      ))}
      <ActionGroup>
        <Button type="submit" isLoading={change.isPending} isDisabled={change.isPending || !isFit}>
          Change password
        </Button>
      </ActionGroup>
    </Form>
  );
}
