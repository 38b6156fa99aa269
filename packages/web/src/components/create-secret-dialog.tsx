import { Button, Form, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import type { FormEvent, ReactElement, ReactNode } from 'react';
import { focusFirst } from './focus-first.ts';
import { ShowOnce } from './show-once.tsx';
import { ActionError } from './states.tsx';

interface CreateSecretDialogProps {
  /** Of the form; unique in the page. */
  id: string;
  title: string;
  confirm: string;
  /** What was made, once it is there. */
  secret: string | undefined;
  /** Its title then, "The token". */
  madeTitle: string;
  /** What it is called where it is copied: "token". */
  what: string;
  /** Who may do what with it. */
  warning: ReactNode;
  isBusy: boolean;
  isReady?: boolean;
  error: unknown;
  onCreate: () => void;
  onClose: () => void;
  /** The fields. */
  children: ReactNode;
}

/** Asks what a secret is for, makes it, and shows it this once. */
export function CreateSecretDialog(props: CreateSecretDialogProps): ReactElement {
  const { id, secret, isBusy, isReady = true, onClose } = props;
  const isMade = secret !== undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    props.onCreate();
  };
  return (
    <Modal variant="medium" isOpen onClose={onClose} aria-labelledby={`${id}-title`}>
      <ModalHeader title={isMade ? props.madeTitle : props.title} labelId={`${id}-title`} />
      <ModalBody>
        {isMade ? (
          <ShowOnce secret={secret} what={props.what}>
            {props.warning}
          </ShowOnce>
        ) : (
          <Form id={id} innerRef={focusFirst} onSubmit={submit}>
            <ActionError error={props.error} what="Not created" />
            {props.children}
          </Form>
        )}
      </ModalBody>
      <ModalFooter>
        {isMade ? (
          <Button onClick={onClose}>Done</Button>
        ) : (
          <>
            <Button type="submit" form={id} isLoading={isBusy} isDisabled={isBusy || !isReady}>
              {props.confirm}
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
