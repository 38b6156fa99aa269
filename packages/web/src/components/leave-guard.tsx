import { Button, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import { useBlocker } from '@tanstack/react-router';
import { type ReactElement, useId } from 'react';

/** Asks before a page with something unsaved is left, inside Pharos and by closing the tab. */
export function LeaveGuard({ isDirty, what }: { isDirty: boolean; what: string }): ReactElement | null {
  const id = useId();
  const blocker = useBlocker({
    shouldBlockFn: () => isDirty,
    enableBeforeUnload: () => isDirty,
    disabled: !isDirty,
    withResolver: true,
  });
  if (blocker.status !== 'blocked') return null;
  return (
    <Modal variant="small" isOpen onClose={blocker.reset} aria-labelledby={id}>
      <ModalHeader title={`Leave without saving the ${what}?`} titleIconVariant="warning" labelId={id} />
      <ModalBody>What you wrote is lost when you leave now.</ModalBody>
      <ModalFooter>
        <Button onClick={blocker.reset}>Go on writing</Button>
        <Button variant="link" isDanger onClick={blocker.proceed}>
          Leave
        </Button>
      </ModalFooter>
    </Modal>
  );
}
