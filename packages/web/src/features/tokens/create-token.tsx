import { FormGroup, FormSelect, FormSelectOption, Radio, TextInput } from '@patternfly/react-core';
import type { Role } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';
import { useCreateToken } from '../../api/tokens.ts';
import { usersQuery } from '../../api/users.ts';
import { CreateSecretDialog } from '../../components/create-secret-dialog.tsx';
import { fieldErrors } from '../../components/field-errors.ts';
import { FormField, noteId } from '../../components/form-field.tsx';
import { ROLE_NAMES, ROLE_WORDS } from '../../components/roles.ts';
import { expiryOf } from './expiry.ts';

const ENDS = [
  ['', 'The usual: 30 days, for agents never'],
  ['7', 'In 7 days'],
  ['90', 'In 90 days'],
  ['365', 'In 365 days'],
] as const;

/** Makes a token and shows it, this once. */
export function CreateToken({ onClose }: { onClose: () => void }): ReactElement {
  const create = useCreateToken();
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const [robotId, setRobotId] = useState('');
  const [scopes, setScopes] = useState('');
  const robots = useQuery(usersQuery({ kind: 'robot', limit: 1000 })).data?.items ?? [];
  const [days, setDays] = useState('');
  const problems = fieldErrors(create.error);

  const save = () => {
    const expiresAt = expiryOf(days, Date.now());
    const bounds = scopes.split(/[\s,]+/).filter((scope) => scope !== '');
    const whose = robotId === '' ? { role } : { robotId };
    create.mutate({ name: name.trim(), ...whose, scopes: bounds, ...(expiresAt === undefined ? {} : { expiresAt }) });
  };

  return (
    <CreateSecretDialog
      id="create-token"
      title="Create token"
      confirm="Create token"
      secret={create.data?.token}
      madeTitle="The token"
      what="token"
      warning="Pharos keeps only a fingerprint of it. Whoever has it may do what its role may."
      isBusy={create.isPending}
      isReady={name.trim() !== ''}
      error={create.error}
      onCreate={save}
      onClose={onClose}
    >
      <FormField
        id="token-name"
        label="Name"
        isRequired
        problem={problems.get('name')}
        helper="What it is for, e.g. “CI import”."
      >
        <TextInput id="token-name" value={name} onChange={(_, text) => setName(text)} autoComplete="off" isRequired />
      </FormField>
      {robots.length > 0 ? (
        <FormField
          id="token-robot"
          label="For"
          problem={problems.get('robotId')}
          helper="A robot’s token may do what the robot may. Your own is never more than you may."
        >
          <FormSelect id="token-robot" value={robotId} onChange={(_, value) => setRobotId(value)}>
            <FormSelectOption value="" label="Yourself, or an agent" />
            {robots.map((robot) => (
              <FormSelectOption key={robot.id} value={robot.id} label={`Robot ${robot.name}`} />
            ))}
          </FormSelect>
        </FormField>
      ) : null}
      {robotId === '' ? (
        <FormGroup role="radiogroup" label="Role" fieldId="token-role" isStack>
          {(Object.keys(ROLE_WORDS) as Role[]).map((each) => (
            <Radio
              key={each}
              id={`role-${each}`}
              name="role"
              label={ROLE_NAMES[each]}
              description={ROLE_WORDS[each]}
              isChecked={role === each}
              onChange={() => setRole(each)}
            />
          ))}
        </FormGroup>
      ) : null}
      {robotId === '' && role === 'agent' ? null : (
        <FormField
          id="token-scopes"
          label="Bounded to"
          problem={[...problems].find(([path]) => path.startsWith('scopes'))?.[1]}
          helper="Optional, with blanks between: location:eu-west, repositories:edb/**, permission:library:read."
        >
          <TextInput
            id="token-scopes"
            value={scopes}
            onChange={(_, text) => setScopes(text)}
            autoComplete="off"
            aria-describedby={noteId('token-scopes')}
          />
        </FormField>
      )}
      <FormField id="token-ends" label="Ends" problem={problems.get('expiresAt')}>
        <FormSelect id="token-ends" value={days} onChange={(_, value) => setDays(value)}>
          {ENDS.map(([value, label]) => (
            <FormSelectOption key={value} value={value} label={label} />
          ))}
        </FormSelect>
      </FormField>
    </CreateSecretDialog>
  );
}
