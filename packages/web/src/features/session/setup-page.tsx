import {
  ActionGroup,
  Alert,
  Button,
  Form,
  FormGroup,
  FormHelperText,
  HelperText,
  HelperTextItem,
  TextInput,
} from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, type ReactElement, useState } from 'react';
import { setupQuery, useSetup } from '../../api/session.ts';
import { ActionError } from '../../components/states.tsx';
import { Entrance } from './entrance.tsx';
import { NewPasswordFields } from './new-password-fields.tsx';
import { passwordProblem, userNameProblem } from './password-rules.ts';

export function SetupPage(): ReactElement {
  const { token } = useSearch({ strict: false }) as { token?: string };
  const navigate = useNavigate();
  const state = useQuery(setupQuery);
  const setup = useSetup();
  const [username, setUsername] = useState('admin');
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [tried, setTried] = useState(false);

  const nameError = userNameProblem(username);
  const passwordError = passwordProblem(password);
  const againError = again === password ? undefined : 'The two passwords differ.';

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (nameError || passwordError || againError || !token) return;
    setup.mutate(
      { token, username: username.trim(), password },
      { onSuccess: () => void navigate({ to: '/', replace: true }) },
    );
  };

  if (state.data?.done) {
    return (
      <Entrance title="Setup is done">
        <p>This Pharos has its administrator already.</p>
        <p>
          <Link to="/sign-in">Sign in</Link>
        </p>
      </Entrance>
    );
  }
  return (
    <Entrance title="Create the administrator">
      {token ? null : (
        <Alert variant="warning" isInline component="h2" title="The setup link is incomplete">
          Open the whole link that Pharos printed when it started; it ends in <code>?token=…</code>.
        </Alert>
      )}
      <p>This account manages registries, rules and tokens. The link works once.</p>
      <Form onSubmit={submit} noValidate>
        <ActionError error={setup.error} what="The account was not created" />
        <FormGroup label="User name" fieldId="username" isRequired>
          <TextInput
            id="username"
            value={username}
            onChange={(_, text) => setUsername(text)}
            autoComplete="username"
            validated={tried && nameError ? 'error' : 'default'}
            aria-describedby="username-note"
            isRequired
          />
          <FormHelperText>
            <HelperText id="username-note">
              <HelperTextItem variant={tried && nameError ? 'error' : 'default'}>
                {(tried && nameError) || 'Letters, digits, ".", "_", "@" or "-".'}
              </HelperTextItem>
            </HelperText>
          </FormHelperText>
        </FormGroup>
        <NewPasswordFields
          password={password}
          again={again}
          onPassword={setPassword}
          onAgain={setAgain}
          passwordError={tried ? passwordError : undefined}
          againError={
            tried || again.length >= password.length ? (again ? againError : tried ? againError : undefined) : undefined
          }
        />
        <ActionGroup>
          <Button type="submit" isBlock isLoading={setup.isPending} isDisabled={setup.isPending || !token}>
            Create account and go on
          </Button>
        </ActionGroup>
      </Form>
    </Entrance>
  );
}
