import { Checkbox, FormGroup, TextInput } from '@patternfly/react-core';
import type { Team } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';
import { usersQuery, useSaveTeam } from '../../api/users.ts';
import { fieldErrors } from '../../components/field-errors.ts';
import { FormDialog } from '../../components/form-dialog.tsx';
import { FormField, noteId } from '../../components/form-field.tsx';
import { draftsOf, grantsOf, newGrant } from './grant-draft.ts';
import { GrantsField } from './grants-field.tsx';

/** Adds or changes a team: roles, members, groups of the identity provider. */
export function TeamForm({ team, onClose }: { team?: Team; onClose: () => void }): ReactElement {
  const save = useSaveTeam();
  const users = useQuery(usersQuery({ limit: 1000 }));
  const [name, setName] = useState(team?.name ?? '');
  const [description, setDescription] = useState(team?.description ?? '');
  const [groups, setGroups] = useState(team?.groups.join(', ') ?? '');
  const [members, setMembers] = useState(() => new Set(team?.members.map((member) => member.id)));
  const [grants, setGrants] = useState(() => (team ? draftsOf(team.grants) : [newGrant()]));
  const problems = fieldErrors(save.error);
  // Who comes from the identity provider joins by its groups, not by hand.
  const local = users.data?.items.filter((user) => user.origin === 'local') ?? [];

  const submit = () => {
    const named = groups.split(',').flatMap((group) => group.trim() || []);
    const chosen = local.filter((user) => members.has(user.id)).map((user) => user.id);
    const body = {
      name: name.trim(),
      description: description.trim(),
      grants: grantsOf(grants),
      groups: named,
      members: chosen,
    };
    save.mutate(team ? { id: team.id, body } : { body }, { onSuccess: onClose });
  };
  const toggle = (id: string, isIn: boolean) => {
    const next = new Set(members);
    if (isIn) next.add(id);
    else next.delete(id);
    setMembers(next);
  };

  return (
    <FormDialog
      title={team ? `Change ${team.name}` : 'Add team'}
      size="medium"
      failed="Not saved"
      error={save.error}
      confirm={team ? 'Save' : 'Add team'}
      isBusy={save.isPending}
      isReady={name.trim() !== '' && users.data !== undefined}
      onSubmit={submit}
      onClose={onClose}
    >
      <FormField id="team-name" label="Name" isRequired problem={problems.get('name')}>
        <TextInput id="team-name" value={name} onChange={(_, text) => setName(text)} autoComplete="off" isRequired />
      </FormField>
      <FormField id="team-description" label="Description" problem={problems.get('description')}>
        <TextInput id="team-description" value={description} onChange={(_, text) => setDescription(text)} />
      </FormField>
      <GrantsField
        id="team-grants"
        value={grants}
        onChange={setGrants}
        problem={[...problems].find(([path]) => path.startsWith('grants'))?.[1].message}
      />
      <FormGroup role="group" label="Members" fieldId="team-members" isStack>
        {local.map((user) => (
          <Checkbox
            key={user.id}
            id={`member-${user.id}`}
            label={user.name}
            isChecked={members.has(user.id)}
            onChange={(_, isIn) => toggle(user.id, isIn)}
          />
        ))}
        {local.length === 0 ? <p className="ph-quiet">There are no local users yet.</p> : null}
      </FormGroup>
      <FormField
        id="team-groups"
        label="Groups of the identity provider"
        problem={problems.get('groups')}
        helper="Comma-separated. Whoever is in one of them is in this team from the next sign-in on, and as long as that."
      >
        <TextInput
          id="team-groups"
          value={groups}
          onChange={(_, text) => setGroups(text)}
          aria-describedby={noteId('team-groups')}
        />
      </FormField>
    </FormDialog>
  );
}
