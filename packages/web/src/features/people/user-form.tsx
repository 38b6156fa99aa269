import {
  Button,
  Form,
  FormGroup,
  Modal,
  ModalBody,
  ModalFooter,
  ModalHeader,
  Radio,
  TextInput,
} from '@patternfly/react-core';
import type { User, UserKind } from '@pharos/contract';
import { type FormEvent, type ReactElement, useState } from 'react';
import { useCreateUser, useUpdateUser } from '../../api/users.ts';
import { fieldErrors } from '../../components/field-errors.ts';
import { focusFirst } from '../../components/focus-first.ts';
import { FormField } from '../../components/form-field.tsx';
import { ActionError } from '../../components/states.tsx';
import { draftsOf, grantsOf, newGrant } from './grant-draft.ts';
import { GrantsField } from './grants-field.tsx';
import { LinkOnce } from './link-once.tsx';

/** Adds a person or robot, or changes the roles of one. */
export function UserForm({ user, onClose }: { user?: User; onClose: () => void }): ReactElement {
  const create = useCreateUser();
  const update = useUpdateUser();
  const [name, setName] = useState(user?.name ?? '');
  const [displayName, setDisplayName] = useState(user?.displayName ?? '');
  const [kind, setKind] = useState<UserKind>('person');
  const [grants, setGrants] = useState(() => (user ? draftsOf(user.grants) : [newGrant()]));
  const mutation = user ? update : create;
  const problems = fieldErrors(mutation.error);
  const link = create.data?.link;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (user) {
      const body = { displayName: displayName.trim(), grants: grantsOf(grants) };
      update.mutate({ id: user.id, body }, { onSuccess: onClose });
      return;
    }
    const body = { name: name.trim(), displayName: displayName.trim(), kind, grants: grantsOf(grants) };
    create.mutate(body, { onSuccess: (made) => (made.link ? undefined : onClose()) });
  };

  return (
    <Modal variant="medium" isOpen onClose={onClose} aria-labelledby="user-form-title">
      <ModalHeader
        title={link ? 'The one-time link' : user ? `Change ${user.name}` : 'Add user'}
        labelId="user-form-title"
      />
      <ModalBody>
        {link ? (
          <LinkOnce name={name} link={link} />
        ) : (
          <Form id="user-form" innerRef={focusFirst} onSubmit={submit}>
            <ActionError error={mutation.error} what={user ? 'Not changed' : 'Not added'} />
            {user ? null : (
              <>
                <FormGroup role="radiogroup" label="Kind" fieldId="user-kind" isStack>
                  <Radio
                    id="kind-person"
                    name="kind"
                    label="Person"
                    description="Gets a one-time link to choose a password."
                    isChecked={kind === 'person'}
                    onChange={() => setKind('person')}
                  />
                  <Radio
                    id="kind-robot"
                    name="kind"
                    label="Robot"
                    description="For programs: no password; tokens are made for it under Tokens."
                    isChecked={kind === 'robot'}
                    onChange={() => setKind('robot')}
                  />
                </FormGroup>
                <FormField id="user-name" label="Name" isRequired problem={problems.get('name')}>
                  <TextInput
                    id="user-name"
                    value={name}
                    onChange={(_, text) => setName(text)}
                    autoComplete="off"
                    isRequired
                  />
                </FormField>
              </>
            )}
            <FormField id="user-full" label="Full name" problem={problems.get('displayName')}>
              <TextInput
                id="user-full"
                value={displayName}
                onChange={(_, text) => setDisplayName(text)}
                autoComplete="off"
              />
            </FormField>
            <GrantsField
              id="user-grants"
              value={grants}
              onChange={setGrants}
              problem={[...problems].find(([path]) => path.startsWith('grants'))?.[1].message}
            />
          </Form>
        )}
      </ModalBody>
      <ModalFooter>
        {link ? (
          <Button onClick={onClose}>Done</Button>
        ) : (
          <>
            <Button
              type="submit"
              form="user-form"
              isLoading={mutation.isPending}
              isDisabled={mutation.isPending || name.trim() === ''}
            >
              {user ? 'Save' : 'Add user'}
            </Button>
            <Button variant="link" onClick={onClose}>
              Cancel
            </Button>
          </>
        )}
      </ModalFooter>
    </Modal>
  );
}
