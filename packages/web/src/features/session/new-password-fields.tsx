import type { ReactElement } from 'react';
import { PasswordField } from './password-field.tsx';

interface NewPasswordFieldsProps {
  password: string;
  again: string;
  onPassword(password: string): void;
  onAgain(again: string): void;
  passwordError: string | undefined;
  againError: string | undefined;
}

/** A password that is chosen, twice. */
export function NewPasswordFields(props: NewPasswordFieldsProps): ReactElement {
  return (
    <>
      <PasswordField
        id="password"
        label="Password"
        value={props.password}
        onChange={props.onPassword}
        autoComplete="new-password"
        helper="At least 10 characters. A sentence is easier to remember than symbols."
        error={props.passwordError}
      />
      <PasswordField
        id="password-again"
        label="Password again"
        value={props.again}
        onChange={props.onAgain}
        autoComplete="new-password"
        error={props.againError}
      />
    </>
  );
}
