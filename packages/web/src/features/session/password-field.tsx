import {
  Button,
  FormGroup,
  FormHelperText,
  HelperText,
  HelperTextItem,
  InputGroup,
  InputGroupItem,
  TextInput,
} from '@patternfly/react-core';
import { type ReactElement, useState } from 'react';

interface PasswordFieldProps {
  id: string;
  label: string;
  value: string;
  onChange: (value: string) => void;
  autoComplete: 'current-password' | 'new-password';
  helper?: string;
  error?: string | undefined;
}

/** A password with a way to see what was typed. */
export function PasswordField({
  id,
  label,
  value,
  onChange,
  autoComplete,
  helper,
  error,
}: PasswordFieldProps): ReactElement {
  const [shown, setShown] = useState(false);
  const note = error ?? helper;
  return (
    <FormGroup label={label} fieldId={id} isRequired>
      <InputGroup>
        <InputGroupItem isFill>
          <TextInput
            id={id}
            type={shown ? 'text' : 'password'}
            value={value}
            onChange={(_, text) => onChange(text)}
            autoComplete={autoComplete}
            validated={error ? 'error' : 'default'}
            aria-describedby={note ? `${id}-note` : undefined}
            isRequired
          />
        </InputGroupItem>
        <InputGroupItem>
          <Button
            variant="control"
            onClick={() => setShown(!shown)}
            aria-pressed={shown}
            aria-label={`Show ${label.toLowerCase()}`}
          >
            {shown ? 'Hide' : 'Show'}
          </Button>
        </InputGroupItem>
      </InputGroup>
      {note ? (
        <FormHelperText>
          <HelperText id={`${id}-note`}>
            <HelperTextItem variant={error ? 'error' : 'default'}>{note}</HelperTextItem>
          </HelperText>
        </FormHelperText>
      ) : null}
    </FormGroup>
  );
}
