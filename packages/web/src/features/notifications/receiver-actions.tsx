import { Button, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import { RECEIVER_KINDS, type Receiver } from '@pharos/contract';
import { useNavigate } from '@tanstack/react-router';
import { type ReactElement, useState } from 'react';
import { useDeleteReceiver, useRotateReceiver } from '../../api/receivers.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { SecretOnce } from './secret-once.tsx';

export function ReceiverActions({ receiver }: { receiver: Receiver }): ReactElement {
  return (
    <>
      <Rotate receiver={receiver} />
      <Delete receiver={receiver} />
    </>
  );
}

function Rotate({ receiver }: { receiver: Receiver }): ReactElement {
  const [isOpen, setOpen] = useState(false);
  const rotate = useRotateReceiver(receiver.id);
  const close = () => {
    setOpen(false);
    rotate.reset();
  };
  return (
    <>
      <Button variant="secondary" onClick={() => setOpen(true)}>
        New secret
      </Button>
      <ConfirmDialog
        title="Make a new secret?"
        confirm="Make a new secret"
        isOpen={isOpen && !rotate.data}
        isBusy={rotate.isPending}
        error={rotate.error}
        onClose={close}
        onConfirm={() => rotate.mutate()}
      >
        <p>
          The old one ends at once: {RECEIVER_KINDS[receiver.source].name} is refused until it has the new one. Scans go
          on meanwhile.
        </p>
      </ConfirmDialog>
      {isOpen && rotate.data ? (
        <Modal variant="medium" isOpen onClose={close} aria-labelledby="new-secret-title">
          <ModalHeader title="The new secret" labelId="new-secret-title" />
          <ModalBody>
            <SecretOnce created={rotate.data} />
          </ModalBody>
          <ModalFooter>
            <Button onClick={close}>Done</Button>
          </ModalFooter>
        </Modal>
      ) : null}
    </>
  );
}

function Delete({ receiver }: { receiver: Receiver }): ReactElement {
  const [isOpen, setOpen] = useState(false);
  const remove = useDeleteReceiver();
  const navigate = useNavigate();
  return (
    <>
      <Button variant="secondary" isDanger onClick={() => setOpen(true)}>
        Delete
      </Button>
      <ConfirmDialog
        title="Delete this receiver?"
        confirm="Delete"
        isOpen={isOpen}
        isBusy={remove.isPending}
        error={remove.error}
        onClose={() => setOpen(false)}
        onConfirm={() =>
          remove.mutate(receiver.id, {
            onSuccess: () => void navigate({ to: '/manage/notifications', replace: true }),
          })
        }
      >
        <p>
          {RECEIVER_KINDS[receiver.source].name} is refused at this address from now on, and the list of what came in is
          forgotten. Nothing leaves the library, and scans go on.
        </p>
        <p>Remove the webhook at the sender too, or it goes on trying.</p>
      </ConfirmDialog>
    </>
  );
}
