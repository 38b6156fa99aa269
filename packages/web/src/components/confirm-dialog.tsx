import { Button, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import { type ReactElement, type ReactNode, useId } from 'react';
import { ActionError } from './states.tsx';

interface ConfirmDialogProps {
  title: string;
  children: ReactNode;
  confirm: string;
  isOpen: boolean;
  isBusy: boolean;
  /** What has to be known before it can be confirmed is known. */
  isReady?: boolean;
  /** Something comes rather than goes, or nothing is lost: it only wants to be thought of twice. */
  isGain?: boolean;
  error: unknown;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks before something is taken away or restarted, and says what. */
export function ConfirmDialog(props: ConfirmDialogProps): ReactElement {
  const id = useId();
  const { isReady = true, isGain = false } = props;
  return (
    <Modal
      variant="small"
      isOpen={props.isOpen}
      onClose={props.onClose}
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-body`}
    >
      <ModalHeader title={props.title} titleIconVariant="warning" labelId={`${id}-title`} />
      <ModalBody id={`${id}-body`}>
        <div className="ph-stack">
          {props.children}
          <ActionError error={props.error} what="Nothing was changed" />
        </div>
      </ModalBody>
      <ModalFooter>
        <Button
          variant={isGain ? 'primary' : 'danger'}
          onClick={props.onConfirm}
          isLoading={props.isBusy}
          isDisabled={props.isBusy || !isReady}
        >
          {props.confirm}
        </Button>
        <Button variant="link" onClick={props.onClose}>
          Cancel
        </Button>
      </ModalFooter>
    </Modal>
  );
}
