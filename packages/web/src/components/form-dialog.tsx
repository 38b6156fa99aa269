import { Button, Form, Modal, ModalBody, type ModalBodyProps, ModalFooter, ModalHeader } from '@patternfly/react-core';
import { type FormEvent, type ReactElement, type ReactNode, useId } from 'react';
import { focusFirst } from './focus-first.ts';
import { ActionError } from './states.tsx';

interface FormDialogProps {
  title: string;
  description?: string;
  size?: 'small' | 'medium';
  /** What did not happen when it fails. */
  failed: string;
  error: unknown;
  /** On the button that sends the form, also while it is busy. */
  confirm: string;
  isBusy: boolean;
  isReady?: boolean;
  /** Another way out beside the two. */
  other?: ReactNode;
  /** For a body that scrolls. */
  body?: Pick<ModalBodyProps, 'tabIndex' | 'aria-label'>;
  /** Called only where the form is ready and nothing is on its way. */
  onSubmit: () => void;
  onClose: () => void;
  children: ReactNode;
}

/** A form in a dialog: what went wrong above it, its button and "Cancel" below. */
export function FormDialog(props: FormDialogProps): ReactElement {
  const { title, description, size = 'small', failed, error, confirm, isBusy, isReady = true, other, body } = props;
  const id = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isReady && !isBusy) props.onSubmit();
  };
  const note = description === undefined ? {} : { 'aria-describedby': `${id}-note` };
  return (
    <Modal variant={size} isOpen onClose={props.onClose} aria-labelledby={`${id}-title`} {...note}>
      <ModalHeader
        title={title}
        labelId={`${id}-title`}
        description={description === undefined ? undefined : <span id={`${id}-note`}>{description}</span>}
      />
      <ModalBody {...body}>
        <Form id={`${id}-form`} innerRef={focusFirst} onSubmit={submit} noValidate>
          <ActionError error={error} what={failed} />
          {props.children}
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button type="submit" form={`${id}-form`} isLoading={isBusy} isDisabled={isBusy || !isReady}>
          {confirm}
        </Button>
        {other}
        <Button variant="link" onClick={props.onClose}>
          Cancel
        </Button>
      </ModalFooter>
    </Modal>
  );
}
