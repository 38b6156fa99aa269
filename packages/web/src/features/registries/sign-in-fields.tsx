import { FormGroup, Radio, TextArea, TextInput } from '@patternfly/react-core';
import type { FieldProblem } from '@pharos/contract';
import type { ReactElement } from 'react';
import { FormField, noteId } from '../../components/form-field.tsx';
import { IdentityFields } from './identity-fields.tsx';
import type { RegistryDraft, SignInType } from './registry-draft.ts';

const TYPES: readonly [SignInType, string, string][] = [
  ['keep', 'As stored', 'The stored credential is kept; it is never shown.'],
  ['none', 'None', 'The registry answers without signing in.'],
  ['basic', 'User name and password', 'Also for robot accounts and personal access tokens.'],
  ['token', 'Token', 'A bearer or identity token.'],
  ['docker_config', 'Docker configuration', 'The .dockerconfigjson of a pull secret, or the docker CLI’s config.json.'],
  ['acr', 'Azure identity', 'For Azure Container Registry, by Microsoft Entra.'],
  ['ecr', 'AWS identity', 'For Amazon ECR, by the credentials or a role of AWS.'],
  ['gcp', 'Google identity', 'For Artifact Registry, by a service account or workload identity.'],
];

interface SignInFieldsProps {
  draft: RegistryDraft;
  onChange: (patch: Partial<RegistryDraft>) => void;
  problems: ReadonlyMap<string, FieldProblem>;
  /** Whether there is a stored credential that may stay. */
  mayKeep: boolean;
}

/** How Pharos signs in. Secrets go in and never come out. */
export function SignInFields({ draft, onChange, problems, mayKeep }: SignInFieldsProps): ReactElement {
  const types = TYPES.filter(([type]) => type !== 'keep' || mayKeep);
  const problem = (field: string) => problems.get(`authentication.${field}`);
  return (
    <>
      <FormGroup role="radiogroup" label="How to sign in" fieldId="sign-in" isStack>
        {types.map(([type, label, description]) => (
          <Radio
            key={type}
            id={`sign-in-${type}`}
            name="sign-in"
            label={label}
            description={description}
            isChecked={draft.signIn === type}
            onChange={() => onChange({ signIn: type })}
          />
        ))}
      </FormGroup>
      {draft.signIn === 'basic' || draft.signIn === 'token' ? (
        <FormField
          id="registry-user"
          label="User name"
          isRequired={draft.signIn === 'basic'}
          problem={problem('username')}
        >
          <TextInput
            id="registry-user"
            value={draft.username}
            onChange={(_, username) => onChange({ username })}
            validated={problem('username') ? 'error' : 'default'}
            isRequired={draft.signIn === 'basic'}
            autoComplete="off"
          />
        </FormField>
      ) : null}
      {draft.signIn === 'basic' ? (
        <SecretField
          id="registry-password"
          label="Password"
          value={draft.password}
          onChange={(password) => onChange({ password })}
          problem={problem('password')}
        />
      ) : null}
      {draft.signIn === 'token' ? (
        <SecretField
          id="registry-token"
          label="Token"
          value={draft.token}
          onChange={(token) => onChange({ token })}
          problem={problem('token')}
        />
      ) : null}
      {draft.signIn === 'docker_config' ? (
        <FormField
          id="registry-config"
          label="Docker configuration"
          isRequired
          problem={problem('config')}
          helper="Only the entry for this address is used; credential helpers are not run."
        >
          <TextArea
            id="registry-config"
            value={draft.config}
            onChange={(_, config) => onChange({ config })}
            validated={problem('config') ? 'error' : 'default'}
            aria-describedby={noteId('registry-config')}
            rows={6}
            resizeOrientation="vertical"
            spellCheck={false}
            isRequired
          />
        </FormField>
      ) : null}
      {draft.signIn === 'acr' || draft.signIn === 'ecr' || draft.signIn === 'gcp' ? (
        <IdentityFields
          type={draft.signIn}
          identity={draft.identity}
          onChange={(patch) => onChange({ identity: { ...draft.identity, ...patch } })}
          problem={problem}
        />
      ) : null}
    </>
  );
}

interface SecretFieldProps {
  id: string;
  label: string;
  value: string;
  onChange: (value: string) => void;
  problem: FieldProblem | undefined;
}

/** A secret that has to be typed: hidden, and nothing a browser would fill in by itself. */
function SecretField({ id, label, value, onChange, problem }: SecretFieldProps): ReactElement {
  return (
    <FormField id={id} label={label} isRequired problem={problem}>
      <TextInput
        id={id}
        type="password"
        value={value}
        onChange={(_, next) => onChange(next)}
        validated={problem ? 'error' : 'default'}
        isRequired
        autoComplete="new-password"
      />
    </FormField>
  );
}
