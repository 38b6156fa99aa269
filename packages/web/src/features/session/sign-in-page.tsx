import { ActionGroup, Alert, Button, Form, FormGroup, TextInput } from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, type ReactElement, useEffect, useState } from 'react';
import { setupQuery, useKnownSession, useSignIn, useStartOidc } from '../../api/session.ts';
import { HostileText } from '../../components/hostile-text.tsx';
import { safeNext } from '../../components/search-state.ts';
import { ActionError } from '../../components/states.tsx';
import { Entrance } from './entrance.tsx';
import { keepNext } from './next-page.ts';
import { PasswordField } from './password-field.tsx';

export function SignInPage(): ReactElement {
  const { next } = useSearch({ strict: false }) as { next?: string };
  const navigate = useNavigate();
  const setup = useQuery(setupQuery);
  const signIn = useSignIn();
  const oidc = useStartOidc();
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');

  // Signed in here or in another tab: on to the page that was asked for.
  const session = useKnownSession();
  useEffect(() => {
    if (session) void navigate({ href: safeNext(next), replace: true });
  }, [session, next, navigate]);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate({ username, password });
  };

  return (
    <Entrance title="Sign in">
      {setup.data?.done === false ? (
        <Alert variant="info" isInline component="h2" title="There is no administrator yet">
          Open the setup link that Pharos printed when it started. It looks like{' '}
          <code className="ph-break">{location.origin}/setup?token=…</code>. Restart Pharos to get a new one.
        </Alert>
      ) : null}
      {next && !signIn.isError ? <p>Sign in to go on to the page you asked for.</p> : null}
      {setup.data?.oidc ? (
        <div className="ph-stack">
          <ActionError error={oidc.error} what="Not signed in" />
          <Button
            variant="secondary"
            isBlock
            isLoading={oidc.isPending || oidc.isSuccess}
            isDisabled={oidc.isPending || oidc.isSuccess}
            onClick={() => {
              keepNext(next);
              oidc.mutate();
            }}
          >
            Sign in with <HostileText text={setup.data.oidc.name} />
          </Button>
          <p className="ph-quiet">Or with an account of Pharos:</p>
        </div>
      ) : null}
      <Form onSubmit={submit}>
        <ActionError error={signIn.error} what="Not signed in" />
        <FormGroup label="User name" fieldId="username" isRequired>
          <TextInput
            id="username"
            value={username}
            onChange={(_, text) => setUsername(text)}
            autoComplete="username"
            autoFocus
            isRequired
          />
        </FormGroup>
        <PasswordField
          id="password"
          label="Password"
          value={password}
          onChange={setPassword}
          autoComplete="current-password"
        />
        <ActionGroup>
          <Button
            type="submit"
            isBlock
            isLoading={signIn.isPending}
            isDisabled={signIn.isPending || !username || !password}
          >
            Sign in
          </Button>
        </ActionGroup>
      </Form>
    </Entrance>
  );
}
