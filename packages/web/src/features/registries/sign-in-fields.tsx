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
        <FormField id="registry-password" label="Password" isRequired problem={problem('password')}>
          <TextInput
            id="registry-password"
            type="password"
            value={draft.password}
            onChange={(_, password) => onChange({ password })}
            validated={problem('password') ? 'error' : 'default'}
            isRequired
            autoComplete="new-password"
          />
        </FormField>
      ) : null}
      {draft.signIn === 'token' ? (
        <FormField id="registry-token" label="Token" isRequired problem={problem('token')}>
          <TextInput
            id="registry-token"
            type="password"
            value={draft.token}
            onChange={(_, token) => onChange({ token })}
            validated={problem('token') ? 'error' : 'default'}
            isRequired
            autoComplete="new-password"
          />
        </FormField>
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
