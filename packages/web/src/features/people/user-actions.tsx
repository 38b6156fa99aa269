import {
  Dropdown,
  DropdownItem,
  DropdownList,
  MenuToggle,
  Modal,
  ModalBody,
  ModalHeader,
} from '@patternfly/react-core';
import type { User } from '@pharos/contract';
import { type ReactElement, useState } from 'react';
import { useDeleteUser, useResetUser, useUpdateUser } from '../../api/users.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { LinkOnce } from './link-once.tsx';
import { UserForm } from './user-form.tsx';

type Asked = 'roles' | 'reset' | 'disable' | 'delete' | null;

/** What can be done with a user. */
export function UserActions({ user }: { user: User }): ReactElement {
  const [isOpen, setOpen] = useState(false);
  const [asked, setAsked] = useState<Asked>(null);
  const update = useUpdateUser();
  const reset = useResetUser();
  const remove = useDeleteUser();
  const isDisabled = user.state === 'disabled';
  const isLocalPerson = user.kind === 'person' && user.origin === 'local';
  const close = () => {
    setAsked(null);
    for (const each of [update, reset, remove]) each.reset();
  };
  return (
    <>
      <Dropdown
        isOpen={isOpen}
        onOpenChange={setOpen}
        onSelect={() => setOpen(false)}
        popperProps={{ position: 'end' }}
        shouldFocusToggleOnSelect
        toggle={(ref) => (
          <MenuToggle
            ref={ref}
            variant="secondary"
            size="sm"
            isExpanded={isOpen}
            onClick={() => setOpen(!isOpen)}
            aria-label={`Actions for ${user.name}`}
          >
            Actions
          </MenuToggle>
        )}
      >
        <DropdownList>
          {user.origin === 'local' ? <DropdownItem onClick={() => setAsked('roles')}>Change roles</DropdownItem> : null}
          {isLocalPerson && !isDisabled ? (
            <DropdownItem onClick={() => setAsked('reset')}>
              {user.state === 'invited' ? 'New invitation' : 'Reset password'}
            </DropdownItem>
          ) : null}
          {isDisabled ? (
            <DropdownItem onClick={() => update.mutate({ id: user.id, body: { disabled: false } })}>
              Enable
            </DropdownItem>
          ) : (
            <DropdownItem onClick={() => setAsked('disable')}>Disable</DropdownItem>
          )}
          <DropdownItem isDanger onClick={() => setAsked('delete')}>
            Remove
          </DropdownItem>
        </DropdownList>
      </Dropdown>
      {asked === 'roles' ? <UserForm user={user} onClose={close} /> : null}
      <ConfirmDialog
        title={`Make a one-time link for ${user.name}?`}
        confirm="Make link"
        isOpen={asked === 'reset' && !reset.data}
        isBusy={reset.isPending}
        error={reset.error}
        onClose={close}
        onConfirm={() => reset.mutate(user.id)}
      >
        <p>An older link stops working. When it is used, the password changes and all sessions end.</p>
      </ConfirmDialog>
      {asked === 'reset' && reset.data ? (
        <Modal variant="medium" isOpen onClose={close} aria-labelledby="reset-title">
          <ModalHeader title="The one-time link" labelId="reset-title" />
          <ModalBody>
            <LinkOnce name={user.name} link={reset.data} />
          </ModalBody>
        </Modal>
      ) : null}
      <ConfirmDialog
        title={`Disable ${user.name}?`}
        confirm="Disable"
        isOpen={asked === 'disable'}
        isBusy={update.isPending}
        error={update.error}
        onClose={close}
        onConfirm={() => update.mutate({ id: user.id, body: { disabled: true } }, { onSuccess: close })}
      >
        <p>Sessions end and tokens stop, at once. It can be enabled again.</p>
      </ConfirmDialog>
      <ConfirmDialog
        title={`Remove ${user.name}?`}
        confirm="Remove"
        isOpen={asked === 'delete'}
        isBusy={remove.isPending}
        error={remove.error}
        onClose={close}
        onConfirm={() => remove.mutate(user.id, { onSuccess: close })}
      >
        <p>Sessions and tokens go with it, and cannot be restored. To stop somebody for a while, disable.</p>
      </ConfirmDialog>
    </>
  );
}
