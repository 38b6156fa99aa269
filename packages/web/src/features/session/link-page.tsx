import { ActionGroup, Alert, Button, Form } from '@patternfly/react-core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, type ReactElement, useState } from 'react';
import { useSignInByLink } from '../../api/session.ts';
import { ActionError } from '../../components/states.tsx';
import { Entrance } from './entrance.tsx';
import { NewPasswordFields } from './new-password-fields.tsx';
import { passwordProblem } from './password-rules.ts';

/** Chooses a password with a one-time link: after an invitation, or a reset. */
export function LinkPage(): ReactElement {
  const { token } = useSearch({ strict: false }) as { token?: string };
  const navigate = useNavigate();
  const choose = useSignInByLink();
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [tried, setTried] = useState(false);
  const passwordError = passwordProblem(password);
  const againError = again === password ? undefined : 'The two passwords differ.';

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (passwordError || againError || !token) return;
    choose.mutate({ token, password }, { onSuccess: () => void navigate({ to: '/', replace: true }) });
  };

  return (
    <Entrance title="Choose a password">
      {token ? null : (
        <Alert variant="warning" isInline component="h2" title="The link is incomplete">
          Open the whole link that you were given; it ends in <code>?token=…</code>.
        </Alert>
      )}
      <p>The link works once. You are signed in afterwards; other sessions of yours end.</p>
      <Form onSubmit={submit} noValidate>
        <ActionError error={choose.error} what="The password was not set" />
        <NewPasswordFields
          password={password}
          again={again}
          onPassword={setPassword}
          onAgain={setAgain}
          passwordError={tried ? passwordError : undefined}
          againError={tried ? againError : undefined}
        />
        <ActionGroup>
          <Button type="submit" isBlock isLoading={choose.isPending} isDisabled={choose.isPending || !token}>
            Set password and sign in
          </Button>
        </ActionGroup>
      </Form>
    </Entrance>
  );
}
