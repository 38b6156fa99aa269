import { Button, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import type { Token } from '@pharos/contract';
import { type ReactElement, useState } from 'react';
import { useRotateToken } from '../../api/tokens.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { ShowOnce } from '../../components/show-once.tsx';

const DAY_SECONDS = 86_400;

/** Gives a token a new secret; the old one works for a day more, so that nothing stands still while it is replaced. */
export function RotateToken({ token }: { token: Token }): ReactElement {
  const [isOpen, setOpen] = useState(false);
  const rotate = useRotateToken();
  const close = () => {
    setOpen(false);
    rotate.reset();
  };
  return (
    <>
      <Button variant="link" isInline onClick={() => setOpen(true)} aria-label={`Rotate ${token.name}`}>
        Rotate
      </Button>
      <ConfirmDialog
        title={`Give ${token.name} a new secret?`}
        confirm="Rotate"
        isOpen={isOpen && !rotate.data}
        isBusy={rotate.isPending}
        error={rotate.error}
        onClose={close}
        onConfirm={() => rotate.mutate({ id: token.id, graceSeconds: DAY_SECONDS })}
      >
        <p>The old secret works for one day more. To stop it at once, revoke the token.</p>
      </ConfirmDialog>
      {isOpen && rotate.data ? (
        <Modal variant="medium" isOpen onClose={close} aria-labelledby="rotated-title">
          <ModalHeader title="The new secret" labelId="rotated-title" />
          <ModalBody>
            <ShowOnce secret={rotate.data.token} what="token">
              Put it in the place of the old one within a day.
            </ShowOnce>
          </ModalBody>
          <ModalFooter>
            <Button onClick={close}>Done</Button>
          </ModalFooter>
        </Modal>
      ) : null}
    </>
  );
}
